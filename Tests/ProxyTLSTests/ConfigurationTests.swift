import Foundation
import ProxyTLS
import Testing

@Suite struct ConfigurationTests {
  let world: World

  init() throws { world = try World() }

  private func error(_ change: (inout TLSConfiguration) throws -> Void) throws -> TLSConfigurationError? {
    var configuration = TLSConfiguration(
      certificates: [try world.certificate([.identity(World.gateway)])], roots: [world.shop.certificate.chain],
      trustDomains: [.init(name: "shop.example", roots: 0)],
      listeners: [
        .init(contexts: [
          .init(names: ["a.example"], certificate: 0, clients: .required, protocols: .http1, isFallback: true)
        ])
      ],
      upstreams: [.init(certificate: 0, protocols: .http1, serverName: nil, peer: .identities([World.identity]))],
      ticketKeys: world.tickets)
    try change(&configuration)
    do throws(TLSConfigurationError) {
      _ = try TLSContextSet(configuration)
      return nil
    } catch {
      return error
    }
  }

  @Test func saysWhatIsWrong() throws {
    #expect(try error { _ in } == nil)
    #expect(try error { $0.certificates[0].chain = [] } == .certificate(0, .notACertificate))
    #expect(try error { $0.certificates[0].chain.removeLast(100) } == .certificate(0, .notACertificate))
    #expect(try error { $0.certificates[0].key = Array("no".utf8) } == .certificate(0, .notAKey))
    #expect(
      try error { $0.certificates[0].key = world.shop.certificate.key } == .certificate(0, .keyDoesNotFit))
    #expect(
      try error { $0.certificates[0].chain += (0..<4).flatMap { _ in world.shop.certificate.chain } }
        == .certificate(0, .chainTooLong))
    #expect(try error { $0.roots[0] = Array("-----BEGIN CERTIFICATE-----\n".utf8) } == .roots(0, .notACertificate))
    #expect(try error { $0.trustDomains[0].name = "Shop" } == .trustDomain(0, .notAName("Shop")))
    #expect(try error { $0.trustDomains[0].roots = 1 } == .trustDomain(0, .noSuchIndex(1)))
    #expect(try error { $0.trustDomains.append($0.trustDomains[0]) } == .set(.nameTaken))
    #expect(try error { $0.listeners[0].contexts = [] } == .listener(0, .noContext))
    #expect(try error { $0.listeners[0].contexts[0].names.append("a.example") } == .set(.nameTaken))
    #expect(try error { $0.listeners[0].contexts[0].names = ["A.example"] } == .listener(0, .notAName("A.example")))
    #expect(try error { $0.listeners[0].contexts[0].certificate = 7 } == .listener(0, .noSuchIndex(7)))
    #expect(
      try error { $0.listeners[0].contexts.append($0.listeners[0].contexts[0]) } == .listener(0, .twoFallbacks))
    #expect(try error { $0.upstreams[0].peer = .identities([]) } == .upstream(0, .noIdentity))
    #expect(try error { $0.upstreams[0].peer = .identities(["a"]) } == .upstream(0, .notAName("a")))
    #expect(try error { $0.upstreams[0].peer = .host("a", roots: 9) } == .upstream(0, .noSuchIndex(9)))
    #expect(try error { $0.upstreams[0].certificate = -1 } == .upstream(0, .noSuchIndex(-1)))
    #expect(try error { $0.upstreams[0].serverName = "a b" } == .upstream(0, .notAName("a b")))
  }

  @Test func readsCertificates() throws {
    var certificate = try world.certificate([.identity(World.gateway), .host("a.example")], validity: 1000...2000)
    #expect(
      CertificateFacts(chain: certificate.chain)
        == CertificateFacts(validity: 1000...2000, identity: World.gateway, chainCount: 1))
    certificate.chain += try world.certificate([.host("b")], validity: 1500...9000).chain
    #expect(
      CertificateFacts(chain: certificate.chain)
        == CertificateFacts(validity: 1500...2000, identity: World.gateway, chainCount: 2))
    #expect(CertificateFacts(chain: try world.certificate([.host("b")]).chain)?.identity == nil)
    #expect(CertificateFacts(chain: certificate.key) == nil)
  }

  @Test func ticketKeysAreNotPrinted() throws {
    #expect("\(world.tickets)" == "TicketKeys")
    let rotated = try #require(world.tickets.rotated())
    #expect(rotated != world.tickets)
  }

  @Test func codesAreStableAndDistinct() {
    let codes = TLSFailure.Reason.allCases.map(\.code)
    #expect(Set(codes).count == codes.count && codes.allSatisfy { $0.hasPrefix("tls_") })
    #expect(TLSFailure.Reason.allCases.count == 21)
  }

  @Test func everyCodeIsDocumented() throws {
    let page = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/tls.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `tls_") }
    #expect(rows.map(String.init) == TLSFailure.Reason.allCases.map { "| `\($0.code)` | \($0.meaning) |" })
  }
}
