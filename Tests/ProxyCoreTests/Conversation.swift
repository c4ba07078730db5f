import PropertyTesting
import ProxySimulation
import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@testable import HTTPWire
@testable import ProxyCore
@testable import ProxyTelemetry

/// A gateway in the simulation, spoken to in plain bytes: what a client gets, what upstreams were sent, and what is told of it.
final class Conversation {
  /// A request as an upstream read it.
  struct Heard {
    var message: Message
    /// The request line and the field lines, as they came.
    var head: String
  }

  let simulation: Simulation
  let front: SocketAddress
  private(set) var worker: Worker<SimNet>
  private(set) var heard: [Heard] = []
  private let metrics: WorkerMetrics
  private var output: LogOutput<Lines>
  /// Lines of the output that were asked for.
  private var toldCount = 0

  /// - Parameters:
  ///   - mesh: its first gateway is the one that is spoken to.
  ///   - trustedHops: networks whose word about the client counts.
  ///   - account: bytes that the worker may hold.
  init(
    _ mesh: Mesh, seed: UInt64 = 1, clocks: Clocks = Clocks(), trustedHops: [WeirPolicy.Network] = [],
    account: Int = .max
  ) throws {
    simulation = Simulation(seed: seed)
    front = try #require(SocketAddress("10.0.0.1:80"))
    let registry = try #require(UpstreamRegistry(linesMax: 256))
    let queue = LogQueue()
    metrics = try made(WorkerMetrics())
    output = LogOutput(Lines(), queues: [queue], metrics: metrics)
    var memory = try made(Memory(capacity: 1 << 26))
    memory.account = account
    worker = try made(
      Worker(
        net: simulation.makeNetwork(), memory: memory,
        listeners: [Listener(descriptor: simulation.listen(on: front), port: front.port, trustedHops: trustedHops)],
        generation: mesh.generation(listeners: [.gateway(0)], registry: registry), clocks: clocks,
        telemetry: WorkerTelemetry(metrics: metrics, log: LogSink(queue, keepsQueries: true)),
        connectionsMax: 64, seed: seed))
  }

  /// Lets an address answer each request with what `answer` says of it, in plain bytes; `nil` closes the connection.
  func serve(_ address: String, after delay: Interval = .zero, _ answer: @escaping (Message) -> String?) throws {
    simulation.serve(try #require(SocketAddress(address))) { [unowned self] peer in
      var reader = MessageReader(.request)
      peer.onChange = { [unowned self] peer in
        guard !peer.isClosed else { return }
        let start = reader.position
        guard let message = try? reader.next(peer.received, isEnded: peer.isEnded) else {
          if peer.isEnded { peer.close() }
          return
        }
        let text = String(decoding: peer.received[start..<reader.position], as: UTF8.self)
        heard.append(Heard(message: message, head: String(text.split(separator: "\r\n\r\n")[0])))
        simulation.at(simulation.now + delay) {
          guard !peer.isClosed else { return }
          if let bytes = answer(message) { peer.send(bytes) } else { peer.close() }
        }
      }
    }
  }

  /// Lets time pass.
  func run(for interval: Interval = .seconds(1)) {
    simulation.run(until: simulation.now + interval) { _ in
      worker.turn()
      // A worker whose lines nobody takes would try to hand them over for ever.
      if worker.wakesLogWriter { drainLog() }
    }
  }

  /// Begins to stop.
  func drain() { worker.beginDrain() }

  /// Connections of clients and to upstreams.
  var openCount: Int { worker.connections.count }

  /// A connection that sends one text.
  func client(_ text: String, from source: String? = nil) throws -> Peer {
    let peer = simulation.connect(to: front, from: try source.map { try #require(SocketAddress($0)) })
    peer.send(text)
    return peer
  }

  /// What comes back for one text, in a while.
  func answer(to text: String, from source: String? = nil, within interval: Interval = .seconds(1)) throws -> String {
    let peer = try client(text, from: source)
    run(for: interval)
    return peer.text
  }

  /// The lines of the log since they were last asked for.
  func log() -> [Substring] {
    worker.finishLog()
    drainLog()
    let lines = output.destination.text.split(separator: "\n")
    defer { toldCount = lines.count }
    return Array(lines.dropFirst(toldCount))
  }

  private func drainLog() {
    worker.wakesLogWriter = false
    output.drain(now: simulation.now)
  }

  /// What the worker has counted.
  func count(_ counter: WorkerCounter) -> UInt64 { metrics.cells.load(CellLayout.counters + counter.rawValue) }

  /// What is known of the endpoints, in the order of the policy.
  var endpoints: [EndpointState] {
    let upstreams = worker.generations.current.reference.content.upstreams
    return upstreams.endpoints.map { upstreams.state(of: $0.line, at: simulation.now) }
  }

  /// How many connections ended for what reasons.
  func ends(_ side: ConnectionSide) -> [ConnectionEnd: UInt64] {
    let counts = ConnectionEnd.allCases.map { ($0, metrics.connections(endedBy: $0, side)) }
    return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
  }

  /// Has the connection to an upstream, which carries streams, number its next one so.
  ///
  /// - Returns: whether there is such a connection.
  func skipUpstreamStreams(to number: UInt32) -> Bool {
    let endpoints = worker.generations.current.reference.content.upstreams.endpoints
    let shared = endpoints.map { worker.pools.shared($0.line, 0) }.filter { $0 != .none }
    for u in shared { worker.links[worker.connections[u].link].session.skipStreams(to: number) }
    return !shared.isEmpty
  }

  /// What is left once all times are over.
  func leftovers() -> [String] {
    run(for: .seconds(7_200))
    var found = simulation.failures
    for (what, count, expected) in [
      ("connections", worker.connections.count, 0), ("exchanges", worker.exchanges.count, 0),
      ("bytes", worker.memory.takenBytes, 0), ("descriptors", simulation.descriptorCount, 1),
    ] where count != expected {
      found.append("\(count) \(what) are left")
    }
    return found
  }
}

/// Lines of a log as text.
private struct Lines: LogDestination {
  var text = ""

  mutating func write(_ bytes: Span<UInt8>) -> Transfer {
    var copy: [UInt8] = []
    for index in bytes.indices { copy.append(bytes[index]) }
    text += String(decoding: copy, as: UTF8.self)
    return .bytes(bytes.count)
  }
}

extension String {
  /// An answer without its date.
  var undated: String { replacing(/date: [^\r]*\r\n/, with: "") }
}

extension Peer {
  /// All that has come.
  var text: String { String(decoding: received, as: UTF8.self) }
}
