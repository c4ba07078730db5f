extension CanonicalPath {
  /// Writes `path` with every byte checked and every escape in its only spelling; returns the length written.
  static func decodeEscapes(
    _ path: Span<UInt8>, mode: PathMode, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    var length = 0
    var index = 0
    // Where the bytes after the latest `%25` begin. Double encoding is looked for in what is written, not in what was
    // read: `%25%34%31` spells `%2541` too.
    var afterEscapedPercent = Int.min

    while index < path.count {
      var byte = path[index]
      if byte == UInt8(ascii: "%") {
        guard let value = escapedByte(path, at: index) else { throw .pathBadPercent }
        if value >= 0x80 {
          let escapes = try utf8SequenceLength(path, at: index, lead: value)
          for position in index..<index + 3 * escapes {
            scratch[length] = path[position].asciiUppercased
            length += 1
          }
          index += 3 * escapes
          continue
        }
        index += 3
        switch try meaning(ofEscaped: value, mode: mode) {
        case .escape:
          scratch[length] = UInt8(ascii: "%")
          scratch[length + 1] = .upperHexDigit(value >> 4)
          scratch[length + 2] = .upperHexDigit(value & 0x0F)
          length += 3
          if value == UInt8(ascii: "%") { afterEscapedPercent = length }
          continue
        case .byte(let plain):
          byte = plain
        }
      } else {
        index += 1
        byte = try checked(raw: byte, mode: mode)
      }
      if length == afterEscapedPercent &+ 1, byte.isHexDigit, scratch[length - 1].isHexDigit {
        throw .pathDoubleEncoding
      }
      scratch[length] = byte
      length += 1
    }
    return length
  }

  private enum EscapeMeaning {
    case byte(UInt8)
    case escape
  }

  private static func meaning(ofEscaped value: UInt8, mode: PathMode) throws(RejectReason) -> EscapeMeaning {
    if value.isUnreserved { return .byte(value) }
    if value == 0 { throw .pathNul }
    if value.isControl { throw .pathControl }
    switch (value, mode) {
    case (UInt8(ascii: "/"), .strict): throw .pathEncodedSlash
    case (UInt8(ascii: "\\"), .strict): throw .pathEncodedBackslash
    case (UInt8(ascii: "/"), .mergeAndDecode), (UInt8(ascii: "\\"), .mergeAndDecode): return .byte(UInt8(ascii: "/"))
    default: return .escape
    }
  }

  private static func checked(raw byte: UInt8, mode: PathMode) throws(RejectReason) -> UInt8 {
    switch byte {
    case UInt8(ascii: "/"): return byte
    case UInt8(ascii: ";"): throw .pathSemicolon
    case UInt8(ascii: "#"): throw .pathFragment
    case UInt8(ascii: "\\"):
      guard mode == .mergeAndDecode else { throw .pathBackslash }
      return UInt8(ascii: "/")
    case 0: throw .pathNul
    default:
      if byte.isSegmentByte { return byte }
      throw byte.isControl ? .pathControl : .pathForbiddenByte
    }
  }

  /// The number of escapes, 2 to 4, of the UTF-8 sequence that begins with the escape at `index`.
  ///
  /// The ranges are those of RFC 3629 section 4, which leave out overlong forms, surrogates and what lies beyond
  /// U+10FFFF.
  private static func utf8SequenceLength(
    _ path: Span<UInt8>, at index: Int, lead: UInt8
  ) throws(RejectReason) -> Int {
    let escapes: Int
    let second: ClosedRange<UInt8>
    switch lead {
    case 0xC2...0xDF: (escapes, second) = (2, 0x80...0xBF)
    case 0xE0: (escapes, second) = (3, 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE, 0xEF: (escapes, second) = (3, 0x80...0xBF)
    case 0xED: (escapes, second) = (3, 0x80...0x9F)
    case 0xF0: (escapes, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (escapes, second) = (4, 0x80...0xBF)
    case 0xF4: (escapes, second) = (4, 0x80...0x8F)
    default: throw .pathInvalidUTF8
    }
    for number in 1..<escapes {
      let position = index + 3 * number
      guard position < path.count, path[position] == UInt8(ascii: "%") else { throw .pathInvalidUTF8 }
      guard let value = escapedByte(path, at: position) else { throw .pathBadPercent }
      guard (number == 1 ? second : 0x80...0xBF).contains(value) else { throw .pathInvalidUTF8 }
    }
    return escapes
  }
}
