import Foundation
import Gateway
import ProxyTLS
import Testing

/// TLS as curl and OpenSSL's own client see it.
@Suite struct TLSClientsTests {
  let mesh: Mesh

  init() throws { mesh = try Mesh() }

  private func curl(_ port: Int, _ path: String, _ options: [String] = []) throws -> Tool {
    try Tool.run(
      "curl",
      ["-sS", "--cacert", mesh.file("root.pem"), "-w", "\n%{http_code} %{http_version}"] + options
        + ["https://localhost:\(port)\(path)"])
  }

  private func showing(_ name: String) -> [String] {
    ["--cert", mesh.file("\(name).pem"), "--key", mesh.file("\(name).key")]
  }

  @Test func curlIsServed() throws {
    #expect(try curl(mesh.optional, "/open/here", ["--http1.1"]).output == "from the gateway\n200 1.1")
    #expect(try curl(mesh.optional, "/open/here", ["--http2"]).output == "from the gateway\n200 2")
    #expect(
      try curl(mesh.anonymous, "/open/there", ["--http1.1", "--tls-max", "1.2"]).output == "from the service\n200 1.1")
    #expect(try curl(mesh.optional, "/open/there", ["--http2"]).output == "from the service\n200 2")
    // Two on one connection.
    let url = "https://localhost:\(mesh.optional)/open/there"
    #expect(
      try curl(mesh.optional, "/open/here", ["--http1.1", url]).output.contains(
        "from the service\n200 1.1from the gateway"))
  }

  @Test func curlIsWhoItShows() throws {
    #expect(try curl(mesh.optional, "/private", ["--http1.1"]).output.hasSuffix("\n403 1.1"))
    #expect(try curl(mesh.optional, "/private", showing("client")).output == "from the service\n200 2")
    #expect(try curl(mesh.required, "/private", showing("client")).output == "from the service\n200 2")
    let stranger = try curl(mesh.optional, "/open/here", showing("stranger"))
    #expect(stranger.status != 0 && stranger.output.contains("unknown ca"), "\(stranger.output)")
    let nobody = try curl(mesh.required, "/open/here")
    #expect(nobody.status != 0 && nobody.output.contains("certificate required"), "\(nobody.output)")
  }

  private func openssl(_ port: Int, _ options: [String], input: String = "Q\n") throws -> String {
    try Tool.run(
      "openssl", ["s_client", "-connect", "localhost:\(port)", "-CAfile", mesh.file("root.pem")] + options, input: input
    ).output
  }

  @Test func oldProtocolsAndStrangeOnesAreRefused() throws {
    #expect(try openssl(mesh.anonymous, ["-tls1_1", "-cipher", "ALL@SECLEVEL=0"]).contains("alert protocol version"))
    #expect(try openssl(mesh.anonymous, ["-alpn", "spdy/3"]).contains("no application protocol"))
    #expect(try openssl(mesh.anonymous, ["-tls1_2", "-cipher", "AES128-SHA"]).contains("handshake failure"))
    #expect(try openssl(mesh.anonymous, ["-alpn", "http/1.1,h2"]).contains("ALPN protocol: h2"))
    #expect(try openssl(mesh.anonymous, ["-tls1_2"], input: "R\n").contains("no renegotiation"))
  }

  /// Tickets where nobody shows a certificate, and only there.
  @Test func sessionsAreResumedWhereNobodyIsKnown() throws {
    let session = mesh.file("session.pem")
    let request = "GET /open/here HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n"
    for version in ["-tls1_2", "-tls1_3"] {
      _ = try openssl(mesh.anonymous, [version, "-ign_eof", "-sess_out", session], input: request)
      #expect(try openssl(mesh.anonymous, [version, "-sess_in", session]).contains("Reused, TLS"), "\(version)")
      #expect(try openssl(mesh.optional, [version, "-sess_in", session]).contains("New, TLS"), "\(version)")
      let mutual = try openssl(mesh.optional, [version, "-ign_eof"], input: request)
      #expect(mutual.contains("from the gateway") && !mutual.contains("TLS session ticket:"), "\(version)")
    }
  }

  @Test func longChainsAreRefused() throws {
    var issuer = mesh.authority
    var chain: [UInt8] = []
    for depth in 0..<4 {
      issuer = try issuer.intermediate(subject: "below \(depth)", validity: Mesh.now - 10...Mesh.now + 1000)
      chain = issuer.certificate.chain + chain
    }
    try Mesh.certificate("deep", Mesh.client, by: issuer, in: mesh.folder)
    try Data(chain).write(to: mesh.folder.appending(path: "deep-chain.pem"))
    let options = [
      "-cert", mesh.file("deep.pem"), "-key", mesh.file("deep.key"), "-cert_chain", mesh.file("deep-chain.pem"),
      "-ign_eof",
    ]
    let request = "GET /open/here HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n"
    let answer = try openssl(mesh.optional, options, input: request)
    #expect(answer.contains("alert") && !answer.contains("from the gateway"), "\(answer)")
  }

  @Test func certificatesAreReplacedWithoutARestart() throws {
    #expect(try openssl(mesh.anonymous, []).contains("subject=CN = edge"))
    let renewed = try Mesh.certificate("renewed", Mesh.gateway, by: mesh.authority, in: mesh.folder)
    let contexts = try Mesh.contexts(
      [renewed], mesh.authority, mesh.tickets, [.optional, .anonymous, .required],
      upstreams: [.init(certificate: 0, protocols: .http1, serverName: nil, peer: .identities([Mesh.web]))])
    mesh.edge.adopt(mesh.edgeGeneration, tls: [contexts])
    var subject = ""
    // The worker looks into its mailbox between two turns.
    for _ in 0..<100 where !subject.contains("CN = renewed") { subject = try openssl(mesh.anonymous, []) }
    #expect(subject.contains("subject=CN = renewed"))
    #expect(try curl(mesh.optional, "/private", showing("client")).output == "from the service\n200 2")
  }
}
