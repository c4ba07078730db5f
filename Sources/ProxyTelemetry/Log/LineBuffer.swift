/// Log lines in a block: append-only JSON, written without texts in between.
struct LineBuffer: ~Copyable {
  /// A block is handed over when it holds this many bytes.
  static let blockBytes = 256 << 10
  /// Room behind them: no line is as long. Path and query have at most 16 KiB, of which every byte may need two.
  static let slackBytes = 64 << 10

  private(set) var block: [UInt8]
  private(set) var count = 0

  init() { block = Array(repeating: 0, count: Self.blockBytes + Self.slackBytes) }

  /// Replaces the block by an empty one and returns it with its length.
  mutating func swap(for empty: consuming [UInt8]) -> (block: [UInt8], count: Int) {
    let full = (block, count)
    block = empty
    count = 0
    return full
  }

  /// Forgets what was appended since a place.
  mutating func truncate(to place: Int) { count = min(count, place) }

  mutating func append(_ byte: UInt8) {
    guard count < block.count else { return }
    block[count] = byte
    count += 1
  }

  /// Appends bytes as they are.
  mutating func append(_ bytes: Span<UInt8>) {
    let source = bytes.extracting(first: block.count - count)
    let place = count..<(count + source.count)
    var all = block.mutableSpan
    var room = all._mutatingExtracting(place)
    // Both have as many, so the loop becomes copies of whole vectors.
    for index in source.indices { room[index] = source[index] }
    count = place.upperBound
  }

  /// Appends the inside of a JSON string (RFC 8259 section 7): quotes, backslashes and controls escaped, other bytes as they are.
  mutating func append(escaped bytes: Span<UInt8>) {
    // Without an early exit: sixteen bytes at a time.
    var found: UInt8 = 0
    for index in bytes.indices { found |= isSpecial(bytes[index]) ? 1 : 0 }
    guard found != 0 else { return append(bytes) }
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0..<0x20, 0x7F...:
        // What is no ASCII is told as Latin-1, so that a line is valid UTF-8 whatever was sent.
        append(UInt8(ascii: "\\"))
        append(UInt8(ascii: "u"))
        append(UInt8(ascii: "0"))
        append(UInt8(ascii: "0"))
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 0xF))
      default: append(byte)
      }
    }
  }

  /// Whether a byte does not stand for itself in a JSON string.
  @inline(__always)
  private func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte &- 0x20 >= 0x7F - 0x20
  }

  /// Appends a number, with zeros in front where it has fewer digits.
  mutating func append(decimal number: UInt64, digits minimum: Int = 1) {
    var digits = 1
    var rest = number
    while rest >= 10 {
      digits += 1
      rest /= 10
    }
    digits = max(digits, minimum)
    guard digits <= block.count - count else { return }
    let start = count
    var place = start + digits
    count = place
    rest = number
    var bytes = block.mutableSpan
    while place > start {
      place -= 1
      bytes[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
