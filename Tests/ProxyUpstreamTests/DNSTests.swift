import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@Suite struct DNSTests {
  /// What a lookup gave, in text.
  private static func text<Record>(_ answer: DNSResolver.Answer<Record>) -> String {
    switch answer {
    case .records(let records, let ttl): "\(records) \(ttl.nanoseconds / 1_000_000_000)"
    case .none: "none"
    case .failed(let error): "\(error)"
    }
  }

  @Test func readsEachKindOfAnswer() throws {
    let server = try NameServer()
    defer { server.stop() }
    let resolver = try #require(DNSResolver(server: server.address))
    server["two.test", .a] = .addresses(["10.0.0.2", "10.0.0.1"], ttl: 30)
    server["two.test", .aaaa] = .addresses(["2001:db8::1"], ttl: 40)
    server["alias.test", .a] = .alias("real.test", ttl: 7, then: ["10.0.0.3"], ttlOfAddresses: 60)
    server["_http._tcp.test", .srv] = .services(
      [(priority: 1, port: 8080, target: "a.test"), (priority: 2, port: 81, target: "b.test")], ttl: 9)
    server["nothing.test", .a] = .noData
    server["broken.test", .a] = .serverFailure
    server["secret.test", .a] = .refusal
    server["malformed.test", .a] = .malformed
    #expect(Self.text(resolver.addresses(of: "two.test", .ipv4)) == "[10.0.0.2, 10.0.0.1] 30")
    #expect(Self.text(resolver.addresses(of: "two.test", .ipv6)) == "[2001:db8::1] 40")
    #expect(Self.text(resolver.addresses(of: "alias.test", .ipv4)) == "[10.0.0.3] 7")
    guard case .records(let services, _) = resolver.services(of: "_http._tcp.test") else { return #expect(Bool(false)) }
    #expect(services.map(\.target) == ["a.test", "b.test"] && services.map(\.port) == [8080, 81])
    #expect(services.map(\.priority) == [1, 2])
    #expect(Self.text(resolver.addresses(of: "nothing.test", .ipv4)) == "none")
    #expect(Self.text(resolver.addresses(of: "other.test", .ipv4)) == "none")
    #expect(Self.text(resolver.addresses(of: "broken.test", .ipv4)) == "the name server answered SERVFAIL")
    #expect(Self.text(resolver.addresses(of: "secret.test", .ipv4)) == "the name server answered REFUSED")
    #expect(
      Self.text(resolver.addresses(of: "malformed.test", .ipv4)) == "the answer of the name server cannot be used")
    #expect(server.streamCount == 0)
  }

  @Test func aServerThatIsSilentIsToldSo() throws {
    // Nobody has this port.
    let resolver = try #require(DNSResolver(server: SocketAddress("127.0.0.1:1")))
    #expect(Self.text(resolver.addresses(of: "two.test", .ipv4)) == "the name server did not answer")
  }

  @Test func asksAgainByTCPWhenTheAnswerIsTruncated() throws {
    let server = try NameServer()
    defer { server.stop() }
    let resolver = try #require(DNSResolver(server: server.address))
    let many = (0..<100).map { "10.0.1.\($0)" }
    server["many.test", .a] = .addresses(many, ttl: 5)
    guard case .records(let found, _) = resolver.addresses(of: "many.test", .ipv4) else { return #expect(Bool(false)) }
    #expect(found.map(\.description) == many && server.streamCount == 1)
    server["more.test", .a] = .addresses((0..<1100).map { "10.1.\($0 / 256).\($0 % 256)" }, ttl: 5)
    #expect(Self.text(resolver.addresses(of: "more.test", .ipv4)) == "the answer of the name server cannot be used")
  }

  @Test func localhostIsNotAskedFor() throws {
    let server = try NameServer()
    defer { server.stop() }
    let resolver = try #require(DNSResolver(server: server.address))
    #expect(Self.text(resolver.addresses(of: "localhost", .ipv4)) == "[127.0.0.1] 3600")
    #expect(Self.text(resolver.addresses(of: "localhost", .ipv6)) == "[::1] 3600")
    #expect(server.questionCount == 0)
    #expect(DNSResolver(server: SocketAddress("[::1]:53")) == nil)
  }
}
