/// The host and port of an authority, as `Host`, `:authority` or an absolute target carries them.
public struct CanonicalHost: Sendable, Equatable {
  public enum Kind: Sendable {
    case name
    case ipv4
    case ipv6
  }

  /// Length of the canonical host at the front of the scratch: lower case, no port, no trailing dot; IPv6 in
  /// brackets and in the text form of RFC 5952.
  public let byteCount: Int
  /// The port that was written, nil without one.
  public let port: UInt16?
  public let kind: Kind

  /// Writes the canonical host of `authority` to the front of `scratch`.
  ///
  /// Names are labels of letters, digits, `-` and `_`. A name whose last label is a number must be an IPv4 address
  /// of four decimal numbers: resolvers read `127.1` and `0x7f.1` as addresses.
  ///
  /// - Parameter scratch: `CanonicalLimits.hostScratchBytes` bytes; a shorter one gives `host_too_long`.
  /// - Throws: the first reason found, `host_*`.
  /// - Complexity: linear, no allocation.
  /// - SeeAlso: RFC 3986 section 3.2.2, RFC 1123 section 2.1.
  public static func write(
    _ authority: Span<UInt8>, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> CanonicalHost {
    guard scratch.count >= CanonicalLimits.hostScratchBytes else { throw .hostTooLong }
    guard authority.count > 0 else { throw .hostEmpty }
    if let plain = copyPlain(authority, into: &scratch) { return plain }
    return try rewrite(authority, into: &scratch)
  }

  /// Writes the canonical host of any authority that is not empty; `scratch` has room.
  static func rewrite(
    _ authority: Span<UInt8>, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> CanonicalHost {
    for index in authority.indices {
      switch authority[index] {
      case UInt8(ascii: "@"): throw .hostUserinfo
      case UInt8(ascii: "%"): throw .hostPercent
      case 0x80...: throw .hostNonASCII
      default: continue
      }
    }
    if authority[0] == UInt8(ascii: "[") {
      var close = 1
      while close < authority.count, authority[close] != UInt8(ascii: "]") { close += 1 }
      guard close < authority.count, let groups = IPv6Text.parse(authority, in: 1..<close) else { throw .hostBadIPv6 }
      let port = try parsePort(authority, from: close + 1)
      return CanonicalHost(byteCount: IPv6Text.write(groups, into: &scratch), port: port, kind: .ipv6)
    }
    var end = 0
    while end < authority.count, authority[end] != UInt8(ascii: ":") { end += 1 }
    let port = try parsePort(authority, from: end)
    guard end > 0 else { throw .hostEmpty }
    if authority[end - 1] == UInt8(ascii: ".") { end -= 1 }
    guard end > 0 else { throw .hostEmpty }
    let kind = try writeName(authority, count: end, into: &scratch)
    return CanonicalHost(byteCount: end, port: port, kind: kind)
  }

  /// Copies a name as nearly all are, eight bytes at a time: of at most 63 bytes, without a dot at its end, and with a last label
  /// that begins with a letter, so that nobody takes it for an address.
  ///
  /// - Returns: nil when the host needs a closer look; `scratch` is undefined then.
  private static func copyPlain(_ authority: Span<UInt8>, into scratch: inout MutableSpan<UInt8>) -> CanonicalHost? {
    // Places of dots and dashes, a bit for each byte.
    var dots: UInt64 = 0
    var dashes: UInt64 = 0
    var end = 0
    while end < authority.count, end < 64 {
      let count = min(8, authority.count - end)
      guard let bytes = HostWord(word(authority, from: end, count: count)) else { return nil }
      store(bytes.lower, to: &scratch, at: end)
      dots |= bytes.dots << UInt64(end)
      dashes |= bytes.dashes << UInt64(end)
      // Behind the last byte there are zeros, which are none of a name.
      end += bytes.others == 0 ? 8 : bytes.others.trailingZeroBitCount
      if bytes.others != 0 { break }
    }
    guard end > 0, end < 64 else { return nil }
    // What was found behind the name is not of it.
    dots &= 1 << UInt64(end) - 1
    dashes &= 1 << UInt64(end) - 1
    let edges: UInt64 = 1 | 1 << UInt64(end - 1)
    let isBroken = (dots | dashes) & edges | dots & (dots << 1 | dashes << 1) | dashes & dots << 1
    let lastLabel = scratch[64 - dots.leadingZeroBitCount]
    guard isBroken == 0, lastLabel >= 0x61, lastLabel <= 0x7A else { return nil }
    guard end < authority.count else { return CanonicalHost(byteCount: end, port: nil, kind: .name) }
    guard let port = try? parsePort(authority, from: end) else { return nil }
    return CanonicalHost(byteCount: end, port: port, kind: .name)
  }

  /// Reads what follows a host: nothing, or `:` and a port from 1 to 65535 without leading zeros.
  private static func parsePort(_ authority: Span<UInt8>, from start: Int) throws(RejectReason) -> UInt16? {
    guard start < authority.count else { return nil }
    guard authority[start] == UInt8(ascii: ":") else { throw .hostForbiddenByte }
    let digits = start + 1..<authority.count
    guard (1...5).contains(digits.count), authority[digits.lowerBound] != UInt8(ascii: "0") else { throw .hostBadPort }
    var port: UInt32 = 0
    for index in digits {
      guard authority[index].isDigit else { throw .hostBadPort }
      port = port * 10 + UInt32(authority[index] - 0x30)
    }
    guard let port = UInt16(exactly: port) else { throw .hostBadPort }
    return port
  }

  /// Checks and folds the name in the first `count` bytes.
  private static func writeName(
    _ authority: Span<UInt8>, count: Int, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Kind {
    for index in 0..<count {
      switch authority[index] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): continue
      default: throw .hostForbiddenByte
      }
    }
    guard count <= CanonicalLimits.hostBytesMax else { throw .hostTooLong }
    var labelStart = 0
    for index in 0...count where index == count || authority[index] == UInt8(ascii: ".") {
      let label = labelStart..<index
      guard (1...CanonicalLimits.hostLabelBytesMax).contains(label.count),
        authority[label.lowerBound] != UInt8(ascii: "-"), authority[label.upperBound - 1] != UInt8(ascii: "-")
      else { throw .hostBadLabel }
      if index == count {
        for position in 0..<count { scratch[position] = authority[position].asciiLowercased }
        guard isNumber(authority, in: label) else { return .name }
      }
      labelStart = index + 1
    }
    guard isIPv4(authority, in: 0..<count) else { throw .hostBadIPv4 }
    return .ipv4
  }

  /// Whether a resolver may take the label for a part of an IPv4 address: decimal digits, or `0x` and hex digits.
  private static func isNumber(_ bytes: Span<UInt8>, in label: Range<Int>) -> Bool {
    let start = label.lowerBound
    let isHex = label.count >= 2 && bytes[start] == UInt8(ascii: "0") && bytes[start + 1].asciiLowercased == 0x78
    for index in (isHex ? start + 2 : start)..<label.upperBound {
      guard isHex ? bytes[index].isHexDigit : bytes[index].isDigit else { return false }
    }
    return true
  }

  /// Four decimal numbers up to 255 without leading zeros (RFC 3986, `IPv4address`).
  static func isIPv4(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
    var index = range.lowerBound
    for part in 0..<4 {
      if part > 0 {
        guard index < range.upperBound, bytes[index] == UInt8(ascii: ".") else { return false }
        index += 1
      }
      let start = index
      var value = 0
      while index < range.upperBound, bytes[index].isDigit, index - start < 3 {
        value = value * 10 + Int(bytes[index] - 0x30)
        index += 1
      }
      guard index > start, value <= 255, index - start == 1 || bytes[start] != UInt8(ascii: "0") else { return false }
    }
    return index == range.upperBound
  }
}
