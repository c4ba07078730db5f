import HTTPWire
import ProxyTransport
import Testing

/// A client session, against frames of a server that is written out here.
@Suite struct ClientTests {
  private func request(_ client: End, ends: Bool = true) -> HTTP2Stream? {
    client.fields.removeAll()
    client.fields.append(":method", ends ? "GET" : "POST", in: &client.memory)
    client.fields.append(":scheme", "http", in: &client.memory)
    client.fields.append(":authority", "a.example", in: &client.memory)
    client.fields.append(":path", "/", in: &client.memory)
    return client.session.submitRequest(client.fields, in: client.memory, endsStream: ends)
  }

  private func status(_ stream: UInt32, _ code: String, _ extra: [(String, String)] = [], ends: Bool = true) -> Frame {
    .headers(stream, [(":status", code)] + extra, ends: ends)
  }

  @Test func beginsWithThePreface() throws {
    let client = try End(.client)
    var seen: [String] = []
    let bytes = client.produced(&seen)
    #expect(bytes.starts(with: Frame.preface))
    let frames = try #require(Frame.all(Array(bytes.dropFirst(24))))
    #expect(frames.map(\.kind) == [.settings, .windowUpdate])
    #expect(frames[1].word(at: 0) == (16 << 20) - 65_535)
  }

  @Test func exchangesMessages() throws {
    let client = try End(.client)
    client.begin()
    let stream = try #require(request(client, ends: false))
    #expect(stream.number == 1)
    #expect(client.setBody(stream, client.body("abc"), ends: true))
    #expect(client.output().map(\.kind) == [.headers, .data])
    let seen = client.feed(
      status(1, "103", [("link", "a")], ends: false), status(1, "200", [("x", "y")], ends: false), .data(1, "hello"),
      .headers(1, [("grpc-status", "0")]))
    #expect(
      seen == [
        "informational 1 :status=103 link=a", "response 1 :status=200 x=y", "data 1 hello",
        "trailers 1 grpc-status=0 end", "closed 1 0",
      ])
  }

  @Test func tellsTrailersOnlyFromTrailers() throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = client.output()
    #expect(
      client.feed(status(1, "200", [("grpc-status", "7")])) == [
        "response 1 :status=200 grpc-status=7 end", "closed 1 0",
      ])
  }

  @Test(arguments: [
    ("a response without a status", [Frame.headers(1, [("x", "y")])]),
    ("a status of two digits", [.headers(1, [(":status", "20")])]),
    ("a connection field", [.headers(1, [(":status", "200"), ("connection", "close")])]),
    ("a second status", [.headers(1, [(":status", "200")], ends: false), .headers(1, [(":status", "200")])]),
    ("a pseudo-header of requests", [.headers(1, [(":status", "200"), (":path", "/")])]),
    ("an interim response that ends", [.headers(1, [(":status", "100")])]),
    ("101", [.headers(1, [(":status", "101")], ends: false)]),
    (
      "less data than content-length",
      [.headers(1, [(":status", "200"), ("content-length", "3")], ends: false), .data(1, "ab", ends: true)]
    ),
  ])
  func resetsMalformedResponses(name: String, frames: [Frame]) throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = client.output()
    var seen = client.feed(frames)
    #expect(!seen.contains { $0.hasPrefix("end") || $0.hasPrefix("closed 1 0") })
    #expect(client.output(&seen).contains { $0.kind == .reset && $0.stream == 1 })
    #expect(seen.last == "closed 1 1")
    #expect(!client.isFinished)
  }

  @Test func dataBeforeTheHeadEndsTheConnection() throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = client.output()
    #expect(client.feed(.data(1, "ab")) == [])
    #expect(client.output().contains { $0.kind == .goAway && $0.word(at: 4) == 1 })
    #expect(client.isFinished)
  }

  @Test func refusesPushedStreams() throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = client.output()
    _ = client.feed(
      Frame(kind: .pushPromise, flags: 4, stream: 1, payload: Frame.word(2) + HPACK.literals(HPACK.get)))
    #expect(client.output().contains { $0.kind == .goAway && $0.word(at: 4) == 1 })
    #expect(client.isFinished)
  }

  @Test func keepsToTheServersLimitOfStreams() throws {
    let client = try End(.client)
    var opened = 0
    while client.session.canRequest, opened < 1_000 {
      _ = request(client)
      opened += 1
    }
    #expect(opened == 100)
    _ = client.feed(Frame.settings([(3, 2)]).bytes)
    _ = client.output()
    let fresh = try End(.client)
    fresh.begin([(3, 2)])
    #expect(fresh.session.requestsMax == 2)
    _ = request(fresh)
    _ = request(fresh)
    #expect(fresh.session.canRequest == false)
    _ = fresh.output()
    _ = fresh.feed(status(1, "204"))
    #expect(fresh.session.canRequest == true)
  }

  @Test func tellsWhichStreamsGoAwayLeavesOut() throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = request(client)
    _ = client.output()
    #expect(client.feed(.goAway(1)) == ["closed 3 7"])
    #expect(client.session.peerGoAway?.lastStream == 1)
    #expect(client.session.canRequest == false)
    #expect(!client.isFinished)
    #expect(client.feed(status(1, "204")) == ["response 1 :status=204 end", "closed 1 0"])
    _ = client.output()
    #expect(client.isFinished)
  }

  @Test func tellsResets() throws {
    let client = try End(.client)
    client.begin()
    _ = request(client)
    _ = client.output()
    #expect(client.feed(.reset(1, 7)) == ["closed 1 7"])
  }

  @Test func cancelsWithoutAWord() throws {
    let client = try End(.client)
    client.begin()
    let sent = try #require(request(client))
    _ = client.output()
    client.session.reset(sent, .cancel)
    #expect(client.output() == [.reset(1, 8)])
    // Before the request was written there is nothing to cancel at the server.
    let unsent = try #require(request(client))
    client.session.reset(unsent, .cancel)
    var seen: [String] = []
    #expect(client.output(&seen).filter { $0.kind != .reset } == [])
    #expect(seen == [] && client.openStreams == 0)
  }

  /// Downstreams that give up do not end the connection that others share.
  @Test func cancellationsAreNoGlitches() throws {
    let client = try End(.client)
    client.begin()
    for _ in 0..<20_000 {
      guard let stream = request(client) else { break }
      _ = client.output()
      client.session.reset(stream, .cancel)
      _ = client.output()
    }
    #expect(client.ending == nil)
    #expect(client.openStreams == 0)
  }

  @Test func asksASilentServerWhileStreamsAreOpen() throws {
    let client = try End(.client)
    client.begin()
    #expect(client.session.deadline == .never)
    _ = request(client)
    _ = client.output()
    client.pass(.seconds(19))
    #expect(client.output() == [])
    client.pass(.seconds(1))
    #expect(client.output().map(\.kind) == [.ping])
    _ = client.feed(.ping(ack: true))
    client.pass(.seconds(20))
    #expect(client.output().map(\.kind) == [.ping])
    client.pass(.seconds(5))
    #expect(client.ending == .pingTimeout)
    #expect(client.output().last?.kind == .goAway)
  }

  @Test func aServerThatFloodsIsLeft() throws {
    let client = try End(.client)
    client.begin()
    for _ in 0..<30 { _ = client.feed((0..<500).map { _ in .ping() }); _ = client.output() }
    #expect(client.ending == .glitches)
  }
}
