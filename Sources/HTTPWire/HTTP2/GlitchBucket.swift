import ProxyTransport

/// A token bucket for what a well-behaved peer does rarely: each glitch takes a token, an empty bucket ends the connection.
///
/// Kept as one moment: when the bucket will be full again (the generic cell rate algorithm).
struct GlitchBucket: BitwiseCopyable, Sendable {
  private let nanosecondsEach: UInt64
  private let burstNanoseconds: UInt64
  private var fullAt: UInt64 = 0

  /// Full at first.
  init(burst: UInt64, perSecond: UInt64) {
    nanosecondsEach = 1_000_000_000 / max(perSecond, 1)
    burstNanoseconds = nanosecondsEach &* burst
  }

  /// Takes tokens; false when there were not enough.
  mutating func take(_ count: UInt64, at now: Instant) -> Bool {
    guard count > 0 else { return true }
    let (cost, overflow) = nanosecondsEach.multipliedReportingOverflow(by: count)
    guard !overflow, cost <= burstNanoseconds else { return false }
    fullAt = max(fullAt, now.nanoseconds) + cost
    return fullAt - now.nanoseconds <= burstNanoseconds
  }
}
