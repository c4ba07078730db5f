import HTTPWire
import ProxyTransport
import WeirRequest

extension Worker where Net: ~Copyable {
  /// An attempt ended without a response that can be passed on: another one is made when it is safe, else the client is told.
  mutating func attemptFailed(_ x: UInt32, _ reason: ReasonCode) {
    guard exchanges[x].phase != .responding else {
      fail(x, reason)
      return
    }
    let heardNothing = !hasHeardResponse(x)
    abandonUpstream(x)
    exchanges[x].phase = .waiting
    let flags = exchanges[x].flags
    // A kept connection that its server closed while our request was on the way says nothing about the request
    // (RFC 9112 section 9.3.1): once more, when that can do no harm.
    if flags.contains(.onReusedConnection), heardNothing, reason == .upstreamReset, !flags.contains(.usedFreeRetry),
      flags.contains(.isReplayable), flags.contains(.isIdempotent) || !flags.contains(.touchedUpstream)
    {
      exchanges[x].flags.insert(.usedFreeRetry)
      again(x)
      return
    }
    fail(x, reason)
  }

  private func hasHeardResponse(_ x: UInt32) -> Bool {
    let u = exchanges[x].upstream
    return u != .none && connections[u].held.count > 0
  }

  /// Whether the response that began is dropped for another attempt.
  mutating func mayRetry(_ x: UInt32, status: UInt16) -> Bool { false }

  private mutating func again(_ x: UInt32) {
    let replay = exchanges[x].replay
    memory.copy(replay, to: rooms.input.bytes.start)
    attempt(x, ByteRange(start: rooms.input.bytes.start, count: replay.count))
  }

  mutating func exchangeTimedOut(_ x: UInt32) { fail(x, .upstreamTimeout) }
}
