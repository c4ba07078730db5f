/// Canonical hosts: names of labels, dotted IPv4 addresses, IPv6 addresses in brackets.
///
/// The lengths of labels and names are not counted, an IPv6 address need only look like one: the shortest text of a class
/// keeps to the limits unless a rule asks for what breaks them.
enum HostDomain {
  // States below 200 read a name, 200 to 299 what stands in brackets, 1000 and more what may become an IPv4 address.
  static func isAccepting(_ state: Int) -> Bool {
    if state == 4 || state == 299 { return true }
    guard state >= 1_000 else { return false }
    let (part, value) = address(state)
    return part == 3 && value >= 0
  }

  static func step(_ state: Int, _ byte: UInt8) -> Int? {
    if state >= 200, state < 300 { return bracket(state, byte) }
    if state == 0, byte == UInt8(ascii: "[") { return 200 }
    if state >= 1_000 || (state == 0 && isDigit(byte)) {
      return number(state == 0 ? 1_000 : state, byte)
    }
    return name(state, byte)
  }

  // 0 nothing, 4 a label that may be the last, 5 the same after a hyphen, 6 after a dot,
  // 7 digits only, 8 `0`, 9 `0x` and hex digits: these cannot be the last.
  private static func name(_ state: Int, _ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "."): return state == 0 || state == 5 || state == 6 ? nil : 6
    case UInt8(ascii: "-"): return state == 0 || state == 6 ? nil : 5
    case 0x30...0x39:
      switch state {
      case 0, 6: return byte == 0x30 ? 8 : 7
      case 7, 8: return 7
      case 9: return 9
      default: return 4
      }
    case UInt8(ascii: "x") where state == 8: return 9
    case 0x61...0x66 where state == 9: return 9
    case 0x61...0x7A, UInt8(ascii: "_"): return 4
    default: return nil
    }
  }

  // MARK: - Names that begin with a number: perhaps an address

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// 1000 + part × 260 + value + 1, value −1 before the first digit.
  private static func address(_ state: Int) -> (part: Int, value: Int) {
    ((state - 1_000) / 260, (state - 1_000) % 260 - 1)
  }

  private static func number(_ state: Int, _ byte: UInt8) -> Int? {
    let (part, value) = address(state)
    if isDigit(byte) {
      let next = max(value, 0) * 10 + Int(byte) - 0x30
      // A leading zero or too large a number: no address any more, but perhaps a name.
      return value == 0 || next > 255 ? 7 : 1_000 + part * 260 + next + 1
    }
    if byte == UInt8(ascii: ".") {
      guard value >= 0 else { return nil }
      return part == 3 ? 6 : 1_000 + (part + 1) * 260
    }
    return name(value < 0 ? 6 : value == 0 ? 8 : 7, byte)
  }

  // MARK: - IPv6

  // 200 `[`, 201 and 202 one or two colons seen, 299 closed.
  private static func bracket(_ state: Int, _ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: ":"): return state == 299 ? nil : min(state + 1, 202)
    case 0x30...0x39, 0x61...0x66: return state == 299 ? nil : state
    case UInt8(ascii: "]"): return state == 202 ? 299 : nil
    default: return nil
    }
  }
}
