import HTTPWire
import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Connections to upstreams that are shared: those that say nothing, have grown old, or are full.
@Suite struct HTTP2UpstreamTests {
  static let mesh = Result {
    try Mesh(
      .init(
        "one", "http2", at: ["10.0.3.1:80"], with: "capacity { connections 1, pending 20 }, connect_timeout 60s"),
      routes: "otherwise { forward to one }")
  }

  private static let get = "GET /one/x HTTP/1.1\r\nHost: shop.example\r\nX-Id: a\r\n\r\n"

  private func server(_ conversation: Conversation) throws -> HTTP2Server {
    HTTP2Server(conversation.simulation, try #require(SocketAddress("10.0.3.1:80")))
  }

  /// Asked by PING after 20 seconds without a frame, given up after 5 more: long before a response would be late.
  @Test func `an upstream that no longer lives is found out`() throws {
    let conversation = try Conversation(Self.mesh.get())
    var heard: [UInt8] = []
    conversation.simulation.serve(try #require(SocketAddress("10.0.3.1:80"))) { peer in
      peer.onChange = { heard = $0.received }
      peer.perform([.send([0, 0, 0, 4, 0, 0, 0, 0, 0]), .expectClose, .close])
    }
    let peer = try conversation.client(Self.get)
    conversation.run(for: .seconds(19))
    let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0]
    #expect(heard.firstRange(of: ping) == nil)
    conversation.run(for: .seconds(2))
    #expect(heard.firstRange(of: ping) != nil && peer.text == "")
    conversation.run(for: .seconds(6))
    #expect(peer.text.hasPrefix("HTTP/1.1 504 ") && peer.text.contains("upstream_timeout "))
    peer.close()
    #expect(conversation.leftovers() == [])
  }

  /// HTTP/2 has no 101 (RFC 9113 section 8.6), and an interim response ends nothing.
  @Test(arguments: [("101", 4), ("101", 5), ("103", 5)] as [(String, UInt8)])
  func `what is no interim response is a mistake of the upstream`(status: String, flags: UInt8) throws {
    let conversation = try Conversation(Self.mesh.get())
    conversation.simulation.serve(try #require(SocketAddress("10.0.3.1:80"))) { peer in
      peer.perform([
        .expectCount(60), .send([0, 0, 0, 4, 0, 0, 0, 0, 0]),
        .send([0, 0, 5, 1, flags, 0, 0, 0, 1, 0x08, 3] + Array(status.utf8)), .expectClose, .close,
      ])
    }
    #expect(try conversation.answer(to: Self.get).hasPrefix("HTTP/1.1 502 "))
    #expect(conversation.log().first?.contains(#""ended":"upstream_protocol""#) == true)
    #expect(conversation.leftovers() == [])
  }

  @Test func `a connection that has grown old is replaced, and no request is lost`() throws {
    var clocks = Clocks()
    clocks.connectionAge = .seconds(10)
    let conversation = try Conversation(Self.mesh.get(), clocks: clocks)
    let server = try server(conversation)
    let peer = try conversation.client("")
    for _ in 0..<60 {
      peer.send(Self.get)
      conversation.run(for: .seconds(1))
    }
    #expect(peer.text.ranges(of: "HTTP/1.1 200 OK").count == 60)
    #expect((4...9).contains(server.connections))
    peer.close()
    #expect(conversation.leftovers() == [])
  }

  /// A connection has 2^30 numbers for streams; once the last is given away, it is replaced and what runs on it is finished.
  @Test(arguments: Seeds.first(20))
  func `a connection whose streams are used up is replaced, and no request is lost`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh.get(), seed: seed)
    let server = try server(conversation)
    #expect(try conversation.answer(to: Self.get).hasPrefix("HTTP/1.1 200 "), "seed \(seed)")
    // Three are left.
    #expect(conversation.skipUpstreamStreams(to: (1 << 31) - 5))
    try answersTwenty(conversation, width: 5, seed)
    #expect(server.problems == [] && server.connections == 2, "seed \(seed)")
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }

  /// Whoever finds neither a stream nor room for a connection waits, and is served in turn.
  @Test(arguments: Seeds.first(20))
  func `requests wait for streams`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh.get(), seed: seed)
    let server = try server(conversation)
    server.limits.streamsMax = 2
    try answersTwenty(conversation, width: 10, seed)
    #expect(server.problems == [] && server.connections == 1)
    #expect(conversation.leftovers() == [])
  }

  /// A client with so many requests at a time gets an answer to each of twenty.
  private func answersTwenty(_ conversation: Conversation, width: Int, _ seed: UInt64) throws {
    let client = try HTTP2Client(
      conversation.simulation, to: conversation.front, (0..<20).map { .init(id: "\($0)", target: "/one/x") },
      width: width, allowsFailures: false)
    conversation.run(for: .seconds(60))
    #expect(client.problems == [] && client.statuses.count == 20, "seed \(seed)")
    #expect(client.statuses.values.allSatisfy { $0 == 200 }, "seed \(seed)")
  }
}
