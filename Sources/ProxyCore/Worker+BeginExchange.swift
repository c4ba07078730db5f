import HTTPWire
import ProxyTLS
import ProxyTransport
import WeirEnforcement
import WeirPolicy
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Phases *canonicalise* to *authorise* for a head that was read: decides, and forwards or answers.
  ///
  /// - Parameter rest: what came behind the head.
  mutating func beginExchange(_ c: UInt32, head: ByteRange, rest: ByteRange) {
    let x = makeExchange(c, head)
    connections[c].exchange = x
    do throws(Reject) {
      try offer(c, head: head)
    } catch {
      keepRawTexts(x, head)
      answer(x, Answer(rejecting: error), rest)
      return
    }
    decide(x, rest)
  }

  /// Phases *authenticate* to *authorise* for a head that was offered.
  mutating func decide(_ x: UInt32, _ rest: ByteRange) {
    let draw = Int(random.next(below: 10_000))
    let c = exchanges[x].downstream
    exchanges[x].draw = UInt16(truncatingIfNeeded: draw)
    let ruling = generations.current.rule(at: Int(connections[c].listener), draw: draw)
    exchanges[x].phases.decided = elapsed(x)
    keepTexts(x)
    guard !isMisdirected(c) else { return refuse(x, .misdirected, rest) }
    guard pressure < .shedding else { return refuse(x, .overload, rest) }
    switch consume ruling {
    case .answer(let ruling): answer(x, ruling, rest)
    case .forward(let permit, let forwarding):
      exchanges[x].forwarding = forwarding
      exchanges[x].permit = .some(permit)
      if forwarding.retry >= 0, generations.current.isIdempotent(by: forwarding.retry) {
        exchanges[x].flags.insert(.isIdempotent)
      }
      guard keepHead(x) else { return refuse(x, .overload, rest) }
      forward(x, rest)
    }
  }

  /// Refuses a request whose body was not looked at: one that has come whole leaves the connection in order.
  private mutating func refuse(_ x: UInt32, _ reason: ReasonCode, _ rest: ByteRange) {
    if !isStream(x), takeBody(x, rest).error != nil { exchanges[x].flags.remove(.keepsAlive) }
    fail(x, reason)
  }

  private mutating func makeExchange(_ c: UInt32, _ head: ByteRange) -> UInt32 {
    exchangeNumber &+= 1
    var exchange = Exchange(
      number: exchangeNumber, generation: generations.retainCurrent(), downstream: c, framing: requestHead.framing,
      reference: random.next(), started: now)
    exchange.note(methodKind(memory.span(head).extracting(requestHead.method)))
    if requestHead.keepAlive, !isDraining, now < connections[c].endsAt { exchange.flags.insert(.keepsAlive) }
    if requestHead.minorVersion == 0 { exchange.flags.insert(.isOldClient) }
    if requestHead.framing == .none { exchange.flags.insert(.requestRead) }
    return exchanges.insert(exchange).index
  }

  /// Hands the parsed head to the enforcer: end-to-end fields as they came, then those that this proxy sets.
  private mutating func offer(_ c: UInt32, head: ByteRange) throws(Reject) {
    let isTrusted = try beginOffer(c)
    try offerHead(memory.span(head), requestHead, keepsForwarded: isTrusted, to: &generations.current.enforcer)
    try offerOwnFields(c, isTrusted: isTrusted)
  }

  /// Begins a request of a connection with what is known of that.
  ///
  /// - Returns: whether the peer may say for whom it speaks.
  mutating func beginOffer(_ c: UInt32) throws(Reject) -> Bool {
    let peer = connections[c].peer
    let session = connections[c].session
    generations.current.enforcer.beginRequest(
      exchangeNumber,
      ConnectionFacts(
        sourceIP: peer.address, sourcePort: peer.port, port: connections[c].local.port, isTLS: session != .none))
    generations.current.enforcer.setWallClock(wallClock)
    if session != .none { try offerPeer(sessions[session], to: &generations.current.enforcer) }
    return listeners[Int(connections[c].listener)].trusts(peer.address)
  }

  /// Fields that this proxy sets at its trust edge; what the client sent under these names was dropped, unless it may be believed.
  mutating func offerOwnFields(_ c: UInt32, isTrusted: Bool) throws(Reject) {
    var writer = MemoryWriter(rooms.head)
    writer.append(address: connections[c].peer.address, to: &memory)
    try generations.current.enforcer.takeOwnField(
      name: memory.span(words.forwardedFor), value: memory.span(writer.written))
    try generations.current.enforcer.takeOwnField(
      name: memory.span(words.forwardedProto),
      value: memory.span(connections[c].session == .none ? words.http : words.https))
  }
}

/// Hands on who the peer has proved to be, and whom it asked for.
private func offerPeer(_ session: borrowing TLSSession, to enforcer: inout Enforcer) throws(Reject) {
  let facts = session.facts
  if facts.hasCertificate { enforcer.setCaller(session.peerIdentity) }
  if facts.hasServerName { try enforcer.setServerName(session.serverName) }
}

/// Hands on the line and the end-to-end fields of a head.
///
/// - Parameter keepsForwarded: the client may say for whom it speaks.
private func offerHead(
  _ bytes: Span<UInt8>, _ head: borrowing RequestHead, keepsForwarded: Bool, to enforcer: inout Enforcer
) throws(Reject) {
  try enforcer.takeLine(
    RequestLine(method: place(head.method), target: place(head.target), authority: nil), in: bytes)
  for index in 0..<head.fields.count {
    let field = head.fields[index]
    if field.isHopByHop || field.known.isForwarded && !keepsForwarded { continue }
    try enforcer.takeField(name: bytes.extracting(field.name), value: bytes.extracting(field.value))
  }
}

private func place(_ range: Range<Int>) -> Place {
  Place(start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
}

/// What a method means for a repetition (RFC 9110 section 9.2.2).
enum MethodKind { case head, idempotent, other }

func methodKind(_ method: Span<UInt8>) -> MethodKind {
  // The first letters tell the registered methods apart; what looks like one and is not is treated as a stranger.
  switch method.count {
  case 3: return method.isText("GET") || method.isText("PUT") ? .idempotent : .other
  case 4: return method.isText("HEAD") ? .head : .other
  case 5: return method.isText("TRACE") ? .idempotent : .other
  case 6: return method.isText("DELETE") ? .idempotent : .other
  case 7: return method.isText("OPTIONS") ? .idempotent : .other
  default: return .other
  }
}

extension Span where Element == UInt8 {
  fileprivate func isText(_ text: String) -> Bool {
    let other = text.utf8Span.span
    guard other.count == count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
