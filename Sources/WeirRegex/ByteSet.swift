/// A set of bytes, one bit each.
struct ByteSet: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64)

  static let all = ByteSet(words: (.max, .max, .max, .max))
  static let digits = ByteSet(0x30...0x39)
  static let wordBytes = ByteSet(0x30...0x39).union(ByteSet(0x41...0x5A)).union(ByteSet(0x61...0x7A)).union(
    ByteSet(0x5F...0x5F))
  /// Tab, line feed, vertical tab, form feed, carriage return, blank.
  static let spaces = ByteSet(0x09...0x0D).union(ByteSet(0x20...0x20))

  private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  init() { words = (0, 0, 0, 0) }

  init(_ range: ClosedRange<UInt8>) {
    self.init()
    for byte in range { insert(byte) }
  }

  var isEmpty: Bool { self == ByteSet() }

  var inverted: ByteSet { ByteSet(words: (~words.0, ~words.1, ~words.2, ~words.3)) }

  func union(_ other: ByteSet) -> ByteSet {
    ByteSet(
      words: (
        words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3
      ))
  }

  func contains(_ byte: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    return switch byte >> 6 {
    case 0: words.0 & bit != 0
    case 1: words.1 & bit != 0
    case 2: words.2 & bit != 0
    default: words.3 & bit != 0
    }
  }

  mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}
