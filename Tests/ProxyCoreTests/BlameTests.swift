import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Whose fault it is when a request does not end well: endpoints are left alone for their own failures, and for nobody else's.
@Suite struct BlameTests {
  private static func mesh(_ protocol: String, with items: String = "", retry: String = "") -> Result<Mesh, any Error> {
    Result {
      try Mesh(
        .init(
          "web", `protocol`, at: addresses,
          with: "eject { after 3 errors, every 60s, for 600s, at_most 100% } \n \(items)"),
        routes: """
          route long when request.path is "/long" { forward to web, timeout 600s, idle_timeout 600s }
          otherwise { forward to web, timeout 4s, idle_timeout 2s \n \(retry) }
          """)
    }
  }

  private static let meshes = ["http": mesh("http"), "http2": mesh("http2")]
  private static let patient = mesh(
    "http", retry: "retry { tries 2, on { timeout }, even unsafe, backoff 1ms to 2ms, budget 100%, per_try_timeout 1s }"
  )
  private static let narrow = mesh("http", with: "capacity { connections 1, pending 4 }, connect_timeout 30s")

  private func conversation(_ protocol: String) throws -> Conversation {
    try Conversation(#require(Self.meshes[`protocol`]).get())
  }

  private static let addresses = ["10.0.1.1:80", "10.0.1.2:80"]
  private static let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  private static func post(_ length: Int) -> String {
    "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: \(length)\r\n\r\n"
  }

  /// A server of HTTP/2 that answers nothing.
  private final class Mute: HTTP2Peer {}

  @Test(arguments: ["http", "http2"])
  func `a client that owes its body is no failure of an endpoint`(`protocol`: String) throws {
    let conversation = try conversation(`protocol`)
    let simulation = conversation.simulation
    var mutes: [Mute] = []
    for address in Self.addresses {
      guard `protocol` == "http2" else {
        try conversation.serve(address) { _ in Self.ok }
        continue
      }
      simulation.serve(try #require(SocketAddress(address))) { peer in
        guard let mute = try? Mute(simulation, peer, .server) else { return peer.close() }
        mutes.append(mute)
        mute.flush()
      }
    }
    let clients = try (0..<8).map { _ in try conversation.client(Self.post(100) + "ab") }
    conversation.run(for: .seconds(6))
    for client in clients {
      #expect(client.text.hasPrefix("HTTP/1.1 408 ") && client.text.contains("\r\n\r\nrequest_timeout "))
    }
    #expect(conversation.endpoints.allSatisfy { !$0.isEjected && $0.ejectionCount == 0 })
    for peer in clients + mutes.map(\.peer) { peer.close() }
    #expect(conversation.leftovers() == [])
  }

  @Test(arguments: ["http", "http2"])
  func `an endpoint that does not answer has failed`(`protocol`: String) throws {
    let conversation = try conversation(`protocol`)
    for address in Self.addresses {
      conversation.simulation.serve(try #require(SocketAddress(address))) { _ in }
    }
    let clients = try (0..<16).map { _ in try conversation.client(Self.post(2) + "ab") }
    conversation.run(for: .seconds(6))
    #expect(clients.allSatisfy { $0.text.hasPrefix("HTTP/1.1 504 ") })
    #expect(conversation.endpoints.contains { $0.isEjected })
    for peer in clients { peer.close() }
    #expect(conversation.leftovers() == [])
  }

  @Test func `responses that break off are failures in a row`() throws {
    let conversation = try conversation("http")
    for address in Self.addresses {
      conversation.simulation.serve(try #require(SocketAddress(address))) { peer in
        let part = Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok".utf8)
        peer.perform([.expectCount(1), .send(part), .pause(.milliseconds(100)), .close])
      }
    }
    for _ in 0..<16 {
      let client = try conversation.client(Self.get)
      conversation.run()
      #expect(client.text.hasSuffix("\r\n\r\nok"))
      client.close()
    }
    #expect(conversation.endpoints.contains { $0.isEjected })
    #expect(conversation.leftovers() == [])
  }

  @Test func `a whole response ends a row`() throws {
    let conversation = try conversation("http")
    for address in Self.addresses {
      var count = 0
      try conversation.serve(address) { _ in
        count += 1
        return count % 3 == 0 ? Self.ok : "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
      }
    }
    for _ in 0..<24 { _ = try conversation.answer(to: Self.get) }
    let states = conversation.endpoints
    #expect(states.allSatisfy { $0.failures >= 4 && $0.ejectionCount == 0 }, "\(states)")
    #expect(conversation.leftovers() == [])
  }

  @Test func `the time of an attempt counts from the last piece of the request`() throws {
    let conversation = try Conversation(Self.patient.get())
    for address in Self.addresses { try conversation.serve(address) { _ in Self.ok } }
    let client = try conversation.client(Self.post(30))
    for _ in 0..<5 {
      client.send("abcdef")
      conversation.run(for: .milliseconds(600))
    }
    conversation.run()
    #expect(client.text.hasSuffix("\r\n\r\nok"), "\(client.text)")
    #expect(conversation.log().first?.contains(#""attempts":1"#) == true)
    client.close()
    #expect(conversation.leftovers() == [])
  }

  @Test func `an attempt that is not answered ends in its time`() throws {
    let conversation = try Conversation(Self.patient.get())
    for address in Self.addresses {
      conversation.simulation.serve(try #require(SocketAddress(address))) { _ in }
    }
    let client = try conversation.client(Self.post(2))
    conversation.run(for: .milliseconds(1_500))
    client.send("ab")
    conversation.run(for: .milliseconds(900))
    #expect(client.text.isEmpty)
    conversation.run(for: .milliseconds(1_200))
    #expect(client.text.hasPrefix("HTTP/1.1 504 "), "\(client.text)")
    #expect(conversation.log().first?.contains(#""attempts":2"#) == true)
    client.close()
    #expect(conversation.leftovers() == [])
  }

  @Test func `who waited for a connection asked nobody`() throws {
    let conversation = try Conversation(Self.narrow.get())
    for address in Self.addresses {
      conversation.simulation.serve(try #require(SocketAddress(address))) { _ in }
    }
    let first = try conversation.client("GET /long HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    conversation.run(for: .milliseconds(100))
    let second = try conversation.client(Self.get)
    conversation.run(for: .seconds(5))
    #expect(first.text.isEmpty)
    #expect(second.text.hasPrefix("HTTP/1.1 503 ") && second.text.contains("\r\n\r\ncircuit_open "))
    for peer in [first, second] { peer.close() }
    #expect(conversation.leftovers() == [])
  }

  @Test func `a client that reads nothing is no failure of an endpoint`() throws {
    let conversation = try conversation("http")
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n" + String(repeating: "x", count: 4_000_000)
    for address in Self.addresses { try conversation.serve(address) { _ in answer } }
    let clients = try (0..<8).map { _ in try conversation.client(Self.get) }
    for client in clients { client.stopReading() }
    conversation.run(for: .seconds(6))
    #expect(conversation.log().count { $0.contains(#""ended":"upstream_timeout","status":200"#) } == 8)
    #expect(conversation.endpoints.allSatisfy { $0.ejectionCount == 0 })
    for peer in clients { peer.close() }
    #expect(conversation.leftovers() == [])
  }

  @Test func `a stream of events that has begun ends a row`() throws {
    let conversation = try conversation("http")
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    for address in Self.addresses {
      var count = 0
      try conversation.serve(address) { _ in
        count += 1
        return count % 3 == 0 ? events : "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
      }
    }
    for _ in 0..<24 {
      let client = try conversation.client(Self.get)
      conversation.run()
      client.close()
    }
    #expect(conversation.endpoints.allSatisfy { $0.failures >= 4 && $0.ejectionCount == 0 })
    #expect(conversation.leftovers() == [])
  }
}
