/// Reads numbers from bytes that nobody vouches for: seven bits a byte, lowest first, the top bit set on all but the last byte,
/// in no more bytes than they need, and none larger than a word.
public struct NumberReader {
  /// Where the next number begins.
  public var place = 0

  @inlinable
  public init() {}

  /// The next byte as it is; `nil` behind the last one.
  @inlinable
  @inline(__always)
  public mutating func byte(_ bytes: Span<UInt8>) -> UInt8? {
    guard place < bytes.count else { return nil }
    place += 1
    return bytes[place - 1]
  }

  /// - Returns: `nil` for what is cut short, larger than a word, or longer than it has to be.
  @inlinable
  @inline(__always)
  public mutating func next(_ bytes: Span<UInt8>) -> UInt32? {
    guard let first = byte(bytes) else { return nil }
    return first < 0x80 ? UInt32(first) : rest(UInt32(first & 0x7F), bytes)
  }

  @usableFromInline
  mutating func rest(_ low: UInt32, _ bytes: Span<UInt8>) -> UInt32? {
    var number = low
    for shift in stride(from: UInt32(7), through: 28, by: 7) {
      guard let byte = byte(bytes), shift < 28 || byte < 0x10 else { return nil }
      number |= UInt32(byte & 0x7F) << shift
      if byte < 0x80 { return byte == 0 ? nil : number }
    }
    return nil
  }

  /// Appends what `next` reads.
  static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
