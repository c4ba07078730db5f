import HTTPWire
import ProxyTransport
import Testing

/// Streams that were answered before their request had ended.
@Suite struct LingerTests {
  /// A server that has answered the first of two requests, which are not ended.
  private func answered() throws -> End {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.post(1), .post(3))
    server.answer(server.heads[0], 403)
    var seen: [String] = []
    #expect(server.output(&seen).map(\.kind) == [.headers])
    #expect(seen == ["finished 1"])
    server.session.linger(server.heads[0], at: server.now)
    return server
  }

  @Test func whatStillComesIsDropped() throws {
    let server = try answered()
    #expect(server.feed(.data(1, count: 16_000), .data(1, count: 16_000), .data(3, "x")) == ["data 3 x"])
    #expect(!server.output().map(\.kind).contains(.reset))
    // Its end ends the stream, without a word.
    #expect(server.feed(.data(1, ends: true)) == [])
    #expect(server.openStreams == 1)
    server.pass(.seconds(5))
    #expect(!server.output().map(\.kind).contains(.reset))
    #expect(server.session.deadline == .never)
  }

  @Test func eachIsResetInItsTime() throws {
    let server = try answered()
    server.pass(.milliseconds(400))
    server.answer(server.heads[1], 403)
    _ = server.output()
    server.session.linger(server.heads[1], at: server.now)
    server.pass(.milliseconds(599))
    #expect(server.output() == [])
    server.pass(.milliseconds(1))
    #expect(server.output() == [.reset(1, 0)])
    server.pass(.milliseconds(400))
    #expect(server.output() == [.reset(3, 0)])
    #expect(server.openStreams == 0 && server.session.deadline == .never)
  }

  @Test func noMoreComesThanTheWindowLets() throws {
    let server = try answered()
    let frames = (0..<5).map { _ in Frame.data(1, count: 16_000) }
    #expect(server.feed(frames) == [])
    // FLOW_CONTROL_ERROR (RFC 9113 section 6.9.1).
    #expect(server.output().filter { $0.kind == .reset || $0.kind == .goAway }.count == 1)
  }

  @Test func aClientMayResetIt() throws {
    let server = try answered()
    #expect(server.feed(.reset(1)) == [])
    server.pass(.seconds(2))
    #expect(server.output() == [])
    #expect(server.openStreams == 1)
  }
}
