extension JSONParser {
  /// Reads a string from its opening to its closing quote.
  mutating func string() throws(JSONError) -> String {
    let open = index
    index += 1
    // Most strings have no escape and are taken in one piece.
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        let slice = text[(open + 1)..<index]
        index += 1
        return try validated(slice, at: open)
      case UInt8(ascii: "\\"): return try escapedString(from: open)
      case 0..<0x20: throw JSONError(.controlCharacter, at: index)
      default: index += 1
      }
    }
    throw JSONError(.unexpectedEnd, at: index)
  }

  private mutating func escapedString(from open: Int) throws(JSONError) -> String {
    var bytes = Array(text[(open + 1)..<index])
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try validated(bytes[...], at: open)
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case 0..<0x20: throw JSONError(.controlCharacter, at: index)
      default:
        bytes.append(byte)
        index += 1
      }
    }
    throw JSONError(.unexpectedEnd, at: index)
  }

  private func validated(_ bytes: ArraySlice<UInt8>, at open: Int) throws(JSONError) -> String {
    guard let string = String(validating: bytes, as: UTF8.self) else { throw JSONError(.invalidUTF8, at: open) }
    return string
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    let start = index
    index += 1
    guard index < text.count else { throw JSONError(.unexpectedEnd, at: index) }
    let letter = text[index]
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal4()
      if 0xD800...0xDBFF ~= code {
        guard consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) else {
          throw JSONError(.loneSurrogate, at: start)
        }
        let low = try hexadecimal4()
        guard 0xDC00...0xDFFF ~= low else { throw JSONError(.loneSurrogate, at: start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  private mutating func hexadecimal4() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < text.count else { throw JSONError(.unexpectedEnd, at: index) }
      guard let digit = Character(Unicode.Scalar(text[index])).hexDigitValue, text[index] < 0x80 else {
        throw JSONError(.invalidEscape, at: index)
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
