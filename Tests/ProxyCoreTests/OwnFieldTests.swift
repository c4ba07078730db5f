import ProxySimulation
import ProxyTransport
import Testing
import WeirPolicy

@testable import ProxyCore

/// For whom the proxy speaks, and by which names a request is found again: what of a head is believed, and what is set anew.
@Suite struct OwnFieldTests {
  private static let mesh = Result {
    try Mesh(
      .init("web", at: ["10.0.1.1:80"]),
      rules: """
        allow anybody always
        deny banned when request.client_ip in { "203.0.113.0/24" }
        """,
      routes: "otherwise { forward to web }")
  }

  /// What became of a request with these field lines.
  private struct Seen {
    var status = ""
    var line = ""
    var fields: [(name: String, value: String)] = []

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  }

  private func ask(_ lines: [String], from source: String = "198.51.100.7:999", seed: UInt64 = 1) throws -> Seen {
    let hops = try [WeirPolicy.Network.parse("10.0.0.0/8"), WeirPolicy.Network.parse("fd00::/8")]
    let conversation = try Conversation(Self.mesh.get(), seed: seed, trustedHops: hops)
    try conversation.serve("10.0.1.1:80") { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
    let head = (["GET / HTTP/1.1", "Host: shop.example"] + lines).map { $0 + "\r\n" }.joined() + "\r\n"
    var seen = Seen()
    seen.status = String(try conversation.answer(to: head, from: source).dropFirst(9).prefix(3))
    seen.fields = conversation.heard.first?.message.fields ?? []
    seen.line = String(conversation.log().first ?? "")
    #expect(conversation.leftovers() == [])
    return seen
  }

  private static let chains: [(source: String, lines: [String], client: String, forwarded: String)] = [
    // A client of its own accord.
    ("198.51.100.7", [], "198.51.100.7", "198.51.100.7"),
    ("198.51.100.7", ["X-Forwarded-For: 10.0.0.1"], "198.51.100.7", "198.51.100.7"),
    ("198.51.100.7", ["X-Forwarded-For: what?"], "198.51.100.7", "198.51.100.7"),
    // Through a proxy of ours.
    ("10.0.0.9", ["X-Forwarded-For: 192.0.2.1"], "192.0.2.1", "192.0.2.1, 10.0.0.9"),
    ("10.0.0.9", [], "10.0.0.9", "10.0.0.9"),
    // Through several, in one line or in lines of their own.
    ("10.0.0.9", ["X-Forwarded-For: 192.0.2.1, 10.0.0.8"], "192.0.2.1", "192.0.2.1, 10.0.0.8, 10.0.0.9"),
    (
      "10.0.0.9", ["x-forwarded-for: 192.0.2.1", "Accept: */*", "X-FORWARDED-FOR: 10.0.0.8,10.0.0.7"], "192.0.2.1",
      "192.0.2.1, 10.0.0.8,10.0.0.7, 10.0.0.9"
    ),
    // What the client wrote itself is not looked at.
    ("10.0.0.9", ["X-Forwarded-For: 10.0.0.1, what?, 192.0.2.1"], "192.0.2.1", "10.0.0.1, what?, 192.0.2.1, 10.0.0.9"),
    // Ours alone: the first of them asks.
    ("10.0.0.9", ["X-Forwarded-For: 10.0.0.1, 10.0.0.8"], "10.0.0.1", "10.0.0.1, 10.0.0.8, 10.0.0.9"),
    // Empty members, ports, brackets.
    ("10.0.0.9", ["X-Forwarded-For: 192.0.2.1:4711 ,, "], "192.0.2.1", "192.0.2.1:4711 ,,, 10.0.0.9"),
    ("10.0.0.9", ["X-Forwarded-For: [2001:db8::1]:4711"], "2001:db8::1", "[2001:db8::1]:4711, 10.0.0.9"),
    ("10.0.0.9", ["X-Forwarded-For: 2001:DB8::1, [fd00::2]"], "2001:db8::1", "2001:DB8::1, [fd00::2], 10.0.0.9"),
    // An IPv4 address in the clothes of IPv6 is the same address.
    ("10.0.0.9", ["X-Forwarded-For: ::ffff:192.0.2.1, ::ffff:10.0.0.8"], "192.0.2.1", ""),
  ]

  @Test(arguments: chains.indices)
  func `the client is the right-most hop that is not trusted`(index: Int) throws {
    let (source, lines, client, forwarded) = Self.chains[index]
    let seen = try ask(lines, from: "\(source):999", seed: UInt64(index))
    #expect(seen.status == "200")
    if !forwarded.isEmpty { #expect(seen.values("x-forwarded-for") == [forwarded]) }
    #expect(seen.line.contains(#""source_ip":"\#(source)""#))
    #expect(seen.line.contains(#""client_ip":"\#(client)""#))
  }

  @Test func `rules see the client and not the proxy in front`() throws {
    #expect(try ask(["X-Forwarded-For: 203.0.113.5"], from: "10.0.0.9:999").status == "403")
    #expect(try ask(["X-Forwarded-For: 203.0.113.5"]).status == "200")
    #expect(try ask([], from: "203.0.113.5:1").status == "403")
  }

  @Test(
    arguments: [
      "what?", "192.0.2.1, what?", "192.0.2.1, 10.0.0.8, unknown", "1.2.3", "[::1", "::1]", "1.2.3.4:",
      "1.2.3.4:123456",
      "[1.2.3.4]", "192.0.2.1 10.0.0.8", "1.2.3.4:80:80", "_hidden", "\"192.0.2.1\"",
    ])
  func `a hop that is no address is refused`(value: String) throws {
    let seen = try ask(["X-Forwarded-For: \(value)"], from: "10.0.0.9:999")
    #expect(seen.status == "400")
    #expect(seen.fields.isEmpty)
    #expect(seen.line.contains(#""reason":"forwarded_for_malformed""#))
    #expect(seen.line.contains(#""path":"/""#) && seen.line.contains(#""reference":""#))
  }

  private static let told = [
    "X-Forwarded-Proto: https", "X-Forwarded-Host: other.example", "X-Forwarded-Port: 443", "X-Forwarded-Prefix: /p",
    "X-Forwarded-Client-Cert: By=x", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "X-Request-ID: abc-1",
  ]

  @Test func `what a stranger says of itself is dropped`() throws {
    let seen = try ask(Self.told)
    #expect(seen.values("x-forwarded-proto") == ["http"])
    for name in ["x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-client-cert", "forwarded"] {
      #expect(seen.values(name) == [], "\(name)")
    }
    #expect(seen.values("x-real-ip") == [])
    #expect(seen.values("x-request-id") != ["abc-1"])
  }

  @Test func `what a trusted proxy says stays`() throws {
    let seen = try ask(Self.told, from: "10.0.0.9:999")
    #expect(seen.values("x-forwarded-proto") == ["https"])
    #expect(seen.values("x-forwarded-host") == ["other.example"])
    #expect(seen.values("x-forwarded-port") == ["443"])
    #expect(seen.values("x-forwarded-prefix") == ["/p"])
    #expect(seen.values("x-forwarded-client-cert") == ["By=x"])
    #expect(seen.values("forwarded") == ["for=192.0.2.1"])
    #expect(seen.values("x-request-id") == ["abc-1"])
    #expect(seen.line.contains(#""request_id":"abc-1""#))
  }

  @Test func `Connection takes away nothing that the proxy sets`() throws {
    let seen = try ask(["Connection: x-forwarded-for, x-request-id, traceparent, x-forwarded-proto, x-forwarded-prefix"]
    )
    #expect(seen.values("x-forwarded-for") == ["198.51.100.7"])
    for name in ["x-request-id", "traceparent", "x-forwarded-proto"] {
      #expect(seen.values(name).count == 1, "\(name)")
    }
  }

  @Test func `a name that reads the same with underscores is refused`() throws {
    for name in [
      "x_forwarded_for", "X-Forwarded_Prefix", "x_forwarded_client_cert_of_somebody_else", "X_Request_Id",
      "x-request_id", "X_Real-IP",
    ] {
      let seen = try ask(["\(name): 1"])
      #expect(seen.status == "400" && seen.fields.isEmpty, "\(name)")
    }
  }

  private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func `a trace goes on`() throws {
    let seen = try ask(["tracestate: a=1", "Traceparent: \(Self.trace)", "tracestate: b=2"])
    #expect(seen.values("traceparent") == [Self.trace])
    #expect(seen.values("tracestate") == ["a=1", "b=2"])
    #expect(seen.line.contains(#""trace":"4bf92f3577b34da6a3ce929d0e0e4736""#))
  }

  @Test(
    arguments: [
      [], ["traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
      ["traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
      ["traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
      ["traceparent: \(trace)", "traceparent: \(trace)"], ["traceparent: \(trace)-00"], ["traceparent:"],
    ] as [[String]])
  func `without a valid trace a new one begins`(lines: [String]) throws {
    let seen = try ask(lines + ["tracestate: a=1"])
    let made = try #require(seen.values("traceparent").first)
    #expect(seen.values("traceparent").count == 1)
    #expect(made.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-00/) != nil)
    #expect(!made.contains("4bf92f"))
    #expect(seen.values("tracestate") == [])
    #expect(seen.line.contains(#""trace":"\#(made.dropFirst(3).prefix(32))""#))
  }

  @Test func `each request has an identifier of its own, from the seed alone`() throws {
    let first = try ask([], seed: 1).values("x-request-id")
    #expect(first.first?.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    #expect(try ask([], seed: 1).values("x-request-id") == first)
    #expect(try ask([], seed: 2).values("x-request-id") != first)
    let seen = try ask(["X-Request-ID: forged"])
    #expect(seen.values("x-request-id").count == 1)
    #expect(seen.line.contains(#""request_id":"\#(seen.values("x-request-id")[0])""#))
  }

  @Test func `a line tells how far a request came, and when`() throws {
    let line = try ask([]).line
    for key in ["head_us", "decided_us", "connected_us", "sent_us", "answered_us", "ended_us"] {
      #expect(line.contains(#""\#(key)":"#), "\(key)")
    }
  }
}
