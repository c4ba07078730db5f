import ProxyTLS
import ProxyTransport
import Testing

@Suite struct HandshakeTests {
  let world: World

  init() throws { world = try World() }

  @Test func agreesWithAnAnonymousClient() throws {
    var pair = try world.handshake(try world.client(nil), try world.server(clients: .anonymous))
    #expect(pair.ofClient.status == .open && pair.ofServer.status == .open)
    let facts = pair.server.facts
    #expect(facts.applicationProtocol == .http2 && facts.minorVersion == 3 && facts.context == 0)
    #expect(!facts.hasCertificate && facts.expiry == .max && !facts.isResumed)
    #expect(pair.server.peerIdentity.text.isEmpty)
    #expect(pair.server.serverName.text == "api.shop.example")
    #expect(pair.client.peerIdentity.text == World.gateway)
    #expect(pair.client.facts.applicationProtocol == .http2 && pair.client.facts.context == nil)

    let request = Array("GET / HTTP/1.1\r\n\r\n".utf8)
    #expect(pair.write(.client, request) == request.count)
    pair.settle()
    #expect(pair.ofServer.received == request)
    let answer = [UInt8](repeating: 7, count: 60_000)
    #expect(pair.write(.server, answer) == answer.count)
    pair.settle()
    #expect(pair.ofClient.received == answer)

    pair.close(.client)
    pair.settle()
    #expect(pair.ofServer.status == .closedByPeer)
    // The other half is open still.
    #expect(pair.write(.server, request) == request.count)
    pair.close(.server)
    pair.settle()
    #expect(pair.ofClient.status == .closedByPeer)
    #expect(pair.ofClient.received.suffix(request.count) == request[...])
  }

  @Test func knowsWhoTheClientIs() throws {
    let soon = World.now - 10...World.now + 100
    let certificate = try world.certificate([.identity(World.identity)], validity: soon)
    let pair = try world.handshake(try world.client(certificate), try world.server())
    #expect(pair.ofServer.status == .open)
    #expect(pair.server.peerIdentity.text == World.identity)
    #expect(pair.server.facts.hasCertificate)
    #expect(pair.server.facts.expiry == (World.now + 100) * 1_000_000_000)
  }

  /// The shortest validity of the chain counts, the root's included.
  @Test func followsAChainOverAnIntermediate() throws {
    let below = try world.shop.intermediate(subject: "below", validity: World.now - 50...World.now + 50)
    var certificate = try world.certificate([.identity(World.identity)], by: below)
    certificate.chain += below.certificate.chain
    let pair = try world.handshake(try world.client(certificate), try world.server())
    #expect(pair.server.peerIdentity.text == World.identity)
    #expect(pair.server.facts.expiry == (World.now + 50) * 1_000_000_000)
  }

  @Test func takesAFederatedClient() throws {
    let identity = "spiffe://partner.example/client"
    let certificate = try world.certificate([.identity(identity)], by: world.partner)
    let pair = try world.handshake(try world.client(certificate), try world.server())
    #expect(pair.server.peerIdentity.text == identity)
  }

  @Test func letsAClientWithoutCertificateInWhereItMay() throws {
    let pair = try world.handshake(try world.client(nil), try world.server(clients: .optional))
    #expect(pair.ofServer.status == .open && !pair.server.facts.hasCertificate)
    let certificate = try world.certificate([.identity(World.identity)])
    let other = try world.handshake(try world.client(certificate), try world.server(clients: .optional))
    #expect(other.server.peerIdentity.text == World.identity)
  }

  @Test func prefersHTTP2() throws {
    let cases: [(TLSConfiguration.Protocols, TLSConfiguration.Protocols, TLSFacts.ApplicationProtocol)] = [
      ([.http1], [.http1, .http2], .http1), ([.http1, .http2], [.http1], .http1), ([.http2], [.http1, .http2], .http2),
      ([], [.http1, .http2], .none), ([.http1], [], .none),
    ]
    for (offered, taken, agreed) in cases {
      let pair = try world.handshake(
        try world.client(nil, protocols: offered), try world.server(clients: .anonymous, protocols: taken))
      #expect(pair.ofServer.status == .open, "\(offered) \(taken)")
      #expect(pair.server.facts.applicationProtocol == agreed && pair.client.facts.applicationProtocol == agreed)
    }
  }

  /// The name picks the certificate, and what clients have to show.
  @Test func choosesByServerName() throws {
    let certificates = try [
      "spiffe://shop.example/a", "spiffe://shop.example/b", "spiffe://shop.example/c",
    ].map { try world.certificate([.identity($0)]) }
    let contexts: [TLSConfiguration.Context] = [
      .init(names: ["a.example"], certificate: 0, clients: .anonymous, protocols: .http1, isFallback: false),
      .init(names: ["*.b.example"], certificate: 1, clients: .required, protocols: .http1, isFallback: false),
      .init(names: ["x.b.example"], certificate: 2, clients: .anonymous, protocols: .http2, isFallback: true),
    ]
    let server = try world.server(certificates, contexts)
    func attempt(_ name: String?, _ identity: String, _ certificate: TLSConfiguration.Certificate? = nil) throws -> Pair
    {
      try world.handshake(
        try world.client(certificate, serverName: name, peer: .identities(["spiffe://shop.example/\(identity)"])),
        server)
    }
    var pair = try attempt("a.example", "a")
    #expect(pair.ofServer.status == .open && pair.server.facts.context == 0)
    pair = try attempt("y.b.example", "b")
    #expect(pair.ofServer.failure?.reason == .noCertificate)
    pair = try attempt("y.z.b.example", "b", try world.certificate([.identity(World.identity)]))
    #expect(pair.ofServer.status == .open && pair.server.facts.context == 1)
    pair = try attempt("x.b.example", "c")
    #expect(pair.ofServer.status == .open && pair.server.facts.context == 2)
    #expect(pair.server.facts.applicationProtocol == .http2)
    pair = try attempt(nil, "c")
    #expect(pair.ofServer.status == .open && pair.server.facts.context == 2 && pair.server.serverName.text.isEmpty)
    pair = try attempt("b.example", "b")
    #expect(pair.ofServer.failure?.reason == .unknownServerName)
    pair = try attempt("a.example", "b")
    #expect(pair.ofClient.failure?.reason == .wrongIdentity)

    // Whose requests each of them may carry: those of no context count for the one that clients without a name get.
    let hosts = ["a.example", "q.b.example", "x.b.example", "b.example", "c.example", "", "*"]
    func answered(_ name: String?, _ identity: String) throws -> [String] {
      let pair = try attempt(name, identity, try world.certificate([.identity(World.identity)]))
      return hosts.filter { pair.server.answers(for: Array($0.utf8).span) }
    }
    #expect(try answered("a.example", "a") == ["a.example"])
    #expect(try answered("z.b.example", "b") == ["q.b.example"])
    #expect(try answered("x.b.example", "c") == ["x.b.example", "b.example", "c.example", "", "*"])
    #expect(try answered(nil, "c") == ["x.b.example", "b.example", "c.example", "", "*"])
  }

  @Test func checksAHostOutsideTheMesh() throws {
    let address: DevelopmentAuthority.Name = .address([127, 0, 0, 1])
    let certificate = try world.certificate([.host("*.shop.example"), address], by: world.stranger)
    let server = try world.server(
      [certificate],
      [
        .init(names: ["*"], certificate: 0, clients: .anonymous, protocols: .http1, isFallback: true)
      ])
    func reason(_ host: String, roots: Int = 1, now: Int64 = World.now) throws -> TLSFailure.Reason? {
      let client = try world.client(nil, peer: .host(host, roots: roots))
      return try world.handshake(client, server, now: now).ofClient.failure?.reason
    }
    #expect(try reason("api.shop.example") == nil)
    #expect(try reason("127.0.0.1") == nil)
    #expect(try reason("127.0.0.2") == .wrongHost)
    #expect(try reason("shop.example") == .wrongHost)
    #expect(try reason("a.b.shop.example") == .wrongHost)
    #expect(try reason("api.shop.example", roots: 0) == .unknownAuthority)
    #expect(try reason("api.shop.example", now: World.now + 2 * World.day) == .expired)
  }

  /// A common name is anybody's choice, also where no other name is of a host (RFC 9525 section 2).
  @Test func takesNoCommonNameForAHost() throws {
    let certificate = try world.shop.issue(
      .init(subject: "api.shop.example", names: [.identity(World.gateway)], validity: World.valid))
    let server = try world.server(
      [certificate],
      [
        .init(names: ["*"], certificate: 0, clients: .anonymous, protocols: .http1, isFallback: true)
      ])
    let client = try world.client(nil, peer: .host("api.shop.example", roots: 0))
    #expect(try world.handshake(client, server).ofClient.failure?.reason == .wrongHost)
  }

  @Test func remembersVerifiedChains() throws {
    let certificate = try world.certificate([.identity(World.identity)])
    let server = try world.server()
    let client = try world.client(certificate)
    #expect(try !world.handshake(client, server).server.facts.isChainCached)
    let second = try world.handshake(client, server)
    #expect(second.server.facts.isChainCached && second.client.facts.isChainCached)
    #expect(second.server.peerIdentity.text == World.identity)
    #expect(second.server.facts.expiry == (World.now + World.day) * 1_000_000_000)
    // What is remembered holds no longer than the chain.
    let late = try world.handshake(client, server, now: World.now + World.day + 1)
    #expect(late.ofClient.failure?.reason == .expired)
    let early = try world.handshake(client, server, now: World.now - World.day - 1)
    #expect(early.ofClient.failure?.reason == .notYetValid)
    // Another set, another trust.
    #expect(try !world.handshake(client, try world.server()).server.facts.isChainCached)
  }

  /// Nothing but the sessions holds the contexts here.
  @Test func sessionsOutliveTheirContexts() throws {
    guard var pair = Pair(client: try world.client(nil), server: try world.server(clients: .anonymous)) else {
      throw World.Unexpected.noSession
    }
    pair.settle()
    #expect(pair.write(.client, [1, 2, 3]) == 3)
    pair.settle()
    #expect(pair.ofServer.received == [1, 2, 3])
  }
}
