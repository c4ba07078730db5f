import PropertyTesting
import ProxyCore
import ProxySimulation
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirSource

/// A mesh with a gateway and one service, its certificates, and a simulated network.
struct Scene {
  static let gateway = "spiffe://shop.example/ns/edge/sa/gateway"
  static let web = "spiffe://shop.example/ns/shop/sa/web"
  static let client = "spiffe://shop.example/ns/shop/sa/client"

  private static func source(_ spoken: String) -> String {
    """
    module shop

    mesh m { trust_domain "shop.example" }

    gateway edge { identity "\(gateway)", hosts { "shop.example", "*.shop.example" } }

    service web {
      identity "\(web)"
      protocol \(spoken)
      endpoints static { "10.0.0.9:80" }
    }

    principal clients { identity "\(client)" }

    authz edge {
      allow open when request.path under "/open"
      allow known when caller is clients
    }

    authz web { allow edge when caller is edge }

    routes edge { otherwise { forward to web } }
    """
  }

  let simulation: Simulation
  let authority: DevelopmentAuthority
  let stranger: DevelopmentAuthority
  let tickets: TicketKeys
  private let registry: UpstreamRegistry
  let listener: SocketAddress
  let upstream: SocketAddress
  /// Seconds since 1970 at the start.
  let now: Int64
  /// What the service speaks.
  private let spoken: TLSConfiguration.Protocols

  init(seed: UInt64, conditions: Conditions? = nil, spoken: TLSConfiguration.Protocols = .http1) throws {
    self.spoken = spoken
    simulation = Simulation(seed: seed, conditions: conditions)
    now = (Int64(simulation.now.nanoseconds) + simulation.wallOffset) / 1_000_000_000
    (authority, stranger, tickets) = try Self.authorities(at: now)
    registry = try made(UpstreamRegistry())
    listener = try made(SocketAddress("10.0.0.1:443"))
    upstream = try made(SocketAddress("10.0.0.9:80"))
  }

  private static func authorities(
    at now: Int64
  ) throws -> (DevelopmentAuthority, DevelopmentAuthority, TicketKeys) {
    let validity = now - 1_000_000...now + 1_000_000
    return try (
      DevelopmentAuthority(subject: "shop", validity: validity),
      DevelopmentAuthority(subject: "stranger", validity: validity), made(TicketKeys())
    )
  }

  func certificate(
    _ identity: String, hosts: [String] = [], by issuer: DevelopmentAuthority? = nil, seconds: Int64 = 100_000
  ) throws -> TLSConfiguration.Certificate {
    try (issuer ?? authority).issue(
      .init(
        subject: "leaf", names: [.uri(Array(identity.utf8))] + hosts.map { .host($0) },
        validity: now - 100...now + seconds))
  }

  /// What the worker shows and believes: `strict.shop.example` demands a certificate, other names take one.
  func contexts(
    identity: String = gateway, upstreams: [String] = [web], trustGeneration: UInt64 = 0
  ) throws -> TLSContextSet {
    try TLSContextSet(
      TLSConfiguration(
        certificates: [try certificate(identity)], roots: [authority.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0)],
        listeners: [
          .init(contexts: [
            .init(names: ["*"], certificate: 0, clients: .optional, protocols: .http1, isFallback: true),
            .init(
              names: ["strict.shop.example"], certificate: 0, clients: .required, protocols: .http1, isFallback: false),
          ])
        ],
        upstreams: [.init(certificate: 0, protocols: spoken, serverName: nil, peer: .identities(upstreams))],
        ticketKeys: tickets, trustGeneration: trustGeneration))
  }

  /// A client of the gateway, whoever that is.
  func client(
    _ certificate: TLSConfiguration.Certificate?, asking name: String = "shop.example"
  ) throws -> SecurePeer {
    let contexts = try TLSContextSet(
      TLSConfiguration(
        certificates: certificate.map { [$0] } ?? [], roots: [authority.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0)],
        upstreams: [
          .init(
            certificate: certificate == nil ? nil : 0, protocols: .http1, serverName: name,
            peer: .identities([Self.gateway, Self.gateway + "2"]))
        ],
        ticketKeys: tickets))
    return try SecurePeer(client: simulation.connect(to: listener), contexts, simulation)
  }

  /// The service, behind mutual TLS: `answer` gets all that was said on a connection whenever more comes.
  func serve(identity: String = web, _ answer: @escaping (SecurePeer) -> Void) throws {
    let contexts = try TLSContextSet(
      TLSConfiguration(
        certificates: [try certificate(identity)], roots: [authority.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0)],
        listeners: [
          .init(contexts: [
            .init(names: ["*"], certificate: 0, clients: .required, protocols: spoken, isFallback: true)
          ])
        ], ticketKeys: tickets))
    simulation.serve(upstream) { [unowned simulation] peer in
      guard let secure = try? SecurePeer(server: peer, contexts, simulation) else { return }
      secure.onChange = answer
    }
  }

  /// What the policy says, with the service behind TLS.
  func generation() throws -> Generation {
    let bundle = try LoadedBundle.load((spoken == .http2 ? Self.multiplexed : Self.bundle).get(), trust: .anybody)
    let upstreams = try Upstreams(
      bundle.topology, number: 1, endpoints: [[DiscoveredEndpoint(upstream, labels: [])]], in: registry)
    var names = MetricRegistry()
    let telemetry = GenerationTelemetry(bundle.topology, identity: "", generation: 1, in: &names)
    return Generation(
      bundle: bundle, entries: [.gateway(0)], upstreams: upstreams, telemetry: telemetry, tls: ["web": 0])
  }

  func worker(_ tls: TLSContextSet, _ mode: ListenerTLS = .required(0)) throws -> Worker<SimNet> {
    try made(
      Worker(
        net: simulation.makeNetwork(), memory: made(Memory(capacity: 1 << 28)),
        listeners: [
          Listener(descriptor: simulation.listen(on: listener), port: listener.port, trustedHops: [], tls: mode)
        ],
        generation: generation(), tls: tls, clocks: Clocks(),
        telemetry: WorkerTelemetry(metrics: made(WorkerMetrics()), log: nil), connectionsMax: 4096,
        seed: simulation.seed))
  }

  private static let bundle: Result<[UInt8], Error> = Result { try bundle(speaking: "http") }
  private static let multiplexed: Result<[UInt8], Error> = Result { try bundle(speaking: "http2") }

  private static func bundle(speaking spoken: String) throws -> [UInt8] {
    let checked = check([SourceFile(path: "shop.weir", text: source(spoken))])
    return try build(try made(checked.policy), generation: 1)
  }
}
