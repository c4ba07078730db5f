import HTTPWire
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// The clocks of requests on a connection that others keep busy.
@Suite struct HTTP2ClockTests {
  /// A client that sends bodies piece by piece.
  private final class Uploader: HTTP2Peer {
    private(set) var statuses: [UInt32: String] = [:]

    convenience init(_ conversation: Conversation) throws {
      try self.init(conversation.simulation, conversation.simulation.connect(to: conversation.front), .client)
      flush()
    }

    func open(_ fields: [(String, String)] = []) throws -> HTTP2Stream {
      let head = [(":method", "POST"), (":scheme", "http"), (":authority", "shop.example"), (":path", "/")]
      let stream = try #require(request(head + fields, ends: false))
      flush()
      return stream
    }

    func send(_ bytes: Int, on stream: HTTP2Stream) {
      release(stream)
      body(stream, [UInt8](repeating: 120, count: bytes), ends: false)
      flush()
    }

    override func heed(_ event: HTTP2Event) {
      if case .response(let stream, let head) = event { statuses[stream.number] = fields(head)[":status"] }
    }
  }

  private func conversation() throws -> Conversation {
    let conversation = try Conversation(ClockTests.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }
    return conversation
  }

  /// Lets a time pass in which one stream is busy, and the others get so many bytes a second.
  private func pass(
    _ seconds: Int, _ conversation: Conversation, _ client: Uploader, busy: HTTP2Stream, slow: HTTP2Stream, bytes: Int
  ) {
    for _ in 0..<seconds {
      client.send(1_000, on: busy)
      if bytes > 0, client.statuses[slow.number] == nil { client.send(bytes, on: slow) }
      conversation.run(for: .seconds(1))
    }
  }

  @Test(arguments: [(1, 12), (200, 65)])
  func `a trickle ends although others are busy`(bytes: Int, seconds: Int) throws {
    let conversation = try conversation()
    let client = try Uploader(conversation)
    let (busy, slow) = (try client.open(), try client.open())
    pass(seconds, conversation, client, busy: busy, slow: slow, bytes: bytes)
    #expect(client.statuses == [slow.number: "408"])
    #expect(conversation.log().count { $0.contains(#""ended":"slow_body""#) } == 1)
    client.peer.close()
    #expect(conversation.leftovers() == [])
  }

  @Test func `a body that stops coming ends although others are busy`() throws {
    let conversation = try conversation()
    let client = try Uploader(conversation)
    let (busy, slow) = (try client.open(), try client.open())
    pass(29, conversation, client, busy: busy, slow: slow, bytes: 0)
    #expect(client.statuses.isEmpty)
    pass(3, conversation, client, busy: busy, slow: slow, bytes: 0)
    #expect(client.statuses == [slow.number: "408"])
    #expect(conversation.log().count { $0.contains(#""ended":"request_timeout""#) } == 1)
    client.peer.close()
    #expect(conversation.leftovers() == [])
  }

  @Test func `who is answered already may be silent`() throws {
    let conversation = try Conversation(ClockTests.mesh.get())
    conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
      var steps: [Peer.Step] = [
        .expectCount(1), .send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)),
      ]
      for _ in 0..<10 { steps += [.pause(.seconds(10)), .send(Array("1\r\nx\r\n".utf8))] }
      peer.perform(steps + [.send(Array("0\r\n\r\n".utf8)), .pause(.seconds(1)), .close])
    }
    let client = try Uploader(conversation)
    let stream = try client.open()
    client.send(1, on: stream)
    conversation.run(for: .seconds(120))
    let line = try #require(conversation.log().first)
    #expect(line.contains(#""ended":"forwarded""#) && line.contains(#""response_bytes":10,"#))
    client.peer.close()
    #expect(conversation.leftovers() == [])
  }

  private static let callable = Result {
    try Mesh(.init("calls", "http2", at: ["10.0.2.1:80"]), routes: "otherwise { forward to calls }")
  }

  @Test func `a call of gRPC says what it has to say when it likes`() throws {
    let conversation = try Conversation(Self.callable.get())
    let simulation = conversation.simulation
    var upstreams: [HTTP2Peer] = []
    simulation.serve(try #require(SocketAddress("10.0.2.1:80"))) { [unowned simulation] peer in
      guard let upstream = try? HTTP2Peer(simulation, peer, .server) else { return peer.close() }
      upstream.flush()
      upstreams.append(upstream)
    }
    #expect(try statuses(of: conversation).isEmpty)
    #expect(upstreams.count == 1)
    for upstream in upstreams { upstream.peer.close() }
    conversation.run(for: .seconds(1))
    #expect(conversation.leftovers() == [])
  }

  @Test func `what only looks like a call of gRPC has no such licence`() throws {
    let conversation = try conversation()
    #expect(try statuses(of: conversation).count == 1)
    #expect(conversation.leftovers() == [])
  }

  /// What a client is told that sends a byte each 20 seconds and says that it is a call.
  private func statuses(of conversation: Conversation) throws -> [UInt32: String] {
    let client = try Uploader(conversation)
    let call = try client.open([("content-type", "application/grpc"), ("te", "trailers")])
    for _ in 0..<10 where client.statuses.isEmpty {
      client.send(1, on: call)
      conversation.run(for: .seconds(20))
    }
    let statuses = client.statuses
    client.peer.close()
    return statuses
  }
}
