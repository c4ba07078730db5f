/// Where some elements of a table lie that is named beside it: plain bits, which a range of the standard library is not.
public struct Place: BitwiseCopyable, Hashable, Sendable {
  public var start: UInt32
  public var count: UInt32

  public init(start: UInt32, count: UInt32) {
    self.start = start
    self.count = count
  }

  /// Buffers of requests and tables of bundles have fewer than 2³² elements.
  init(_ range: Range<Int>) {
    self.init(start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
  }

  public static let empty = Place(start: 0, count: 0)

  public var isEmpty: Bool { count == 0 }
  public var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}
