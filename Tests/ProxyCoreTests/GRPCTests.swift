import HTTPWire
import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// Calls of gRPC: how long they may last, and how they end.
@Suite struct GRPCTests {
  private static let mesh = Result {
    try Mesh(
      .init("calls", "grpc", at: ["10.0.2.1:80"], rules: #"deny secret when request.path under "/secret""#),
      routes: "otherwise { forward to calls, timeout 5s, idle_timeout 3s }")
  }

  /// Of a service that is asked twice.
  private static let patient = Result {
    try Mesh(
      .init("calls", "grpc", at: ["10.0.2.1:80", "10.0.2.2:80"]),
      routes: """
        otherwise {
          forward to calls
          timeout 5s
          retry { tries 2, on { status 503 }, even unsafe, backoff 1ms to 2ms, budget 100%, per_try_timeout 1s }
        }
        """)
  }

  /// One who calls.
  private final class Caller: HTTP2Peer {
    private(set) var heads: [UInt32: Fields] = [:]
    private(set) var trailers: [UInt32: Fields] = [:]
    private(set) var byteCounts: [UInt32: Int] = [:]
    private(set) var ends: [UInt32: HTTP2ErrorCode] = [:]

    func call(_ path: String = "/s/M", _ fields: [(String, String)] = [], ends: Bool = false) throws -> HTTP2Stream {
      let head = [
        (":method", "POST"), (":scheme", "http"), (":authority", "shop.example"), (":path", path),
        ("content-type", "application/grpc"), ("te", "trailers"),
      ]
      let stream = try #require(request(head + fields, ends: ends))
      flush()
      return stream
    }

    func say(_ stream: HTTP2Stream, ends: Bool = false) {
      release(stream)
      body(stream, [0, 0, 0, 0, 1, 7], ends: ends)
      flush()
    }

    override func heed(_ event: HTTP2Event) {
      switch event {
      case .response(let stream, let head): heads[stream.number] = fields(head)
      case .trailers(let stream, let head): trailers[stream.number] = fields(head)
      case .data(let stream, let bytes):
        byteCounts[stream.number, default: 0] += Int(bytes.count)
        session.creditConnection(byteCount: Int(bytes.count))
        session.credit(stream, byteCount: Int(bytes.count))
      case .closed(let stream, let code): ends[stream.number] = code
      default: break
      }
    }
  }

  /// One who is called.
  private final class Callee: HTTP2Peer {
    private(set) var streams: [HTTP2Stream] = []
    private(set) var asked: [Fields] = []
    private(set) var resets: [HTTP2ErrorCode] = []
    /// Streams that it does not look at.
    var refusals = 0

    func begin(_ stream: HTTP2Stream) {
      respond(stream, [(":status", "200"), ("content-type", "application/grpc")], ends: false)
      flush()
    }

    func say(_ stream: HTTP2Stream) {
      release(stream)
      body(stream, [0, 0, 0, 0, 1, 8], ends: false)
      flush()
    }

    func end(_ stream: HTTP2Stream, _ status: String) {
      trailers(stream, [("grpc-status", status)])
      flush()
    }

    /// Ends a call with its head.
    func refuse(_ stream: HTTP2Stream, _ status: String) {
      respond(stream, [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", status)], ends: true)
      flush()
    }

    override func heed(_ event: HTTP2Event) {
      switch event {
      case .request(let stream, _) where refusals > 0:
        refusals -= 1
        session.reset(stream, .refusedStream)
      case .request(let stream, let head):
        streams.append(stream)
        asked.append(fields(head))
      case .data(let stream, let bytes):
        session.creditConnection(byteCount: Int(bytes.count))
        session.credit(stream, byteCount: Int(bytes.count))
      case .closed(_, let code): resets.append(code)
      default: break
      }
    }
  }

  /// A gateway between a client and a service, and whoever of them has connected.
  private final class Line {
    let conversation: Conversation
    let caller: Caller
    private(set) var callees: [Callee] = []
    var refusals = 0

    init(_ mesh: Result<Mesh, any Error> = GRPCTests.mesh, seed: UInt64 = 1) throws {
      conversation = try Conversation(mesh.get(), seed: seed)
      let simulation = conversation.simulation
      caller = try Caller(simulation, simulation.connect(to: conversation.front), .client)
      caller.flush()
      for address in ["10.0.2.1:80", "10.0.2.2:80"] {
        simulation.serve(try #require(SocketAddress(address))) { [unowned self, unowned simulation] peer in
          guard let callee = try? Callee(simulation, peer, .server) else { return peer.close() }
          callee.refusals = refusals
          callees.append(callee)
          callee.flush()
        }
      }
    }

    func run(_ interval: Interval = .seconds(1)) { conversation.run(for: interval) }

    var callee: Callee { get throws { try #require(callees.last) } }
    var wasConnected: Bool { !callees.isEmpty }

    /// What is left, once everybody has gone.
    func leftovers() -> [String] {
      caller.peer.close()
      conversation.run()
      for callee in callees { callee.peer.close() }
      return conversation.leftovers()
    }
  }

  @Test func `a stream goes on as long as somebody says something`() throws {
    let line = try Line()
    let call = try line.caller.call()
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.begin(answer)
    for _ in 0..<20 {
      line.caller.say(call)
      try line.callee.say(answer)
      line.run(.seconds(1))
    }
    #expect(line.caller.byteCounts[call.number] == 120 && line.caller.ends.isEmpty)
    try line.callee.end(answer, "0")
    line.run()
    #expect(line.caller.trailers[call.number]?["grpc-status"] == "0")
    #expect(line.conversation.log().first?.contains(#""ended":"forwarded","status":200"#) == true)
    #expect(line.leftovers() == [])
  }

  @Test func `a client may speak for long before it is answered, and then not wait for long`() throws {
    let line = try Line()
    let call = try line.caller.call()
    for _ in 0..<12 {
      line.caller.say(call)
      line.run(.seconds(1))
    }
    #expect(line.caller.heads.isEmpty)
    line.caller.say(call, ends: true)
    line.run(.milliseconds(2_500))
    #expect(line.caller.heads.isEmpty)
    line.run(.milliseconds(3_000))
    #expect(line.caller.heads[call.number]?["grpc-status"] == "4")
    #expect(line.leftovers() == [])
  }

  @Test func `a call of one message has the time of its route`() throws {
    let line = try Line()
    let call = try line.caller.call("/s/M", [("grpc-timeout", "1H")], ends: true)
    line.run()
    let left = try #require(line.callee.asked.first?["grpc-timeout"])
    #expect(left.hasSuffix("m") && (4_000...5_000).contains(Int(left.dropLast()) ?? 0), "\(left)")
    line.run(.seconds(6))
    #expect(line.caller.heads[call.number]?["grpc-status"] == "4")
    #expect(line.leftovers() == [])
  }

  @Test(arguments: Seeds.first(5))
  func `a silent stream ends with a status`(seed: UInt64) throws {
    let line = try Line(seed: seed)
    let call = try line.caller.call()
    line.caller.say(call)
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.begin(answer)
    try line.callee.say(answer)
    line.run(.seconds(7))
    #expect(line.caller.byteCounts[call.number] == 6)
    let trailers = try #require(line.caller.trailers[call.number])
    #expect(trailers["grpc-status"] == "4" && trailers["grpc-message"]?.hasPrefix("upstream_timeout ") == true)
    #expect(line.caller.ends == [call.number: .noError])
    #expect(try line.callee.resets == [.cancel])
    #expect(line.conversation.log().first?.contains(#""ended":"upstream_timeout","status":200"#) == true)
    #expect(line.leftovers() == [], "seed \(seed)")
  }

  /// Of an open call nobody knows whose turn it is.
  @Test func `an attempt of an open call has its time`() throws {
    let line = try Line(Self.patient)
    let call = try line.caller.call()
    line.caller.say(call)
    line.run(.milliseconds(900))
    #expect(line.caller.heads.isEmpty)
    line.run(.milliseconds(200))
    #expect(line.caller.heads[call.number]?["grpc-status"] == "4")
    #expect(line.conversation.endpoints.reduce(0) { $0 + $1.requests } == 1)
    line.run(.seconds(2))
    #expect(line.leftovers() == [])
  }

  @Test func `the client's own time bounds a stream`() throws {
    let line = try Line()
    let call = try line.caller.call("/s/M", [("grpc-timeout", "2S")])
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.begin(answer)
    for _ in 0..<30 where line.caller.trailers.isEmpty {
      try line.callee.say(answer)
      line.run(.milliseconds(100))
    }
    #expect(line.caller.trailers[call.number]?["grpc-status"] == "4")
    #expect((5...12).contains((line.caller.byteCounts[call.number] ?? 0) / 6))
    #expect(line.leftovers() == [])
  }

  /// The service keeps the same time: its answer is submitted, and not yet written, when the gateway's own clock fires.
  @Test(arguments: Seeds.first(10))
  func `a call that is answered as its time ends has one answer`(seed: UInt64) throws {
    let line = try Line(seed: seed)
    let simulation = line.conversation.simulation
    // Others have made the connection.
    _ = try line.caller.call()
    line.run()
    for early in 0..<20 {
      let end = simulation.now + .seconds(1)
      let call = try line.caller.call("/s/M", [("grpc-timeout", "1S")], ends: true)
      line.run(.milliseconds(500))
      let callee = try line.callee
      let answer = try #require(callee.streams.last)
      simulation.at(end - .milliseconds(Int64(early))) { callee.refuse(answer, "4") }
      line.run(.seconds(1))
      #expect(line.caller.heads[call.number]?["grpc-status"] == "4", "seed \(seed), \(early) ms")
      #expect(line.caller.ends[call.number] == .noError, "seed \(seed), \(early) ms")
    }
    #expect(line.leftovers() == [], "seed \(seed)")
  }

  @Test(arguments: ["0m", "0n", "00000000H"], Seeds.first(5))
  func `a call without time is answered at once`(timeout: String, seed: UInt64) throws {
    let line = try Line(seed: seed)
    let call = try line.caller.call("/s/M", [("grpc-timeout", timeout)], ends: true)
    line.run()
    #expect(line.caller.heads[call.number]?["grpc-status"] == "4")
    #expect(line.caller.ends == [call.number: .noError] && !line.wasConnected)
    #expect(line.conversation.log().first?.contains(#""ended":"upstream_timeout","status":200"#) == true)
    #expect(line.leftovers() == [], "seed \(seed)")
  }

  @Test(arguments: ["1n", "1u", "1m", "2m"], Seeds.first(10))
  func `a call with hardly any time ends with a status`(timeout: String, seed: UInt64) throws {
    let line = try Line(seed: seed)
    // Others have made the connection.
    _ = try line.caller.call()
    line.run()
    let call = try line.caller.call("/s/M", [("grpc-timeout", timeout)])
    for _ in 0..<20 {
      let callee = try line.callee
      if callee.streams.count == 2, line.caller.heads[call.number] == nil { callee.begin(callee.streams[1]) }
      line.run(.milliseconds(1))
    }
    // It was answered before its end: the stream lingers.
    line.run(.seconds(2))
    let status = line.caller.trailers[call.number]?["grpc-status"] ?? line.caller.heads[call.number]?["grpc-status"]
    #expect(status == "4" && line.caller.ends[call.number] == .noError, "seed \(seed)")
    #expect(line.leftovers() == [], "seed \(seed)")
  }

  @Test func `a stream that its upstream breaks off ends with a status`() throws {
    let line = try Line()
    let call = try line.caller.call()
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.begin(answer)
    line.run()
    try line.callee.session.reset(answer, .internalError)
    try line.callee.flush()
    line.run()
    #expect(line.caller.trailers[call.number]?["grpc-status"] == "14")
    #expect(line.conversation.log().first?.contains(#""ended":"upstream_reset","status":200"#) == true)
    #expect(line.leftovers() == [])
  }

  @Test(arguments: [(1, 2), (4, 2), (6, 1), (1_000_000, 1)])
  func `an open call does not wait for longer than its route has time`(seconds: Int, tries: Int) throws {
    let line = try Line(Self.patient)
    let call = try line.caller.call()
    line.run(.milliseconds(100))
    let answer = try #require(line.callee.streams.first)
    try line.callee.respond(answer, [(":status", "503"), ("retry-after", "\(seconds)")], ends: true)
    try line.callee.flush()
    line.run(.milliseconds(100))
    #expect(line.caller.heads[call.number]?[":status"] == (tries == 1 ? "503" : nil))
    line.run(.seconds(5))
    #expect(line.callees.reduce(0) { $0 + $1.streams.count } == tries)
    #expect(line.leftovers() == [])
  }

  @Test func `an answer that is none of gRPC has the time of its route, and ends with a reset`() throws {
    let line = try Line()
    let call = try line.caller.call()
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.respond(answer, [(":status", "200"), ("content-type", "text/plain")], ends: false)
    try line.callee.flush()
    for _ in 0..<6 {
      try line.callee.say(answer)
      line.run(.seconds(1))
    }
    #expect(line.caller.trailers.isEmpty && line.caller.ends == [call.number: .internalError])
    let told = try #require(line.conversation.log().first)
    #expect(told.contains(#""ended":"upstream_timeout","status":200"#) && !told.contains("grpc"))
    #expect(line.leftovers() == [])
  }

  @Test func `trailers do not end an answer whose length was promised`() throws {
    let line = try Line()
    let call = try line.caller.call()
    line.run()
    let answer = try #require(line.callee.streams.first)
    let head = [(":status", "200"), ("content-type", "application/grpc"), ("content-length", "100")]
    try line.callee.respond(answer, head, ends: false)
    try line.callee.say(answer)
    line.run()
    try line.callee.session.reset(answer, .internalError)
    try line.callee.flush()
    line.run()
    #expect(line.caller.trailers.isEmpty && line.caller.ends == [call.number: .internalError])
    #expect(line.leftovers() == [])
  }

  @Test func `two times are none`() throws {
    let line = try Line()
    let call = try line.caller.call("/s/M", [("grpc-timeout", "1S"), ("grpc-timeout", "1H")])
    line.run()
    #expect(line.caller.heads[call.number]?["grpc-status"] == "3")
    #expect(line.leftovers() == [])
  }

  @Test func `a denial is a status of gRPC, and the log says what the client got`() throws {
    let line = try Line()
    let call = try line.caller.call("/secret/M", ends: true)
    line.run()
    #expect(line.caller.heads[call.number]?["grpc-status"] == "7")
    let told = try #require(line.conversation.log().first)
    #expect(told.contains(#""outcome":"deny","by":"secret","reason":"rule""#) && told.contains(#""status":200,"#))
    #expect(told.contains(#""ended":"rule""#))
    #expect(line.leftovers() == [])
  }

  @Test func `a head that is trailers as well has no length`() throws {
    let line = try Line()
    let call = try line.caller.call("/s/M", ends: true)
    line.run()
    let answer = try #require(line.callee.streams.first)
    let head = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5")]
    try line.callee.respond(answer, head, ends: true)
    try line.callee.flush()
    line.run()
    let got = try #require(line.caller.heads[call.number])
    #expect(got["grpc-status"] == "5" && got["content-length"] == nil)
    #expect(line.leftovers() == [])
  }

  @Test func `a call that was refused and sent again counts as two attempts`() throws {
    let line = try Line()
    line.refusals = 1
    let call = try line.caller.call("/s/M", ends: true)
    line.run()
    let answer = try #require(line.callee.streams.first)
    try line.callee.respond(answer, [(":status", "200"), ("grpc-status", "0")], ends: true)
    try line.callee.flush()
    line.run()
    #expect(line.caller.heads[call.number]?["grpc-status"] == "0")
    #expect(line.conversation.log().first?.contains(#""attempts":2,"#) == true)
    #expect(line.leftovers() == [])
  }
}
