import HTTPWire
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import WeirEnforcement
import WeirPolicy

// Fields that this proxy sets: for whom it speaks, and by which names a request is found again.
extension Worker where Net: ~Copyable {
  /// Whether the peer of a connection is a proxy of ours, whose word about the client counts.
  func trustsPeer(_ c: UInt32) -> Bool {
    listeners[Int(connections[c].listener)].trusts(connections[c].peer.address)
  }

  /// Finds the client behind trusted proxies.
  ///
  /// - Returns: `false` when they do not say for whom they speak.
  mutating func findClient(_ x: UInt32, _ told: ToldFields) -> Bool {
    guard told.isTrusted else { return true }
    let c = exchanges[x].downstream
    let client = forwardedClient(
      memory.span(told.forwardedFor), behind: connections[c].peer.address, listeners[Int(connections[c].listener)])
    guard let client else { return false }
    exchanges[x].clientIP = client
    return true
  }

  /// Begins a request of a connection with what is known of that.
  mutating func beginOffer(_ x: UInt32) throws(Reject) {
    let c = exchanges[x].downstream
    let peer = connections[c].peer
    let session = connections[c].session
    generations.current.enforcer.beginRequest(
      exchangeNumber,
      ConnectionFacts(
        sourceIP: peer.address, sourcePort: peer.port, port: listeners[Int(connections[c].listener)].port,
        isTLS: session != .none))
    generations.current.enforcer.setWallClock(wallClock)
    generations.current.enforcer.setClientIP(exchanges[x].clientIP)
    if session != .none { try offerPeer(sessions[session], to: &generations.current.enforcer) }
  }

  /// Hands on the fields that this proxy sets.
  mutating func offerOwnFields(_ x: UInt32, _ told: ToldFields) throws(Reject) {
    let c = exchanges[x].downstream
    if told.forwardedFor.isEmpty {
      offer(ownLines.forwardedFor(connections[c].peer.address, in: &memory))
    } else {
      try offerForwardedFor(told.forwardedFor, through: connections[c].peer.address)
    }
    if !told.keepsProto { offer(connections[c].session == .none ? ownLines.http : ownLines.https) }
    if let id = told.requestID {
      exchanges[x].texts.requestID = id
    } else {
      RequestID(random: &random).write(to: &memory, at: ownLines.requestID.value.start)
      exchanges[x].texts.requestID = ownLines.requestID.value
      offer(ownLines.requestID)
    }
    if let trace = told.trace {
      exchanges[x].trace = trace
    } else {
      let trace = TraceContext(random: &random)
      exchanges[x].trace = trace
      trace.write(to: &memory, at: ownLines.traceparent.value.start)
      offer(ownLines.traceparent)
    }
    if told.countsForwards { offerMaxForwards(x, told) }
  }

  /// Hands on one forward less; a request that has none left ends here, once it is allowed (RFC 9110 section 7.6.2).
  private mutating func offerMaxForwards(_ x: UInt32, _ told: ToldFields) {
    switch told.readForwards(memory) {
    case .unlimited: return
    case .malformed: exchanges[x].flags.insert(.hasBadForwards)
    case .times(let count):
      if count == 0 { exchanges[x].flags.insert(.endsHere) }
      offer(ownLines.maxForwards(count == 0 ? 0 : count - 1, in: &memory))
    }
  }

  private mutating func offer(_ line: OwnLines.Line) {
    generations.current.enforcer.takeOwnLine(memory.span(line.bytes), nameCount: line.nameCount)
  }

  /// What trusted proxies have said, and that they did.
  private mutating func offerForwardedFor(_ hops: ByteRange, through proxy: IPAddress) throws(Reject) {
    var writer = MemoryWriter(rooms.head)
    writer.copy(hops, in: &memory)
    writer.append(", ", to: &memory)
    writer.append(proxy, to: &memory)
    guard !writer.isOverflowing else { throw .canonical(.headerValueTooLong) }
    try generations.current.enforcer.takeOwnField(
      name: memory.span(ownLines.forwardedForName), value: memory.span(writer.written))
  }
}

/// Hands on who the peer has proved to be, and whom it asked for.
private func offerPeer(_ session: borrowing TLSSession, to enforcer: inout Enforcer) throws(Reject) {
  let facts = session.facts
  if facts.hasCertificate { enforcer.setCaller(session.peerIdentity) }
  if facts.hasServerName { try enforcer.setServerName(session.serverName) }
}
