import HTTPWire
import ProxyTransport
import Testing

/// Requests and responses through a server session, frame by frame.
@Suite struct ServerMessageTests {
  @Test func answersTheSettingsOfRFC9113() throws {
    let server = try End(.server)
    #expect(server.feed(Frame.preface + Frame.settings().bytes) == [])
    let frames = server.output()
    #expect(frames.map(\.kind) == [.settings, .settings, .windowUpdate])
    let entries = stride(from: 0, to: frames[0].payload.count, by: 6).map {
      [UInt32(frames[0].payload[$0 + 1]), frames[0].word(at: $0 + 2)]
    }
    // ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_HEADER_LIST_SIZE, NO_RFC7540_PRIORITIES
    #expect(entries == [[2, 0], [3, 100], [4, 65_536], [6, 16_384], [9, 1]])
    #expect(frames[1].flags == Frame.ack)
    #expect(frames[2].word(at: 0) == (1 << 20) - 65_535)
    #expect(!server.wantsToProduce)
  }

  @Test(arguments: [1, 2, 7, 64, Int.max])
  func readsARequestInAnyPieces(size: Int) throws {
    let server = try End(.server)
    let bytes =
      Frame.preface + Frame.settings().bytes + Frame.post(1, [("x-a", "1")]).bytes + Frame.data(1, "hello").bytes
      + Frame.headers(1, [("x-check", "9")]).bytes + Frame.get(3).bytes
    let seen = server.feed(bytes, pieces: size)
    let data = seen.filter { $0.hasPrefix("data 1 ") }.map { $0.dropFirst(7) }.joined()
    #expect(data == "hello")
    #expect(
      seen.filter { !$0.hasPrefix("data") } == [.post(1, " x-a=1"), "trailers 1 x-check=9 end", .get(3)])
    #expect(server.exchanges == 2)
  }

  @Test func sendsHeadBodyAndTrailers() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.get(1))
    let stream = server.heads[0]
    server.answer(stream, ends: false)
    #expect(server.output().map(\.kind) == [.headers])

    #expect(server.setBody(stream, server.body("abc")))
    var seen: [String] = []
    #expect(server.output(&seen) == [.data(1, "abc")])
    #expect(seen == ["sent 1 3"])
    let unsent = server.session.unsentBytes(of: stream)
    #expect(unsent == 0)

    #expect(server.setBody(stream, server.body("defg")))
    #expect(server.submitTrailers(stream, "grpc-status", "0"))
    seen = []
    let frames = server.output(&seen)
    #expect(frames.map(\.kind) == [.data, .headers])
    #expect(frames[0].flags == 0)
    #expect(frames[1].flags == Frame.endStream | Frame.endHeaders)
    #expect(seen == ["sent 1 4", "finished 1", "closed 1 0"])
    #expect(!server.setBody(stream, server.body("x"), ends: true))
  }

  @Test func sendsTrailersOfAnEmptyBodyWithoutADataFrame() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    _ = server.output()
    #expect(server.submitTrailers(server.heads[0], "grpc-status", "5"))
    #expect(server.output().map(\.kind) == [.headers])
  }

  @Test func endsABodyWithItsLastBytesOrAfterThem() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.get(1), .get(3))
    for stream in server.heads { server.answer(stream, ends: false) }
    #expect(server.setBody(server.heads[0], server.body("abc"), ends: true))
    #expect(server.setBody(server.heads[1], server.body("def", at: 8)))
    #expect(server.output().suffix(2) == [.data(1, "abc", ends: true), .data(3, "def")])
    #expect(server.setBody(server.heads[1], .empty, ends: true))
    #expect(server.output() == [.data(3, "", ends: true)])
  }

  @Test func sendsInformationalHeadsFirst() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.post(1, [("expect", "100-continue")]))
    server.fields.removeAll()
    server.fields.append(":status", decimal: 100, in: &server.memory)
    let isTaken = server.session.submitInformational(server.heads[0], server.fields, in: server.memory)
    #expect(isTaken)
    #expect(server.output().map(\.flags) == [Frame.endHeaders])
    server.answer(server.heads[0], 204)
    #expect(server.output().first?.flags == Frame.endHeaders | Frame.endStream)
  }

  /// The output is the same bytes however small the rooms are.
  @Test(arguments: [64, 100, 1_033, 4_096])
  func writesIntoSmallRooms(room: Int) throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.get(1))
    server.fields.removeAll()
    server.fields.append(":status", decimal: 200, in: &server.memory)
    let long = server.body(String(repeating: "v", count: 3_000))
    server.fields.append("x-long", value: long, in: &server.memory)
    let isTaken = server.session.submitResponse(server.heads[0], server.fields, in: server.memory, endsStream: false)
    #expect(isTaken)
    let body = server.body((0..<20_000).map { "\($0 % 10)" }.joined(), at: 4_096)
    #expect(server.setBody(server.heads[0], body, ends: true))
    var seen: [String] = []
    var bytes: [UInt8] = []
    // A room that is too small for a frame of data waits for a larger one; here the socket took everything meanwhile.
    while server.wantsToProduce {
      let before = bytes.count
      bytes += server.produced(&seen, room: room)
      if bytes.count == before { bytes += server.produced(&seen) }
    }
    let frames = try #require(Frame.all(bytes))
    #expect(frames.dropFirst().flatMap(\.payload) == server.copy(body))
    #expect(frames.last?.flags == Frame.endStream)
  }

  @Test func keepsTagsUntilTheTapeIsRead() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.get(1, ends: false), .reset(1))
    let stream = server.heads[0]
    #expect(server.tag(of: stream) == nil)
    server.session.setTag(77, of: stream)
    #expect(server.tag(of: stream) == 77)
    _ = server.feed(.get(3))
    #expect(server.tag(of: stream) == nil)
    #expect(server.openStreams == 1)
    #expect(server.exchanges == 2)
  }

  @Test func saysNothingMoreOfAStreamThatWasReset() throws {
    let server = try End(.server)
    server.begin()
    #expect(server.feed(.post(1)) == [.post(1)])
    server.session.reset(server.heads[0], .refusedStream)
    #expect(server.feed(.data(1, "late"), .data(1, "", ends: true)) == [])
    var seen: [String] = []
    #expect(server.output(&seen).contains(.reset(1, 7)))
    #expect(seen == [])
    #expect(server.openStreams == 0)
  }

  @Test func returnsNoWindowUnasked() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.post(1), .data(1, count: 16_000), .data(1, count: 16_000), .data(1, count: 16_000))
    #expect(server.output() == [])
    server.session.credit(server.heads[0], byteCount: 40_000)
    #expect(server.output() == [.windowUpdate(1, 40_000)])
    // Of the connection, half its window at once.
    server.session.creditConnection(byteCount: 48_000)
    #expect(server.output() == [])
  }

  @Test func aBodyPastItsWindowIsCutThere() throws {
    let server = try End(.server)
    server.begin()
    let window = (0..<4).map { _ in Frame.data(1, count: 16_384) }
    var seen = server.feed([.post(1)] + window + [.data(1, count: 1), .data(1, count: 9)])
    #expect(seen.count == 5)
    seen = []
    #expect(server.output(&seen).contains(.reset(1, 3)))
    #expect(seen == ["closed 1 3"])
  }

  @Test func bytesPastTheConnectionsWindowEndTheConnection() throws {
    let server = try End(.server)
    server.begin()
    for stream in 0..<16 {
      let number = UInt32(2 * stream + 1)
      _ = server.feed([.post(number)] + (0..<4).map { _ in .data(number, count: 16_300) })
    }
    #expect(!server.isFinished)
    _ = server.feed([.post(41)] + (0..<4).map { _ in .data(41, count: 16_300) })
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == 3 })
    #expect(server.isFinished)
  }

  @Test func carriesHeaderBlocksOverCallsWithALongList() throws {
    let server = try End(.server, arenaLists: 2)
    server.begin()
    let value = String(repeating: "x", count: 4_000)
    let bytes = (0..<20).flatMap {
      Frame.get(UInt32(2 * $0 + 1), [("x-a", value), ("x-b", value), ("x-c", value)]).bytes
    }
    let seen = server.feed(bytes)
    #expect(seen == (0..<20).map { .get(UInt32(2 * $0 + 1), " x-a=\(value) x-b=\(value) x-c=\(value) end") })
  }
}
