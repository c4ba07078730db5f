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

  /// Begins a request of a connection with what is known of that.
  mutating func beginOffer(_ x: UInt32) throws(Reject) {
    let c = exchanges[x].downstream
    let peer = connections[c].peer
    let session = connections[c].session
    generations.current.enforcer.beginRequest(
      exchangeNumber,
      ConnectionFacts(
        sourceIP: peer.address, sourcePort: peer.port, port: connections[c].local.port, isTLS: session != .none))
    generations.current.enforcer.setWallClock(wallClock)
    generations.current.enforcer.setClientIP(exchanges[x].clientIP)
    if session != .none { try offerPeer(sessions[session], to: &generations.current.enforcer) }
  }

  /// Hands on the fields that this proxy sets.
  mutating func offerOwnFields(_ x: UInt32, _ told: ToldFields) throws(Reject) {
    let c = exchanges[x].downstream
    var writer = MemoryWriter(rooms.head)
    if !told.forwardedFor.isEmpty {
      writer.copy(told.forwardedFor, in: &memory)
      writer.append(", ", to: &memory)
    }
    writer.append(address: connections[c].peer.address, to: &memory)
    guard !writer.isOverflowing else { throw .canonical(.headerValueTooLong) }
    try offer(words.forwardedFor, writer.written)
    if !told.keepsProto {
      try offer(words.forwardedProto, connections[c].session == .none ? words.http : words.https)
    }
    if let id = told.requestID {
      exchanges[x].texts.requestID = id
    } else {
      RequestID(random: &random).write(to: rooms.requestID, in: &memory)
      exchanges[x].texts.requestID = rooms.requestID
      try offer(words.requestID, rooms.requestID)
    }
    if let trace = told.trace {
      exchanges[x].trace = trace
    } else {
      let trace = TraceContext(random: &random)
      exchanges[x].trace = trace
      trace.write(to: rooms.traceparent, in: &memory)
      try offer(words.traceparent, rooms.traceparent)
    }
  }

  private mutating func offer(_ name: ByteRange, _ value: ByteRange) throws(Reject) {
    try generations.current.enforcer.takeOwnField(name: memory.span(name), value: memory.span(value))
  }
}

/// Hands on who the peer has proved to be, and whom it asked for.
private func offerPeer(_ session: borrowing TLSSession, to enforcer: inout Enforcer) throws(Reject) {
  let facts = session.facts
  if facts.hasCertificate { enforcer.setCaller(session.peerIdentity) }
  if facts.hasServerName { try enforcer.setServerName(session.serverName) }
}

extension RequestID {
  fileprivate func write(to place: ByteRange, in memory: inout Memory) {
    var room = memory.mutableSpan(place)
    write(to: &room)
  }
}

extension TraceContext {
  fileprivate func write(to place: ByteRange, in memory: inout Memory) {
    var room = memory.mutableSpan(place)
    write(to: &room)
  }
}
