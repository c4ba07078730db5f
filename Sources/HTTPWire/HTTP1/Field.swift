/// One field line (RFC 9110 section 5), as offsets into the bytes that were parsed.
public struct Field: BitwiseCopyable, Sendable {
  /// Where the name begins.
  public var nameStart: UInt32
  /// Bytes of the name, at least one.
  public var nameCount: UInt16
  public var known: KnownField
  /// Whether the field ends here: of the connection, or named in `Connection` (RFC 9110 section 7.6.1).
  public internal(set) var isHopByHop: Bool
  /// Where the value begins, without the whitespace around it.
  public var valueStart: UInt32
  /// Bytes of the value, perhaps none.
  public var valueCount: UInt32

  static let empty = Field(
    nameStart: 0, nameCount: 0, known: .other, isHopByHop: false, valueStart: 0, valueCount: 0)

  /// The name, as received.
  public var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }

  /// The value, without the whitespace around it.
  public var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
}
