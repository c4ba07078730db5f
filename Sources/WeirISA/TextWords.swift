/// Texts in words of eight bytes: how compiler, verifier and machine hash them, and how the machine compares them.
///
/// A text lies among other bytes, of which at least `padding` follow it, so that words may be read at each of its places.
public enum TextWords {
  /// Bytes that have to follow a text.
  public static let padding = 16
  @usableFromInline static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The eight bytes from a place on, the first lowest.
  @inlinable
  @inline(__always)
  public static func word(_ bytes: Span<UInt8>, at place: Int) -> UInt64 {
    word(bytes.extracting(place..<bytes.count))
  }

  /// The first eight bytes.
  @inlinable
  @inline(__always)
  static func word(_ bytes: Span<UInt8>) -> UInt64 {
    // The last one first: then one check of bounds is left, and one load.
    let last = UInt64(bytes[7]) << 56
    return UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16 | UInt64(bytes[3]) << 24
      | UInt64(bytes[4]) << 32 | UInt64(bytes[5]) << 40 | UInt64(bytes[6]) << 48 | last
  }

  /// The sixteen bytes from a place on.
  @inlinable
  @inline(__always)
  static func pair(_ bytes: Span<UInt8>, at place: Int) -> (UInt64, UInt64) {
    let piece = bytes.extracting(place..<bytes.count)
    let last = UInt64(piece[15]) << 56
    let second =
      UInt64(piece[8]) | UInt64(piece[9]) << 8 | UInt64(piece[10]) << 16 | UInt64(piece[11]) << 24
      | UInt64(piece[12]) << 32 | UInt64(piece[13]) << 40 | UInt64(piece[14]) << 48 | last
    return (word(piece), second)
  }

  /// A word of which only the lower 1 to 8 bytes are kept.
  @inlinable
  @inline(__always)
  public static func lower(_ word: UInt64, bytes count: Int) -> UInt64 {
    word & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count))
  }

  /// Goes on with a hash by the next two words.
  @inlinable
  @inline(__always)
  static func mix(_ hash: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = (hash ^ first).multipliedFullWidth(by: second ^ factor)
    return product.high ^ product.low
  }

  /// The hash of a text: its words two by two, zeros behind the last byte. Never a proof of equality: whoever looks
  /// something up compares the key as well.
  @inlinable
  @inline(__always)
  public static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>, seed: UInt64) -> UInt64 {
    var hash = seed
    var place = range.lowerBound
    var rest = range.upperBound &- place
    while rest >= 16 {
      let (first, second) = pair(bytes, at: place)
      hash = mix(hash, first, second)
      place &+= 16
      rest &-= 16
    }
    if rest > 8 {
      let (first, second) = pair(bytes, at: place)
      return mix(hash, first, lower(second, bytes: rest &- 8))
    }
    return rest > 0 ? TextWords.hash(lower(word(bytes, at: place), bytes: rest), seed: hash) : hash
  }

  /// The hash of a text of up to eight bytes, zeros behind the last one.
  @inlinable
  @inline(__always)
  public static func hash(_ word: UInt64, seed: UInt64) -> UInt64 { mix(seed, word, 0) }

  /// Whether a text and one of as many bytes among others are the same.
  @inlinable
  @inline(__always)
  public static func areEqual(_ bytes: Span<UInt8>, _ range: Range<Int>, _ others: Span<UInt8>, at start: Int) -> Bool {
    var place = range.lowerBound
    var other = start
    var rest = range.upperBound &- place
    while rest >= 16 {
      let (first, second) = pair(bytes, at: place)
      let (third, fourth) = pair(others, at: other)
      guard (first ^ third) | (second ^ fourth) == 0 else { return false }
      place &+= 16
      other &+= 16
      rest &-= 16
    }
    if rest > 8 {
      let (first, second) = pair(bytes, at: place)
      let (third, fourth) = pair(others, at: other)
      return (first ^ third) | lower(second ^ fourth, bytes: rest &- 8) == 0
    }
    return rest == 0 || lower(word(bytes, at: place) ^ word(others, at: other), bytes: rest) == 0
  }

  /// How many bytes come before the first slash of a word; 8 without one.
  @inlinable
  @inline(__always)
  public static func bytesBeforeSlash(_ word: UInt64) -> Int {
    let difference = word ^ 0x2F2F_2F2F_2F2F_2F2F
    // A borrow marks bytes behind a hit at most: the lowest mark is exact.
    return ((difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080).trailingZeroBitCount / 8
  }
}
