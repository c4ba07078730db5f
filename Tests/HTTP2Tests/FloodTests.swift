import HTTPWire
import ProxyTransport
import Testing

/// Every flood is answered before it costs more than its sender: CVE-2019-9512, 9514, 9515, 9518, CVE-2023-44487,
/// CVE-2024-28182, CVE-2025-8671, CVE-2026-47774.
@Suite struct FloodTests {
  /// Sends a burst again and again, answering nothing, until the connection ends; how often it took.
  private func bursts(
    _ server: End, finishing: Bool = true, max: Int = 20_000, _ burst: (UInt32) -> [Frame]
  ) -> (count: Int, requests: Int) {
    server.begin()
    var requests = 0
    for count in 0..<max {
      let seen = server.feed(burst(UInt32(2 * count + 1)))
      let announced = seen.count { $0.hasPrefix("request") }
      requests += announced
      if finishing { for _ in 0..<announced { server.session.finishExchange() } }
      let output = server.output()
      if server.isFinished {
        #expect(output.filter { $0.kind == .goAway }.count == 1)
        return (count + 1, requests)
      }
    }
    return (max, requests)
  }

  @Test func rapidReset() throws {
    let server = try End(.server)
    let flood = bursts(server) { [.get($0), .reset($0)] }
    // It has a clock of its own, which goes on.
    #expect((1_000..<20_000).contains(flood.count))
  }

  @Test func rapidResetWhileTheWorkGoesOn() throws {
    let server = try End(.server)
    let flood = bursts(server, finishing: false) { [.get($0), .reset($0)] }
    #expect(flood.requests == 100)
    #expect(server.exchanges == 100)
  }

  /// A complete request, and a frame that makes us reset it.
  @Test func madeYouReset() throws {
    let server = try End(.server)
    let flood = bursts(server) { [.get($0), .windowUpdate($0, 0x7FFF_FFFF)] }
    #expect(server.ending == .glitches)
    #expect((490...1_000).contains(flood.requests))
  }

  @Test func madeYouResetWhileTheWorkGoesOn() throws {
    let server = try End(.server)
    let flood = bursts(server, finishing: false) { [.get($0), .windowUpdate($0, 0x7FFF_FFFF)] }
    #expect(server.ending == .glitches)
    #expect(flood.requests == 100)
  }

  private static let empties: [(String, [Frame])] = [
    ("PING", [.ping()]), ("PING with ACK", [.ping(ack: true)]), ("SETTINGS", [.settings()]),
    ("SETTINGS with entries", [.settings([(4, 1_000)])]),
    ("PRIORITY", [Frame(kind: .priority, stream: 1, payload: [0, 0, 0, 1, 1])]),
    ("empty DATA", [.data(1)]), ("DATA of padding", [Frame(kind: .data, flags: 8, stream: 1, payload: [2, 0, 0])]),
    ("small WINDOW_UPDATE", [.windowUpdate(0, 1)]), ("small WINDOW_UPDATE of a stream", [.windowUpdate(1, 1_023)]),
    ("unknown frame", [Frame(kind: .unknown)]), ("GOAWAY", [.goAway(0)]),
    ("HEADERS of a stream that is gone", [.headers(3, [("x", "y")])]),
  ]

  @Test(arguments: empties.map(\.0))
  func emptyFrames(name: String) throws {
    let burst = try #require(Self.empties.first { $0.0 == name }).1
    let server = try End(.server)
    server.begin()
    _ = server.feed(.post(1), .post(3), .reset(3))
    var sent = 0
    while server.ending == nil, sent < 5_000 {
      _ = server.feed(burst)
      _ = server.output()
      sent += 1
    }
    #expect(server.ending == .glitches)
    #expect((980...1_010).contains(sent))
  }

  /// A thousand answers may wait to be sent; past that the library gives up before the glitches are counted.
  @Test func manyPingsAtOnce() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed((0..<3_000).map { _ in .ping() })
    #expect(server.ending == .libraryFailure && server.isFinished)
    #expect(server.output() == [])
  }

  @Test func manyPrioritiesAtOnce() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed((0..<3_000).map { _ in Frame(kind: .priority, stream: 1, payload: [0, 0, 0, 1, 1]) })
    #expect(server.ending == .glitches)
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == 11 })
  }

  @Test func emptyHeaderBlocks() throws {
    let server = try End(.server)
    server.begin()
    var count = 0
    while server.ending == nil, count < 2_000 {
      let stream = UInt32(2 * count + 1)
      _ = server.feed(.post(stream), Frame(kind: .headers, flags: 5, stream: stream))
      server.answer(server.heads[count])
      server.session.finishExchange()
      _ = server.output()
      count += 1
    }
    #expect(server.ending == .glitches)
    #expect((990...1_000).contains(count))
  }

  @Test func malformedRequests() throws {
    let server = try End(.server)
    let flood = bursts(server) { [.headers($0, HPACK.get + [("connection", "close")])] }
    #expect(server.ending == .glitches)
    #expect(flood.count <= 1_000 && flood.requests == 0)
  }

  /// 30 glitches a second are forgiven for ever, 40 are not.
  @Test func theBucketFillsAgain() throws {
    for (perSecond, survives) in [(30, true), (40, false)] {
      let server = try End(.server)
      server.begin()
      for _ in 0..<200 {
        server.pass(.seconds(1))
        _ = server.feed((0..<perSecond).map { _ in .ping() })
        _ = server.output()
      }
      #expect((server.ending == nil) == survives)
    }
  }

  /// Two small WINDOW_UPDATEs for each DATA frame are what careful readers send.
  @Test func windowUpdatesOfASlowReaderAreFree() throws {
    let server = try End(.server)
    server.begin([(4, 16)])
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    for _ in 0..<4_000 {
      #expect(server.setBody(server.heads[0], server.body(String(repeating: "b", count: 16))))
      _ = server.output()
      _ = server.feed(.windowUpdate(0, 16), .windowUpdate(1, 16))
    }
    #expect(server.ending == nil)
  }

  @Test func continuationBytesAreBounded() throws {
    let server = try End(.server)
    server.begin()
    let field = Array(repeating: HPACK.literals([("x", "y")]), count: 2_000).flatMap { $0 }
    _ = server.feed(Frame(kind: .headers, flags: 1, stream: 1, payload: HPACK.literals(HPACK.get)))
    for _ in 0..<4 { _ = server.feed(Frame(kind: .continuation, stream: 1, payload: field)) }
    #expect(server.ending == .headerListExcessive)
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == 11 })
  }
}

/// Decoded header lists: 100 fields, 16 KiB; past that 431, past four times that GOAWAY.
@Suite struct HeaderListTests {
  private func feed(_ server: End, _ payload: [UInt8]) -> [String] {
    server.feed(Frame(kind: .headers, flags: 5, stream: 1, payload: HPACK.literals(HPACK.get) + payload))
  }

  @Test(arguments: [(96, false), (97, true), (396, true)])
  func countsEveryCookieCrumb(crumbs: Int, isOversize: Bool) throws {
    let server = try End(.server)
    server.begin()
    let seen = feed(server, HPACK.indexed("cookie", "a") + Array(repeating: HPACK.newest, count: crumbs - 1))
    let expected = String(repeating: " cookie=a", count: min(crumbs, 96)) + (isOversize ? " oversize end" : " end")
    #expect(seen == [.get(1, expected)])
    #expect(server.ending == nil)
  }

  @Test func endsTheConnectionPastFourTimesTheCount() throws {
    let server = try End(.server)
    server.begin()
    #expect(feed(server, HPACK.indexed("cookie", "a") + Array(repeating: HPACK.newest, count: 396)) == [])
    #expect(server.ending == .headerListExcessive)
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == 11 })
    #expect(server.isFinished)
  }

  /// One byte stands for 4,000 and more: what is kept is bounded, whatever the input says.
  @Test(arguments: [(3, false), (4, true), (15, true)])
  func countsDecodedBytes(copies: Int, isOversize: Bool) throws {
    let server = try End(.server)
    server.begin()
    let value = String(repeating: "v", count: 4_030)
    let seen = feed(server, HPACK.indexed("x-big", value) + Array(repeating: HPACK.newest, count: copies - 1))
    #expect(seen.count == 1 && seen[0].hasSuffix(" oversize end") == isOversize)
    #expect(seen[0].utf8.count < 17_000)
    #expect(server.ending == nil)
  }

  @Test func theLimitItselfIsAllowed() throws {
    // The four fields of `get` count 7 + 3, 7 + 4, 10 + 9, 5 + 1 and 32 each, one more its name of one byte.
    let rest = 16_384 - (46 + 4 * 32) - 33
    for (count, isOversize) in [(rest, false), (rest + 1, true)] {
      let server = try End(.server)
      server.begin()
      let value = String(repeating: "v", count: count)
      let bytes = HPACK.literals(HPACK.get + [("x", value)])
      let seen = server.feed(
        Frame(kind: .headers, flags: 1, stream: 1, payload: Array(bytes.prefix(16_000))),
        Frame(kind: .continuation, flags: 4, stream: 1, payload: Array(bytes.dropFirst(16_000))))
      #expect(seen == [.get(1, isOversize ? " oversize end" : " x=\(value) end")])
    }
  }

  @Test func amplificationOverManyStreamsIsBounded() throws {
    let server = try End(.server)
    server.begin()
    let value = String(repeating: "v", count: 4_030)
    let list = HPACK.literals(HPACK.get) + Array(repeating: HPACK.newest, count: 3)
    var frames = [
      Frame(kind: .headers, flags: 5, stream: 1, payload: HPACK.literals(HPACK.get) + HPACK.indexed("x", value))
    ]
    frames += (1..<100).map { Frame(kind: .headers, flags: 5, stream: UInt32(2 * $0 + 1), payload: list) }
    let seen = server.feed(frames)
    #expect(seen.count == 100)
    #expect(seen.dropFirst().allSatisfy { $0.utf8.count > 12_000 })
    let held = server.session.heldBytes
    #expect(held < 256 << 10)
  }
}
