import PropertyTesting
import ProxyTLS
import ProxyTransport
import Testing

/// Whoever is not let in, and why.
@Suite struct RefusalTests {
  let world: World

  init() throws { world = try World() }

  private func reason(_ certificate: TLSConfiguration.Certificate?) throws -> TLSFailure.Reason? {
    let pair = try world.handshake(try world.client(certificate), try world.server())
    // The client hears of it, and nobody is who was not verified.
    if pair.ofServer.failure != nil {
      #expect(pair.ofClient.failure?.reason == .peerAlert && pair.ofClient.failure?.alert != 0)
      #expect(pair.server.peerIdentity.text.isEmpty && !pair.server.facts.hasCertificate)
    }
    // A certificate that is shown counts also where none is required.
    if certificate != nil {
      let optional = try world.handshake(try world.client(certificate), try world.server(clients: .optional))
      #expect(optional.ofServer.failure == pair.ofServer.failure)
    }
    return pair.ofServer.failure?.reason
  }

  @Test func aGoodOneIsTaken() throws {
    #expect(try reason(try world.certificate([.identity(World.identity)])) == nil)
  }

  @Test func noCertificate() throws { #expect(try reason(nil) == .noCertificate) }

  @Test func anAuthorityThatNobodyKnows() throws {
    #expect(try reason(try world.certificate([.identity(World.identity)], by: world.stranger)) == .unknownAuthority)
  }

  @Test func aFederatedAuthorityThatSpeaksForUs() throws {
    #expect(try reason(try world.certificate([.identity(World.identity)], by: world.partner)) == .unknownAuthority)
    let theirs = "spiffe://partner.example/client"
    #expect(try reason(try world.certificate([.identity(theirs)], by: world.shop)) == .unknownAuthority)
  }

  @Test func anotherTrustDomain() throws {
    for identity in ["spiffe://shop.example.evil/a", "spiffe://hop.example/a", "spiffe://other/a"] {
      #expect(try reason(try world.certificate([.identity(identity)])) == .wrongTrustDomain, "\(identity)")
    }
  }

  @Test func timesThatAreNotNow() throws {
    let past = World.now - World.day...World.now - 1
    let future = World.now + 1...World.now + World.day
    #expect(try reason(try world.certificate([.identity(World.identity)], validity: past)) == .expired)
    #expect(try reason(try world.certificate([.identity(World.identity)], validity: future)) == .notYetValid)
    // The authority in between counts as well.
    let below = try world.shop.intermediate(subject: "below", validity: past)
    var certificate = try world.certificate([.identity(World.identity)], by: below)
    certificate.chain += below.certificate.chain
    #expect(try reason(certificate) == .expired)
  }

  @Test(
    arguments: [
      [], ["spiffe://shop.example/a", "spiffe://shop.example/b"], ["spiffe://shop.example/a", "https://shop.example"],
      ["spiffe://shop.example/ns\0/evil"], ["spiffe://shop.example\0.evil.example/a"], ["spiffe://shop.example/a\0"],
      ["https://shop.example/a"], ["SPIFFE://shop.example/a"], ["spiffe://Shop.example/a"], ["spiffe://shop.example"],
      ["spiffe://shop.example/"], ["spiffe://shop.example/a/"], ["spiffe://shop.example//a"], ["spiffe:///a"],
      ["spiffe://shop.example/a/../b"], ["spiffe://shop.example/."], ["spiffe://shop.example/a?b"],
      ["spiffe://shop.example/a%2Fb"], ["spiffe://shop.example:443/a"], ["spiffe://user@shop.example/a"],
      ["spiffe://shop.example/ü"], [""], ["spiffe://shop.example/" + String(repeating: "a", count: 2048)],
      ["spiffe://" + String(repeating: "a", count: 256) + "/a"],
    ])
  func namesThatAreNone(uris: [String]) throws {
    let names = uris.map { DevelopmentAuthority.Name.uri(Array($0.utf8)) }
    #expect(try reason(try world.certificate(names + [.host("shop.example")])) == .badName)
  }

  @Test func certificatesMadeForSomethingElse() throws {
    let names: [DevelopmentAuthority.Name] = [.identity(World.identity)]
    #expect(try reason(try world.certificate(names, isAuthority: true)) == .badUsage)
    #expect(try reason(try world.certificate(names, keyUsage: [.digitalSignature, .keyCertSign])) == .badUsage)
    #expect(try reason(try world.certificate(names, keyUsage: [.digitalSignature, .crlSign])) == .badUsage)
    #expect(try reason(try world.certificate(names, keyUsage: [])) == .badUsage)
  }

  /// A leaf is no authority, whatever it signs.
  @Test func aChainOverALeaf() throws {
    let leaf = try world.certificate([.identity(World.identity)])
    let forged = try DevelopmentAuthority(signingWith: leaf).issue(
      .init(subject: "forged", names: [.identity(World.gateway)], validity: World.valid))
    let chain = TLSConfiguration.Certificate(chain: forged.chain + leaf.chain, key: forged.key)
    #expect(try reason(chain) == .badUsage)
  }

  @Test func noProtocolInCommon() throws {
    let pair = try world.handshake(
      try world.client(nil, protocols: .http2), try world.server(clients: .anonymous, protocols: .http1))
    #expect(pair.ofServer.failure?.reason == .noProtocol)
    #expect(pair.ofClient.failure == TLSFailure(.peerAlert, alert: 120))
    // A server that ignores the extension, and a client that can do nothing else.
    let silent = try world.handshake(
      try world.client(nil, protocols: .http2), try world.server(clients: .anonymous, protocols: []))
    #expect(silent.ofClient.failure?.reason == .noProtocol)
  }

  @Test func anUpstreamThatIsSomebodyElse() throws {
    let others: TLSConfiguration.Peer = .identities(["spiffe://shop.example/ns/edge/sa/gatewa", World.gateway + "2"])
    let pair = try world.handshake(try world.client(nil, peer: others), try world.server(clients: .anonymous))
    #expect(pair.ofClient.failure?.reason == .wrongIdentity)
    let either: TLSConfiguration.Peer = .identities([World.identity, World.gateway])
    let good = try world.handshake(try world.client(nil, peer: either), try world.server(clients: .anonymous))
    #expect(good.ofClient.status == .open)
    // Also when the chain is known.
    let server = try world.server(clients: .anonymous)
    let client = try TLSContextSet(
      TLSConfiguration(
        roots: [world.shop.certificate.chain], trustDomains: [.init(name: "shop.example", roots: 0)],
        upstreams: [either, others].map { .init(certificate: nil, protocols: .http1, serverName: nil, peer: $0) },
        ticketKeys: world.tickets))
    #expect(try world.handshake(client, server).ofClient.status == .open)
    guard var second = Pair(client: client, upstream: 1, server: server) else { throw World.Unexpected.noSession }
    second.settle()
    #expect(second.ofClient.failure?.reason == .wrongIdentity)
  }

  @Test func plainHTTP() throws {
    guard var pair = Pair(client: try world.client(nil), server: try world.server()) else {
      throw World.Unexpected.noSession
    }
    pair.step(.server, Array("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8))
    #expect(pair.ofServer.failure?.reason == .notTLS)
    // Nothing comes after the end.
    pair.step(.server, [1, 2, 3])
    #expect(pair.ofServer.failure?.reason == .notTLS)
    #expect(pair.write(.server, [1]) == 0)
  }

  /// A bit that was changed on its way is never taken for what was said.
  @Test func changedBytes() throws {
    let certificate = try world.certificate([.identity(World.identity)])
    let (client, server) = (try world.client(certificate), try world.server())
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      guard var pair = Pair(client: client, server: server) else { throw World.Unexpected.noSession }
      let message = (0..<Int.random(in: 1...5000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      // Which flight of the client: its hello, its certificate, its data.
      let flight = Int.random(in: 0..<3, using: &random)
      for turn in 0..<3 {
        if turn == 2 { _ = pair.write(.client, message) }
        if turn == flight, !pair.ofClient.unsent.isEmpty {
          let place = Int.random(in: 0..<pair.ofClient.unsent.count, using: &random)
          pair.ofClient.unsent[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        pair.carry(from: .client)
        pair.carry(from: .server)
      }
      #expect(pair.ofServer.received.isEmpty || message.starts(with: pair.ofServer.received), "seed \(seed)")
      // Whoever is let in is who was verified.
      if pair.ofServer.status == .open { #expect(pair.server.peerIdentity.text == World.identity, "seed \(seed)") }
    }
  }
}
