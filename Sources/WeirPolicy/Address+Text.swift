extension IPAddress: CustomStringConvertible {
  /// Reads dotted decimal (four numbers without leading zeros) or the text of RFC 4291 section 2.2; no zone, no brackets.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    if let value = IPAddress.ipv4(bytes[...]) {
      self.init(ipv4: value)
    } else if let groups = IPAddress.groups(bytes) {
      self.init(high: IPAddress.word(groups[0..<4]), low: IPAddress.word(groups[4..<8]))
    } else {
      return nil
    }
  }

  private static func word(_ groups: ArraySlice<UInt16>) -> UInt64 {
    groups.reduce(0) { $0 << 16 | UInt64($1) }
  }

  private static func ipv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      var number: UInt32 = 0
      for byte in part {
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + UInt32(byte - 0x30)
      }
      guard number <= 255 else { return nil }
      result = result << 8 | number
    }
    return result
  }

  /// The eight groups of an IPv6 text, with at most one `::` for at least one group.
  private static func groups(_ bytes: [UInt8]) -> [UInt16]? {
    let colon = UInt8(ascii: ":")
    var gap: Int?
    for index in bytes.indices.dropLast() where bytes[index] == colon && bytes[index + 1] == colon {
      guard gap == nil else { return nil }
      gap = index
    }
    guard let gap else {
      let groups = list(bytes[...])
      return groups?.count == 8 ? groups : nil
    }
    guard let front = list(bytes[..<gap]), let back = list(bytes[(gap + 2)...]), front.count + back.count < 8,
      !bytes[..<gap].contains(UInt8(ascii: "."))
    else { return nil }
    return front + [UInt16](repeating: 0, count: 8 - front.count - back.count) + back
  }

  /// Groups separated by single colons, the last perhaps an IPv4 address; empty for no text.
  private static func list(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    if bytes.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let value = ipv4(part) {
        groups += [UInt16(value >> 16), UInt16(value & 0xFFFF)]
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var group: UInt16 = 0
      for byte in part {
        guard let digit = hexDigit(byte) else { return nil }
        group = group << 4 | digit
      }
      groups.append(group)
    }
    return groups.count <= 8 ? groups : nil
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
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), !parts[1].isEmpty, parts[1].utf8.count <= 3,
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1]),
      parts[1].utf8.count == 1 || parts[1].utf8.first != 0x30
    else { throw .malformed }
    let isDotted = !parts[0].contains(":")
    guard bits <= (isDotted ? 32 : 128) else { throw .prefixTooLong }
    let network = Network(base: address, prefixLength: isDotted ? bits + 96 : bits)
    guard network.base == address else { throw .hostBits(network) }
    return network
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
