/// Whether the bytes are exactly those of an ASCII constant. Constants of up to 15 bytes live in the `String` itself.
func isEqual(_ bytes: Span<UInt8>, to constant: String) -> Bool {
  guard bytes.count == constant.utf8.count else { return false }
  var index = 0
  for byte in constant.utf8 {
    guard bytes[index] == byte else { return false }
    index += 1
  }
  return true
}

/// Whether the bytes begin with a lower-case ASCII constant, in any case.
func hasPrefixIgnoringCase(_ bytes: Span<UInt8>, _ constant: String) -> Bool {
  guard bytes.count >= constant.utf8.count else { return false }
  var index = 0
  for byte in constant.utf8 {
    guard bytes[index].asciiLowercased == byte else { return false }
    index += 1
  }
  return true
}

/// Whether both hold the same bytes.
func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  for index in left.indices where left[index] != right[index] { return false }
  return true
}
