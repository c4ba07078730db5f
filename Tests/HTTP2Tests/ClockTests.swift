import HTTPWire
import ProxyTransport
import Testing

/// Each clock at its limit and one past it.
@Suite struct ClockTests {
  private static let tick = Interval(nanoseconds: 1)

  @Test func prefaceAndSettingsComeInTime() throws {
    let server = try End(.server)
    #expect(server.session.deadline - server.now == .seconds(10))
    _ = server.feed(Array(Frame.preface.prefix(20)))
    server.pass(.seconds(10) - Self.tick)
    #expect(server.ending == nil)
    server.pass(Self.tick)
    #expect(server.ending == .settingsTimeout)
    #expect(server.output().last.map { $0.word(at: 4) } == 4)
    #expect(server.isFinished)
  }

  @Test func anIdleConnectionWaitsForNothing() throws {
    let server = try End(.server)
    server.begin()
    #expect(server.session.deadline == .never)
  }

  @Test(arguments: [0, 5, 9, 20])
  func aHeaderBlockEndsInTime(count: Int) throws {
    let server = try End(.server)
    server.begin()
    // A block whose frame is cut, and one that waits for a CONTINUATION.
    let cut = count == 0 ? Array(Frame.get(1).bytes.dropLast()) : Frame.get(1).bytes.prefix(9) + [0]
    _ = server.feed(cut)
    server.pass(.seconds(10) - Self.tick)
    #expect(server.ending == nil)
    _ = server.feed(Array(Frame.get(1).bytes[cut.count..<max(cut.count, min(count, 30))]))
    server.pass(Self.tick)
    #expect(server.ending == .headTimeout)
    #expect(server.output().last?.kind == .goAway)
  }

  @Test func aBodyHeldUpByAZeroWindowIsReset() throws {
    let server = try End(.server)
    server.begin([(4, 0)])
    _ = server.feed(.get(1), .get(3))
    for stream in server.heads { server.answer(stream, ends: false) }
    #expect(server.setBody(server.heads[0], server.body("abc"), ends: true))
    _ = server.output()
    #expect(server.session.deadline - server.now == .seconds(30))
    server.pass(.seconds(30) - Self.tick)
    #expect(server.output() == [])
    server.pass(Self.tick)
    var seen: [String] = []
    #expect(server.output(&seen) == [.reset(1, 8)])
    #expect(seen == ["closed 1 8"])
    #expect(server.session.deadline == .never)
  }

  /// Single bytes keep nothing alive.
  @Test(arguments: [(1, false), (7_200, true)])
  func aBodyThatHardlyMovesIsReset(bytes: Int, survives: Bool) throws {
    let server = try End(.server)
    server.begin([(4, 0)])
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    #expect(server.setBody(server.heads[0], server.body(String(repeating: "b", count: 60_000)), ends: true))
    _ = server.output()
    for _ in 0..<3 {
      _ = server.feed(.windowUpdate(1, UInt32((bytes + 2) / 3)))
      _ = server.output()
      server.pass(.seconds(10))
    }
    _ = server.output()
    #expect((server.openStreams == 1) == survives)
  }

  /// Without a window not even the end of a body goes out.
  @Test(arguments: [false, true])
  func anEndThatIsHeldUpIsReset(isTrailer: Bool) throws {
    let server = try End(.server)
    server.begin([(4, 3)])
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    #expect(server.setBody(server.heads[0], server.body("abc")))
    #expect(server.output().count == 2)
    server.pass(.seconds(20))
    if isTrailer {
      #expect(server.submitTrailers(server.heads[0], "x-sum", "1"))
    } else {
      #expect(server.setBody(server.heads[0], server.body(""), ends: true))
    }
    #expect(server.output() == [])
    server.pass(.seconds(29))
    #expect(server.output() == [])
    server.pass(.seconds(1))
    #expect(server.output() == [.reset(1)])
    #expect(server.openStreams == 0 && server.session.deadline == .never)
  }

  @Test func aBodyThatWasHeldUpGoesOn() throws {
    let server = try End(.server)
    server.begin([(4, 0)])
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    #expect(server.setBody(server.heads[0], server.body("abc"), ends: true))
    _ = server.output()
    server.pass(.seconds(29))
    _ = server.feed(.windowUpdate(1, 1_000))
    #expect(server.output() == [.data(1, "abc", ends: true)])
    #expect(server.session.deadline == .never)
  }

  @Test func drainsInTwoSteps() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.post(1))
    server.session.drain(at: server.now)
    let first = server.output()
    #expect(first.map(\.kind).contains(.ping))
    #expect(first.filter { $0.kind == .goAway }.map { $0.word(at: 0) } == [0x7FFF_FFFF])
    // Sent before the client knew.
    #expect(server.feed(.get(3)) == [.get(3)])
    _ = server.feed(.ping(ack: true))
    #expect(server.output().filter { $0.kind == .goAway }.map { $0.word(at: 0) } == [3])
    #expect(server.feed(.get(5)) == [])
    #expect(!server.isFinished)
    _ = server.feed(.data(1, ends: true))
    for stream in server.heads { server.answer(stream) }
    #expect(server.output().filter { $0.kind == .headers }.count == 2)
    #expect(server.isFinished && server.ending == nil)
  }

  @Test func drainsWithoutAnAnswerAfterASecond() throws {
    let server = try End(.server)
    server.begin()
    server.session.drain(at: server.now)
    _ = server.output()
    #expect(!server.isFinished)
    server.pass(.seconds(1))
    #expect(server.output().filter { $0.kind == .goAway }.map { $0.word(at: 0) } == [0])
    #expect(server.isFinished)
  }
}

@Suite struct MemoryTests {
  @Test func anIdleSessionHoldsLittle() throws {
    for role in [HTTP2Role.server, .client] {
      let end = try End(role)
      end.begin()
      let held = end.session.heldBytes
      #expect(held <= 28 << 10, "\(role)")
    }
  }

  /// What requests took is given back.
  @Test func requestsLeaveNothingBehind() throws {
    let server = try End(.server)
    server.begin()
    var heldAfterFirst = 0
    for round in 0..<50 {
      let first = UInt32(round * 40 + 1)
      server.heads = []
      _ = server.feed((0..<20).map { .get(first + 2 * UInt32($0)) })
      #expect(server.heads.count == 20)
      for stream in server.heads {
        server.answer(stream, ends: false)
        #expect(server.setBody(stream, server.body("abc")))
        #expect(server.submitTrailers(stream, "x", "y"))
        server.session.finishExchange()
      }
      _ = server.output()
      _ = server.feed(.ping())
      _ = server.output()
      let held = server.session.heldBytes
      if round == 0 { heldAfterFirst = held }
      #expect(held <= heldAfterFirst)
      #expect(server.openStreams == 0 && server.exchanges == 0)
    }
    #expect(heldAfterFirst <= 28 << 10)
  }
}
