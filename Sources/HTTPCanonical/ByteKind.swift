/// The byte classes of RFC 3986 and RFC 9110. Written as switches over constants: they compile to bit tests, with no
/// table to load and nothing to initialise.
extension UInt8 {
  /// A digit of a percent escape, either case.
  var isHexDigit: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  /// The value of a hexadecimal digit, nil for any other byte.
  var hexValue: UInt8? {
    switch self {
    case 0x30...0x39: self &- 0x30
    case 0x41...0x46: self &- 0x37
    case 0x61...0x66: self &- 0x57
    default: nil
    }
  }

  var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  /// A C0 control or DEL. NUL included.
  var isControl: Bool { self < 0x20 || self == 0x7F }

  /// RFC 3986 section 2.3: the bytes whose escape means the same as the byte.
  var isUnreserved: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }

  /// RFC 3986 section 3.3: `pchar` without escapes, as it may stand in a path segment.
  var isSegmentByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    case 0x21, 0x24, 0x26...0x2C, 0x3A, 0x3B, 0x3D, 0x40: true
    default: false
    }
  }

  /// RFC 3986 section 3.4, `pchar`, `/` and `?`, and what browsers send unescaped besides (the query percent-encode set of
  /// the WHATWG URL standard leaves them alone): `[ ] { } | \ ^` and the grave accent.
  var isQueryByte: Bool {
    switch self {
    case 0x2F, 0x3F, 0x5B...0x5E, 0x60, 0x7B...0x7D: true
    default: isSegmentByte
    }
  }

  /// RFC 9110 section 5.6.2: `tchar`.
  var isTokenByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: false
    }
  }

  /// RFC 6265 section 4.1.1: `cookie-octet`.
  var isCookieByte: Bool {
    switch self {
    case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
    default: false
    }
  }

  /// RFC 9110 section 5.6.3: the whitespace that may surround a header value.
  var isOptionalWhitespace: Bool { self == 0x20 || self == 0x09 }

  /// ASCII letters in lower case, every other byte unchanged.
  var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  /// ASCII letters in upper case, every other byte unchanged.
  var asciiUppercased: UInt8 { self >= 0x61 && self <= 0x7A ? self & 0xDF : self }

  /// The upper-case hexadecimal digit of a value below 16.
  static func upperHexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x37 &+ value }
}

/// The value of the two hexadecimal digits that follow the `%` at `index`, nil when they are not there.
func escapedByte(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
  guard bytes.count - index > 2, let high = bytes[index + 1].hexValue, let low = bytes[index + 2].hexValue else {
    return nil
  }
  return high << 4 | low
}
