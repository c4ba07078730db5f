import PropertyTesting
import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Testing

@testable import ProxyCore

/// What disturbs a relay from outside: endpoints that are not there, new generations, a drain, clients that leave, descriptors and memory
/// that run out. Requests that can be saved are, and nothing is left.
@Suite struct DisturbanceTests {
  private struct World: ~Copyable {
    let simulation: Simulation
    let front: SocketAddress
    let upstreams: [ScriptedUpstream]
    let registry: UpstreamRegistry
    var worker: Worker<SimNet>

    init(seed: UInt64, blockBytesMax: Int? = nil) throws {
      let simulation = Simulation(seed: seed)
      let front = try #require(SocketAddress("10.0.0.1:80"))
      let registry = try #require(UpstreamRegistry(linesMax: 256))
      let generation = try Mesh.shop.get().generation(listeners: [.gateway(0)], registry: registry)
      let listener = Listener(descriptor: simulation.listen(on: front), port: front.port, trustedHops: [])
      let memory = try made(Memory(capacity: 1 << 26, limit: blockBytesMax))
      let worker = try made(
        Worker(
          net: simulation.makeNetwork(), memory: memory, listeners: [listener], generation: generation,
          clocks: Clocks(), telemetry: WorkerTelemetry(metrics: made(WorkerMetrics()), log: nil), connectionsMax: 256,
          seed: seed))
      upstreams = try ["10.0.1.1:80", "10.0.1.2:80", "10.0.1.3:80", "10.0.2.1:80", "10.0.2.2:80"].map {
        ScriptedUpstream(simulation, try #require(SocketAddress($0)))
      }
      self.simulation = simulation
      self.front = front
      self.registry = registry
      self.worker = worker
    }

    func clients(_ count: Int, allowsFailures: Bool) -> [ScriptedClient] {
      (0..<count).map { number in
        let requests = (0..<simulation.pick(1...5)).map { index in
          let id = "\(number).\(index)"
          let body = [UInt8](repeating: 7, count: simulation.pick(0...1) * simulation.pick(0...5_000))
          return simulation.pick(0...1) == 0
            ? ScriptedClient.Request(id: id, method: "GET", target: "/page", status: 200)
            : ScriptedClient.Request(id: id, method: "PUT", target: "/page", body: body, status: 200)
        }
        return ScriptedClient(
          simulation, to: front, requests, pipelining: simulation.pick(1...2), allowsFailures: allowsFailures)
      }
    }

    /// Plays until the clients are done and all times are over.
    ///
    /// - Returns: what is wrong.
    mutating func problems(
      _ clients: [ScriptedClient], listeners: Int = 1, eachTurn: (inout Worker<SimNet>) throws -> Void = { _ in }
    ) -> [String] {
      let limit = simulation.now + .seconds(3_600)
      var failure: (any Error)?
      let isDone = simulation.run(until: limit, { clients.allSatisfy(\.isDone) }) { _ in
        do { try eachTurn(&worker) } catch { failure = error }
        worker.turn()
      }
      simulation.run(until: simulation.now + .seconds(3_600)) { _ in worker.turn() }
      var found = clients.flatMap(\.problems) + upstreams.flatMap(\.problems) + simulation.failures
      if let failure { found.append("\(failure)") }
      if !isDone { found.append("a client waits for ever") }
      for (what, count, expected) in [
        ("connections", worker.connections.count, 0), ("exchanges", worker.exchanges.count, 0),
        ("bytes", worker.memory.takenBytes, 0), ("descriptors", simulation.descriptorCount, listeners),
      ] where count != expected {
        found.append("\(count) \(what) are left")
      }
      let table = worker.generations.current.reference.content.upstreams
      for service in table.services.indices {
        if table.count(.request, service) != 0 { found.append("requests of service \(service) are left") }
        if table.count(.connection, service) != 0 { found.append("connections of service \(service) are left") }
        if table.retryCount(service) != 0 { found.append("retries of service \(service) are left") }
      }
      for endpoint in table.endpoints where table.state(of: endpoint.line, at: simulation.now).inFlight != 0 {
        found.append("requests of \(endpoint.address) are left")
      }
      return found
    }
  }

  @Test(arguments: Seeds.first(30))
  func anEndpointThatIsNotThereCostsNoRequest(seed: UInt64) throws {
    var world = try World(seed: seed)
    let gone = world.upstreams[world.simulation.pick(0...2)].address
    if seed % 2 == 0 { world.simulation.refuse(gone) } else { world.simulation.blackhole(gone) }
    let clients = world.clients(3, allowsFailures: false)
    let problems = world.problems(clients)
    #expect(problems == [], "seed \(seed)")
    #expect(clients.allSatisfy { $0.statuses.allSatisfy { $0 == 200 } }, "seed \(seed)")
  }

  @Test(arguments: Seeds.first(20))
  func aNewGenerationHarmsNobody(seed: UInt64) throws {
    var world = try World(seed: seed)
    let clients = world.clients(4, allowsFailures: false)
    let (simulation, registry) = (world.simulation, world.registry)
    var number: UInt64 = 1
    let problems = world.problems(clients) { worker in
      guard number < 200, simulation.pick(0...3) == 0 else { return }
      number += 1
      worker.adopt(
        try Mesh.shop.get().generation(listeners: [.gateway(0)], registry: registry, number: number), tls: nil)
    }
    #expect(problems == [], "seed \(seed)")
    #expect(number > 1)
  }

  @Test(arguments: Seeds.first(20))
  func aDrainEndsWhatRuns(seed: UInt64) throws {
    var world = try World(seed: seed)
    let clients = world.clients(4, allowsFailures: true)
    var turnsLeft = world.simulation.pick(1...60)
    let problems = world.problems(clients, listeners: 0) { worker in
      turnsLeft -= 1
      if turnsLeft == 0 { worker.beginDrain() }
    }
    // A run that was over before has not drained.
    if turnsLeft > 0 { return }
    #expect(problems == [], "seed \(seed)")
  }

  @Test(arguments: Seeds.first(40))
  func clientsThatLeaveCostNothing(seed: UInt64) throws {
    var world = try World(seed: seed)
    let body = [UInt8](repeating: 1, count: world.simulation.pick(0...30_000))
    let head = "POST /page HTTP/1.1\r\nHost: shop.example\r\nX-Id: x\r\nContent-Length: \(body.count)\r\n\r\n"
    let request = Array(head.utf8) + body
    for _ in 0..<6 {
      let leaves: [Peer.Step] = [.close, .reset, .finishSending, .stopReading]
      world.simulation.connect(to: world.front).perform([
        .send(Array(request.prefix(world.simulation.pick(0...request.count)))),
        .pause(.milliseconds(Int64(world.simulation.pick(0...200)))), leaves[world.simulation.pick(0...3)],
        .pause(.seconds(200)), .reset,
      ])
    }
    let others = world.clients(2, allowsFailures: false)
    let problems = world.problems(others)
    #expect(problems == [], "seed \(seed)")
  }

  @Test(arguments: Seeds.first(30))
  func whatRunsOutComesBack(seed: UInt64) throws {
    var world = try World(seed: seed, blockBytesMax: seed % 2 == 0 ? nil : 1 << Int(10 + seed % 9))
    if seed % 2 == 0 { world.simulation.descriptorsMax = world.simulation.pick(5...12) }
    let clients = world.clients(6, allowsFailures: true)
    let problems = world.problems(clients)
    #expect(problems == [], "seed \(seed)")
  }

  /// Requests that were on the way when a drain began are answered; the connection ends with the answer.
  @Test(arguments: Seeds.first(20))
  func aDrainLosesNoRequestThatIsOnItsWay(seed: UInt64) throws {
    var world = try World(seed: seed)
    let request = ScriptedClient.Request(id: "1", method: "GET", target: "/page", status: 200)
    let clients = (0..<4).map { _ in
      ScriptedClient(world.simulation, to: world.front, [request], pipelining: 1, allowsFailures: false)
    }
    var hasBegun = false
    let problems = world.problems(clients, listeners: 0) { worker in
      // One is connected by now, some may wait to be accepted, none was heard. Who comes later finds nobody.
      guard !hasBegun, worker.downstreamCount > 0 else { return }
      hasBegun = true
      worker.beginDrain()
    }
    #expect(hasBegun)
    #expect(problems.filter { !$0.contains("ECONNREFUSED") } == [], "seed \(seed)")
  }

  /// Over four fifths of the account requests are refused and nothing is pooled; over nine tenths the connection that holds the most goes.
  @Test(arguments: [(50, 200, 0), (75, 200, 0), (85, 503, 0), (95, 503, 1)] as [(Int, Int, UInt64)])
  func memoryThatRunsOutShedsInSteps(percent: Int, status: Int, resets: UInt64) throws {
    var world = try World(seed: 1)
    world.worker.memory.account = 1 << 20
    let hoarder = world.simulation.connect(to: world.front)
    hoarder.perform([
      .send(Array("GET / HTTP/1.1\r\nX-Filler: \(String(repeating: "x", count: 9_000))".utf8)), .pause(.seconds(8)),
      .reset,
    ])
    let client = ScriptedClient(
      world.simulation, to: world.front, [.init(id: "1", method: "GET", target: "/page", status: status)],
      pipelining: 1, allowsFailures: false)
    var isFilled = false
    let problems = world.problems([client]) { worker in
      guard !isFilled, worker.connections.count == 2 else { return }
      isFilled = true
      worker.libraryBytesBefore = libraryBytesOfThisThread() - (1 << 20) * percent / 100
    }
    #expect(isFilled)
    #expect(problems == [])
    let metrics = world.worker.telemetry.metrics
    #expect(metrics.connections(endedBy: .memory, .downstream) >= resets)
    #expect((metrics.connections(endedBy: .memory, .downstream) > 0) == (resets > 0))
  }

  /// Connections of clients never take the place of those to upstreams.
  @Test func clientsTakeHalfOfTheConnections() throws {
    var world = try World(seed: 3)
    let idle = (0..<300).map { _ in world.simulation.connect(to: world.front) }
    var mostAtOnce = 0
    let client = world.clients(1, allowsFailures: false)
    let problems = world.problems(client) { worker in mostAtOnce = max(mostAtOnce, worker.downstreamCount) }
    #expect(problems == [])
    #expect(mostAtOnce == 128 && idle.count == 300)
  }
}
