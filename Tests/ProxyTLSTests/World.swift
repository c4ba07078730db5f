import ProxyTLS
import Testing

/// Two trust domains, an authority that nobody knows, and certificates of them.
struct World {
  static let now: Int64 = 1_800_000_000
  static let day: Int64 = 86_400
  static let valid = now - day...now + day
  static let identity = "spiffe://shop.example/ns/pay/sa/ledger"
  static let gateway = "spiffe://shop.example/ns/edge/sa/gateway"

  let shop: DevelopmentAuthority
  let partner: DevelopmentAuthority
  let stranger: DevelopmentAuthority
  let tickets: TicketKeys

  init() throws {
    shop = try DevelopmentAuthority(subject: "shop root", validity: Self.now - 9 * Self.day...Self.now + 9 * Self.day)
    partner = try DevelopmentAuthority(subject: "partner root", validity: Self.valid)
    // A name that is taken: only the signature tells.
    stranger = try DevelopmentAuthority(subject: "shop root", validity: Self.valid)
    tickets = try #require(TicketKeys())
  }

  func certificate(
    _ names: [DevelopmentAuthority.Name], by authority: DevelopmentAuthority? = nil,
    validity: ClosedRange<Int64> = valid, isAuthority: Bool = false,
    keyUsage: DevelopmentAuthority.KeyUsage = .digitalSignature
  ) throws -> TLSConfiguration.Certificate {
    try (authority ?? shop).issue(
      DevelopmentAuthority.Request(
        subject: "leaf", names: names, validity: validity, isAuthority: isAuthority, keyUsage: keyUsage))
  }

  /// A server that shows the gateway's certificate, with one context for any name.
  func server(
    clients: TLSConfiguration.Clients = .required, protocols: TLSConfiguration.Protocols = [.http1, .http2]
  ) throws -> TLSContextSet {
    let names: [DevelopmentAuthority.Name] = [.identity(Self.gateway), .host("shop.example"), .host("*.shop.example")]
    return try server(
      [try certificate(names)],
      [
        .init(names: ["*"], certificate: 0, clients: clients, protocols: protocols, isFallback: true)
      ])
  }

  func server(
    _ certificates: [TLSConfiguration.Certificate], _ contexts: [TLSConfiguration.Context]
  ) throws -> TLSContextSet {
    try TLSContextSet(
      TLSConfiguration(
        certificates: certificates, roots: [shop.certificate.chain, partner.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0), .init(name: "partner.example", roots: 1)],
        listeners: [.init(contexts: contexts)], ticketKeys: tickets))
  }

  /// A client that shows a certificate, or none, and takes the gateway's.
  func client(
    _ certificate: TLSConfiguration.Certificate?, protocols: TLSConfiguration.Protocols = [.http1, .http2],
    serverName: String? = "api.shop.example", peer: TLSConfiguration.Peer = .identities([gateway])
  ) throws -> TLSContextSet {
    try TLSContextSet(
      TLSConfiguration(
        certificates: certificate.map { [$0] } ?? [], roots: [shop.certificate.chain, stranger.certificate.chain],
        trustDomains: [.init(name: "shop.example", roots: 0)],
        upstreams: [
          .init(certificate: certificate == nil ? nil : 0, protocols: protocols, serverName: serverName, peer: peer)
        ], ticketKeys: tickets))
  }

  /// A handshake, to its end.
  func handshake(_ client: TLSContextSet, _ server: TLSContextSet, now: Int64 = now) throws -> Pair {
    guard var pair = Pair(client: client, server: server, now: now) else { throw Unexpected.noSession }
    pair.settle()
    return pair
  }

  enum Unexpected: Error { case noSession }
}
