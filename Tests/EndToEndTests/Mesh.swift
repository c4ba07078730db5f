import Foundation
import Gateway
import ProxyCore
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Testing
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirSource

/// A gateway and a service behind it, each a data plane of its own on real sockets, and the certificates of everybody in a folder.
final class Mesh {
  static let gateway = "spiffe://shop.example/ns/edge/sa/gateway"
  static let web = "spiffe://shop.example/ns/shop/sa/web"
  static let client = "spiffe://shop.example/ns/shop/sa/client"

  let folder: URL
  let authority: DevelopmentAuthority
  let edge: DataPlane
  let service: DataPlane
  let edgeGeneration: Generation
  let tickets: TicketKeys

  /// Ports of the gateway: clients may, need not, and must show certificates.
  var optional: Int { Int(edge.addresses[0].port) }
  var anonymous: Int { Int(edge.addresses[1].port) }
  var required: Int { Int(edge.addresses[2].port) }

  static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    authority = try DevelopmentAuthority(subject: "root", validity: Self.now - 1000...Self.now + 100_000)
    tickets = try #require(TicketKeys())
    let stranger = try DevelopmentAuthority(subject: "stranger", validity: Self.now - 1000...Self.now + 100_000)
    let address = try #require(SocketAddress("127.0.0.1:0"))

    let shown = try Self.certificate("web", Self.web, by: authority, in: folder)
    let behind = try Self.contexts(
      [shown], authority, tickets, [.required], upstreams: [])
    let answers = try Self.generation(
      """
      module web
      mesh m { trust_domain "shop.example" }
      gateway web { identity "\(Self.web)", hosts { "shop.example", "localhost" } }
      principal edge { identity "\(Self.gateway)" }
      authz web { allow edge when caller is edge }
      routes web { otherwise { respond 200 "from the service" } }
      """, [.gateway(0)], [], [:])
    service = try DataPlane(
      DataPlane.Options(
        listeners: [.init(address: address, tls: .required(0))], workerCount: 1, memoryBytesMax: 64 << 20),
      answers, tls: [behind])

    let own = try Self.certificate("edge", Self.gateway, by: authority, in: folder)
    _ = try Self.certificate("client", Self.client, by: authority, in: folder)
    _ = try Self.certificate("stranger", Self.client, by: stranger, in: folder)
    try Data(authority.certificate.chain).write(to: folder.appending(path: "root.pem"))
    let contexts = try Self.contexts(
      [own], authority, tickets, [.optional, .anonymous, .required],
      upstreams: [
        .init(certificate: 0, protocols: .http1, serverName: nil, peer: .identities([Self.web]))
      ])
    edgeGeneration = try Self.generation(
      """
      module edge
      mesh m { trust_domain "shop.example" }
      gateway edge { identity "\(Self.gateway)", hosts { "shop.example", "localhost" } }
      service web { identity "\(Self.web)", protocol http, endpoints static { "127.0.0.1:1" } }
      principal clients { identity "\(Self.client)" }
      authz edge {
        allow open when request.path under "/open"
        allow known when caller is clients
      }
      authz web { allow edge when caller is edge }
      routes edge {
        route here when request.path is "/open/here" { respond 200 "from the gateway" }
        otherwise { forward to web }
      }
      """, [.gateway(0), .gateway(0), .gateway(0)], service.addresses, ["web": 0])
    edge = try DataPlane(
      DataPlane.Options(
        listeners: [0, 1, 2].map { .init(address: address, tls: .required($0)) }, workerCount: 1,
        memoryBytesMax: 64 << 20), edgeGeneration, tls: [contexts])
  }

  deinit {
    edge.stop()
    service.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  func file(_ name: String) -> String { folder.appending(path: name).path }

  /// A key and a certificate, also as files.
  @discardableResult
  static func certificate(
    _ name: String, _ identity: String, by authority: DevelopmentAuthority, in folder: URL
  ) throws -> TLSConfiguration.Certificate {
    let certificate = try authority.issue(
      .init(
        subject: name, names: [.identity(identity), .host("localhost"), .host("shop.example")],
        validity: now - 100...now + 10_000))
    try Data(certificate.chain).write(to: folder.appending(path: "\(name).pem"))
    try Data(certificate.key).write(to: folder.appending(path: "\(name).key"))
    return certificate
  }

  /// One listener for each of `clients`, all with the first certificate.
  static func contexts(
    _ certificates: [TLSConfiguration.Certificate], _ authority: DevelopmentAuthority, _ tickets: TicketKeys,
    _ clients: [TLSConfiguration.Clients], upstreams: [TLSConfiguration.Upstream]
  ) throws -> TLSContextSet {
    try TLSContextSet(
      TLSConfiguration(
        certificates: certificates, roots: [authority.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0)],
        listeners: clients.map {
          .init(contexts: [
            .init(names: ["*"], certificate: 0, clients: $0, protocols: [.http1, .http2], isFallback: true)
          ])
        }, upstreams: upstreams, ticketKeys: tickets))
  }

  private static func generation(
    _ source: String, _ entries: [Entry], _ endpoints: [SocketAddress], _ tls: [String: Int]
  ) throws -> Generation {
    let checked = check([SourceFile(path: "mesh.weir", text: source)])
    let policy = try #require(
      checked.policy, "\(DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics))")
    let bundle = try LoadedBundle.load(build(policy, generation: 1), trust: .anybody)
    let upstreams = try Upstreams(
      bundle.topology, number: 1, endpoints: endpoints.map { [DiscoveredEndpoint($0, labels: [])] },
      in: #require(UpstreamRegistry()))
    var names = MetricRegistry()
    let telemetry = GenerationTelemetry(bundle.topology, identity: "", generation: 1, in: &names)
    return Generation(bundle: bundle, entries: entries, upstreams: upstreams, telemetry: telemetry, tls: tls)
  }
}
