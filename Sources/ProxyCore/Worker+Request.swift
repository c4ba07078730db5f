import HTTPWire
import ProxyTransport
import WeirEnforcement

// The sinks of the request's direction: what a source has read and decoded goes to the upstream connection of the exchange.
extension Worker where Net: ~Copyable {
  /// Whether the upstream takes more of the body: while not, nothing of it is read.
  func canTakeRequest(_ x: UInt32) -> Bool {
    let u = exchanges[x].upstream
    guard u != .none, exchanges[x].phase != .waiting else { return false }
    if isShared(x) { return exchanges[x].requestPipe.isEmpty }
    return connections[u].unsent.count == 0
  }

  /// Sends the head of an attempt, and the part of the body that there is, in one call of the system.
  mutating func sendRequestHead(_ x: UInt32, _ body: ByteRange) {
    guard exchanges[x].isPermitted else {
      fail(x, .internalError)
      return
    }
    exchanges[x].phase = .requesting
    exchanges[x].phases.sent = elapsed(x)
    let isLast = exchanges[x].flags.contains(.requestRead)
    var bytes = frameBody(
      body, exchanges[x].requestFraming, isLast: isLast, hasTrailers: !requestTrailers(x).isEmpty, in: &memory)
    let head = exchanges[x].head
    if bytes.count == 0 {
      bytes = head
    } else {
      memory.copy(head, to: bytes.start - head.count)
      bytes = ByteRange(start: bytes.start - head.count, count: bytes.count + head.count)
    }
    boundReplay(x)
    if !isLast { bodyTaken(x) }
    hand(x, bytes, isLast: isLast)
  }

  /// Sends a decoded piece of the body.
  mutating func sendRequestBody(_ x: UInt32, _ data: ByteRange, isLast: Bool) {
    keepForReplay(x, data)
    if isShared(x) {
      if isLast { exchanges[x].flags.insert(.requestRead) }
      pushRequest(x, data)
      return
    }
    // From now on the upstream is the one who is waited for.
    if isLast { setTimer(exchanges[x].upstream, responseIdle(x)) }
    let bytes = frameBody(
      data, exchanges[x].requestFraming, isLast: isLast, hasTrailers: !requestTrailers(x).isEmpty, in: &memory)
    hand(x, bytes, isLast: isLast)
  }

  private mutating func hand(_ x: UInt32, _ bytes: ByteRange, isLast: Bool) {
    let u = exchanges[x].upstream
    exchanges[x].flags.insert(.touchedUpstream)
    guard send(bytes, to: u), !isLast || send(requestTrailers(x), to: u) else {
      // The upstream may have answered before it closed: what it said is still to be read.
      connections[u].flags.insert([.readable, .hungUp])
      ready.append(u, in: connections)
      return
    }
    if isLast { exchanges[x].flags.insert(.requestSent) }
    if isStream(x) {
      settleCredit(x)
    } else if !isLast, connections[u].unsent.count == 0 {
      let c = exchanges[x].downstream
      if connections[c].flags.contains(.readable) { ready.append(c, in: connections) }
    }
  }
}
