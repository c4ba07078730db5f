import ProxyTransport
import WeirPolicy

/// Where each route of a bundle sends requests, as numbers: looked up once when the generation is built.
public struct ForwardingPlan: Sendable {
  /// The endpoints of a service's subset: a stretch of `endpoints`.
  struct Cluster: BitwiseCopyable, Sendable {
    var first: UInt32
    var count: UInt32
    var connectTimeout: Interval?
  }

  /// By service: where its clusters begin. The first is the whole service, then its subsets in their order.
  private(set) var firstCluster: [UInt32] = []
  private(set) var clusters: [Cluster] = []
  private(set) var endpoints: [Endpoint] = []

  /// Where a request may go, and how.
  struct Endpoint: Hashable, Sendable {
    var address: SocketAddress
    /// An upstream of the worker's `TLSContextSet`; `nil`: clear text.
    var tls: Int?
  }

  /// - Parameters:
  ///   - overrides: endpoints by the name of the service, from the configuration; they take the place of the policy's.
  ///   - tls: upstreams of the `TLSContextSet` that this plan goes with, by the name of the service.
  public init(
    _ topology: Topology, overrides: [String: [SocketAddress]] = [:], tls: [String: Int] = [:]
  ) {
    for service in topology.services {
      firstCluster.append(UInt32(clusters.count))
      let declared = service.addresses(overrides[service.name])
      add(declared.map(\.address), service, tls[service.name])
      for subset in service.subsets {
        let chosen = declared.filter { endpoint in subset.labels.allSatisfy(endpoint.labels.contains) }
        add(chosen.map(\.address), service, tls[service.name])
      }
    }
  }

  private mutating func add(_ addresses: [SocketAddress], _ service: Service, _ tls: Int?) {
    clusters.append(
      Cluster(
        first: UInt32(endpoints.count), count: UInt32(addresses.count),
        connectTimeout: service.connectTimeoutNanoseconds.map { Interval(nanoseconds: $0) }))
    endpoints.append(contentsOf: addresses.map { Endpoint(address: $0, tls: tls) })
  }

  @inline(__always)
  func cluster(service: Int32, subset: Int32) -> Cluster {
    clusters[Int(firstCluster[Int(service)]) + Int(subset) + 1]
  }
}

extension Service {
  fileprivate func addresses(_ override: [SocketAddress]?) -> [(address: SocketAddress, labels: [Label])] {
    if let override { return override.map { ($0, []) } }
    guard case .static(let declared) = endpoints else { return [] }
    let number = ports.first { $0.protocol.isHTTP }?.number ?? 0
    return declared.map {
      (SocketAddress($0.address, port: UInt16($0.port == 0 ? number : $0.port)), $0.labels)
    }
  }
}
