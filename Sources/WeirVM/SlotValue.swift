/// An IPv4 or IPv6 address as 128 bits; IPv4 in its mapped form `::ffff:a.b.c.d` (RFC 4291 2.5.5.2).
public struct Address: BitwiseCopyable, Hashable, Comparable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public static func < (a: Address, b: Address) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
}

/// What a register holds: plain bits, the bytes themselves lie in the frame.
///
/// *Absent* means that the request has no such value; *unavailable* that the host cannot say. The first is an answer, the second is doubt.
public struct SlotValue: BitwiseCopyable, Sendable, Equatable {
  public enum State: UInt8, BitwiseCopyable, Sendable {
    case unavailable, absent, bytes, integer, address, list
  }

  public let state: State
  @usableFromInline let high: UInt64
  @usableFromInline let low: UInt64

  @inlinable
  init(state: State, high: UInt64 = 0, low: UInt64 = 0) {
    self.state = state
    self.high = high
    self.low = low
  }

  public static let unavailable = SlotValue(state: .unavailable)
  public static let absent = SlotValue(state: .absent)

  /// Numbers, ports, statuses; Bool as 0 and 1; times in seconds since the epoch.
  @inlinable
  public static func integer(_ value: Int64) -> SlotValue {
    SlotValue(state: .integer, low: UInt64(bitPattern: value))
  }

  @inlinable
  public static func address(_ value: Address) -> SlotValue {
    SlotValue(state: .address, high: value.high, low: value.low)
  }

  /// A place in the frame's arena or list of members.
  @inlinable
  static func range(_ state: State, _ range: Range<Int>) -> SlotValue {
    SlotValue(state: state, high: UInt64(range.lowerBound), low: UInt64(range.count))
  }

  @inlinable var integer: Int64 { Int64(bitPattern: low) }
  @inlinable var address: Address { Address(high: high, low: low) }
  /// Not checked against the frame: `Frame` does that.
  @inlinable var start: Int { Int(truncatingIfNeeded: high) }
  @inlinable var count: Int { Int(truncatingIfNeeded: low) }
}
