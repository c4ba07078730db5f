import HTTPWire
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Trailers of streams: as long as a head may be where both sides speak HTTP/2, else as long as HTTP/1 has room for.
@Suite struct HTTP2TrailerTests {
  private static let mesh = Result {
    try Mesh(
      .init("new", "http2", at: ["10.0.2.1:80"]), .init("old", at: ["10.0.1.1:80"]),
      routes: """
        route old when request.path under "/old" { forward to old }
        otherwise { forward to new }
        """)
  }

  private final class Client: HTTP2Peer {
    private(set) var status: String?

    override func heed(_ event: HTTP2Event) {
      if case .response(_, let head) = event { status = fields(head)[":status"] }
    }
  }

  /// Answers a request once it is whole.
  private final class Server: HTTP2Peer {
    private(set) var trailers: [Fields] = []

    override func heed(_ event: HTTP2Event) {
      switch event {
      case .trailers(let stream, let head):
        trailers.append(fields(head))
        respond(stream, [(":status", "200")], ends: true)
        session.finishExchange()
      case .data(let stream, let bytes):
        session.creditConnection(byteCount: Int(bytes.count))
        session.credit(stream, byteCount: Int(bytes.count))
      default: break
      }
    }
  }

  /// What becomes of a request with so long a trailer: its status, the length that the service got, and the log.
  private func send(_ path: String, _ count: Int) throws -> (status: String?, count: Int?, line: String) {
    let conversation = try Conversation(Self.mesh.get())
    let simulation = conversation.simulation
    var servers: [Server] = []
    simulation.serve(try #require(SocketAddress("10.0.2.1:80"))) { [unowned simulation] peer in
      guard let server = try? Server(simulation, peer, .server) else { return simulation.fail("no server") }
      servers.append(server)
      server.flush()
    }
    try conversation.serve("10.0.1.1:80") { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
    let client = try Client(simulation, simulation.connect(to: conversation.front), .client)
    let head = [(":method", "POST"), (":scheme", "http"), (":authority", "shop.example"), (":path", path)]
    let stream = try #require(client.request(head, ends: false))
    client.flush()
    conversation.run()
    client.body(stream, [1], ends: false)
    client.trailers(stream, [("x-sum", String(repeating: "a", count: count))])
    client.flush()
    conversation.run()
    client.peer.close()
    let line = String(conversation.log().first ?? "")
    #expect(conversation.leftovers() == [])
    let arrived =
      servers.first?.trailers.first?["x-sum"]
      ?? conversation.heard.first?.message.trailers.first.map { String($0.dropFirst("x-sum: ".count)) }
    return (client.status, arrived?.utf8.count, line)
  }

  @Test(arguments: [4_000, 4_100, 9_000, 16_000])
  func `between HTTP/2 and HTTP/2 they are as long as a head`(count: Int) throws {
    let seen = try send("/", count)
    #expect(seen.status == "200" && seen.count == count, "\(seen.line)")
  }

  @Test func `they are refused by their own name`() throws {
    let tooLong = try send("/", 17_000)
    #expect(tooLong.status == "431" && tooLong.line.contains(#""ended":"trailers_too_large""#), "\(tooLong.line)")
  }

  @Test func `to HTTP/1 they are as long as HTTP/1 takes them`() throws {
    let whole = try send("/old", 4_000)
    #expect(whole.status == "200" && whole.count == 4_000, "\(whole.line)")
    let tooLong = try send("/old", 4_100)
    #expect(tooLong.status == "431" && tooLong.line.contains(#""ended":"trailers_too_large""#))
  }
}
