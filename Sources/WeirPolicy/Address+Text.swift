extension IPAddress: CustomStringConvertible {
  /// Reads dotted decimal (four numbers without leading zeros) or the text of RFC 4291 section 2.2; no zone, no brackets.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self.init(bytes.span)
  }

  /// As `init(_:)`, from bytes and without allocation.
  public init?(_ text: Span<UInt8>) {
    if let value = IPAddress.ipv4(text, 0..<text.count) {
      self.init(ipv4: value)
    } else if let groups = IPAddress.groups(text) {
      self.init(high: IPAddress.word(groups, from: 0), low: IPAddress.word(groups, from: 4))
    } else {
      return nil
    }
  }

  private static func word(_ groups: InlineArray<8, UInt16>, from start: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in start..<start + 4 { word = word << 16 | UInt64(groups[index]) }
    return word
  }

  private static func ipv4(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    var result: UInt32 = 0
    var position = range.lowerBound
    for part in 0..<4 {
      if part > 0 {
        guard position < range.upperBound, text[position] == UInt8(ascii: ".") else { return nil }
        position += 1
      }
      let start = position
      var number: UInt32 = 0
      while position < range.upperBound, position - start < 4, (0x30...0x39).contains(text[position]) {
        number = number * 10 + UInt32(text[position] - 0x30)
        position += 1
      }
      guard (1...3).contains(position - start), position - start == 1 || text[start] != UInt8(ascii: "0"), number <= 255
      else { return nil }
      result = result << 8 | number
    }
    return position == range.upperBound ? result : nil
  }

  /// The eight groups of an IPv6 text, with at most one `::` for at least one group; the last two perhaps as an IPv4 address.
  private static func groups(_ text: Span<UInt8>) -> InlineArray<8, UInt16>? {
    let colon = UInt8(ascii: ":")
    var groups = InlineArray<8, UInt16>(repeating: 0)
    var count = 0
    var gap: Int?
    var position = 0
    if text.count >= 2, text[0] == colon, text[1] == colon {
      gap = 0
      position = 2
    }
    while position < text.count {
      var end = position
      while end < text.count, text[end] != colon { end += 1 }
      if end == text.count, count <= 6, let value = ipv4(text, position..<end) {
        groups[count] = UInt16(truncatingIfNeeded: value >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: value)
        count += 2
        break
      }
      guard count < 8, let group = group(text, position..<end) else { return nil }
      groups[count] = group
      count += 1
      guard end < text.count else { break }
      position = end + 1
      guard position < text.count else { return nil }
      if text[position] == colon {
        guard gap == nil else { return nil }
        gap = count
        position += 1
      }
    }
    guard let gap else { return count == 8 ? groups : nil }
    guard count < 8 else { return nil }
    for index in stride(from: count - 1, through: gap, by: -1) {
      groups[index + 8 - count] = groups[index]
      groups[index] = 0
    }
    return groups
  }

  /// One to four hexadecimal digits.
  private static func group(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
    guard (1...4).contains(range.count) else { return nil }
    var group: UInt16 = 0
    for index in range {
      guard let digit = hexDigit(text[index]) else { return nil }
      group = group << 4 | digit
    }
    return group
  }

  private static func hexDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x41 + 10)
    case 0x61...0x66: UInt16(byte - 0x61 + 10)
    default: nil
    }
  }

  /// `10.1.2.3` for IPv4, the text of RFC 5952 for IPv6.
  public var description: String {
    var bytes = [UInt8](repeating: 0, count: IPAddress.textBytesMax)
    var room = bytes.mutableSpan
    let length = write(to: &room)
    return String(decoding: bytes[..<length], as: UTF8.self)
  }
}

extension IPAddress: Comparable {
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension Network: CustomStringConvertible {
  /// What is wrong with the text of a network.
  public enum ParseError: Error, Hashable, Sendable {
    /// No address before the slash, or no number of bits after it.
    case malformed
    /// More bits than the address has.
    case prefixTooLong
    /// Bits beyond the prefix are set; the network that is probably meant.
    case hostBits(Network)
  }

  /// Reads `10.0.0.0/8` or `fd00::/8` (RFC 4632 section 3.1).
  public static func parse(_ text: some StringProtocol) throws(ParseError) -> Network {
    let bytes = Array(text.utf8)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
    guard let address = IPAddress(bytes.span.extracting(..<slash)), let bits = prefixLength(bytes.dropFirst(slash + 1))
    else { throw .malformed }
    let isDotted = !bytes[..<slash].contains(UInt8(ascii: ":"))
    guard bits <= (isDotted ? 32 : 128) else { throw .prefixTooLong }
    let network = Network(base: address, prefixLength: isDotted ? bits + 96 : bits)
    guard network.base == address else { throw .hostBits(network) }
    return network
  }

  /// One to three digits without a leading zero.
  private static func prefixLength(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
    var length = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      length = length * 10 + Int(digit - 0x30)
    }
    return length
  }

  /// The network of one address.
  public init(_ address: IPAddress) { self.init(base: address, prefixLength: 128) }

  /// `10.0.0.0/8`
  public var description: String {
    base.isIPv4 && prefixLength >= 96 ? "\(base)/\(prefixLength - 96)" : "\(base)/\(prefixLength)"
  }
}

extension Network: Comparable {
  /// By base, then by prefix length.
  public static func < (left: Network, right: Network) -> Bool {
    (left.base, left.prefixLength) < (right.base, right.prefixLength)
  }
}
