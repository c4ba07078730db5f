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

/// The word with ASCII letters in lower case; `nil` when a byte is neither a letter nor a digit nor `-`.
@inline(__always)
func lowercasedName(_ word: UInt64) -> UInt64? {
  guard word & all(0x80) == 0 else { return nil }
  // Each byte is below 0x80, so sums stay in their places and show in the highest bit whether a bound is passed.
  let isUpper = (word &+ all(0x80 - 0x41)) & ~(word &+ all(0x80 - 0x5B)) & all(0x80)
  let lower = word | isUpper >> 2
  let isLetter = (lower &+ all(0x80 - 0x61)) & ~(lower &+ all(0x80 - 0x7B))
  let isDigit = (word &+ all(0x80 - 0x30)) & ~(word &+ all(0x80 - 0x3A))
  let isDash = ~((word ^ all(0x2D)) &+ all(0x7F))
  return (isLetter | isDigit | isDash) & all(0x80) == all(0x80) ? lower : nil
}
