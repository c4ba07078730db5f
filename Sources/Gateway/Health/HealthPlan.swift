import ProxyTLS
import ProxyTransport
import ProxyUpstream
import WeirPolicy

/// An endpoint that is checked.
struct HealthTarget: Sendable {
  /// The same in every plan.
  struct Name: Hashable, Sendable {
    var service: String
    var address: SocketAddress
  }

  var name: Name
  /// Its counts.
  var line: UpstreamCells.Line
  /// Its service's index in the plan's table.
  var service: Int32
  var health: Service.Health
  var speaksHTTP2: Bool
  /// An upstream of the plan's contexts; nil: in clear text.
  var upstream: Int?
  /// What the request names as its host.
  var authority: String
}

/// What is checked, and how: made by the control thread from the policy, the certificates and the endpoints of the moment.
struct HealthPlan: Sendable {
  private(set) var targets: [HealthTarget.Name: HealthTarget] = [:]
  let upstreams: Upstreams
  /// For the thread that checks, and no other.
  let contexts: TLSContextSet?

  /// - Parameter upstreams: of `topology`.
  init(_ topology: Topology, _ upstreams: Upstreams, contexts: TLSContextSet?, secured: [String: Int]) {
    self.upstreams = upstreams
    self.contexts = contexts
    for (index, service) in topology.services.enumerated() {
      guard let health = service.health else { continue }
      for place in upstreams.endpoints(ofService: index) {
        let endpoint = upstreams.endpoints[place]
        let name = HealthTarget.Name(service: service.name, address: endpoint.address)
        targets[name] = HealthTarget(
          name: name, line: endpoint.line, service: Int32(index), health: health, speaksHTTP2: service.speaksHTTP2,
          upstream: secured[service.name], authority: service.tls?.serverName ?? service.host ?? "\(endpoint.address)")
      }
    }
  }
}
