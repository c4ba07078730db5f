/// Durations in two buckets per power of two, from about 10 µs to about 100 s: a bucket is found with a count of zeros and a shift.
enum Histogram {
  /// 2¹³ ns: the upper bound of the first bucket.
  private static let firstExponent = 13
  /// 2³⁷ ns: the upper bound of the last bucket that has one.
  private static let lastExponent = 37

  /// Buckets with a bound, and the one without.
  static let bucketCount = 2 * (lastExponent - firstExponent) + 2
  /// The sum in nanoseconds, then the buckets.
  static let cellCount = bucketCount + 1

  /// The bucket of a duration in nanoseconds: the first whose bound it does not exceed.
  static func bucket(_ nanoseconds: UInt64) -> Int {
    guard nanoseconds > 1 << UInt64(firstExponent) else { return 0 }
    // Bounds belong to the bucket below them.
    let place = nanoseconds - 1
    let exponent = 63 - place.leadingZeroBitCount
    let half = Int(truncatingIfNeeded: place >> UInt64(exponent - 1)) & 1
    return min(2 * (exponent - firstExponent) + half + 1, bucketCount - 1)
  }

  /// The upper bound of a bucket in nanoseconds; `nil` for the last.
  static func bound(_ bucket: Int) -> UInt64? {
    guard bucket < bucketCount - 1 else { return nil }
    let power: UInt64 = 1 << UInt64(firstExponent + bucket / 2)
    return bucket % 2 == 0 ? power : power + power / 2
  }
}
