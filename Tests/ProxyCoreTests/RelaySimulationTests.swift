import PropertyTesting
import ProxySimulation
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Testing
import WeirEnforcement

@testable import ProxyCore

/// The relay in a network that does its worst: every answer is the one to its own request, nothing is forwarded that was not allowed,
/// and nothing is left when all is over.
@Suite struct RelaySimulationTests {
  /// Seeds a test runs through, many to a case, so that starting a case does not cost more than the case.
  private static let rounds = 0..<64

  @Test(arguments: rounds)
  func everyAnswerIsToItsOwnRequest(round: Int) throws {
    for seed in seeds(of: round) { try relay(seed: seed, faults: .init(), allowsFailures: false) }
  }

  @Test(arguments: rounds)
  func failuresOfUpstreamsHarmNobodyElse(round: Int) throws {
    for seed in seeds(of: round) {
      let faults = ScriptedUpstream.Faults(closes: 5, resets: 5, refuses: 10, cutsShort: 8, closesIdle: 20)
      try relay(seed: seed ^ 0xFA17, faults: faults, allowsFailures: true)
    }
  }

  /// So many that those of both tests are 10,240.
  private func seeds(of round: Int) -> Range<UInt64> { UInt64(round * 80)..<UInt64(round * 80 + 80) }

  private func relay(seed: UInt64, faults: ScriptedUpstream.Faults, allowsFailures: Bool) throws {
    let simulation = Simulation(seed: seed)
    let front = try #require(SocketAddress("10.0.0.1:80"))
    var upstreams: [ScriptedUpstream] = []
    for address in ["10.0.1.1:80", "10.0.1.2:80", "10.0.1.3:80", "10.0.2.1:80", "10.0.2.2:80"] {
      upstreams.append(ScriptedUpstream(simulation, try #require(SocketAddress(address)), faults))
    }
    let registry = try #require(UpstreamRegistry(linesMax: 256))
    let generation = try Mesh.shop.get().generation(listeners: [.gateway(0)], registry: registry)
    let listener = Listener(descriptor: simulation.listen(on: front), trustedHops: [])
    let memory = try made(Memory(capacity: 1 << 26))
    var worker = try made(
      Worker(
        net: simulation.makeNetwork(), memory: memory, listeners: [listener], generation: generation, clocks: Clocks(),
        telemetry: WorkerTelemetry(metrics: made(WorkerMetrics()), log: nil), connectionsMax: 256, seed: seed))
    let clients = (0..<simulation.pick(1...3)).map { number in
      ScriptedClient(
        simulation, to: front, (0..<simulation.pick(1...4)).map { request("\(number).\($0)", simulation) },
        pipelining: simulation.pick(1...3), allowsFailures: allowsFailures)
    }
    let limit = simulation.now + .seconds(3600)
    let isDone = simulation.run(until: limit, { clients.allSatisfy(\.isDone) }) { _ in worker.turn() }
    #expect(isDone, "seed \(seed): a client waits for ever")
    simulation.run(until: simulation.now + .seconds(3600)) { _ in worker.turn() }
    let problems = clients.flatMap(\.problems) + upstreams.flatMap(\.problems) + simulation.failures
    #expect(problems == [], "seed \(seed)")
    let forbidden = upstreams.flatMap(\.seen.keys).filter { $0.hasSuffix("!") }
    #expect(forbidden == [], "seed \(seed): forwarded without an allow")
    let left = (worker.exchanges.count, worker.connections.count, worker.memory.takenBytes, simulation.descriptorCount)
    #expect(left == (0, 0, 0, 1), "seed \(seed): exchanges, connections, bytes, descriptors")
  }

  private func request(_ id: String, _ simulation: Simulation) -> ScriptedClient.Request {
    typealias Request = ScriptedClient.Request
    let size = simulation.pick(0...9) == 0 ? simulation.pick(0...20_000) : simulation.pick(0...200)
    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ size) }
    let isChunked = simulation.pick(0...1) == 0
    switch simulation.pick(0...9) {
    case 0: return Request(id: id + "!", method: "GET", target: "/admin/users", status: 403)
    case 1: return Request(id: id + "!", method: "GET", target: "/x/../%61dmin", status: 403)
    case 2:
      return Request(id: id + "!", method: "POST", target: "/old/a?b=c", body: body, isChunked: isChunked, status: 308)
    case 3: return Request(id: id + "!", method: "GET", target: "/ping", status: 200)
    case 4: return Request(id: id, method: "HEAD", target: "/page", status: 200)
    case 5: return Request(id: id, method: "GET", target: "/cart/items?n=1", status: 200)
    case 6: return Request(id: id, method: "PUT", target: "/cart/items", body: body, isChunked: isChunked, status: 200)
    case 7: return Request(id: id + "!", method: "DELETE", target: "/cart/items", status: 403)
    case 8: return Request(id: id, method: "POST", target: "/page", body: body, isChunked: isChunked, status: 200)
    default: return Request(id: id, method: "GET", target: "/page?q=%20x", status: 200)
    }
  }
}
