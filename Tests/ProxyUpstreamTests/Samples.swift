import ProxyTransport
import ProxyUpstream
import WeirPolicy

/// Nothing was made.
struct NotMade: Error {}

/// A topology of one service, `web`, with endpoints 10.0.0.1, 10.0.0.2 … on port 80.
enum Samples {
  static func service(
    balance: Service.Balance = .p2c, capacity: Service.Capacity? = nil, ejection: Service.Ejection? = nil,
    subsets: [Service.Subset] = []
  ) -> Service {
    Service(
      name: "web", module: "m", owner: "m", identities: [],
      ports: [.init(name: "", number: 80, protocol: .http, isPermissive: false, authz: 0)], endpoints: .none,
      subsets: subsets, balance: balance, capacity: capacity, ejection: ejection, health: nil,
      connectTimeoutNanoseconds: nil, idleTimeoutNanoseconds: nil, tls: nil, isExternal: false,
      isEnforcedBySidecar: false, ignoresPathCase: false, ignoresTrailingSlash: false,
      position: Position(file: 0, line: 1, column: 1))
  }

  static func addresses(_ count: Int, from first: UInt32 = 1) -> [DiscoveredEndpoint] {
    (0..<UInt32(count)).map { DiscoveredEndpoint(SocketAddress(IPAddress(ipv4: 0x0A00_0000 + first + $0), port: 80)) }
  }

  static func upstreams(
    _ service: Service, _ list: [DiscoveredEndpoint], number: UInt64 = 1, in registry: UpstreamRegistry? = nil
  ) throws -> Upstreams {
    guard let registry = registry ?? UpstreamRegistry(linesMax: 4096) else { throw NotMade() }
    return try Upstreams(topology([service]), number: number, endpoints: [list], in: registry)
  }

  static func topology(_ services: [Service]) -> Topology {
    var policy = Policy()
    policy.services = services
    return Topology(policy)
  }

  static let now = Instant(nanoseconds: 1_000_000_000_000)
}

extension Upstreams {
  /// Endpoints of `web` that are ejected.
  func ejected(at now: Instant) -> Int { endpoints.count { state(of: $0.line, at: now).isEjected } }
}
