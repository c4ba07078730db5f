import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import Testing

@testable import ProxyCore

/// Why connections ended, as the metrics tell it.
@Suite struct ConnectionEndTests {
  private static let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private func conversation(_ answer: String? = ok) throws -> Conversation {
    let conversation = try Conversation(ClockTests.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in answer }
    return conversation
  }

  private func expect(
    _ conversation: Conversation, downstream: [ConnectionEnd: UInt64], upstream: [ConnectionEnd: UInt64] = [:],
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(conversation.leftovers() == [], sourceLocation: location)
    #expect(conversation.ends(.downstream) == downstream, sourceLocation: location)
    #expect(conversation.ends(.upstream) == upstream, sourceLocation: location)
  }

  @Test func `nobody uses it any more`() throws {
    let conversation = try conversation()
    #expect(try conversation.answer(to: Self.get).hasSuffix("ok"))
    expect(conversation, downstream: [.idle: 1], upstream: [.idle: 1])
  }

  @Test func `the client wants no more, or leaves`() throws {
    let conversation = try conversation()
    let asking = "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
    #expect(try conversation.answer(to: asking).hasSuffix("ok"))
    let peer = try conversation.client(Self.get)
    conversation.run()
    peer.close()
    expect(conversation, downstream: [.done: 1, .peer: 1], upstream: [.idle: 1])
  }

  @Test func `the upstream wants no more, or leaves`() throws {
    let conversation = try conversation("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    #expect(try conversation.answer(to: Self.get).hasSuffix("ok"))
    try conversation.serve("10.0.1.1:80") { _ in nil }
    #expect(try conversation.answer(to: Self.get).hasPrefix("HTTP/1.1 502 "))
    #expect(conversation.ends(.upstream)[.done] == 1 && conversation.ends(.upstream)[.peer] != nil)
  }

  @Test func `a head does not come in time`() throws {
    let conversation = try conversation()
    _ = try conversation.client("GET / HTTP/1.1\r\n")
    expect(conversation, downstream: [.timeout: 1])
  }

  @Test func `an upstream does not answer in time`() throws {
    let conversation = try conversation()
    conversation.simulation.blackhole(try #require(SocketAddress("10.0.1.1:80")))
    let peer = try conversation.client(Self.get)
    conversation.run(for: .seconds(60))
    #expect(peer.text.hasPrefix("HTTP/1.1 50"))
    #expect(Set(conversation.ends(.upstream).keys) == [.timeout])
  }

  @Test func `an answer that is cut short is not taken for a whole one`() throws {
    let conversation = try Conversation(ClockTests.mesh.get())
    conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
      let beginning = Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok".utf8)
      peer.perform([.expectCount(1), .send(beginning), .pause(.milliseconds(500)), .close])
    }
    let peer = try conversation.client(Self.get)
    conversation.run()
    #expect(peer.failure != nil)
    expect(conversation, downstream: [.aborted: 1], upstream: [.peer: 1])
  }

  @Test func `a client that leaves takes its upstream connection with it`() throws {
    let conversation = try Conversation(ClockTests.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(5)) { _ in Self.ok }
    let peer = try conversation.client(Self.get)
    conversation.run()
    peer.reset()
    expect(conversation, downstream: [.peer: 1], upstream: [.aborted: 1])
  }

  /// HTTP/2: nobody uses it, it says nothing at all, it leaves.
  @Test func `streams or none`() throws {
    let conversation = try conversation()
    let client = try HTTP2Client(
      conversation.simulation, to: conversation.front, [.init(id: "1")], width: 1, allowsFailures: true,
      staysOpen: true)
    conversation.run(for: .seconds(90))
    #expect(client.statuses.count == 1)
    #expect(conversation.ends(.downstream) == [.idle: 1])
    let silent = try conversation.client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    conversation.run(for: .seconds(15))
    #expect(silent.isEnded)
    let leaving = try HTTP2Client(
      conversation.simulation, to: conversation.front, [.init(id: "2")], width: 1, allowsFailures: true)
    conversation.run()
    #expect(leaving.statuses.count == 1)
    silent.close()
    expect(conversation, downstream: [.idle: 1, .timeout: 1, .peer: 1], upstream: [.idle: 2])
  }
}
