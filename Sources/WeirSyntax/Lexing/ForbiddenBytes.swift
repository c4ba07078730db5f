import WeirSource

/// Bytes that may stand nowhere, not even in strings and comments: text whose order on the screen is not its order in the
/// file, control characters, bytes that are not UTF-8 (RFC 3629).
///
/// Complexity: O(length of the text).
func forbiddenBytes(in text: [UInt8], file: FileID) -> [Diagnostic] {
  var diagnostics: [Diagnostic] = []
  var reportedEncoding = false
  var position = 0
  let bytes = text.span
  while true {
    while position < bytes.count, isPlain(bytes[position]) { position += 1 }
    guard position < bytes.count else { break }
    let byte = bytes[position]
    if byte < 0x80 {
      if byte != UInt8(ascii: "\r") || !text.has(UInt8(ascii: "\n"), at: position + 1) {
        diagnostics.append(
          Diagnostic(
            .controlCharacter, at: SourceSpan(file: file, start: position, end: position + 1),
            "the file contains the control character \(codePoint(UInt32(byte)))"))
      }
      position += 1
      continue
    }
    guard let (scalar, length) = decodeScalar(text, at: position) else {
      // A file in another encoding would be wrong in many places: once is enough.
      if !reportedEncoding {
        reportedEncoding = true
        diagnostics.append(
          Diagnostic(
            .invalidEncoding, at: SourceSpan(file: file, start: position, end: position + 1),
            "the file is not UTF-8: the byte 0x\(hex(UInt32(byte), digits: 2)) begins no character"))
      }
      position += 1
      continue
    }
    if isDirectionControl(scalar) {
      diagnostics.append(
        Diagnostic(
          .directionControl, at: SourceSpan(file: file, start: position, end: position + length),
          "the invisible character \(codePoint(scalar)) changes the order in which text is shown"))
    }
    position += length
  }
  return diagnostics
}

@inline(__always)
private func isPlain(_ byte: UInt8) -> Bool {
  byte &- 0x20 < 0x5F || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
}

/// The characters with Bidi_Control in Unicode (UAX #9).
private func isDirectionControl(_ scalar: UInt32) -> Bool {
  scalar == 0x061C || scalar == 0x200E || scalar == 0x200F || (0x202A...0x202E).contains(scalar)
    || (0x2066...0x2069).contains(scalar)
}

/// One scalar of two or more bytes: shortest form only, no surrogates (RFC 3629, section 4).
private func decodeScalar(_ text: [UInt8], at start: Int) -> (scalar: UInt32, length: Int)? {
  let first = UInt32(text[start])
  let length: Int
  var scalar: UInt32
  let smallest: UInt32
  switch first {
  case 0xC2...0xDF: (length, scalar, smallest) = (2, first & 0x1F, 0x80)
  case 0xE0...0xEF: (length, scalar, smallest) = (3, first & 0x0F, 0x800)
  case 0xF0...0xF4: (length, scalar, smallest) = (4, first & 0x07, 0x10000)
  default: return nil
  }
  guard start + length <= text.count else { return nil }
  for offset in 1..<length {
    let next = UInt32(text[start + offset])
    guard next & 0xC0 == 0x80 else { return nil }
    scalar = scalar << 6 | next & 0x3F
  }
  guard scalar >= smallest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return nil }
  return (scalar, length)
}

private func codePoint(_ scalar: UInt32) -> String { "U+" + hex(scalar, digits: 4) }

private func hex(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
