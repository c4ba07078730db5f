public import ProxyTransport

/// How long to wait before a retry.
public struct Backoff: BitwiseCopyable, Hashable, Sendable {
  /// The most before the first retry; doubled for each further one.
  public var least: Interval
  /// The most before any retry.
  public var most: Interval

  public init(least: Interval, most: Interval) {
    self.least = least
    self.most = most
  }

  /// Full jitter (Brooker 2015): anything up to the bound, so that clients that failed together do not come back together.
  ///
  /// - Parameter retry: 1 for the first.
  public func delay(beforeRetry retry: Int, _ random: inout RandomSource) -> Interval {
    let doublings = Int64(min(max(retry, 1) - 1, 40))
    let bound = min(least.times(1 << doublings), most)
    guard bound > .zero else { return .zero }
    return Interval(nanoseconds: Int64(clamping: random.next(below: UInt64(bound.nanoseconds) + 1)))
  }
}
