import PropertyTesting
import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Testing

@testable import ProxyCore

/// Requests that wait for a connection: a service has no more of them than `capacity` says, whoever comes first is served first, and
/// nothing is left of those that leave.
@Suite struct PendingTests {
  private static func mesh(_ capacity: String, at endpoints: [String] = ["10.0.1.1:80"]) throws -> Mesh {
    try Mesh(
      .init("web", at: endpoints, with: "capacity { \(capacity) }, connect_timeout 30s"),
      routes: "otherwise { forward to web }")
  }

  /// A server that answers after a while, and knows in which order it was asked.
  private final class SlowServer {
    private(set) var order: [String] = []

    init(_ simulation: Simulation, _ address: SocketAddress, delay: ClosedRange<Int>) {
      simulation.serve(address) { [self, unowned simulation] peer in
        var reader = MessageReader(.request)
        var isBusy = false
        var isGone = false
        peer.onChange = { [self, unowned simulation] peer in
          if !isGone, peer.isEnded || peer.failure != nil {
            isGone = true
            if !peer.isClosed { peer.close() }
          }
          guard !isBusy, !isGone, let request = try? reader.next(peer.received, isEnded: false) else { return }
          isBusy = true
          let id = request.value("x-id") ?? "?"
          order.append(id)
          simulation.at(simulation.now + .milliseconds(Int64(simulation.pick(delay)))) {
            guard !isGone else { return }
            isBusy = false
            let body = "id=\(id) method=\(request.line[0]) sum=\(checksum(request.body)) "
            peer.send("HTTP/1.1 200 OK\r\nX-Up: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
          }
        }
      }
    }
  }

  private struct World: ~Copyable {
    let simulation: Simulation
    let front: SocketAddress
    let servers: [SlowServer]
    var first: Worker<SimNet>
    var second: Worker<SimNet>

    init(_ mesh: Mesh, seed: UInt64, delay: ClosedRange<Int>, endpoints: [String] = ["10.0.1.1:80"]) throws {
      let simulation = Simulation(seed: seed)
      let front = try #require(SocketAddress("10.0.0.1:80"))
      let registry = try #require(UpstreamRegistry(linesMax: 64))
      let generation = try mesh.generation(listeners: [.gateway(0)], registry: registry)
      let listener = simulation.listen(on: front)
      func worker(_ listeners: [Listener], _ seed: UInt64) throws -> Worker<SimNet> {
        try made(
          Worker(
            net: simulation.makeNetwork(), memory: made(Memory(capacity: 1 << 26)), listeners: listeners,
            generation: generation, clocks: Clocks(),
            telemetry: WorkerTelemetry(metrics: made(WorkerMetrics()), log: nil), connectionsMax: 256, seed: seed))
      }
      let other = try #require(SocketAddress("10.0.0.2:80"))
      let first = try worker([Listener(descriptor: listener, port: front.port, trustedHops: [])], seed)
      let second = try worker(
        [Listener(descriptor: simulation.listen(on: other), port: other.port, trustedHops: [])], seed + 1)
      servers = try endpoints.map { SlowServer(simulation, try #require(SocketAddress($0)), delay: delay) }
      self.simulation = simulation
      self.front = front
      self.first = first
      self.second = second
    }

    mutating func play(_ clients: [ScriptedClient], connectionsMax: Int = 1) -> [String] {
      let table = first.generations.current.reference.content.upstreams
      var countMax = 0
      func turn(_ index: Int, _ first: inout Worker<SimNet>, _ second: inout Worker<SimNet>) {
        if index == 0 { first.turn() } else { second.turn() }
        countMax = max(countMax, table.count(.connection, 0))
      }
      let isDone = simulation.run(until: simulation.now + .seconds(3_600), { clients.allSatisfy(\.isDone) }) {
        turn($0, &first, &second)
      }
      simulation.run(until: simulation.now + .seconds(3_600)) { turn($0, &first, &second) }
      var found = clients.flatMap(\.problems) + simulation.failures
      if !isDone { found.append("a client waits for ever") }
      if countMax > connectionsMax { found.append("\(countMax) connections at once") }
      for (what, count) in [
        ("pending", table.count(.pending, 0)), ("requests", table.count(.request, 0)),
        ("connections", table.count(.connection, 0)), ("exchanges", first.exchanges.count + second.exchanges.count),
        ("in flight", table.endpoints.reduce(0) { $0 + table.state(of: $1.line, at: simulation.now).inFlight }),
        ("bytes", first.memory.takenBytes + second.memory.takenBytes),
      ] where count != 0 {
        found.append("\(count) \(what) are left")
      }
      if !first.pending.isEmpty || !second.pending.isEmpty { found.append("a queue is left") }
      return found
    }

    func client(_ number: Int, of count: Int = 1, to address: SocketAddress? = nil, fails: Bool = false)
      -> ScriptedClient
    {
      let body = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 3 * 700)
      return ScriptedClient(
        simulation, to: address ?? front,
        (0..<count).map {
          ScriptedClient.Request(
            id: "\(number).\($0)", method: body.isEmpty ? "GET" : "POST", target: "/x", body: body, status: 200)
        }, pipelining: 1, allowsFailures: fails)
    }
  }

  @Test(arguments: Seeds.first(40))
  func whoFindsNoConnectionWaits(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 2, pending 20"), seed: seed, delay: 1...100)
    let clients = (0..<12).map { world.client($0, of: 2) }
    #expect(world.play(clients, connectionsMax: 2) == [], "seed \(seed)")
    #expect(clients.allSatisfy { $0.statuses == [200, 200] }, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func thePlacesThatWaitAreCounted(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 1, pending 3"), seed: seed, delay: 5_000...5_000)
    let clients = (0..<10).map { world.client($0, fails: true) }
    #expect(world.play(clients) == [], "seed \(seed)")
    // One is served while three wait; the others come within the first answer's five seconds.
    #expect(clients.count { $0.statuses == [200] } == 4, "seed \(seed)")
    #expect(clients.count { $0.statuses == [503] } == 6, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func whoWaitsTooLongIsTold(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 1"), seed: seed, delay: 20_000...20_000)
    let clients = (0..<4).map { world.client($0, fails: true) }
    #expect(world.play(clients) == [], "seed \(seed)")
    // Served at 20 and 40 seconds; `connect_timeout` is 30.
    #expect(clients.count { $0.statuses == [200] } == 2, "seed \(seed)")
    #expect(clients.count { $0.statuses == [503] } == 2, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func whoCameFirstIsServedFirst(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 1"), seed: seed, delay: 500...500)
    let simulation = world.simulation
    var clients: [ScriptedClient] = []
    for number in 0..<6 {
      clients.append(world.client(number * 3))
      // Longer than the network takes, shorter than an answer.
      simulation.run(until: simulation.now + .milliseconds(250)) { index in
        if index == 0 { world.first.turn() } else { world.second.turn() }
      }
    }
    #expect(world.play(clients) == [], "seed \(seed)")
    #expect(world.servers[0].order == (0..<6).map { "\($0 * 3).0" }, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(40))
  func whoLeavesLeavesTheQueue(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 1, pending 30"), seed: seed, delay: 1...300)
    for _ in 0..<6 {
      let pause = Interval.milliseconds(Int64(world.simulation.pick(0...600)))
      world.simulation.connect(to: world.front).perform([
        .send(Array("GET /x HTTP/1.1\r\nHost: shop.example\r\nX-Id: x\r\n\r\n".utf8)), .pause(pause), .reset,
      ])
    }
    let clients = (0..<6).map { world.client($0) }
    #expect(world.play(clients) == [], "seed \(seed)")
    #expect(clients.allSatisfy { $0.statuses == [200] }, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func workersShareTheConnections(seed: UInt64) throws {
    var world = try World(Self.mesh("connections 2"), seed: seed, delay: 1...200)
    let other = try #require(SocketAddress("10.0.0.2:80"))
    let clients = (0..<12).map { world.client($0, of: 2, to: $0 % 2 == 0 ? nil : other) }
    #expect(world.play(clients, connectionsMax: 2) == [], "seed \(seed)")
    #expect(clients.allSatisfy { $0.statuses == [200, 200] }, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func aConnectionThatNobodyUsesMakesRoom(seed: UInt64) throws {
    let endpoints = ["10.0.1.1:80", "10.0.1.2:80", "10.0.1.3:80"]
    var world = try World(
      Self.mesh("connections 1", at: endpoints), seed: seed, delay: 1...50, endpoints: endpoints)
    let clients = (0..<6).map { world.client($0, of: 3) }
    #expect(world.play(clients) == [], "seed \(seed)")
    #expect(clients.allSatisfy { $0.statuses == [200, 200, 200] }, "seed \(seed)")
  }
}
