import Demonstration
import Foundation
import Gateway
import ProxyTLS
import ProxyTransport
import WeirBundle
import WeirCompiler
import WeirPolicy
import WeirSource

/// The set of a demonstration: files in one folder, services on the loopback device, a gateway in front of them.
struct DemoStage: Sendable {
  static let host = "shop.localhost"
  static let clear = "127.0.0.1:8080"
  static let encrypted = "127.0.0.1:8443"
  static let status = "127.0.0.1:15021"

  let policy: String
  let folder: String

  init(policy: String, folder: String) throws {
    self.policy = policy
    self.folder = folder
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw Failure("\(folder): cannot be made: \(error.localizedDescription)")
    }
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes keys, certificates, bundle and configuration.
  func prepare() throws {
    try makeCertificates()
    try makeKeys()
    try release(generation: 1) { $0 }
    // The log of this run alone.
    try Files.replace(path("access.jsonl"), with: [])
    try Files.replace(path("weir.yaml"), with: Array(configuration.utf8))
  }

  /// Compiles and signs the policy under a new generation; a running gateway sees the file change.
  ///
  /// - Parameter edit: changes the text of each file.
  func release(generation: UInt64, _ edit: (String) -> String) throws {
    let files = try SourceFinder.files(at: [policy]).map {
      SourceFile(path: $0.path, text: Array(edit(String(decoding: $0.text, as: UTF8.self)).utf8))
    }
    let compiled = try Build.compile(try Policy.checked(files), generation: generation)
    do {
      let key = try PrivateKey(pem: String(decoding: try Files.read(path("release.key")), as: UTF8.self))
      try Files.replace(path("policy.weirb"), with: try Bundle(compiled, supported: .all).signed(by: key))
    } catch { throw Failure("the bundle cannot be signed: \(error)") }
  }

  /// Starts a server for each endpoint that the policy declares.
  func startServices() throws {
    let checked = try Policy.checked(at: [policy])
    do throws(DemonstrationError) {
      try DemonstrationServer.start(Topology(checked))
    } catch {
      switch error {
      case .listen(let address, let error):
        throw Failure("a service of the demonstration cannot listen on \(address): \(error)")
      case .system(let error): throw Failure("the services cannot start: \(error)")
      }
    }
  }

  func makeGateway() throws -> GatewayProcess {
    var settings = GatewaySettings()
    settings.file = path("weir.yaml")
    do throws(GatewayFailure) {
      return try GatewayProcess(settings, processorCount: 1) { line in Output.error("weir: \(line)\n") }
    } catch { throw Failure(error.text) }
  }

  private var configuration: String {
    """
    bundle: policy.weirb
    trust: [release.pub]
    workers: 2
    memory: 256MiB
    listeners:
      - address: \(Self.clear)
        gateway: edge
      - address: \(Self.encrypted)
        gateway: edge
        tls:
          clients: optional
          certificates:
            - names: [\(Self.host)]
              chain: server.pem
              key: server.key
              fallback: true
    status: \(Self.status)
    admin: weir.sock
    access_log: access.jsonl
    trust_domains:
      shop.example:
        roots: ca.pem

    """
  }

  private func makeKeys() throws {
    do {
      let key = try PrivateKey.generate()
      try Files.replace(path("release.key"), with: Array(try key.pem().utf8))
      try Files.replace(path("release.pub"), with: Array(try key.publicKey().pem().utf8))
    } catch { throw Failure("no key could be made: \(error)") }
  }

  /// An authority of this folder, a certificate for the gateway and one for an operator of the policy.
  private func makeCertificates() throws {
    for (name, certificate) in try certificates() {
      try Files.replace(path("\(name).pem"), with: certificate.chain)
      try Files.replace(path("\(name).key"), with: certificate.key)
    }
  }

  private func certificates() throws -> [(name: String, certificate: TLSConfiguration.Certificate)] {
    let now = Int64(Date().timeIntervalSince1970)
    let validity = (now - 3600)...(now + 30 * 86_400)
    do throws(TLSConfigurationError) {
      let authority = try DevelopmentAuthority(subject: "Weir demonstration", validity: validity)
      return [
        ("ca", authority.certificate),
        ("server", try authority.issue(.init(subject: Self.host, names: [.host(Self.host)], validity: validity))),
        (
          "ana",
          try authority.issue(
            .init(subject: "ana", names: [.identity("spiffe://shop.example/ns/ops/sa/ana")], validity: validity))
        ),
      ]
    } catch { throw Failure("no certificates could be made: \(error)") }
  }

  /// What to try.
  var invitation: String {
    """

    The gateway of \(policy) answers on http://\(Self.host):8080 and https://\(Self.host):8443; its files are in \(folder).

    an allow               curl -i http://\(Self.host):8080/
    a deny, and why        curl -i --path-as-is http://\(Self.host):8080/x/..//internal/%6beys; tail -1 \(path("access.jsonl"))
    a canary split         for i in $(seq 20); do curl -s http://\(Self.host):8080/ | head -1; done
    a retry that saves     for i in $(seq 20); do curl -s http://\(Self.host):8080/cart | head -1; done
    a tripped breaker      for i in $(seq 6); do curl -s http://\(Self.host):8080/reports -o /dev/null -w '%{http_code} ' & done; wait
    an mTLS identity       curl -s --cacert \(path("ca.pem")) --cert \(path("ana.pem")) --key \(path("ana.key")) https://\(Self.host):8443/admin
    a hot reload           edit \(policy)/shop.weir, then: weir build \(policy) -o \(path("policy.weirb")) --key \(path("release.key")) --generation 2
    metrics                curl -s http://\(Self.status)/metrics
    what is in force       weir admin --socket \(path("weir.sock")) bundle

    Control-C ends it.

    """
  }
}
