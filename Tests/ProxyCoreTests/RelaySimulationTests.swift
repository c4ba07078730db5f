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
  @Test(arguments: Seeds.rounds(5_120, by: 80, of: "relay"))
  func everyAnswerIsToItsOwnRequest(seeds: Seeds) {
    #expect(seeds.problems { try relay(seed: $0, faults: .init(), allowsFailures: false) } == [])
  }

  @Test(arguments: Seeds.rounds(5_120, by: 80, of: "relay-failures"))
  func failuresOfUpstreamsHarmNobodyElse(seeds: Seeds) {
    let faults = ScriptedUpstream.Faults(closes: 5, resets: 5, refuses: 10, cutsShort: 8, closesIdle: 20)
    #expect(seeds.problems { try relay(seed: $0 ^ 0xFA17, faults: faults, allowsFailures: true) } == [])
  }

  private func relay(seed: UInt64, faults: ScriptedUpstream.Faults, allowsFailures: Bool) throws -> [String] {
    let simulation = Simulation(seed: seed)
    let front = try #require(SocketAddress("10.0.0.1:80"))
    var upstreams: [ScriptedUpstream] = []
    for address in ["10.0.1.1:80", "10.0.1.2:80", "10.0.1.3:80", "10.0.2.1:80", "10.0.2.2:80"] {
      upstreams.append(ScriptedUpstream(simulation, try #require(SocketAddress(address)), faults))
    }
    let registry = try #require(UpstreamRegistry(linesMax: 256))
    let generation = try Mesh.shop.get().generation(listeners: [.gateway(0)], registry: registry)
    let listener = Listener(descriptor: simulation.listen(on: front), port: front.port, trustedHops: [])
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
    simulation.run(until: simulation.now + .seconds(3600)) { _ in worker.turn() }
    var problems = isDone ? [] : ["a client waits for ever"]
    problems += clients.flatMap(\.problems) + upstreams.flatMap(\.problems) + simulation.failures
    let forbidden = upstreams.flatMap(\.seen.keys).filter { $0.hasSuffix("!") }
    problems += forbidden.map { "\($0) was forwarded without an allow" }
    let left = (worker.exchanges.count, worker.connections.count, worker.memory.takenBytes, simulation.descriptorCount)
    if left != (0, 0, 0, 1) { problems.append("exchanges, connections, bytes, descriptors are left: \(left)") }
    return problems
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
