import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirPolicy
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Phases *canonicalise* to *authorise* for a head that was read: decides, and forwards or answers.
  ///
  /// - Parameters:
  ///   - rest: what came behind the head.
  ///   - started: when the first byte of the head came.
  mutating func beginExchange(_ c: UInt32, head: ByteRange, rest: ByteRange, started: Instant) {
    let x = makeExchange(c, head, started)
    connections[c].exchange = x
    do throws(Reject) {
      guard try offer(x, head: head) else {
        keepRawTexts(x, head)
        return refuse(x, .forwardedForMalformed, rest)
      }
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
    guard namesHost(x) else { return refuse(x, .noRoute, rest) }
    guard !isMisdirected(c) else { return refuse(x, .misdirected, rest) }
    guard pressure < .shedding else { return refuse(x, .overload, rest) }
    switch consume ruling {
    case .answer(let ruling):
      if ruling.isOfRoute, let reason = refusalOfMethod(x) {
        exchanges[x].answer = ruling
        return refuse(x, reason, rest)
      }
      answer(x, ruling, rest)
    case .forward(let permit, let forwarding):
      exchanges[x].forwarding = forwarding
      if let reason = refusalOfMethod(x) { return refuse(x, reason, rest) }
      guard !exchanges[x].flags.contains(.endsHere) else { return refuse(x, .maxForwards, rest) }
      exchanges[x].permit = .some(permit)
      if forwarding.retry >= 0, generations.current.isIdempotent(by: forwarding.retry) {
        exchanges[x].flags.insert(.isIdempotent)
      }
      guard keepHead(x) else { return refuse(x, .overload, rest) }
      forward(x, rest)
    }
  }

  /// Whether the request that was decided says to whom it goes: one of HTTP/1.0 need not, and no gateway answers for that.
  private func namesHost(_ x: UInt32) -> Bool {
    !exchanges[x].flags.contains(.isOldClient) || !generations.current.enforcer.received.authority.isEmpty
  }

  /// Why a request that the policy allows is not carried out by any proxy.
  private func refusalOfMethod(_ x: UInt32) -> ReasonCode? {
    if exchanges[x].flags.contains(.isTrace) { return .traceRefused }
    return exchanges[x].flags.contains(.hasBadForwards) ? .badRequest : nil
  }

  /// Refuses a request whose body was not looked at: one that has come whole leaves the connection in order.
  private mutating func refuse(_ x: UInt32, _ reason: ReasonCode, _ rest: ByteRange) {
    if !isStream(x), takeBody(x, rest).error != nil { exchanges[x].flags.remove(.keepsAlive) }
    fail(x, reason)
  }

  private mutating func makeExchange(_ c: UInt32, _ head: ByteRange, _ started: Instant) -> UInt32 {
    exchangeNumber &+= 1
    var exchange = Exchange(
      number: exchangeNumber, generation: generations.retainCurrent(), downstream: c, framing: requestHead.framing,
      reference: random.next(), clientIP: connections[c].peer.address, started: started, now: now)
    exchange.note(methodKind(memory.span(head).extracting(requestHead.method)))
    if requestHead.keepAlive, !isDraining, now < connections[c].endsAt { exchange.flags.insert(.keepsAlive) }
    if requestHead.minorVersion == 0 { exchange.flags.insert(.isOldClient) }
    if requestHead.hasTETrailers { exchange.flags.insert(.acceptsTrailers) }
    if requestHead.framing == .none { exchange.flags.insert(.requestRead) }
    return exchanges.insert(exchange).index
  }

  /// Hands the parsed head to the enforcer: end-to-end fields as they came, then those that this proxy sets.
  ///
  /// - Returns: `false` when a trusted peer does not say for whom it speaks.
  private mutating func offer(_ x: UInt32, head: ByteRange) throws(Reject) -> Bool {
    let c = exchanges[x].downstream
    var told = ToldFields(
      isTrusted: trustsPeer(c), countsForwards: exchanges[x].flags.contains(.isOptions), room: rooms.output)
    for index in 0..<requestHead.fields.count {
      let field = requestHead.fields[index]
      told.note(field.known, head.slice(field.value), in: &memory)
    }
    told.readTrace(memory)
    guard findClient(x, told) else { return false }
    try beginOffer(x)
    try offerHead(memory.span(head), requestHead, told, to: &generations.current.enforcer)
    try offerOwnFields(x, told)
    return true
  }
}

/// Hands on the line and the end-to-end fields of a head.
private func offerHead(
  _ bytes: Span<UInt8>, _ head: borrowing RequestHead, _ told: ToldFields, to enforcer: inout Enforcer
) throws(Reject) {
  try enforcer.takeLine(
    RequestLine(method: place(head.method), target: place(head.target), authority: nil), in: bytes)
  for index in 0..<head.fields.count {
    let field = head.fields[index]
    if field.isHopByHop || told.drops(field.known) { continue }
    try enforcer.takeField(name: bytes.extracting(field.name), value: bytes.extracting(field.value))
  }
}

private func place(_ range: Range<Int>) -> Place {
  Place(start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
}

/// What a method means for a repetition (RFC 9110 section 9.2.2), and those that speak to proxies as well.
enum MethodKind { case head, idempotent, options, trace, other }

func methodKind(_ method: Span<UInt8>) -> MethodKind {
  // The first letters tell the registered methods apart; what looks like one and is not is treated as a stranger.
  switch method.count {
  case 3: return method.isText("GET") || method.isText("PUT") ? .idempotent : .other
  case 4: return method.isText("HEAD") ? .head : .other
  case 5: return method.isText("TRACE") ? .trace : .other
  case 6: return method.isText("DELETE") ? .idempotent : .other
  case 7: return method.isText("OPTIONS") ? .options : .other
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
