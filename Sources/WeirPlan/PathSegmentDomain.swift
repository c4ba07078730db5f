/// The non-empty segments of canonical paths, as both path modes of a mesh leave them.
enum PathSegmentDomain {
  // States: 0 nothing yet, 1 plain, 2 `.`, 3 `..`, 4 `%`, 5 and 6 after the first digit of `%` + 0…7 (6: of `%2`),
  // 7 after `%25`, 8 after `%25` and a hex digit, then those of escaped UTF-8.
  private static let percent = 4

  static func isAccepting(_ state: Int) -> Bool { state == 1 || state == 7 || state == 8 }

  static func step(_ state: Int, _ byte: UInt8, isFolded: Bool) -> Int? {
    switch state {
    case 0...3, 7, 8: return outside(state, byte, isFolded: isFolded)
    default: return inside(state, byte)
    }
  }

  private static func outside(_ state: Int, _ byte: UInt8, isFolded: Bool) -> Int? {
    if byte == UInt8(ascii: "%") { return percent }
    guard isSegmentByte(byte), !isFolded || !(0x41...0x5A).contains(byte) else { return nil }
    // `%25` before two hex digits could be decoded twice.
    if state >= 7, isHexDigit(byte) { return state == 7 ? 8 : nil }
    if byte == UInt8(ascii: ".") { return state == 0 ? 2 : state == 2 ? 3 : 1 }
    return 1
  }

  /// RFC 3986 section 3.3 without escapes and `;`.
  private static func isSegmentByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x21, 0x24, 0x26...0x2C, 0x3A, 0x3D, 0x40: true
    default: false
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  /// Escapes: 10 + n after the first digit n of an ASCII escape or a lead byte; the others say what must still come.
  private static func inside(_ state: Int, _ byte: UInt8) -> Int? {
    if state == percent {
      guard let digit = upperHexValue(byte) else { return nil }
      switch digit {
      case 2...7, 0xC...0xF: return 10 + digit
      default: return nil
      }
    }
    if (10..<26).contains(state) {
      guard let digit = upperHexValue(byte) else { return nil }
      let value = (state - 10) << 4 | digit
      if value < 0x80 { return ascii(value) }
      switch value {
      case 0xC2...0xDF: return expectEscape(remaining: 1, low: 8, high: 0xB)
      case 0xE0: return expectEscape(remaining: 2, low: 0xA, high: 0xB)
      case 0xED: return expectEscape(remaining: 2, low: 8, high: 9)
      case 0xE1...0xEF: return expectEscape(remaining: 2, low: 8, high: 0xB)
      case 0xF0: return expectEscape(remaining: 3, low: 9, high: 0xB)
      case 0xF1...0xF3: return expectEscape(remaining: 3, low: 8, high: 0xB)
      case 0xF4: return expectEscape(remaining: 3, low: 8, high: 8)
      default: return nil
      }
    }
    // A continuation: `%`, a digit within bounds, any digit.
    let code = state - 100
    let position = code / 1_000
    let remaining = code / 100 % 10
    let low = 8 + code / 10 % 10
    let high = 8 + code % 10
    switch position {
    case 0: return byte == UInt8(ascii: "%") ? state + 1_000 : nil
    case 1:
      guard let digit = upperHexValue(byte), (low...high).contains(digit) else { return nil }
      return state + 1_000
    default:
      guard upperHexValue(byte) != nil else { return nil }
      return remaining == 1 ? 1 : expectEscape(remaining: remaining - 1, low: 8, high: 0xB)
    }
  }

  private static func expectEscape(remaining: Int, low: Int, high: Int) -> Int {
    100 + remaining * 100 + (low - 8) * 10 + (high - 8)
  }

  /// What is written as an escape and stays one: neither unreserved nor a control nor a slash of either kind.
  private static func ascii(_ value: Int) -> Int? {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: nil
    case 0..<0x20, 0x7F, 0x2F, 0x5C: nil
    case 0x25: 7
    default: 1
    }
  }

  private static func upperHexValue(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x37
    default: nil
    }
  }
}
