import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

/// The same calls on the simulated network and on the system's, which must answer alike.
@Suite struct EdgeSemanticsTests {
  enum Call: CustomStringConvertible {
    case send(Int, count: Int)
    case receive(Int, count: Int)
    case finishSending(Int)
    case close(Int)
    case reset(Int)
    case connectError(Int)

    var description: String {
      switch self {
      case .send(let end, let count): "send(\(end), \(count))"
      case .receive(let end, let count): "receive(\(end), \(count))"
      case .finishSending(let end): "finishSending(\(end))"
      case .close(let end): "close(\(end))"
      case .reset(let end): "reset(\(end))"
      case .connectError(let end): "connectError(\(end))"
      }
    }
  }

  /// What a call returned and which events followed, by end.
  struct Observation: Equatable, CustomStringConvertible {
    var outcome: Transfer?
    var readiness: [Readiness] = [[], []]

    var description: String { "\(outcome.map { "\($0)" } ?? "-") \(readiness.map(\.rawValue))" }
  }

  static func calls(_ random: inout SplitMix64) -> [Call] {
    var open = [true, true]
    return (0..<30).compactMap { _ in
      let end = Int.random(in: 0...1, using: &random)
      guard open[end] else { return nil }
      switch Int.random(in: 0..<24, using: &random) {
      case 0..<9: return .send(end, count: Int.random(in: 1...1000, using: &random))
      case 9..<18: return .receive(end, count: Int.random(in: 1...2000, using: &random))
      case 18..<20: return .finishSending(end)
      case 20..<21: return .connectError(end)
      case 21..<23:
        open[end] = false
        return .close(end)
      default:
        open[end] = false
        return .reset(end)
      }
    }
  }

  /// Makes a connection and plays calls on it.
  ///
  /// - Parameter awaited: events to wait for after each call; for a network that takes its time.
  static func play<Net: Network & ~Copyable>(
    _ calls: [Call], on network: inout Net, listener: Descriptor, at address: SocketAddress, awaited: [Observation]?
  ) throws -> [Observation] {
    var memory = try made(Memory(capacity: 1 << 20))
    let room = memory.reserve(4096)
    var events: [Event] = []
    var observations: [Observation] = []

    func observe(_ outcome: Transfer?, _ network: inout Net) {
      var observation = Observation(outcome: outcome)
      func collect() {
        for event in events where event.token < 2 {
          observation.readiness[Int(event.token)].formUnion(event.readiness)
        }
      }
      let expected = awaited.flatMap { $0.indices.contains(observations.count) ? $0[observations.count] : nil }
      let deadline = network.now() + .seconds(5)
      func isWhole(_ expected: Observation) -> Bool {
        zip(observation.readiness, expected.readiness).allSatisfy { $0.isSuperset(of: $1) }
      }
      while let expected, !isWhole(expected), network.now() < deadline {
        network.wait(until: network.now() + .milliseconds(5), into: &events)
        collect()
      }
      network.wait(until: network.now(), into: &events)
      collect()
      observations.append(observation)
    }

    guard case .started(let client) = network.connect(address) else { throw NotMade() }
    // The listener tells when the connection is there.
    _ = network.watch(listener, token: 7, levelTriggered: true)
    while !events.contains(where: { $0.token == 7 }) { network.wait(until: network.now() + .seconds(5), into: &events) }
    guard case .connection(let server, _) = network.accept(listener) else { throw NotMade() }
    let ends = [client, server]
    var open = [true, true]
    for (token, end) in ends.enumerated() { _ = network.watch(end, token: UInt64(token), levelTriggered: false) }
    observe(nil, &network)
    for call in calls {
      switch call {
      case .send(let end, let count):
        observe(network.send(ends[end], from: memory, room.prefix(count)), &network)
      case .receive(let end, let count):
        observe(network.receive(ends[end], into: &memory, room.prefix(count)), &network)
      case .finishSending(let end):
        network.finishSending(ends[end])
        observe(nil, &network)
      case .close(let end):
        open[end] = false
        network.close(ends[end])
        observe(nil, &network)
      case .reset(let end):
        open[end] = false
        network.reset(ends[end])
        observe(nil, &network)
      case .connectError(let end):
        observe(network.connectError(ends[end]).map { .failed($0) }, &network)
      }
    }
    for end in 0...1 where open[end] { network.close(ends[end]) }
    network.close(listener)
    return observations
  }

  /// What was seen without what may come at any time: a system that is busy handles the acknowledgement of an end of stream later, and
  /// wakes whoever finished sending once more, with what it was told already (`tcp_rcv_state_process`, of FIN_WAIT1).
  private static func withoutAcknowledgements(
    _ seen: [Observation], of calls: [Call], expected: [Observation]
  ) -> [Observation] {
    var result = seen
    var told: [Readiness] = [[], []]
    var awaits = [false, false]
    for index in seen.indices where expected.indices.contains(index) {
      for end in 0...1 {
        let (left, right) = (expected[index].readiness[end], seen[index].readiness[end])
        if awaits[end], right != left, right.isSuperset(of: left), right.isSubset(of: told[end].union(left)) {
          awaits[end] = false
          result[index].readiness[end] = left
        }
        told[end].formUnion(right)
      }
      // The first observation is of the connection itself.
      if index > 0, case .finishSending(let end) = calls[index - 1] { awaits[end] = true }
    }
    return result
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func agreesWithTheSystem(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let calls = Self.calls(&random)

    let simulation = Simulation(seed: seed, conditions: .loopback)
    var simulated = simulation.makeNetwork()
    let address = try #require(SocketAddress("10.0.0.1:80"))
    let expected = try Self.play(
      calls, on: &simulated, listener: simulation.listen(on: address), at: address, awaited: nil)

    var system = try EpollNetwork()
    let listener = try EpollNetwork.listen(on: #require(SocketAddress("127.0.0.1:0")), reusePort: false, backlog: 4)
    let seen = try Self.play(
      calls, on: &system, listener: listener, at: EpollNetwork.localAddress(of: listener), awaited: expected)
    let found = Self.withoutAcknowledgements(seen, of: calls, expected: expected)
    for (index, (left, right)) in zip(expected, found).enumerated() where left != right {
      let before = index == 0 ? "connected" : calls[..<index].map(\.description).joined(separator: ", ")
      Issue.record("seed \(seed): after \(before) the simulation has \(left), the system \(right)")
      return
    }
  }

  /// Whoever fills a buffer is told when there is room again, and not before.
  private static func fillAndDrain<Net: Network & ~Copyable>(
    _ network: inout Net, listener: Descriptor, at address: SocketAddress
  ) throws -> (isToldEarly: Bool, isTold: Bool) {
    var memory = try made(Memory(capacity: 1 << 20))
    let room = memory.reserve(65536)
    guard case .started(let client) = network.connect(address) else { throw NotMade() }
    var events: [Event] = []
    _ = network.watch(listener, token: 7, levelTriggered: true)
    while !events.contains(where: { $0.token == 7 }) { network.wait(until: network.now() + .seconds(5), into: &events) }
    guard case .connection(let server, _) = network.accept(listener) else { throw NotMade() }
    _ = network.watch(client, token: 0, levelTriggered: false)
    _ = network.watch(server, token: 1, levelTriggered: false)
    // What the buffers of the system hold grows while they fill.
    var sent = 0
    var quiet = 0
    while quiet < 3 {
      quiet += 1
      while case .bytes(let count) = network.send(client, from: memory, room) {
        sent += count
        quiet = 0
      }
      network.wait(until: network.now() + .milliseconds(20), into: &events)
    }
    network.wait(until: network.now(), into: &events)
    let isToldEarly = events.contains { $0.token == 0 }
    var isTold = false
    var received = 0
    let deadline = network.now() + .seconds(10)
    while received < sent, network.now() < deadline {
      while case .bytes(let count) = network.receive(server, into: &memory, room) { received += count }
      network.wait(until: network.now() + .milliseconds(20), into: &events)
      isTold = isTold || events.contains { $0.token == 0 && $0.readiness.contains(.writable) }
    }
    for descriptor in [client, server, listener] { network.close(descriptor) }
    return (isToldEarly, isTold && received == sent)
  }

  @Test func fullBuffersAreAlike() throws {
    let simulation = Simulation(seed: 1, conditions: .loopback)
    var simulated = simulation.makeNetwork()
    let address = try #require(SocketAddress("10.0.0.1:80"))
    let expected = try Self.fillAndDrain(&simulated, listener: simulation.listen(on: address), at: address)
    var system = try EpollNetwork()
    let listener = try EpollNetwork.listen(on: #require(SocketAddress("127.0.0.1:0")), reusePort: false, backlog: 4)
    let seen = try Self.fillAndDrain(&system, listener: listener, at: EpollNetwork.localAddress(of: listener))
    #expect(expected == (false, true) && seen == (false, true))
  }
}
