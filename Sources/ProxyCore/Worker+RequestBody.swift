import ProxyTransport
import WeirRequest

// How long a client may take over the body of its request: never silent for long, and no trickle. Its clocks run while it is its turn.
extension Worker where Net: ~Copyable {
  /// A piece came, perhaps the last one: the time of the attempt counts from here.
  mutating func noteBody(_ x: UInt32, _ byteCount: UInt32, isLast: Bool) {
    if byteCount > 0 || isLast { restartTry(x) }
    guard byteCount > 0 else { return }
    exchanges[x].bodyAt = now
    let due = exchanges[x].bodyDueAt == .never ? now + clocks.bodyGrace : exchanges[x].bodyDueAt
    // What came fast is no licence to fall silent.
    let latest = now + max(clocks.bodyIdle, clocks.bodyGrace)
    exchanges[x].bodyDueAt = min(due + bodyByteInterval.times(Int64(byteCount)), latest)
  }

  /// The body was not read for a while, which is not the client's fault: its clocks begin anew.
  mutating func resumeBody(_ x: UInt32) {
    exchanges[x].bodyAt = now
    if exchanges[x].bodyDueAt < .never { exchanges[x].bodyDueAt = max(exchanges[x].bodyDueAt, now + clocks.bodyGrace) }
  }

  /// All that came was handed on.
  mutating func bodyTaken(_ x: UInt32) {
    if now - exchanges[x].bodyAt > stallInterval { resumeBody(x) }
  }

  /// Whether the client owes a part of its request that the upstream would take: what is late meanwhile is not late by the upstream's fault.
  func clientOwes(_ x: UInt32) -> Bool {
    exchanges[x].flags.isDisjoint(with: [.requestRead, .requestEnded]) && canTakeRequest(x)
  }

  /// When the next piece has to be there.
  ///
  /// In a call of gRPC, to a service that can be called so, both sides speak when they like, and a stream that has an answer ends with
  /// that: it is the upstream's silence that counts.
  func bodyDeadline(_ x: UInt32) -> Instant {
    let silent = exchanges[x].bodyAt + clocks.bodyIdle
    if exchanges[x].phase == .responding { return isStream(x) ? .never : silent }
    if isCall(x) {
      return max(silent, exchanges[x].bodyAt + responseIdle(x))
    }
    return min(silent, exchanges[x].bodyDueAt)
  }

  /// The deadline has passed.
  mutating func bodyOverdue(_ x: UInt32) {
    let isSilent = exchanges[x].bodyAt + clocks.bodyIdle <= now
    fail(x, isSilent ? .requestTimeout : .slowBody)
  }
}

/// Whoever takes a piece of a body that much later has kept its client waiting.
private let stallInterval = Interval.seconds(1)

/// 240 bytes a second.
private let bodyByteInterval = Interval(nanoseconds: 1_000_000_000 / 240)
