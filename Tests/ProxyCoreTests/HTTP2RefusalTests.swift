import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Requests that are refused on an HTTP/2 connection whose windows are closed: the refusal waits for the client, and not for ever.
@Suite struct HTTP2RefusalTests {
  private struct Frame {
    var kind: UInt8
    var flags: UInt8
    var stream: UInt8
    var payload: ArraySlice<UInt8>

    var endsStream: Bool { flags & 1 == 1 }
  }

  /// The frames that a client has got.
  private func frames(_ peer: Peer) -> [Frame] {
    var rest = peer.received[...]
    var frames: [Frame] = []
    while rest.count >= 9 {
      let bytes = Array(rest.prefix(9))
      let end = rest.startIndex + 9 + Int(bytes[1]) << 8 + Int(bytes[2])
      guard end <= rest.endIndex else { break }
      frames.append(
        Frame(kind: bytes[3], flags: bytes[4], stream: bytes[8], payload: rest[(rest.startIndex + 9)..<end]))
      rest = rest[end...]
    }
    return frames
  }

  private func body(_ stream: UInt8, _ peer: Peer) -> (text: String, isWhole: Bool) {
    let data = frames(peer).filter { $0.kind == 0 && $0.stream == stream }
    return (String(decoding: data.flatMap(\.payload), as: UTF8.self), data.contains(where: \.endsStream))
  }

  /// The preface, and SETTINGS with an initial window of nothing.
  private static let closed =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0]

  /// HEADERS of `GET http://shop.example<path>`, nothing of it indexed.
  private static func get(_ path: String, on stream: UInt8) -> [UInt8] {
    let block =
      [0x82, 0x86, 0x01, 12] + Array("shop.example".utf8) + [0x04, UInt8(path.utf8.count)] + Array(path.utf8)
    return [0, 0, UInt8(block.count), 1, 5, 0, 0, 0, stream] + block
  }

  private static func window(_ stream: UInt8, _ bytes: UInt8) -> [UInt8] {
    [0, 0, 4, 8, 0, 0, 0, 0, stream, 0, 0, 0, bytes]
  }

  private func conversation(_ seed: UInt64) throws -> (Conversation, Peer) {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get(), seed: seed)
    let peer = try conversation.client("")
    peer.send(Self.closed + Self.get("/denied", on: 1) + Self.get("/denied/too", on: 3))
    conversation.run()
    return (conversation, peer)
  }

  private func hasHead(_ stream: UInt8, _ peer: Peer) -> Bool {
    frames(peer).contains { $0.kind == 1 && $0.stream == stream && !$0.endsStream }
  }

  @Test(arguments: Seeds.first(10))
  func `a refusal comes as the window lets it`(seed: UInt64) throws {
    let (conversation, peer) = try conversation(seed)
    #expect(hasHead(1, peer) && hasHead(3, peer), "seed \(seed)")
    #expect(body(1, peer).text == "" && body(3, peer).text == "", "seed \(seed)")
    peer.send(Self.window(1, 5))
    conversation.run()
    #expect(body(1, peer).text.utf8.count == 5 && !body(1, peer).isWhole && body(3, peer).text == "", "seed \(seed)")
    peer.send(Self.window(1, 200) + Self.window(3, 255))
    conversation.run()
    for stream in [1, 3] as [UInt8] {
      let (text, isWhole) = body(stream, peer)
      #expect(isWhole && text.hasPrefix("rule "), "seed \(seed) \(text)")
    }
    #expect(conversation.log().count { $0.contains(#""status":403"#) } == 2, "seed \(seed)")
    peer.close()
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }

  @Test(arguments: Seeds.first(10))
  func `a refusal that nobody takes is given up`(seed: UInt64) throws {
    let (conversation, peer) = try conversation(seed)
    conversation.run(for: .seconds(25))
    let resets = { frames(peer).filter { $0.kind == 3 }.map(\.stream) }
    #expect(resets() == [], "seed \(seed)")
    conversation.run(for: .seconds(10))
    #expect(resets().sorted() == [1, 3], "seed \(seed)")
    #expect(conversation.worker.exchanges.count == 0, "seed \(seed)")
    // The connection is as good as before.
    peer.send(Self.get("/denied", on: 5) + Self.window(5, 255))
    conversation.run()
    #expect(body(5, peer).isWhole, "seed \(seed)")
    peer.close()
    conversation.run(for: .seconds(5))
    #expect(conversation.worker.connections.count == 0, "seed \(seed)")
    #expect(conversation.leftovers() == [], "seed \(seed)")
  }
}
