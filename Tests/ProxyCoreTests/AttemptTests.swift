import HTTPWire
import PropertyTesting
import ProxySimulation
import ProxyTransport
import ProxyUpstream
import Testing

@testable import ProxyCore

/// What an attempt is: one that somebody was asked for, on a connection that was there or was made. And what becomes of those whose kept
/// connection had been closed.
@Suite struct AttemptTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  private static let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  private static let post = "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1\r\n\r\nx"

  private static func mesh(_ protocol: String = "http", _ capacity: String = "") throws -> Mesh {
    try Mesh(
      .init("web", `protocol`, at: ["10.0.1.1:80"], with: capacity), routes: "otherwise { forward to web }")
  }

  /// A server that answers one request of a connection, and closes it with the next, after these last words.
  private func serveOnce(_ conversation: Conversation, after delay: Interval, lastWords: String) throws {
    let simulation = conversation.simulation
    simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { [unowned simulation] peer in
      var reader = MessageReader(.request)
      var count = 0
      peer.onChange = { peer in
        guard !peer.isClosed else { return }
        while (try? reader.next(peer.received, isEnded: peer.isEnded)) != nil {
          count += 1
          if count == 1 {
            simulation.at(simulation.now + delay) { if !peer.isClosed { peer.send(Self.ok) } }
          } else {
            guard !lastWords.isEmpty else { return peer.close() }
            peer.send(lastWords)
            peer.finishSending()
          }
        }
        if peer.isEnded || peer.failure != nil { peer.close() }
      }
    }
  }

  /// Keeps so many connections to the server, all of which it closes with the next request.
  private func keepStale(_ conversation: Conversation, _ count: Int, lastWords: String = "") throws {
    try serveOnce(conversation, after: .milliseconds(500), lastWords: lastWords)
    let peers = try (0..<count).map { _ in try conversation.client(Self.get) }
    conversation.run(for: .seconds(2))
    #expect(peers.allSatisfy { $0.text.hasSuffix("ok") })
    for peer in peers { peer.close() }
    conversation.run()
  }

  @Test(arguments: Seeds.first(10))
  func `a request whose kept connection was closed gets a new one`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh(), seed: seed)
    try keepStale(conversation, 4)
    let answer = try conversation.answer(to: Self.get, within: .seconds(4))
    #expect(answer.hasSuffix("ok"), "seed \(seed) \(answer)")
    let line = conversation.log().last
    #expect(line?.contains(#""attempts":2"#) == true, "seed \(seed) \(line ?? "none")")
    // An attempt without a response is a failure, whoever is to blame.
    let state = try #require(conversation.endpoints.first)
    #expect(state.requests == 6 && state.failures == 1, "seed \(seed)")
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }

  /// A connection that answers anything was not closed before the request came (RFC 9112 section 9.3.1).
  @Test(arguments: ["HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 20"])
  func `a request that was heard is not sent again of itself`(lastWords: String) throws {
    let conversation = try Conversation(Self.mesh())
    try keepStale(conversation, 1, lastWords: lastWords)
    let answer = try conversation.answer(to: Self.get, within: .seconds(4))
    #expect(answer.contains("HTTP/1.1 502 "), "\(answer)")
    #expect(conversation.log().last?.contains(#""attempts":1"#) == true)
    #expect(conversation.leftovers() == [])
  }

  @Test func `what may not be sent twice is not`() throws {
    let conversation = try Conversation(Self.mesh())
    try keepStale(conversation, 4)
    #expect(try conversation.answer(to: Self.post).hasPrefix("HTTP/1.1 502 "))
    #expect(conversation.log().last?.contains(#""attempts":1"#) == true)
    let state = try #require(conversation.endpoints.first)
    #expect(state.requests == 5 && state.failures == 1)
    #expect(conversation.leftovers() == [])
  }

  /// A connection takes the place of a kept one where there may be no more.
  @Test(arguments: Seeds.first(10))
  func `a new connection takes the place of a kept one`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh("http", "capacity { connections 2, pending 4 }"), seed: seed)
    try keepStale(conversation, 2)
    let peers = try (0..<4).map { _ in try conversation.client(Self.get) }
    conversation.run(for: .seconds(4))
    #expect(peers.allSatisfy { $0.text.hasSuffix("ok") }, "seed \(seed)")
    for peer in peers { peer.close() }
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }

  /// The endpoint has one request, and not the one that waits or the one that is refused.
  @Test(arguments: ["http", "http2"])
  func `who waits for a connection asks nobody yet`(`protocol`: String) throws {
    let conversation = try Conversation(Self.mesh(`protocol`, "capacity { connections 1, pending 1 }"))
    if `protocol` == "http" {
      try conversation.serve("10.0.1.1:80", after: .seconds(9)) { _ in Self.ok }
    } else {
      // One stream at a time, and none is answered.
      conversation.simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { peer in
        peer.perform([.send([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1]), .expectClose, .close])
      }
    }
    let first = try conversation.client(Self.get)
    conversation.run(for: .milliseconds(500))
    let others = try (0..<2).map { _ in try conversation.client(Self.get) }
    conversation.run()
    #expect(try #require(conversation.endpoints.first).inFlight == 1)
    let refused = try #require(conversation.log().first)
    #expect(refused.contains(#""ended":"circuit_open""#) && refused.contains(#""attempts":0"#))
    #expect(!refused.contains(#""endpoint":"#))
    for peer in others { peer.reset() }
    conversation.run()
    first.reset()
    conversation.run()
    let ended = conversation.log()
    #expect(ended.count { $0.contains(#""attempts":1"#) } == 1, "\(ended)")
    #expect(ended.count { $0.contains(#""attempts":0"#) } == 1, "\(ended)")
    let state = try #require(conversation.endpoints.first)
    #expect(state.requests == 1 && state.failures == 1 && state.inFlight == 0, "\(state)")
    #expect(conversation.leftovers() == [])
  }

  /// A server of HTTP/2 that answers one stream of a connection, and resets the connection with the next.
  private final class Once: HTTP2Peer {
    private var count = 0

    override func heed(_ event: HTTP2Event) {
      guard case .request(let stream, _) = event else { return }
      count += 1
      guard count == 1 else { return peer.reset() }
      simulation.at(simulation.now + .milliseconds(500)) { [self] in
        guard !peer.isClosed else { return }
        respond(stream, [(":status", "200")], ends: true)
        session.finishExchange()
        flush()
      }
    }
  }

  @Test(arguments: Seeds.first(10))
  func `a stream whose connection was closed gets a new one`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh("http2"), seed: seed)
    let simulation = conversation.simulation
    var servers: [Once] = []
    simulation.serve(try #require(SocketAddress("10.0.1.1:80"))) { [unowned simulation] peer in
      var limits = HTTP2Limits.standard(.server)
      limits.streamsMax = 1
      guard let server = try? Once(simulation, peer, .server, limits: limits) else {
        return simulation.fail("no server")
      }
      servers.append(server)
      server.flush()
    }
    // The first connection says how many streams it takes before the second is asked for.
    let first = try conversation.client(Self.get)
    conversation.run(for: .milliseconds(400))
    let second = try conversation.client(Self.get)
    conversation.run(for: .seconds(2))
    #expect(first.text.hasPrefix("HTTP/1.1 200 ") && second.text.hasPrefix("HTTP/1.1 200 "), "seed \(seed)")
    #expect(servers.count == 2, "seed \(seed)")
    #expect(try conversation.answer(to: Self.get, within: .seconds(2)).hasPrefix("HTTP/1.1 200 "), "seed \(seed)")
    #expect(servers.count == 3, "seed \(seed)")
    let line = conversation.log().last
    #expect(line?.contains(#""attempts":2"#) == true, "seed \(seed) \(line ?? "none")")
    let state = try #require(conversation.endpoints.first)
    #expect(state.requests == 4 && state.failures == 1, "seed \(seed)")
    first.close()
    second.close()
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }
}
