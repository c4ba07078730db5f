/// Finding the byte that ends a run, eight at a time.
///
/// Each test sets the top bit of the bytes that are looked for. A borrow may set it for bytes above a hit as well, never
/// below one: the lowest mark is exact, and it is the only one that is read (Mycroft 1987).
@usableFromInline enum ByteScan {
  @inline(__always)
  private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  @inline(__always)
  private static func below(_ limit: UInt8, _ word: UInt64) -> UInt64 { (word &- repeated(limit)) & ~word }

  @inline(__always)
  private static func equal(_ byte: UInt8, _ word: UInt64) -> UInt64 {
    let difference = word ^ repeated(byte)
    return (difference &- repeated(1)) & ~difference
  }

  /// The first control byte from `start` on, the tab included, or `end`.
  @inline(__always)
  static func control(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = start
    while end &- position >= 8 {
      let word = bytes.word(at: position)
      let marks = (below(0x20, word) | equal(0x7F, word)) & repeated(0x80)
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < end, bytes[position] >= 0x20, bytes[position] != 0x7F { position &+= 1 }
    return position
  }

  /// The first byte from `start` on that is not visible ASCII, or `end`.
  @inline(__always)
  static func invisible(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = start
    while end &- position >= 8 {
      let word = bytes.word(at: position)
      let marks = (below(0x21, word) | equal(0x7F, word) | word) & repeated(0x80)
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < end, bytes[position] > 0x20, bytes[position] < 0x7F { position &+= 1 }
    return position
  }

  /// The first line feed from `start` on, or `end`.
  @usableFromInline static func lineFeed(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = start
    while end &- position >= 8 {
      let marks = equal(0x0A, bytes.word(at: position)) & repeated(0x80)
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < end, bytes[position] != 0x0A { position &+= 1 }
    return position
  }

  /// The first byte from `start` on that is no letter, digit or `-`, or `end`: the end of nearly every name.
  @inline(__always)
  static func wordEnd(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = start
    while end &- position >= 8 {
      let word = bytes.word(at: position)
      // Without the top bits no addition carries into the next byte.
      let ascii = word & repeated(0x7F)
      let folded = ascii | repeated(0x20)
      let letters = (folded &+ repeated(0x80 - 0x61)) & ~(folded &+ repeated(0x80 - 0x7B))
      let digits = (ascii &+ repeated(0x80 - 0x30)) & ~(ascii &+ repeated(0x80 - 0x3A))
      let dashes = ~((ascii ^ repeated(0x2D)) &+ repeated(0x7F))
      let marks = (~(letters | digits | dashes) | word) & repeated(0x80)
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < end, bytes[position].isWordByte { position &+= 1 }
    return position
  }

  /// The first byte from `start` on that is no `tchar` (RFC 9110 section 5.6.2), or `end`.
  @inline(__always)
  static func tokenEnd(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = wordEnd(bytes, from: start, to: end)
    while position < end, bytes[position].isTokenByte { position &+= 1 }
    return position
  }

  /// The word with the letters of ASCII in lower case.
  @inline(__always)
  static func lowercased(_ word: UInt64) -> UInt64 {
    let ascii = word & repeated(0x7F)
    let capitals = (ascii &+ repeated(0x80 - 0x41)) & ~(ascii &+ repeated(0x80 - 0x5B)) & ~word & repeated(0x80)
    return word | capitals >> 2
  }

  /// Up to eight bytes of a name in lower case as a word, zeros after them. `-` and digits stay; of the other bytes of a
  /// token none becomes a letter, so equal words mean equal names.
  @inline(__always)
  static func foldedWord(_ bytes: Span<UInt8>, from start: Int, count: Int) -> UInt64 {
    if count >= 8 { return bytes.word(at: start) | repeated(0x20) }
    if count <= 0 { return 0 }
    let mask = ~UInt64(0) >> UInt64(64 &- 8 &* count)
    if bytes.count &- start >= 8 { return (bytes.word(at: start) | repeated(0x20)) & mask }
    var word: UInt64 = 0
    for index in 0..<count { word |= UInt64(bytes[start &+ index] | 0x20) << UInt64(8 &* index) }
    return word
  }
}

extension UInt8 {
  /// A letter, a digit or `-`.
  @inline(__always)
  var isWordByte: Bool {
    switch self {
    case 0x2D, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  /// RFC 9110 section 5.6.2.
  @inline(__always)
  var isTokenByte: Bool {
    // Two words of bits, one for each half of ASCII.
    let bits: UInt64 = self < 0x40 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
    return self < 0x80 && (bits >> UInt64(self & 0x3F)) & 1 != 0
  }

  /// RFC 9110 section 5.6.3.
  @inline(__always)
  var isOptionalWhitespace: Bool { self == 0x20 || self == 0x09 }
}

/// Whether a range of bytes is a constant of lower-case letters, digits and `-`, in any case. The range holds no controls:
/// only they fold to the same bytes.
func isEqualIgnoringCase(_ bytes: Span<UInt8>, _ range: Range<Int>, _ constant: StaticString) -> Bool {
  guard range.count == constant.utf8CodeUnitCount else { return false }
  let expected = constant.bytes
  var offset = 0
  while offset < range.count {
    let count = range.count &- offset
    guard
      ByteScan.foldedWord(bytes, from: range.lowerBound &+ offset, count: count)
        == ByteScan.foldedWord(expected, from: offset, count: count)
    else { return false }
    offset &+= 8
  }
  return true
}

/// Whether two ranges hold the same name.
func isEqualIgnoringCase(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
  guard left.count == right.count else { return false }
  for index in 0..<left.count {
    let (one, other) = (bytes[left.lowerBound + index], bytes[right.lowerBound + index])
    guard one == other || (one | 0x20 == other | 0x20 && one | 0x20 >= 0x61 && one | 0x20 <= 0x7A) else { return false }
  }
  return true
}
