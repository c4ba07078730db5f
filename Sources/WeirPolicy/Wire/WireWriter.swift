/// Collects the bytes of values, with each distinct string written once, in the order of first use.
public struct WireWriter: Sendable {
  private var body: [UInt8] = []
  private var strings: [String] = []
  private var stringIndex: [StringKey: Int] = [:]
  /// The position that was written last.
  var lastPosition = Position(file: 0, line: 0, column: 0)

  public init() {}

  /// Strings that are equal by Unicode rules but differ in bytes stay two strings.
  private struct StringKey: Hashable {
    let text: String

    static func == (left: StringKey, right: StringKey) -> Bool { left.text.hasBytes(of: right.text) }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  /// Appends a value.
  public mutating func write(_ value: some WireCodable) { value.encode(into: &self) }

  mutating func writeByte(_ byte: UInt8) { body.append(byte) }

  /// Appends seven bits a byte, lowest first, the top bit set on all but the last.
  mutating func writeNumber(_ number: UInt64) { body.append(wireNumber: number) }

  mutating func writeString(_ text: String) {
    let key = StringKey(text: text)
    let index = stringIndex[key] ?? strings.count
    if index == strings.count {
      stringIndex[key] = index
      strings.append(text)
    }
    writeNumber(UInt64(index))
  }

  /// The string table, then everything that was written.
  public consuming func finish() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(wireNumber: UInt64(strings.count))
    for text in strings {
      bytes.append(wireNumber: UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(contentsOf: body)
    return bytes
  }
}

extension [UInt8] {
  /// Appends a number: seven bits a byte, lowest first, the top bit set on all but the last.
  public mutating func append(wireNumber number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}
