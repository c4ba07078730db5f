import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// What the log says of requests: what their clients got, and where they went or would have gone.
@Suite struct RecordTests {
  private static let mesh = Result {
    try Mesh(
      .init(
        "web", versions: ["v1": "10.0.1.1:80"], rules: #"deny secret when request.path under "/web/secret""#),
      rules: """
        allow everybody always
        deny closed when request.path under "/closed"
        """,
      routes: """
        route web when request.path under "/web" { forward to web }
        route closed when request.path under "/closed" { forward to web.v1 }
        route tea when request.path is "/tea" { respond 418 "short and stout" }
        route empty when request.path is "/empty" { respond 204 }
        route old when request.path is "/old" { redirect 308 to "/new" }
        otherwise { respond 404 }
        """)
  }

  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// The answer to a request, and its line.
  private func line(_ request: String) throws -> (answer: String, line: Substring) {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let answer = try conversation.answer(to: request)
    let line = try #require(conversation.log().first)
    #expect(conversation.leftovers() == [])
    return (answer, line)
  }

  private func get(_ path: String) throws -> (answer: String, line: Substring) {
    try line("GET \(path) HTTP/1.1\r\nHost: shop.example\r\n\r\n")
  }

  @Test(arguments: [
    ("/web/x", "allow", "web", "web"), ("/web/secret", "deny", "web", "web"), ("/closed", "deny", "closed", "web.v1"),
  ])
  func `a denied request is told with its route and destination`(
    path: String, outcome: String, route: String, destination: String
  ) throws {
    let (_, line) = try get(path)
    #expect(line.contains(#""outcome":"\#(outcome)""#))
    #expect(line.contains(#""route":"\#(route)","route_at":"mesh.weir:"#))
    #expect(line.contains(#""destination":"\#(destination)""#))
    #expect(line.contains(#""attempts":\#(outcome == "allow" ? 1 : 0),"#))
  }

  @Test func `what no route takes is told without one`() throws {
    let (_, line) = try line("GET /web HTTP/1.1\r\nHost: other.example\r\n\r\n")
    #expect(line.contains(#""ended":"no_route""#) && !line.contains(#""route""#) && !line.contains("destination"))
  }

  @Test(arguments: ["GET", "HEAD"], ["/tea", "/empty", "/old", "/web/secret", "/other"])
  func `the bytes of the gateway's own answers are told`(method: String, path: String) throws {
    let (answer, line) = try line("\(method) \(path) HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    let body = try #require(answer.firstRange(of: "\r\n\r\n"))
    #expect(line.contains(#""response_bytes":\#(answer[body.upperBound...].utf8.count),"#), "\(answer) \(line)")
  }

  @Test func `the bytes of a refusal of what is no request are told`() throws {
    let (answer, line) = try line("GET / HTTP/1.1\nHost: shop.example\r\n\r\n")
    let body = try #require(answer.firstRange(of: "\r\n\r\n"))
    #expect(line.contains(#""response_bytes":\#(answer[body.upperBound...].utf8.count),"#), "\(answer) \(line)")
  }

  @Test func `who goes before an answer has got no status`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(5)) { _ in Self.ok }
    let peer = try conversation.client("GET /web HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    conversation.run()
    peer.reset()
    conversation.run()
    let line = try #require(conversation.log().first)
    #expect(line.contains(#""ended":"client_gone","status":0,"#))
    #expect(conversation.leftovers() == [])
  }

  @Test func `who goes in the middle of an answer has got its status`() throws {
    let conversation = try Conversation(Self.mesh.get())
    conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
      peer.perform([
        .expectCount(1), .send(Array("HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf".utf8)),
        .pause(.seconds(9)),
        .close,
      ])
    }
    let peer = try conversation.client("GET /web HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    conversation.run()
    #expect(peer.text.hasSuffix("half"))
    peer.reset()
    conversation.run()
    let line = try #require(conversation.log().first)
    #expect(line.contains(#""ended":"client_gone","status":201,"#) && line.contains(#""response_bytes":4,"#))
    #expect(conversation.leftovers() == [])
  }

  @Test(arguments: [
    ("http://user:secret@shop.example/web?a=b", "*@shop.example/web?a=b"),
    ("http://user:sec/ret@shop.example/web", "*@shop.example/web"),
    ("http://user:sec@ret@shop.example/", "*@shop.example/"),
    ("user:secret@shop.example", "*@shop.example"), ("http://us%er/", "http://us%er/"), ("/%zz/a@b", "/%zz/a@b"),
  ])
  func `nobody's password is told`(target: String, told: String) throws {
    let (answer, line) = try line("GET \(target) HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 400 "))
    #expect(line.contains(#""path":"\#(told)""#), "\(line)")
  }

  @Test func `a request to nobody is none to this gateway`() throws {
    let (answer, line) = try line("GET /web HTTP/1.0\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.contains("no_route "))
    #expect(line.contains(#""outcome":"reject""#) && line.contains(#""reason":"no_route""#))
    for request in ["/web HTTP/1.0\r\nHost: shop.example", "http://shop.example/web HTTP/1.0"] {
      #expect(try self.line("GET \(request)\r\n\r\n").answer.hasSuffix("\r\n\r\nok"))
    }
  }
}
