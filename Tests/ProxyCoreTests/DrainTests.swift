import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// The end of a worker that has nothing to do any more, however long its connections to upstreams would be kept.
@Suite struct DrainTests {
  private static let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  private static let getOne = "GET /one/x HTTP/1.1\r\nHost: shop.example\r\nX-Id: a\r\n\r\n"

  private static func clocks() -> Clocks {
    var clocks = Clocks()
    (clocks.pooled, clocks.keepAlive) = (.seconds(3_600), .seconds(3_600))
    return clocks
  }

  /// A request may end before the drain begins, while it runs, or begin when it runs already.
  @Test(arguments: [100, 500, 1_100] as [Int64])
  func `an unused connection to an upstream is not waited for`(milliseconds: Int64) throws {
    let conversation = try Conversation(ClockTests.mesh.get(), clocks: Self.clocks())
    try conversation.serve("10.0.1.1:80", after: .milliseconds(300)) { _ in
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    }
    let (early, late) = (try conversation.client(Self.get), try conversation.client(""))
    conversation.run(for: .milliseconds(milliseconds))
    conversation.drain()
    conversation.run(for: .milliseconds(300))
    late.send(Self.get)
    conversation.run(for: .seconds(4))
    #expect(early.text.hasSuffix("ok") && late.text.hasSuffix("ok"))
    #expect(conversation.openCount == 0)
  }

  @Test(arguments: [100, 500, 1_100] as [Int64])
  func `nor is one that carries streams`(milliseconds: Int64) throws {
    let conversation = try Conversation(HTTP2UpstreamTests.mesh.get(), clocks: Self.clocks())
    _ = HTTP2Server(conversation.simulation, try #require(SocketAddress("10.0.3.1:80")))
    let (early, late) = (try conversation.client(Self.getOne), try conversation.client(""))
    conversation.run(for: .milliseconds(milliseconds))
    conversation.drain()
    conversation.run(for: .milliseconds(300))
    late.send(Self.getOne)
    conversation.run(for: .seconds(4))
    #expect(early.text.hasPrefix("HTTP/1.1 200 ") && late.text.hasPrefix("HTTP/1.1 200 "))
    #expect(conversation.openCount == 0)
  }
}
