public import ProxyTransport
public import WeirPolicy

/// The health of one endpoint by active checks: when the next one is due, and when so many of one kind in a row turn it up or down.
///
/// An endpoint counts as up until checks say otherwise, so that a start does not wait for them.
public struct HealthTracker: BitwiseCopyable, Sendable {
  public private(set) var isUp = true
  /// When the next check begins.
  public private(set) var due: Instant
  /// Checks in a row that contradict `isUp`.
  private var contradictions = 0
  private var interval: Interval
  private var upAfter: Int
  private var downAfter: Int

  /// The first check comes at a random time within one interval: the endpoints of a service are not checked all at once.
  public init(_ health: Service.Health, at now: Instant, _ random: inout RandomSource) {
    interval = Interval(nanoseconds: max(health.everyNanoseconds, 1))
    upAfter = max(health.upAfter, 1)
    downAfter = max(health.downAfter, 1)
    due = now + Interval(nanoseconds: Int64(clamping: random.next(below: UInt64(interval.nanoseconds))))
  }

  /// Goes on under other words of the policy: what is known of the endpoint stays, and the check that is due.
  public mutating func adopt(_ health: Service.Health) {
    interval = Interval(nanoseconds: max(health.everyNanoseconds, 1))
    upAfter = max(health.upAfter, 1)
    downAfter = max(health.downAfter, 1)
  }

  /// Notes a check that ended; the next one is due an interval later, give or take a tenth.
  ///
  /// - Returns: whether `isUp` has changed.
  public mutating func finish(isSuccess: Bool, at now: Instant, _ random: inout RandomSource) -> Bool {
    let spread = UInt64(interval.nanoseconds / 5 + 1)
    let jitter = Interval(nanoseconds: Int64(clamping: random.next(below: spread)) - interval.nanoseconds / 10)
    due = now + interval + jitter
    guard isSuccess != isUp else {
      contradictions = 0
      return false
    }
    contradictions += 1
    guard contradictions >= (isUp ? downAfter : upAfter) else { return false }
    isUp.toggle()
    contradictions = 0
    return true
  }
}
