import HTTPWire
import PropertyTesting
import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import Testing

@testable import ProxyCore

/// What becomes of the connections that carry streams when one of those ends badly: nothing, and nothing of the other streams.
@Suite struct LostConnectionTests {
  private static let ok = [(":status", "200"), ("content-length", "0")]

  /// One who is asked, and answers when it is told to.
  private final class Upstream: HTTP2Peer {
    private(set) var streams: [HTTP2Stream] = []

    override func heed(_ event: HTTP2Event) {
      if case .request(let stream, _) = event { streams.append(stream) }
    }
  }

  private final class Upstreams {
    private(set) var all: [Upstream] = []

    /// - Parameter addresses: where they can be reached.
    init(_ conversation: Conversation, at addresses: [String]) throws {
      // What is said at once arrives at once.
      conversation.simulation.conditions = .loopback
      for address in addresses {
        conversation.simulation.serve(try #require(SocketAddress(address))) {
          [unowned self, unowned conversation] peer in
          guard let upstream = try? Upstream(conversation.simulation, peer, .server) else { return peer.close() }
          upstream.flush()
          all.append(upstream)
        }
      }
    }
  }

  /// It is the endpoint that has failed. What may be sent again where a connection was lost is not sent again.
  @Test func `a stream that is reset is no connection that is lost`() throws {
    let mesh = try Mesh(
      .init(
        "pair", "http2", at: ["10.0.3.1:80", "10.0.3.2:80"],
        with: "balance round_robin, eject { after 2 errors, every 10s, for 30s, at_most 50% }"),
      routes: "otherwise { forward to pair }")
    let conversation = try Conversation(mesh)
    let upstreams = try Upstreams(conversation, at: ["10.0.3.1:80", "10.0.3.2:80"])
    for number in 0..<5 {
      let client = try conversation.client("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
      conversation.run()
      // In turn. The third and the fifth are on a connection that was kept.
      let upstream = upstreams.all[number % 2]
      let stream = try #require(upstream.streams.last)
      let isReset = number == 2 || number == 4
      if isReset { upstream.session.reset(stream, .cancel) } else { upstream.respond(stream, Self.ok, ends: true) }
      upstream.flush()
      conversation.run()
      #expect(client.text.hasPrefix(isReset ? "HTTP/1.1 502 " : "HTTP/1.1 200 "), "\(number)")
      let line = try #require(conversation.log().first)
      #expect(line.contains(#""ended":"upstream_reset""#) == isReset && line.contains(#""attempts":1,"#), "\(number)")
      client.close()
    }
    #expect(upstreams.all.map(\.streams.count) == [3, 2] && conversation.ends(.upstream) == [:])
    let states = conversation.endpoints.sorted { $0.failures > $1.failures }
    #expect(states.map(\.failures) == [2, 0] && states.map(\.requests) == [3, 2])
    #expect(states.map(\.ejectionCount) == [1, 0])
    #expect(conversation.leftovers() == [])
    #expect(conversation.ends(.upstream) == [.idle: 2])
  }

  /// Where a service has one connection, another attempt of one stream would have it closed for a connection to another endpoint: not
  /// before the other stream was told its answer, which had come with the reset. Of some seeds the attempt is made at once.
  @Test(arguments: Seeds.first(10))
  func `a connection goes when its streams were told how they ended`(seed: UInt64) throws {
    var clocks = Clocks()
    // An unused connection of few is looked at often.
    clocks.keepAlive = .seconds(2)
    let conversation = try Conversation(Self.pair.get(), seed: seed, clocks: clocks)
    let upstreams = try Upstreams(conversation, at: ["10.0.3.1:80", "10.0.3.2:80"])
    let first = try conversation.client("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    conversation.run()
    let one = try #require(upstreams.all.first)
    let version = one.peer.local == SocketAddress("10.0.3.1:80") ? "v1" : "v2"
    let second = try conversation.client("POST /\(version) HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n")
    conversation.run()
    try #require(one.streams.count == 2 && upstreams.all.count == 1)
    one.session.reset(one.streams[0], .internalError)
    one.respond(one.streams[1], Self.ok, ends: true)
    one.flush()
    conversation.run()
    #expect(second.text.hasPrefix("HTTP/1.1 200 "), "seed \(seed)")
    #expect(conversation.ends(.upstream) == [.done: 1] && upstreams.all.count == 2, "seed \(seed)")
    let other = try #require(upstreams.all.last)
    other.respond(try #require(other.streams.first), Self.ok, ends: true)
    other.flush()
    conversation.run()
    #expect(first.text.hasPrefix("HTTP/1.1 200 "), "seed \(seed)")
    #expect(conversation.leftovers() == [], "seed \(seed)")
    #expect(conversation.ends(.upstream) == [.done: 1, .idle: 1], "seed \(seed)")
  }

  private static let pair = Result {
    try Mesh(
      .init(
        "pair", "http2", versions: ["v1": "10.0.3.1:80", "v2": "10.0.3.2:80"],
        with: "capacity { connections 1, pending 4 }"),
      routes: """
        route v1 when request.path is "/v1" { forward to pair.v1 }
        route v2 when request.path is "/v2" { forward to pair.v2 }
        otherwise {
          forward to pair
          timeout 20s
          retry { tries 2, on { reset }, backoff 1ns to 1ns, budget 100%, per_try_timeout 9s }
        }
        """)
  }
}
