import Foundation
import Gateway
import ProxyCore
import ProxyTLS
import ProxyTransport
import Testing
import WeirCompiler
import WeirPolicy
import WeirSource

/// Certificates in files, as a configuration names them.
@Suite struct TLSPlanTests {
  private static let now: Int64 = 1_800_000_000
  private static let gateway = "spiffe://shop.example/ns/edge/sa/gateway"
  private static let policy = """
    module shop
    mesh m { trust_domain "shop.example" }
    gateway edge { identity "\(gateway)", hosts { "shop.example" } }
    service web { identity "spiffe://shop.example/ns/shop/sa/web", protocol http, endpoints static { "10.0.0.9:80" } }
    service bank {
      external
      protocol http
      endpoints dns "api.bank.example:443"
      tls { roots "bank.pem" }
    }
    authz edge { allow everybody always }
    authz web { allow edge when caller is edge }
    routes edge { otherwise { forward to web } }
    """

  let folder: URL
  let topology: Topology
  let authority: DevelopmentAuthority

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let checked = check([SourceFile(path: "shop.weir", text: Self.policy)])
    topology = Topology(try #require(checked.policy, "\(checked.diagnostics)"))
    authority = try DevelopmentAuthority(subject: "root", validity: Self.now - 1000...Self.now + 100_000)
    try write("roots.pem", authority.certificate.chain)
    try write("bank.pem", authority.certificate.chain)
    try certificate("edge", Self.gateway)
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  private func certificate(_ name: String, _ identity: String, seconds: Int64 = 5000) throws {
    let certificate = try authority.issue(
      .init(
        subject: name, names: [.identity(identity), .host("shop.example")],
        validity: Self.now - 10...Self.now + seconds))
    try write("\(name).pem", certificate.chain)
    try write("\(name).key", certificate.key)
  }

  private static let text = """
    bundle: policy.weirb
    listeners:
      - address: 127.0.0.1:8080
      - address: 127.0.0.1:8443
        tls:
          clients: optional
          certificates:
            - chain: edge.pem
              key: edge.key
    trust_domains:
      shop.example:
        roots: roots.pem
    upstream_certificate:
      chain: edge.pem
      key: edge.key
    """

  private func plan(
    _ text: String = text, now: Int64 = now, previous: TLSPlan? = nil
  ) throws(ConfigurationErrors) -> TLSPlan {
    let configuration = try Configuration.read(text, file: folder.appending(path: "weir.yaml").path)
    return try TLSPlan.read(configuration, topology, threadCount: 2, now: now, previous: previous)
  }

  private func errors(_ text: String = text, now: Int64 = now) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try plan(text, now: now)
      return []
    } catch {
      return error.errors.map { "\($0.code.rawValue): \($0.message)".replacing(folder.path + "/", with: "") }
    }
  }

  @Test func readsWhatIsNamed() throws {
    let plan = try plan()
    #expect(plan.contexts.count == 2 && plan.listeners == [.off, .required(0)])
    #expect(plan.upstreams.keys.sorted() == ["bank", "web"])
    #expect(plan.expiry == Self.now + 5000)
    let web = try #require(plan.upstreams["web"])
    #expect(web < plan.upstreams.count)
  }

  /// Whoever takes mutual TLS is never spoken to in clear text.
  @Test func strictServicesNeedACertificateOfOurs() throws {
    let text = Self.text.replacing("upstream_certificate:\n  chain: edge.pem\n  key: edge.key", with: "")
    #expect(
      errors(text) == [
        "missing_key: the service `web` takes mutual TLS, and there is no certificate to show"
      ])
    let permissive = check([
      SourceFile(
        path: "shop.weir", text: Self.policy.replacing("protocol http, e", with: "protocol http, mtls permissive, e"))
    ])
    let configuration = try Configuration.read(text, file: folder.appending(path: "weir.yaml").path)
    let plan = try TLSPlan.read(
      configuration, Topology(try #require(permissive.policy)), threadCount: 1, now: Self.now, previous: nil)
    #expect(plan.upstreams.keys.sorted() == ["bank"])
  }

  @Test func changesOnlyWithItsFiles() throws {
    let first = try plan()
    let same = try plan(previous: first)
    #expect(!same.isChanged(since: first) && same.contexts[0] === first.contexts[0])
    try certificate("edge", Self.gateway, seconds: 9000)
    let renewed = try plan(previous: same)
    #expect(renewed.isChanged(since: same) && renewed.expiry == Self.now + 9000)
    #expect(renewed.changes(since: same) == [.certificates])
    #expect(renewed.contexts[0].trustGeneration == first.contexts[0].trustGeneration)
    let other = try DevelopmentAuthority(subject: "other", validity: Self.now - 1...Self.now + 1)
    try write("roots.pem", authority.certificate.chain + other.certificate.chain)
    let trusting = try plan(previous: renewed)
    #expect(trusting.contexts[0].trustGeneration == first.contexts[0].trustGeneration + 1)
    #expect(trusting.changes(since: renewed) == [.trustDomains])
    // Half a day later the tickets have another key.
    try certificate("edge", Self.gateway, seconds: 90_000)
    let later = try plan(now: Self.now + 12 * 3600, previous: trusting)
    let keyless = try plan(now: Self.now + 12 * 3600 - 1, previous: later)
    #expect(later.isChanged(since: trusting) && !keyless.isChanged(since: later))
    #expect(later.changes(since: trusting) == [.certificates, .ticketKeys] && keyless.changes(since: later) == [])
  }

  @Test func rootsThatNoServiceUsesAreReadAsWell() throws {
    let text = Self.text + "\nsystem_roots: system.pem"
    let other = try DevelopmentAuthority(subject: "other", validity: Self.now - 1...Self.now + 1)
    try write("system.pem", authority.certificate.chain)
    let first = try plan(text, previous: plan())
    #expect(try plan(text, previous: first).changes(since: first) == [])
    try write("system.pem", other.certificate.chain)
    let second = try plan(text, previous: first)
    #expect(second.isChanged(since: first) && second.changes(since: first) == [.roots])
    try write("system.pem", Array("torn".utf8))
    #expect(errors(text) == ["bad_value: `system.pem`: no certificates in PEM"])
  }

  /// Contents have one place however many files have them: one that becomes the same as another leaves the list as it was.
  @Test func aFileThatBecomesTheSameAsAnotherIsAChange() throws {
    let text = Self.text.replacing(
      "trust_domains:",
      with: """
          - address: 127.0.0.1:8444
            tls:
              certificates:
                - chain: second.pem
                  key: second.key
        trust_domains:
        """
    ).replacing(
      "upstream_certificate:\n  chain: edge.pem\n  key: edge.key",
      with: "upstream_certificate:\n  chain: third.pem\n  key: third.key")
    func copy(_ name: String, to other: String) throws {
      for kind in ["pem", "key"] {
        try write("\(other).\(kind)", Array(Data(contentsOf: folder.appending(path: "\(name).\(kind)"))))
      }
    }
    try certificate("second", Self.gateway, seconds: 6000)
    try copy("second", to: "third")
    let first = try plan(text)
    try copy("edge", to: "second")
    let second = try plan(text, previous: first)
    #expect(second.changes(since: first) == [.certificates] && second.isChanged(since: first))
    try copy("edge", to: "third")
    #expect(try plan(text, previous: second).changes(since: second) == [.certificates])
  }

  /// Upstreams are known by their place: at that of another service, nothing that was made for the former one is used.
  @Test func contextsAreOfTheirServices() throws {
    let first = try plan()
    let renamed = check([SourceFile(path: "shop.weir", text: Self.policy.replacing("bank {", with: "vault {"))])
    let configuration = try Configuration.read(Self.text, file: folder.appending(path: "weir.yaml").path)
    let second = try TLSPlan.read(
      configuration, Topology(try #require(renamed.policy)), threadCount: 2, now: Self.now, previous: first)
    #expect(second.upstreams.keys.sorted() == ["vault", "web"] && second.isChanged(since: first))
    #expect(second.contexts[0] !== first.contexts[0])
  }

  /// Names alone are asked for (RFC 6066 section 3); certificates have addresses without brackets.
  @Test(arguments: ["127.0.0.1", "[::1]", "[2001:db8::1]"])
  func addressesMayBeServerNames(name: String) throws {
    let policy = Self.policy.replacing("tls { roots", with: "tls { server_name \"\(name)\", roots")
    let checked = check([SourceFile(path: "shop.weir", text: policy)])
    let configuration = try Configuration.read(Self.text, file: folder.appending(path: "weir.yaml").path)
    let topology = Topology(try #require(checked.policy, "\(checked.diagnostics)"))
    let plan = try TLSPlan.read(configuration, topology, threadCount: 1, now: Self.now, previous: nil)
    #expect(plan.upstreams["bank"] != nil)
  }

  @Test func saysWhatIsWrong() throws {
    #expect(errors() == [])
    #expect(
      errors(now: Self.now + 5001) == ["bad_value: `edge.pem` has expired", "bad_value: `edge.pem` has expired"])
    #expect(errors(now: Self.now - 11).first == "bad_value: `edge.pem` is not valid yet")
    #expect(
      errors(Self.text.replacing("roots.pem", with: "none.pem")).first?.hasPrefix("unreadable_file: `none.pem`") == true
    )
    #expect(
      errors(Self.text.replacing("shop.example:", with: "other.example:")) == [
        "missing_key: the service `web` is of the trust domain `shop.example`, whose roots are not known"
      ])
    // Also what no service uses.
    #expect(
      errors(Self.text + "\nsystem_roots: none.pem").first?.hasPrefix("unreadable_file: `none.pem` cannot be read")
        == true)
    #expect(errors(Self.text + "\nsystem_roots: edge.key") == ["bad_value: `edge.key`: no certificates in PEM"])
    let bare = Self.text.replacing("trust_domains:\n  shop.example:\n    roots: roots.pem\n", with: "")
    #expect(errors(bare).first == "missing_key: clients show certificates, and no authority is trusted")
    try certificate("web", "spiffe://shop.example/ns/shop/sa/web")
    let wrong = Self.text.replacing("upstream_certificate:\n  chain: edge", with: "upstream_certificate:\n  chain: web")
    #expect(
      errors(wrong) == [
        "conflict: `web.pem` is for `spiffe://shop.example/ns/shop/sa/web`, and the policy decides for `\(Self.gateway)`"
      ])
    try write("edge.key", authority.certificate.key)
    #expect(errors() == ["bad_value: `edge.pem` and its key: the key is not the certificate's"])
    try write("edge.pem", Array("nothing".utf8))
    #expect(errors().first == "bad_value: `edge.pem` has no certificates in PEM")
    try FileManager.default.removeItem(at: folder)
  }
}
