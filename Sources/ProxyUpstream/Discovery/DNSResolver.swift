import CResolver
public import ProxyTransport
public import WeirPolicy

/// Looks names up, by the resolver of the C library. Blocks; for helper threads.
@safe
public struct DNSResolver: Sendable {
  /// More records than this are no sensible answer.
  public static var recordsMax: Int { 1_024 }

  /// The name server to ask; nil for those of the system.
  public let server: SocketAddress?
  /// Seconds until a server is asked again, and how often it is asked.
  private static let (timeoutSeconds, tries): (Int32, Int32) = (2, 2)

  /// - Parameter server: an IPv4 address; nil is returned for another.
  public init?(server: SocketAddress?) {
    guard server?.address.isIPv4 != false else { return nil }
    self.server = server
  }

  public struct ServiceRecord: Hashable, Sendable {
    public var target: String
    public var port: UInt16
    public var priority: UInt16
  }

  /// What a lookup gave.
  public enum Answer<Record: Sendable>: Sendable {
    /// Records, and how long they hold.
    case records([Record], Interval)
    /// There are none.
    case none
    case failed(DiscoveryError)
  }

  public enum Family: Int32, Sendable {
    case ipv4 = 1
    case ipv6 = 28
  }

  /// The addresses of a name. `localhost` is the loopback address without being asked for (RFC 6761 section 6.3).
  public func addresses(of host: String, _ family: Family) -> Answer<IPAddress> {
    if host == "localhost" {
      let loopback = family == .ipv4 ? IPAddress(ipv4: 0x7F00_0001) : IPAddress(high: 0, low: 1)
      return .records([loopback], .seconds(3_600))
    }
    return lookup(host, family.rawValue) { IPAddress(high: $0.high, low: $0.low) }
  }

  public func services(of name: String) -> Answer<ServiceRecord> {
    lookup(name, Int32(WEIR_DNS_SRV)) { record in
      // A text that ends with zero: the library wrote it.
      let target = unsafe withUnsafeBytes(of: record.target) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      return ServiceRecord(target: target, port: record.port, priority: record.priority)
    }
  }

  private func lookup<Record>(_ name: String, _ type: Int32, _ convert: (weir_dns_record) -> Record) -> Answer<Record> {
    var ttl: UInt32 = 0
    var result: [Record] = []
    // The library writes at most as many records as there is room for, and says how many.
    let count = unsafe withUnsafeTemporaryAllocation(of: weir_dns_record.self, capacity: Self.recordsMax) { records in
      guard let base = records.baseAddress else { return Int32(WEIR_DNS_FAILED) }
      let count = unsafe weir_dns_lookup(
        name, type, UInt32(truncatingIfNeeded: server?.address.low ?? 0), server?.port ?? 0, Self.timeoutSeconds,
        Self.tries, base, Int32(Self.recordsMax), &ttl)
      for index in 0..<Int(max(count, 0)) { result.append(unsafe convert(records[index])) }
      return count
    }
    switch count {
    case Int32(WEIR_DNS_NONE): return .none
    case Int32(WEIR_DNS_FAILED): return .failed(.noAnswer)
    case ..<Int32(WEIR_DNS_REFUSED): return .failed(.refused(code: UInt8(clamping: Int32(WEIR_DNS_REFUSED) - count)))
    case ..<0: return .failed(.malformedAnswer)
    default: return .records(result, .seconds(Int64(ttl)))
    }
  }
}
