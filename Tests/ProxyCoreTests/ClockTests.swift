import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Who is slow is timed out, and nobody else.
@Suite struct ClockTests {
  static let mesh = Result {
    try Mesh(
      .init("web", at: ["10.0.1.1:80"]),
      routes: "otherwise { forward to web, timeout 10m, idle_timeout 10m }")
  }

  private static let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test func `an upstream may think longer than a client may take to send`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(100)) { _ in Self.ok }
    let text = try conversation.answer(to: Self.get, within: .seconds(120))
    #expect(text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
  }

  @Test func `an upstream may think about a body that came in pieces`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(100)) { _ in Self.ok }
    let peer = try conversation.client("POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4\r\n\r\nab")
    conversation.run(for: .seconds(9))
    peer.send("cd")
    conversation.run(for: .seconds(120))
    #expect(peer.text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
  }

  @Test func `a slow upload goes on as long as something comes`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let peer = try conversation.client("POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 250000\r\n\r\n")
    for _ in 0..<50 {
      conversation.run(for: .seconds(20))
      peer.send(String(repeating: "x", count: 5_000))
    }
    conversation.run()
    // 16 minutes are more than the route allows, and the client has taken them.
    #expect(peer.text.hasPrefix("HTTP/1.1 408 "))
    #expect(conversation.leftovers() == [])
  }

  @Test func `an upload of many minutes is no silence of the upstream`() throws {
    let mesh = try Mesh(.init("web", at: ["10.0.1.1:80"]), routes: "otherwise { forward to web }")
    let conversation = try Conversation(mesh)
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let peer = try conversation.client("POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 50000\r\n\r\n")
    for _ in 0..<10 {
      conversation.run(for: .seconds(20))
      peer.send(String(repeating: "x", count: 5_000))
    }
    conversation.run()
    #expect(peer.text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
  }

  @Test(arguments: ["", String(repeating: "x", count: 9_000)])
  func `a body that stops coming is told so`(beginning: String) throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let head = "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 9001\r\n\r\n"
    let peer = try conversation.client(head + beginning)
    conversation.run(for: .seconds(29))
    #expect(peer.text == "")
    conversation.run(for: .seconds(3))
    #expect(peer.text.hasPrefix("HTTP/1.1 408 "))
    #expect(peer.isEnded)
    #expect(conversation.log().first?.contains(#""ended":"request_timeout""#) == true)
    #expect(conversation.leftovers() == [])
  }

  @Test(arguments: [(240, false), (200, true)])
  func `a body may be slow, and is no trickle`(bytes: Int, isRefused: Bool) throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let head = "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: \(bytes * 100)\r\n\r\n"
    let peer = try conversation.client(head)
    for _ in 0..<100 where !peer.isEnded {
      peer.send(String(repeating: "x", count: bytes))
      conversation.run(for: .seconds(1))
    }
    #expect(peer.text.hasPrefix(isRefused ? "HTTP/1.1 408 " : "HTTP/1.1 200 "))
    #expect(peer.text.contains("slow_body ") == isRefused)
    #expect(conversation.log().first?.contains(#""ended":"slow_body""#) == isRefused)
    #expect(conversation.leftovers() == [])
  }

  @Test func `a single byte now and then keeps nobody busy for long`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.ok }
    let peer = try conversation.client(
      "POST / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<11 {
      peer.send("1\r\nx\r\n")
      conversation.run(for: .seconds(1))
    }
    #expect(peer.text.hasPrefix("HTTP/1.1 408 ") && peer.text.contains("slow_body "))
    #expect(conversation.leftovers() == [])
  }

  @Test func `a body that an upstream does not read is not slow`() throws {
    let conversation = try Conversation(Self.mesh.get())
    // All was read of the client, and not all was taken by the upstream.
    conversation.simulation.conditions.sendBufferBytes = 4 << 10
    conversation.simulation.conditions.receiveBufferBytes = 4 << 10
    conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
      peer.perform([
        .stopReading, .pause(.seconds(25)), .readAgain, .expectEnding(Array("end".utf8)),
        .send(Array(Self.ok.utf8)), .pause(.seconds(1)), .close,
      ])
    }
    let peer = try conversation.client(
      "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 20003\r\n\r\n"
        + String(repeating: "x", count: 20_000))
    conversation.run(for: .seconds(34))
    #expect(peer.text == "")
    peer.send("end")
    conversation.run(for: .seconds(3))
    #expect(peer.text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
  }

  @Test func `a response that pauses is no silence of the client`() throws {
    let conversation = try Conversation(Self.mesh.get())
    conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
      peer.perform([
        .expectCount(1), .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 200001\r\n\r\n".utf8)),
        .send([UInt8](repeating: 7, count: 200_000)), .pause(.seconds(100)), .send([8]), .pause(.seconds(1)), .close,
      ])
    }
    let peer = try conversation.client(Self.get)
    peer.stopReading()
    conversation.run(for: .seconds(10))
    peer.readAgain()
    conversation.run(for: .seconds(200))
    #expect(peer.received.last == 8)
    #expect(conversation.leftovers() == [])
  }

  @Test func `a client that does not read is cut off`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in
      "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + String(repeating: "x", count: 2_000_000)
    }
    let peer = try conversation.client(Self.get)
    peer.stopReading()
    conversation.run(for: .seconds(40))
    #expect(conversation.worker.exchanges.count == 0)
    peer.reset()
    #expect(conversation.leftovers() == [])
  }
}
