/// A moment of the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Eight bytes, read once a loop turn and passed in: a test can make one up. Arithmetic saturates, so that a deadline computed from a
/// configured duration is never in the past by overflow.
@frozen
public struct Instant: BitwiseCopyable, Hashable, Comparable, Sendable {
  public var nanoseconds: UInt64

  @inlinable
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  @inlinable
  public static var zero: Instant { Instant(nanoseconds: 0) }

  /// Later than every deadline: never.
  @inlinable
  public static var never: Instant { Instant(nanoseconds: .max) }

  @inlinable
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  @inlinable
  public static func + (instant: Instant, interval: Interval) -> Instant {
    let length = interval.nanoseconds.magnitude
    let (sum, overflow) =
      interval.nanoseconds >= 0
      ? instant.nanoseconds.addingReportingOverflow(length) : instant.nanoseconds.subtractingReportingOverflow(length)
    return Instant(nanoseconds: overflow ? (interval.nanoseconds >= 0 ? .max : 0) : sum)
  }

  @inlinable
  public static func - (instant: Instant, interval: Interval) -> Instant { instant + Interval.zero.minus(interval) }

  /// How long after `right`; negative when before.
  @inlinable
  public static func - (left: Instant, right: Instant) -> Interval {
    left >= right
      ? Interval(nanoseconds: Int64(clamping: left.nanoseconds - right.nanoseconds))
      : Interval(nanoseconds: -Int64(clamping: right.nanoseconds - left.nanoseconds))
  }
}

/// A length of time in nanoseconds; the unit of the policy's durations.
@frozen
public struct Interval: BitwiseCopyable, Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable
  public static var zero: Interval { Interval(nanoseconds: 0) }

  /// Saturates.
  @inlinable
  public static func microseconds(_ count: Int64) -> Interval { Interval(nanoseconds: 1_000).times(count) }

  /// Saturates.
  @inlinable
  public static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: 1_000_000).times(count) }

  /// Saturates.
  @inlinable
  public static func seconds(_ count: Int64) -> Interval { Interval(nanoseconds: 1_000_000_000).times(count) }

  @inlinable
  public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }

  @inlinable
  public static func + (left: Interval, right: Interval) -> Interval {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Interval(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : sum)
  }

  @inlinable
  public static func - (left: Interval, right: Interval) -> Interval { left.minus(right) }

  @inlinable
  func minus(_ other: Interval) -> Interval {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
    return Interval(nanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : difference)
  }

  /// Saturates.
  @inlinable
  public func times(_ count: Int64) -> Interval {
    let (product, overflow) = nanoseconds.multipliedReportingOverflow(by: count)
    return Interval(nanoseconds: overflow ? ((nanoseconds < 0) == (count < 0) ? .max : .min) : product)
  }
}
