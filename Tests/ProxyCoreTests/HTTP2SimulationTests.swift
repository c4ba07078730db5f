import PropertyTesting
import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Testing

@testable import ProxyCore

/// HTTP/2 on both sides, mixed with HTTP/1, in a network that does its worst.
@Suite struct HTTP2SimulationTests {
  private static let mesh = Result {
    try Mesh(
      .init("plain", at: ["10.0.1.1:80", "10.0.1.2:80"]),
      .init(
        "many", "http2", at: ["10.0.2.1:80", "10.0.2.2:80"], rules: #"deny secret when request.path is "/many/secret""#),
      .init("one", "http2", at: ["10.0.3.1:80"], with: "capacity { connections 1, pending 20 }"),
      routes: """
        route many when request.path under "/many" {
          forward to many
          timeout 60s
          retry { tries 3, on { connect_failure, reset }, backoff 10ms to 100ms, budget 50%, per_try_timeout 10s }
        }
        route one when request.path under "/one" { forward to one }
        otherwise { forward to plain }
        """)
  }

  /// What bodies are pieces of.
  private static let bytes = (0..<91_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private struct World: ~Copyable {
    let simulation: Simulation
    let front: SocketAddress
    let plain: [ScriptedUpstream]
    let many: [HTTP2Server]
    let one: HTTP2Server
    var worker: Worker<SimNet>

    init(seed: UInt64) throws {
      let simulation = Simulation(seed: seed)
      // On a worse network the proxy's clocks run out, as they should: several answers share one connection.
      simulation.conditions.delayMax = min(simulation.conditions.delayMax, .milliseconds(2))
      simulation.conditions.sendBufferBytes = max(simulation.conditions.sendBufferBytes, 4 << 10)
      simulation.conditions.receiveBufferBytes = max(simulation.conditions.receiveBufferBytes, 4 << 10)
      let front = try #require(SocketAddress("10.0.0.1:80"))
      let registry = try #require(UpstreamRegistry(linesMax: 64))
      let generation = try HTTP2SimulationTests.mesh.get().generation(listeners: [.gateway(0)], registry: registry)
      let plain = try ["10.0.1.1:80", "10.0.1.2:80"].map {
        ScriptedUpstream(simulation, try #require(SocketAddress($0)))
      }
      let many = try ["10.0.2.1:80", "10.0.2.2:80"].map { HTTP2Server(simulation, try #require(SocketAddress($0))) }
      let one = HTTP2Server(simulation, try #require(SocketAddress("10.0.3.1:80")))
      var clocks = Clocks()
      // A turn costs the same whether anything happens in it: little time passes once all is said.
      clocks.keepAlive = .milliseconds(500)
      let worker = try made(
        Worker(
          net: simulation.makeNetwork(), memory: made(Memory(capacity: 1 << 28)),
          listeners: [Listener(descriptor: simulation.listen(on: front), port: front.port, trustedHops: [])],
          generation: generation,
          clocks: clocks, telemetry: WorkerTelemetry(metrics: made(WorkerMetrics()), log: nil), connectionsMax: 256,
          seed: seed))
      self.plain = plain
      self.many = many
      self.one = one
      self.simulation = simulation
      self.front = front
      self.worker = worker
    }

    mutating func play(_ clients: [HTTP2Client], _ others: [ScriptedClient] = []) -> [String] {
      let isDone = simulation.run(
        until: simulation.now + .seconds(3_600), { clients.allSatisfy(\.isDone) && others.allSatisfy(\.isDone) }
      ) { _ in worker.turn() }
      var found = isDone ? [] : ["a client waits for ever"]
      for client in clients where !client.peer.isClosed { client.peer.close() }
      simulation.run(until: simulation.now + .seconds(8_000)) { _ in worker.turn() }
      found += clients.flatMap(\.problems) + others.flatMap(\.problems) + plain.flatMap(\.problems)
      found += many.flatMap(\.problems) + one.problems + simulation.failures
      let table = worker.generations.current.reference.content.upstreams
      for (what, count, expected) in [
        ("exchanges", worker.exchanges.count, 0), ("connections", worker.connections.count, 0),
        ("links", worker.links.count, 0), ("bytes", worker.memory.takenBytes, 0),
        ("descriptors", simulation.descriptorCount, 1),
        ("requests", table.services.indices.reduce(0) { $0 + table.count(.request, $1) }, 0),
        ("counted connections", table.services.indices.reduce(0) { $0 + table.count(.connection, $1) }, 0),
        ("retries", table.services.indices.reduce(0) { $0 + table.retryCount($1) }, 0),
        (
          "in flight",
          table.endpoints.reduce(0) { $0 + table.state(of: $1.line, at: simulation.now).inFlight }, 0
        ),
      ] where count != expected {
        found.append("\(count) \(what) are left")
      }
      return found
    }

    func request(_ id: String) -> HTTP2Client.Request {
      typealias Request = HTTP2Client.Request
      let size = simulation.pick(0...19) == 0 ? simulation.pick(0...90_000) : simulation.pick(0...300)
      let body = simulation.pick(0...1) == 0 ? [] : Array(HTTP2SimulationTests.bytes[(size & 0xFF)...].prefix(size))
      switch simulation.pick(0...9) {
      case 0: return Request(id: id + "!", target: "/many/secret", body: body, status: 403)
      case 1, 2: return Request(id: id, target: "/one/x", body: body)
      default: return Request(id: id, target: "/many/x", body: body)
      }
    }
  }

  private func relay(_ seed: UInt64, _ faults: HTTP2Server.Faults, allowsFailures: Bool) throws -> [String] {
    var world = try World(seed: seed)
    for server in world.many { server.faults = faults }
    var clients: [HTTP2Client] = []
    for number in 0..<world.simulation.pick(1...3) {
      let requests = (0..<world.simulation.pick(1...5)).map { world.request("\(number).\($0)") }
      clients.append(
        try HTTP2Client(
          world.simulation, to: world.front, requests, width: world.simulation.pick(1...5),
          allowsFailures: allowsFailures))
    }
    let problems = world.play(clients)
    let forbidden = world.many.flatMap(\.seen.keys).filter { $0.hasSuffix("!") }
    return problems + forbidden.map { "\($0) was forwarded without an allow" }
  }

  @Test(arguments: Seeds.rounds(4_700, by: 47, of: "http2"))
  func everyAnswerIsToItsOwnStream(seeds: Seeds) {
    #expect(seeds.problems { try relay($0, .init(), allowsFailures: false) } == [])
  }

  @Test(arguments: Seeds.rounds(4_700, by: 47, of: "http2-failures"))
  func failuresOfAConnectionHarmNobodyElse(seeds: Seeds) {
    let faults = HTTP2Server.Faults(refusals: 4, resets: 5, farewells: 10, breaks: 3)
    #expect(seeds.problems { try relay($0 ^ 0xFA17, faults, allowsFailures: true) } == [])
  }

  /// A server that says farewell has taken nothing of what it does not answer: whatever the method, it is sent again.
  @Test(arguments: Seeds.rounds(300, by: 10, of: "http2-farewell"))
  func aFarewellCostsNoRequest(seeds: Seeds) { #expect(seeds.problems(farewell) == []) }

  private func farewell(seed: UInt64) throws -> [String] {
    var world = try World(seed: seed)
    world.one.faults = .init(farewells: 20)
    let requests = (0..<20).map {
      HTTP2Client.Request(id: "\($0)", target: "/one/x", body: $0 % 2 == 0 ? [] : [1, 2, 3])
    }
    let client = try HTTP2Client(world.simulation, to: world.front, requests, width: 4, allowsFailures: false)
    let problems = world.play([client])
    return problems + client.statuses.filter { $0.value != 200 }.map { "\($0.value) for \($0.key)" }
  }

  /// Clients that do not read hold up their own streams, not the connection to the upstream that they share.
  @Test(arguments: 0..<7 as Range<UInt64>)
  func sixteenWhoDoNotReadDoNotHoldUpTheSeventeenth(seed: UInt64) throws {
    var world = try World(seed: seed)
    world.one.bodyBytes = 150_000
    var slow: [HTTP2Client] = []
    for number in 0..<16 {
      slow.append(
        try HTTP2Client(
          world.simulation, to: world.front, [.init(id: "slow\(number)", target: "/one/x", isSlow: true)], width: 1,
          allowsFailures: true))
    }
    let simulation = world.simulation
    simulation.run(until: simulation.now + .seconds(5)) { _ in world.worker.turn() }
    #expect(slow.allSatisfy { $0.slowBytes == 65_535 || $0.slowBytes == 65_536 }, "seed \(seed)")
    let started = simulation.now
    let client = try HTTP2Client(
      simulation, to: world.front, (0..<5).map { .init(id: "\($0)", target: "/one/x") }, width: 5, allowsFailures: false
    )
    simulation.run(until: simulation.now + .seconds(20), { client.isDone }) { _ in world.worker.turn() }
    #expect(client.isDone && client.statuses.count == 5, "seed \(seed)")
    // Before the first of the slow ones was given up.
    #expect(simulation.now - started < .seconds(20), "seed \(seed)")
    #expect(world.one.connections == 1, "seed \(seed)")
    #expect(world.play(slow + [client]) == [], "seed \(seed)")
  }

  @Test(arguments: Seeds.rounds(300, by: 10, of: "http2-mixed"))
  func clientsOfBothKindsShareAConnection(seeds: Seeds) { #expect(seeds.problems(mixed) == []) }

  private func mixed(seed: UInt64) throws -> [String] {
    var world = try World(seed: seed)
    return try mixed(&world)
  }

  private func mixed(_ world: inout World) throws -> [String] {
    let others = (0..<3).map { number in
      ScriptedClient(
        world.simulation, to: world.front,
        (0..<4).map { index in
          ScriptedClient.Request(
            id: "\(number).\(index)", method: "GET", target: index % 2 == 0 ? "/one/x" : "/page", status: 200)
        }, pipelining: 2, allowsFailures: false)
    }
    let requests = (0..<6).map {
      HTTP2Client.Request(id: "h\($0)", target: "/one/x", body: [UInt8](repeating: 1, count: $0))
    }
    let client = try HTTP2Client(world.simulation, to: world.front, requests, width: 3, allowsFailures: false)
    return world.play([client], others)
  }

  /// Thousands of simulations run in one process, and the peers of each hold much memory.
  @Test func nothingIsKeptOfASimulationThatIsOver() throws {
    weak var simulation: Simulation?
    do {
      var world = try World(seed: 1)
      simulation = world.simulation
      #expect(try mixed(&world) == [])
    }
    #expect(simulation == nil)
  }
}
