public import ProxyTransport
public import WeirPolicy

/// An endpoint as a source of discovery names it.
public struct DiscoveredEndpoint: Hashable, Sendable {
  public var address: SocketAddress
  /// What subsets select by.
  public var labels: [Service.Label]

  public init(_ address: SocketAddress, labels: [Service.Label] = []) {
    self.address = address
    self.labels = labels
  }
}

/// An endpoint of a service in a table of upstreams.
public struct Endpoint: BitwiseCopyable, Hashable, Sendable {
  public let address: SocketAddress
  /// Its counts, and its name: the same in every table that has it.
  public let line: UpstreamCells.Line
}

/// What is known of an endpoint at a moment; for people.
public struct EndpointState: Hashable, Sendable {
  public var inFlight: Int
  public var isUp: Bool
  public var isEjected: Bool
  public var ejectionCount: Int
  /// Attempts that ended, and those of them that failed.
  public var requests: UInt64
  public var failures: UInt64
  /// Nanoseconds that they took.
  public var duration: UInt64
}

/// The endpoints that an exchange has tried: a retry goes to another one.
public struct TriedEndpoints: BitwiseCopyable, Sendable {
  /// More tries forget the oldest.
  public static var countMax: Int { 8 }

  private var lines: InlineArray<8, UpstreamCells.Line> = InlineArray(repeating: 0)
  private var count: UInt32 = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  public mutating func insert(_ endpoint: Endpoint) {
    lines[Int(count) % Self.countMax] = endpoint.line
    count += 1
  }

  func contains(_ line: UpstreamCells.Line) -> Bool {
    for index in 0..<min(Int(count), Self.countMax) where lines[index] == line { return true }
    return false
  }
}
