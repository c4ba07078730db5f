// Eight bytes at a time: what nearly every header name and value is made of is recognised by a few operations on a word. The loads
// are checked against the span; a word has no invalid value, and all machines that Weir runs on have the first byte lowest.

/// The eight bytes at an offset.
@inline(__always)
func word(_ bytes: Span<UInt8>, at index: Int) -> UInt64 {
  UInt64(littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
}

/// `count` bytes from an offset on, up to eight; the bytes above them are zero.
@inline(__always)
func word(_ bytes: Span<UInt8>, from start: Int, count: Int) -> UInt64 {
  if count == 8 { return word(bytes, at: start) }
  if count >= 4 {
    let low = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)
    let high = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start + count - 4, as: UInt32.self)
    return UInt64(UInt32(littleEndian: low)) | UInt64(UInt32(littleEndian: high)) << UInt64(8 * (count - 4))
  }
  var result: UInt64 = 0
  for index in 0..<count { result |= UInt64(bytes[start + index]) << UInt64(8 * index) }
  return result
}

/// Writes eight bytes.
@inline(__always)
func store(_ word: UInt64, to bytes: inout MutableSpan<UInt8>, at index: Int) {
  var raw = unsafe bytes.mutableBytes
  raw.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
}

/// The byte in all places of a word.
@inline(__always)
private func all(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

/// Whether a byte of the word is a C0 control, the tab included, or DEL.
@inline(__always)
func hasControl(_ word: UInt64) -> Bool {
  let isDelete = word ^ all(0x7F)
  return ((word &- all(0x20)) & ~word | (isDelete &- all(0x01)) & ~isDelete) & all(0x80) != 0
}

/// Marks in the highest bits of the bytes that lie in a range. Each byte of the word is below 0x80, so sums stay in their places and
/// show in the highest bit whether a bound is passed; the other bits mean nothing.
@inline(__always)
private func marks(_ word: UInt64, in range: ClosedRange<UInt8>) -> UInt64 {
  (word &+ all(0x80 - range.lowerBound)) & ~(word &+ all(0x7F - range.upperBound))
}

/// As above, of the bytes that are this one.
@inline(__always)
private func marks(_ word: UInt64, of byte: UInt8) -> UInt64 { ~((word ^ all(byte)) &+ all(0x7F)) }

/// The letters of a word of ASCII in lower case.
@inline(__always)
private func lowercased(_ word: UInt64) -> UInt64 { word | (marks(word, in: 0x41...0x5A) & all(0x80)) >> 2 }

/// The word with ASCII letters in lower case; `nil` when a byte is neither a letter nor a digit nor `-`.
@inline(__always)
func lowercasedName(_ word: UInt64) -> UInt64? {
  guard word & all(0x80) == 0 else { return nil }
  let lower = lowercased(word)
  let found = marks(lower, in: 0x61...0x7A) | marks(word, in: 0x30...0x39) | marks(word, of: 0x2D)
  return found & all(0x80) == all(0x80) ? lower : nil
}

/// What a word of a host name is made of.
struct HostWord {
  /// The word in lower case.
  let lower: UInt64
  /// A bit for each byte that is `.`, `-`, and none that a name may have; the first is lowest.
  let dots: UInt64
  let dashes: UInt64
  let others: UInt64

  /// `nil` for a byte outside ASCII.
  @inline(__always)
  init?(_ word: UInt64) {
    guard word & all(0x80) == 0 else { return nil }
    lower = lowercased(word)
    let dot = marks(word, of: 0x2E)
    let dash = marks(word, of: 0x2D)
    let name = marks(lower, in: 0x61...0x7A) | marks(word, in: 0x30...0x39) | marks(word, of: 0x5F) | dot | dash
    dots = bits(dot)
    dashes = bits(dash)
    others = bits(~name)
  }
}

/// The highest bits of the bytes, side by side.
@inline(__always)
private func bits(_ marks: UInt64) -> UInt64 { ((marks & all(0x80)) >> 7 &* 0x0102_0408_1020_4080) >> 56 }

/// Marks of the slashes, and of slashes and dots, of a word of a path; `nil` when a byte is neither of them nor a letter, a digit,
/// `-` or `_`.
@inline(__always)
func plainPath(_ word: UInt64) -> (slashes: UInt64, slashesAndDots: UInt64)? {
  guard word & all(0x80) == 0 else { return nil }
  // `-`, `.`, `/` and the digits stand side by side.
  let found = marks(word | all(0x20), in: 0x61...0x7A) | marks(word, in: 0x2D...0x39) | marks(word, of: 0x5F)
  guard found & all(0x80) == all(0x80) else { return nil }
  return (marks(word, of: 0x2F) & all(0x80), marks(word, in: 0x2E...0x2F) & all(0x80))
}

/// Whether all bytes of a word are letters, digits, or one of `-._/=&`, of which nearly every query is made.
@inline(__always)
func isPlainQuery(_ word: UInt64) -> Bool {
  guard word & all(0x80) == 0 else { return false }
  let found =
    marks(word | all(0x20), in: 0x61...0x7A) | marks(word, in: 0x2D...0x39) | marks(word, of: 0x5F)
    | marks(word, of: 0x3D) | marks(word, of: 0x26)
  return found & all(0x80) == all(0x80)
}

/// The first place of a byte from an index on, or the end.
@inline(__always)
func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
  var index = start
  while bytes.count - index >= 8 {
    let difference = word(bytes, at: index) ^ all(byte)
    // A borrow marks bytes behind a hit at most: the lowest mark is exact.
    let found = (difference &- all(0x01)) & ~difference & all(0x80)
    if found != 0 { return index + found.trailingZeroBitCount / 8 }
    index += 8
  }
  while index < bytes.count, bytes[index] != byte { index += 1 }
  return index
}
