public import WeirPolicy

/// An address of the internet and a TCP port. IPv4 is kept in its mapped form, so both spellings of one address are equal.
///
/// No zone: link-local IPv6 addresses that need one cannot be written.
public struct SocketAddress: BitwiseCopyable, Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16

  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// What a Unix socket has: `[::]:0`.
  public static let unspecified = SocketAddress(IPAddress(high: 0, low: 0), port: 0)
}

extension SocketAddress: CustomStringConvertible {
  /// Reads `127.0.0.1:8080` or `[::1]:8080`. IPv6 stands in brackets (RFC 3986 section 3.2.2), the port is decimal without leading
  /// zeros.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.utf8.count == 1 || digits.utf8.first != 0x30, let port = UInt16(digits)
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.first == "["
    if isBracketed {
      guard host.last == "]", host.count > 2 else { return nil }
      host = host.dropFirst().dropLast()
    }
    guard isBracketed == host.contains(":"), let address = IPAddress(host) else { return nil }
    self.init(address, port: port)
  }

  /// `127.0.0.1:8080` or `[::1]:8080`
  public var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

extension SocketAddress: Comparable {
  /// By address, then by port.
  public static func < (left: SocketAddress, right: SocketAddress) -> Bool {
    (left.address, left.port) < (right.address, right.port)
  }
}
