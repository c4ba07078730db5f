/// An IPv4 or IPv6 address as 128 bits.
///
/// IPv4 is kept in its mapped form `::ffff:a.b.c.d` (RFC 4291 2.5.5.2), so both spellings of one address are equal.
public struct IPAddress: BitwiseCopyable, Hashable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(ipv4 value: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(value)) }

  public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }
}

/// An address and a prefix length over the 128-bit form: IPv4 `/8` is 104 here.
public struct Network: Hashable, Sendable {
  /// Bits beyond the prefix are zero.
  public let base: IPAddress
  /// 0...128
  public let prefixLength: Int

  public init(base: IPAddress, prefixLength: Int) {
    let length = min(max(prefixLength, 0), 128)
    let mask = Network.mask(length)
    self.base = IPAddress(high: base.high & mask.high, low: base.low & mask.low)
    self.prefixLength = length
  }

  public func contains(_ address: IPAddress) -> Bool {
    let mask = Network.mask(prefixLength)
    return address.high & mask.high == base.high && address.low & mask.low == base.low
  }

  static func mask(_ length: Int) -> IPAddress {
    let high: UInt64 = length == 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
    let low: UInt64 = length <= 64 ? 0 : length == 128 ? .max : .max << UInt64(128 - length)
    return IPAddress(high: high, low: low)
  }
}
