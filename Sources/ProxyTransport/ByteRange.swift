/// A place in a worker's `Memory`: where it starts and how many bytes it has. Plain bits; it keeps nothing alive.
@frozen
public struct ByteRange: BitwiseCopyable, Hashable, Sendable {
  public var start: UInt32
  public var count: UInt32

  @inlinable
  public init(start: UInt32, count: UInt32) {
    self.start = start
    self.count = count
  }

  @inlinable
  public static var empty: ByteRange { ByteRange(start: 0, count: 0) }

  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// The place after the last byte.
  @inlinable
  public var end: UInt32 { start &+ count }

  /// Without the first `n` bytes; empty at the end when there are fewer.
  @inlinable
  public func dropFirst(_ n: Int) -> ByteRange {
    let dropped = UInt32(truncatingIfNeeded: min(max(n, 0), Int(count)))
    return ByteRange(start: start &+ dropped, count: count &- dropped)
  }

  /// The first `n` bytes, or all when there are fewer.
  @inlinable
  public func prefix(_ n: Int) -> ByteRange {
    ByteRange(start: start, count: UInt32(truncatingIfNeeded: min(max(n, 0), Int(count))))
  }

  /// The bytes at these places within this one: `range` counts from `start` and is cut at the end.
  @inlinable
  public func slice(_ range: Range<Int>) -> ByteRange { prefix(range.upperBound).dropFirst(range.lowerBound) }
}
