import ProxyCore
import ProxySimulation
import ProxyTLS
import ProxyTransport
import Testing

/// TLS in the worker, on any network: what arrives is what was said by whom it was said, and nothing stays behind.
@Suite struct TLSSimulationTests {
  private static let get = "GET /open HTTP/1.1\r\nhost: shop.example\r\n\r\n"

  /// Answers each `POST` with a body of the length that `x-size` names, after it has read the whole request.
  private static func echoes(_ secure: SecurePeer, _ answered: inout Int) {
    var rest = secure.received.dropFirst(answered)
    while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
      let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
      func number(_ name: String) -> Int {
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }
        return line.flatMap { Int($0.dropFirst(name.utf8.count + 2)) } ?? 0
      }
      let length = number("content-length")
      guard rest.endIndex - end.upperBound >= length else { return }
      let size = number("x-size")
      secure.send("HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\n\(Self.said)x-read: \(length)\r\n\r\n")
      secure.send(body(size))
      answered = end.upperBound + length
      rest = secure.received.dropFirst(answered)
    }
  }

  private static func body(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) } }

  private static func serve(_ scene: Scene) throws {
    try scene.serve { secure in
      var answered = 0
      // Each connection has a count of its own; a call goes over all that was said.
      secure.onChange = { echoes($0, &answered) }
      echoes(secure, &answered)
    }
  }

  private static let said = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

  /// Many simulations run in one process.
  @Test func nothingIsKeptOfASceneThatIsOver() throws {
    weak var simulation: Simulation?
    do {
      let scene = try Scene(seed: 1)
      simulation = scene.simulation
      try Self.serve(scene)
      var worker = try scene.worker(try scene.contexts())
      let client = try scene.client(nil)
      ask(scene, client, Self.get, &worker)
      #expect(client.text.hasPrefix("HTTP/1.1 200 OK"))
    }
    #expect(simulation == nil)
  }

  @Test func relaysWhatWasSaid() throws {
    for seed in 0..<30 as Range<UInt64> {
      let scene = try Scene(seed: seed)
      try Self.serve(scene)
      var worker = try scene.worker(try scene.contexts())
      let client = try scene.client(try scene.certificate(Scene.client))
      var expected: [UInt8] = []
      for _ in 0..<scene.simulation.pick(1...4) {
        let length = scene.simulation.pick(0...scene.simulation.pick(0...20_000))
        let size = scene.simulation.pick(0...scene.simulation.pick(0...20_000))
        client.send("POST /any HTTP/1.1\r\nhost: shop.example\r\ncontent-length: \(length)\r\nx-size: \(size)\r\n\r\n")
        client.send(Self.body(length))
        expected += Array("HTTP/1.1 200 OK\r\n\(Self.said)x-read: \(length)\r\ncontent-length: \(size)\r\n\r\n".utf8)
        expected += Self.body(size)
      }
      let isDone = scene.simulation.run(
        until: scene.simulation.now + .seconds(120), { client.received.count >= expected.count }
      ) { _ in worker.turn() }
      #expect(isDone && client.received == expected, "seed \(seed)")
      client.close()
      scene.simulation.run(until: scene.simulation.now + .seconds(20)) { _ in worker.turn() }
      #expect(client.status == .closedByPeer || client.peer.isEnded, "seed \(seed)")
      let isIdle = worker.isIdle
      #expect(isIdle && scene.simulation.failures == [], "seed \(seed) \(scene.simulation.failures)")
    }
  }

  /// Whatever is cut, at whatever moment, leaves nothing behind, and nobody takes a part for the whole.
  @Test func nothingStaysWhenConnectionsAreCut() throws {
    for seed in 1000..<1060 as Range<UInt64> {
      let scene = try Scene(seed: seed)
      let simulation = scene.simulation
      let cut = simulation.now + .microseconds(Int64(simulation.pick(0...200_000)))
      let isUpstreamCut = simulation.pick(0...1) == 0
      try scene.serve { [unowned simulation] secure in
        var answered = 0
        secure.onChange = { Self.echoes($0, &answered) }
        Self.echoes(secure, &answered)
        guard isUpstreamCut else { return }
        simulation.at(cut) { [unowned simulation] in
          if simulation.pick(0...1) == 0 { secure.peer.reset() } else { secure.peer.close() }
        }
      }
      var worker = try scene.worker(try scene.contexts())
      let client = try scene.client(try scene.certificate(Scene.client))
      client.send("POST /any HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 8000\r\nx-size: 9000\r\n\r\n")
      client.send(Self.body(8000))
      if !isUpstreamCut {
        simulation.at(cut) { [unowned simulation] in
          if simulation.pick(0...1) == 0 { client.peer.reset() } else { client.peer.close() }
        }
      }
      simulation.run(until: simulation.now + .seconds(200)) { _ in worker.turn() }
      client.peer.close()
      simulation.run(until: simulation.now + .seconds(200)) { _ in worker.turn() }
      let isIdle = worker.isIdle
      #expect(isIdle, "seed \(seed)")
      let head = "HTTP/1.1 200 OK\r\n\(Self.said)x-read: 8000\r\ncontent-length: 9000\r\n\r\n"
      let whole = Array(head.utf8) + Self.body(9000)
      if client.text.hasPrefix("HTTP/1.1 200") {
        #expect(whole.starts(with: client.received), "seed \(seed)")
      } else if !client.received.isEmpty {
        #expect(client.text.hasPrefix("HTTP/1.1 50"), "seed \(seed) \(client.text.prefix(100))")
      }
    }
  }

  /// Runs for a while with one client that sends `request`.
  private func ask(
    _ scene: Scene, _ client: SecurePeer, _ request: String, _ worker: inout Worker<SimNet>
  ) {
    client.send(request)
    scene.simulation.run(until: scene.simulation.now + .seconds(2)) { _ in worker.turn() }
  }

  @Test func letsNobodyElseIn() throws {
    let scene = try Scene(seed: 3)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let stranger = try scene.client(try scene.certificate(Scene.client, by: scene.stranger))
    ask(scene, stranger, Self.get, &worker)
    #expect(stranger.failure == TLSFailure(.peerAlert, alert: 48) && stranger.received.isEmpty)
    let anonymous = try scene.client(nil)
    ask(scene, anonymous, Self.get, &worker)
    #expect(anonymous.text.hasPrefix("HTTP/1.1 200 OK"))
    ask(scene, anonymous, "GET /else HTTP/1.1\r\nhost: shop.example\r\n\r\n", &worker)
    #expect(anonymous.text.contains("HTTP/1.1 403"))
    let strict = try scene.client(nil, asking: "strict.shop.example")
    ask(scene, strict, Self.get, &worker)
    #expect(strict.failure == TLSFailure(.peerAlert, alert: 116))
    scene.simulation.run(until: scene.simulation.now + .seconds(90)) { _ in worker.turn() }
    let isIdle = worker.isIdle
    #expect(isIdle && anonymous.status == .closedByPeer)
  }

  @Test func aHostOfAnotherContextIsMisdirected() throws {
    let scene = try Scene(seed: 4)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let client = try scene.client(nil)
    let strict = "host: STRICT.shop.example.:443"
    ask(scene, client, "GET /open HTTP/1.1\r\n\(strict)\r\n\r\n", &worker)
    #expect(client.text.hasPrefix("HTTP/1.1 421") && client.text.contains("misdirected"))
    ask(scene, client, "GET https://strict.shop.example/open HTTP/1.1\r\n\(strict)\r\n\r\n", &worker)
    ask(scene, client, "GET /open HTTP/1.1\r\nhost: other.shop.example\r\n\r\n", &worker)
    #expect(client.text.ranges(of: "HTTP/1.1 421").count == 2 && client.text.ranges(of: "HTTP/1.1 200").count == 1)
    let other = try scene.client(try scene.certificate(Scene.client), asking: "strict.shop.example")
    ask(scene, other, "GET /open HTTP/1.1\r\n\(strict)\r\n\r\n", &worker)
    ask(scene, other, Self.get, &worker)
    #expect(other.text.hasPrefix("HTTP/1.1 200") && other.text.contains("HTTP/1.1 421"))
  }

  @Test func anUpstreamThatIsSomebodyElseGetsNothing() throws {
    let scene = try Scene(seed: 5)
    var heard = 0
    try scene.serve(identity: Scene.client) { heard += $0.received.count }
    var worker = try scene.worker(try scene.contexts())
    let client = try scene.client(nil)
    ask(scene, client, Self.get, &worker)
    #expect(client.text.hasPrefix("HTTP/1.1 50") && client.text.contains("upstream_tls") && heard == 0)
  }

  @Test func connectionsEndWithTheirCertificates() throws {
    let scene = try Scene(seed: 6, conditions: .loopback)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let client = try scene.client(try scene.certificate(Scene.client, seconds: 20))
    ask(scene, client, Self.get, &worker)
    #expect(client.text.hasPrefix("HTTP/1.1 200 OK") && !client.text.contains("connection: close"))
    scene.simulation.run(until: scene.simulation.now + .seconds(16)) { _ in worker.turn() }
    #expect(client.status == .open)
    scene.simulation.run(until: scene.simulation.now + .seconds(4)) { _ in worker.turn() }
    #expect(client.status == .closedByPeer)
  }

  @Test func newCertificatesAreForNewConnections() throws {
    let scene = try Scene(seed: 7)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let generation = try scene.generation()
    let old = try scene.client(nil)
    ask(scene, old, Self.get, &worker)
    worker.adopt(generation, tls: try scene.contexts(identity: Scene.gateway + "2"))
    let new = try scene.client(nil)
    ask(scene, new, Self.get, &worker)
    ask(scene, old, Self.get, &worker)
    #expect(old.identity == Scene.gateway && old.text.ranges(of: "HTTP/1.1 200 OK").count == 2)
    #expect(new.identity == Scene.gateway + "2" && new.text.hasPrefix("HTTP/1.1 200 OK"))
  }

  /// At whatever moment certificates are renewed: a shared connection that was begun before goes on with those that it began with.
  @Test func renewalCostsNoRequest() throws {
    // Slow enough for the moment to be one at which the connection is under way.
    var conditions = Conditions.loopback
    conditions.delayMax = .milliseconds(40)
    for seed in 0..<40 as Range<UInt64> {
      let scene = try Scene(seed: seed, conditions: conditions, spoken: .http2)
      var heard = ""
      try scene.serve { heard = $0.text }
      var worker = try scene.worker(try scene.contexts(), .off)
      let (generation, renewed) = (try scene.generation(), try scene.contexts())
      let client = scene.simulation.connect(to: scene.listener)
      client.send(Self.get)
      let moment = scene.simulation.now + .microseconds(Int64(scene.simulation.pick(0...120_000)))
      scene.simulation.run(until: moment) { _ in worker.turn() }
      worker.adopt(generation, tls: renewed)
      let isHeard = scene.simulation.run(
        until: scene.simulation.now + .seconds(10), { heard.hasPrefix("PRI * HTTP/2.0") }
      ) { _ in worker.turn() }
      #expect(isHeard && client.received.isEmpty, "seed \(seed)")
    }
  }

  @Test func whoWasBelievedProvesItselfAnew() throws {
    let scene = try Scene(seed: 8)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let known = try scene.client(try scene.certificate(Scene.client))
    let anonymous = try scene.client(nil)
    ask(scene, known, Self.get, &worker)
    ask(scene, anonymous, Self.get, &worker)
    worker.adopt(try scene.generation(), tls: try scene.contexts(trustGeneration: 1))
    ask(scene, anonymous, Self.get, &worker)
    #expect(known.status == .closedByPeer && anonymous.status == .open)
    #expect(anonymous.text.ranges(of: "HTTP/1.1 200 OK").count == 2)
  }

  @Test func takesClearTextWhereItMay() throws {
    let scene = try Scene(seed: 9)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts(), .permissive(0))
    let client = scene.simulation.connect(to: scene.listener)
    client.send(Self.get)
    let secure = try scene.client(nil)
    ask(scene, secure, Self.get, &worker)
    #expect(String(decoding: client.received, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK"))
    #expect(secure.text.hasPrefix("HTTP/1.1 200 OK"))
  }

  @Test func handshakesHaveAClockAndALimit() throws {
    let scene = try Scene(seed: 10, conditions: .loopback)
    try Self.serve(scene)
    var worker = try scene.worker(try scene.contexts())
    let hello: [UInt8] = [0x16, 3, 1, 0x40, 0]
    let idle = scene.simulation.connect(to: scene.listener)
    let slow = (0..<300).map { _ in scene.simulation.connect(to: scene.listener) }
    for peer in slow { peer.send(hello) }
    scene.simulation.run(until: scene.simulation.now + .seconds(9)) { _ in worker.turn() }
    #expect(slow.count { $0.isEnded || $0.failure != nil } == 300 - 256 && !idle.isEnded)
    // Some were accepted later: the backlog was full.
    scene.simulation.run(until: scene.simulation.now + .seconds(10)) { _ in worker.turn() }
    #expect(slow.allSatisfy { $0.isEnded || $0.failure != nil } && idle.isEnded)
    let client = try scene.client(nil)
    ask(scene, client, Self.get, &worker)
    #expect(client.text.hasPrefix("HTTP/1.1 200 OK"))
  }
}
