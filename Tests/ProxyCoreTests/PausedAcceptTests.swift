import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Descriptors that run out: who waits is taken as soon as there are some again, and the worker does not spin meanwhile.
@Suite struct PausedAcceptTests {
  private static let mesh = Result {
    try Mesh(
      """
      module shop
      mesh shop { trust_domain "shop.example" }
      gateway edge { hosts { "shop.example" } }
      routes edge { otherwise { respond 200 "pong" } }
      """)
  }

  private static let ping = "GET /ping HTTP/1.1\r\nHost: shop.example\r\n\r\n"

  @Test(arguments: Seeds.first(20))
  func `accepting goes on when descriptors come back`(seed: UInt64) throws {
    let conversation = try Conversation(Self.mesh.get(), seed: seed)
    // The listener, and three clients.
    conversation.simulation.descriptorsMax = 4
    let first = try (0..<3).map { _ in try conversation.client(Self.ping) }
    conversation.run()
    #expect(first.allSatisfy { $0.text.hasSuffix("pong") }, "seed \(seed)")
    let second = try (0..<2).map { _ in try conversation.client(Self.ping) }
    conversation.run(for: .seconds(5))
    #expect(second.allSatisfy { $0.text == "" }, "seed \(seed)")
    // Each tenth of a second it is tried again, and not more often.
    #expect((40...60).contains(conversation.count(.acceptPauses)), "seed \(seed)")
    first[0].close()
    first[1].close()
    conversation.run()
    #expect(second.allSatisfy { $0.text.hasSuffix("pong") }, "seed \(seed)")
    let pauses = conversation.count(.acceptPauses)
    conversation.run(for: .seconds(5))
    #expect(conversation.count(.acceptPauses) == pauses, "seed \(seed)")
    for peer in first.dropFirst(2) + second { peer.close() }
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }
}
