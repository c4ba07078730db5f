import ProxySimulation
import ProxyTransport
import ProxyUpstream
import Synchronization
import Testing
import WeirCompiler
import WeirPolicy
import WeirSource

@testable import Gateway

/// Checks of endpoints in a network and a time of their own.
@Suite struct ProberTests {
  /// An HTTP/1 server of the simulation.
  private final class Server {
    /// Nil: takes the request and says nothing.
    var status: Int? = 200
    private(set) var heads: [String] = []
    private(set) var times: [Instant] = []

    init(_ simulation: Simulation, _ address: String) throws {
      simulation.serve(try #require(SocketAddress(address))) { [self, unowned simulation] peer in
        peer.onChange = { [self, unowned simulation] peer in
          let text = String(decoding: peer.received, as: UTF8.self)
          guard text.hasSuffix("\r\n\r\n"), !peer.isClosed else { return }
          if peer.unsentCount == 0, heads.count < times.count + 1 {
            heads.append(text)
            times.append(simulation.now)
          }
          guard let status else { return }
          peer.onChange = nil
          peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 \(status) Whatever\r\ncontent-length: 2\r\n\r\nok")
        }
      }
    }
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  private struct World: ~Copyable {
    let simulation: Simulation
    let registry: UpstreamRegistry
    let checks: HealthChecks
    let lines: Lines
    var prober: Prober<SimNet>

    init(seed: UInt64) throws {
      let simulation = Simulation(seed: seed)
      let registry = try #require(UpstreamRegistry(linesMax: 64))
      let lines = Lines()
      let checks = try HealthChecks(checksMax: 256) { lines.append($0) }
      guard let prober = Prober(net: simulation.makeNetwork(), seed: seed, checksMax: 256) else { throw NotMade() }
      self.simulation = simulation
      self.registry = registry
      self.lines = lines
      self.checks = checks
      self.prober = prober
    }

    mutating func adopt(_ addresses: [String], probe: String = "http \"/healthz\"", number: UInt64 = 1) throws
      -> Upstreams
    {
      let text = """
        module shop
        mesh m { trust_domain "shop.example" }
        service web {
          identity "spiffe://shop.example/ns/shop/sa/web"
          protocol http
          mtls permissive
          endpoints static { "10.0.1.1:80" }
          health { \(probe), every 5s, timeout 1s, up_after 2, down_after 3 }
        }
        authz web { allow everybody always }
        """
      let checked = check([SourceFile(path: "shop.weir", text: text)])
      let topology = Topology(try #require(checked.policy, "\(checked.diagnostics)"))
      let list = try addresses.map { DiscoveredEndpoint(try #require(SocketAddress($0))) }
      let upstreams = try Upstreams(topology, number: number, endpoints: [list], in: registry)
      let plan = HealthPlan(topology, upstreams, contexts: nil, secured: [:])
      checks.adopt(plan)
      prober.adopt(plan)
      return upstreams
    }

    /// Lets time pass.
    mutating func play(_ interval: Interval) {
      let checks = checks
      simulation.run(until: simulation.now + interval) { _ in
        prober.turn()
        for report in prober.reports { checks.note(report) }
        prober.reports.removeAll()
      }
    }
  }

  private struct NotMade: Error {}

  private func isUp(_ upstreams: Upstreams, _ index: Int, _ now: Instant) -> Bool {
    upstreams.state(of: upstreams.endpoints[index].line, at: now).isUp
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func anEndpointGoesAfterThreeFailuresAndComesBackAfterTwoSuccesses(seed: UInt64) throws {
    var world = try World(seed: seed)
    let (sick, well) = (try Server(world.simulation, "10.0.1.1:80"), try Server(world.simulation, "10.0.1.2:80"))
    let upstreams = try world.adopt(["10.0.1.1:80", "10.0.1.2:80"])
    world.play(.seconds(31))
    #expect(sick.heads.count >= 5 && well.heads.count >= 5)
    #expect(sick.heads[0].hasPrefix("GET /healthz HTTP/1.1\r\nhost: 10.0.1.1:80\r\n"), "\(sick.heads[0])")
    for (earlier, later) in zip(sick.times, sick.times.dropFirst()) {
      // Five seconds, a tenth more or less, and what the network takes.
      #expect(later - earlier >= .milliseconds(4_500) && later - earlier <= .milliseconds(7_000))
    }
    #expect(isUp(upstreams, 0, world.simulation.now))
    #expect(world.lines.all.isEmpty)
    sick.status = 503
    let before = sick.heads.count
    while isUp(upstreams, 0, world.simulation.now), sick.heads.count < before + 9 { world.play(.milliseconds(100)) }
    #expect(sick.heads.count == before + 3)
    #expect(world.lines.all == ["web at 10.0.1.1:80 gets no more requests, its checks fail: status 503"])
    var random = RandomSource(seed: seed)
    for _ in 0..<50 {
      #expect(upstreams.choose(upstreams.cluster(service: 0, subset: -1), at: world.simulation.now, &random) == 1)
    }
    sick.status = 204
    let down = sick.heads.count
    while !isUp(upstreams, 0, world.simulation.now), sick.heads.count < down + 9 { world.play(.milliseconds(100)) }
    #expect(sick.heads.count == down + 2)
    #expect(world.lines.all.last == "web at 10.0.1.1:80 gets requests again: its checks are passed")
    #expect(isUp(upstreams, 1, world.simulation.now))
  }

  @Test(arguments: ["refused", "blackholed", "silent"])
  func whoDoesNotAnswerGoes(how: String) throws {
    var world = try World(seed: 7)
    let address = try #require(SocketAddress("10.0.1.1:80"))
    let reason: String
    switch how {
    case "refused":
      world.simulation.refuse(address)
      reason = "cannot connect: Connection refused (ECONNREFUSED)"
    case "blackholed":
      world.simulation.blackhole(address)
      reason = "no answer in time"
    default:
      try Server(world.simulation, "10.0.1.1:80").status = nil
      reason = "no answer in time"
    }
    let upstreams = try world.adopt(["10.0.1.1:80"])
    world.play(.seconds(30))
    #expect(!isUp(upstreams, 0, world.simulation.now))
    let all = "fewer than half of the endpoints are well, so all of them get requests"
    #expect(world.lines.all == ["web at 10.0.1.1:80 fails its checks: \(reason); \(all)"])
    // The listener of nobody: each check has given back its descriptor.
    world.play(.milliseconds(1_100))
    let known = world.checks.known(.init(service: "web", address: address))
    #expect(known?.isUp == false && known?.passed == 0 && (known?.failed ?? 0) >= 4)
  }

  /// Who is told to get no requests gets none; where all are asked, the lines say so.
  @Test func whereFewerThanHalfAreWellAllAreAsked() throws {
    var world = try World(seed: 11)
    let addresses = (1...3).map { "10.0.1.\($0):80" }
    let servers = try addresses.map { try Server(world.simulation, $0) }
    let upstreams = try world.adopt(addresses)
    world.play(.seconds(10))
    func asksAll(_ upstreams: Upstreams) -> Bool { upstreams.asksAll(ofService: 0, at: world.simulation.now) }
    servers[0].status = 503
    world.play(.seconds(25))
    #expect(!asksAll(upstreams))
    #expect(world.lines.all == ["web at 10.0.1.1:80 gets no more requests, its checks fail: status 503"])
    servers[1].status = 503
    world.play(.seconds(25))
    #expect(asksAll(upstreams))
    let all = "fewer than half of the endpoints are well, so all of them get requests"
    #expect(world.lines.all.last == "web at 10.0.1.2:80 fails its checks: status 503; \(all)")
    var random = RandomSource(seed: 1)
    let chosen = (0..<60).compactMap { _ in
      upstreams.choose(upstreams.cluster(service: 0, subset: -1), at: world.simulation.now, &random)
    }
    #expect(Set(chosen) == [0, 1, 2])
    servers[1].status = 200
    world.play(.seconds(25))
    #expect(!asksAll(upstreams))
    #expect(
      world.lines.all.last
        == "web at 10.0.1.2:80 gets requests again: its checks are passed; those that fail get no more")
  }

  @Test func aConnectionIsEnoughForAProbeThatAsksForOne() throws {
    var world = try World(seed: 3)
    let server = try Server(world.simulation, "10.0.1.1:80")
    let upstreams = try world.adopt(["10.0.1.1:80"], probe: "connect")
    world.play(.seconds(20))
    #expect(isUp(upstreams, 0, world.simulation.now))
    #expect(server.heads.isEmpty)
    #expect((world.checks.counts["web"]?.passed ?? 0) >= 3)
    #expect(world.simulation.descriptorCount == 0)
  }

  @Test func whatIsKnownOutlivesTablesAndEndsWithTheEndpoint() throws {
    var world = try World(seed: 5)
    let (sick, _) = (try Server(world.simulation, "10.0.1.1:80"), try Server(world.simulation, "10.0.1.2:80"))
    sick.status = 500
    _ = try world.adopt(["10.0.1.1:80", "10.0.1.2:80"])
    world.play(.seconds(30))
    let next = try world.adopt(["10.0.1.1:80"], number: 2)
    #expect(!isUp(next, 0, world.simulation.now))
    world.play(.seconds(30))
    #expect(!isUp(next, 0, world.simulation.now))
    #expect(world.lines.all.count == 1)
    let last = try world.adopt(["10.0.1.2:80"], number: 3)
    #expect(isUp(next, 0, world.simulation.now))
    #expect(isUp(last, 0, world.simulation.now))
    #expect(world.checks.known(.init(service: "web", address: next.endpoints[0].address)) == nil)
  }

  @Test(
    arguments: [
      ([0, 0, 0, 0, 2, 8, 1], 1), ([0, 0, 0, 0, 0], 0), ([0, 0, 0, 0, 2, 8, 2], 2), ([1, 0, 0, 0, 2, 8, 1], nil),
      ([0, 0, 0, 0, 3, 8, 1], nil), ([0, 0, 0, 0, 2, 8], nil), ([], nil), ([0, 0, 0, 0, 2, 8, 0x81], nil),
      ([0, 0, 0, 0, 6, 18, 2, 1, 2, 8, 1], 1), ([0, 0, 0, 0, 2, 18, 9], nil), ([0, 0, 0, 0, 1, 11], nil),
    ] as [([UInt8], UInt64?)])
  func anAnswerOfTheHealthServiceIsRead(body: [UInt8], status: UInt64?) {
    #expect(GRPCHealth.status(body) == status)
  }
}
