import PropertyTesting
import ProxySimulation
import ProxyTransport
import Testing

/// The smallest worker: sends back what it receives, one connection's bytes at a time.
struct EchoWorker<Net: Network & ~Copyable>: ~Copyable {
  struct Connection {
    var descriptor: Descriptor
    let block: ByteRange
    var unsent = ByteRange.empty
    var isEnded = false
  }

  var network: Net
  var memory: Memory
  var connections: Slab<Connection>
  let listener: Descriptor
  var events: [Event] = []
  var isAccepting = true
  var resumesAt: Instant?

  init(_ network: consuming Net, listener: Descriptor) throws {
    let memory = try made(Memory(capacity: 1 << 26))
    let connections = try made(Slab<Connection>(capacity: 1000))
    self.network = network
    self.memory = memory
    self.connections = connections
    self.listener = listener
    _ = self.network.watch(listener, token: .max, levelTriggered: true)
  }

  mutating func turn() {
    network.wait(until: resumesAt, into: &events)
    if let time = resumesAt, time <= network.now() {
      resumesAt = nil
      network.setWatched(listener, token: .max, true)
    }
    for event in events {
      if event.token == .max {
        accept()
      } else if connections.contains(Slab<Connection>.Key(bits: event.token)) {
        serve(Slab<Connection>.Key(bits: event.token).index)
      }
    }
  }

  private mutating func accept() {
    while true {
      switch network.accept(listener) {
      case .connection(let descriptor, _):
        guard let block = memory.take(1024) else { return network.reset(descriptor) }
        let key = connections.insert(Connection(descriptor: descriptor, block: block))
        _ = network.watch(descriptor, token: key.bits, levelTriggered: false)
      case .exhausted:
        network.setWatched(listener, token: .max, false)
        resumesAt = network.now() + .milliseconds(100)
        return
      case .wouldBlock, .failed: return
      }
    }
  }

  private mutating func serve(_ index: UInt32) {
    let descriptor = connections[index].descriptor
    while true {
      let unsent = connections[index].unsent
      let block = connections[index].block
      if !unsent.isEmpty {
        switch network.send(descriptor, from: memory, unsent) {
        case .bytes(let count): connections[index].unsent = unsent.dropFirst(count)
        case .wouldBlock: return
        case .endOfStream, .failed: return close(index)
        }
      } else if connections[index].isEnded {
        return close(index)
      } else {
        switch network.receive(descriptor, into: &memory, block) {
        case .bytes(let count): connections[index].unsent = block.prefix(count)
        case .endOfStream: connections[index].isEnded = true
        case .wouldBlock: return
        case .failed: return close(index)
        }
      }
    }
  }

  private mutating func close(_ index: UInt32) {
    let connection = connections.remove(index)
    network.close(connection.descriptor)
    memory.give(connection.block)
  }
}

@Suite struct EchoTests {
  private static func bytes(_ simulation: Simulation, atMost count: Int) -> [UInt8] {
    let first = simulation.pick(0...255)
    return (0..<simulation.pick(0...count)).map { UInt8(truncatingIfNeeded: first &+ $0 &* 31 ^ $0 >> 8) }
  }

  /// Whatever the network does, every client gets its own bytes back and nothing stays behind.
  @Test(arguments: 0..<25 as Range<UInt64>)
  func everyByteComesBack(seed: UInt64) throws {
    let simulation = Simulation(seed: seed)
    let address = try #require(SocketAddress("10.0.0.1:7"))
    // Sometimes there are fewer descriptors than clients.
    simulation.descriptorsMax = simulation.pick(4...20)
    var worker = try EchoWorker(simulation.makeNetwork(), listener: simulation.listen(on: address))
    var clients: [Peer] = []
    for number in 0..<8 {
      let sent = Self.bytes(simulation, atMost: 3000)
      let more = Self.bytes(simulation, atMost: 3000)
      let client = simulation.connect(to: address)
      client.name = "client \(number)"
      client.perform([
        .send(sent), .pause(.milliseconds(Int64(simulation.pick(0...300)))), .expect(sent), .send(more), .finishSending,
        .expect(more), .expectEnd, .close,
      ])
      clients.append(client)
    }
    let limit = simulation.now + .seconds(600)
    #expect(
      simulation.run(until: limit, { clients.allSatisfy(\.isDone) && simulation.descriptorCount == 1 }) { _ in
        worker.turn()
      })
    #expect(simulation.failures == [])
    #expect(worker.memory.takenBytes == 0 && worker.connections.count == 0)
  }

  @Test(arguments: 0..<25 as Range<UInt64>)
  func clientsThatBreakOffLeaveNothingBehind(seed: UInt64) throws {
    let simulation = Simulation(seed: seed)
    let address = try #require(SocketAddress("10.0.0.1:7"))
    var worker = try EchoWorker(simulation.makeNetwork(), listener: simulation.listen(on: address))
    for _ in 0..<8 {
      let client = simulation.connect(to: address)
      let ends: [Peer.Step] = [.close, .reset, .finishSending, .stopReading]
      client.perform([
        .send(Self.bytes(simulation, atMost: 20_000)), .pause(.milliseconds(Int64(simulation.pick(0...100)))),
        ends[simulation.pick(0...3)], .pause(.seconds(5)), .reset,
      ])
    }
    simulation.run(until: simulation.now + .seconds(600)) { _ in worker.turn() }
    #expect(simulation.failures == [])
    #expect(simulation.descriptorCount == 1)
    #expect(worker.memory.takenBytes == 0 && worker.connections.count == 0)
  }

  @Test func aSeedRepeatsItself() throws {
    func history(seed: UInt64) throws -> [String] {
      let simulation = Simulation(seed: seed)
      let address = try #require(SocketAddress("10.0.0.1:7"))
      var worker = try EchoWorker(simulation.makeNetwork(), listener: simulation.listen(on: address))
      let client = simulation.connect(to: address)
      var history: [String] = ["\(client.local)"]
      client.onChange = { [unowned simulation] in history.append("\(simulation.now.nanoseconds) \($0.received.count)") }
      client.perform([.send(Self.bytes(simulation, atMost: 50_000)), .finishSending, .expectClose])
      simulation.run(until: simulation.now + .seconds(60)) { _ in worker.turn() }
      return history
    }
    #expect(try history(seed: 3) == history(seed: 3))
    #expect(try history(seed: 3) != history(seed: 4))
  }
}

@Suite struct ConnectingTests {
  private static func connect(
    _ simulation: Simulation, to address: SocketAddress
  ) throws -> (readiness: Readiness, error: SystemError?) {
    var network = simulation.makeNetwork()
    guard case .started(let descriptor) = network.connect(address) else { throw NotMade() }
    _ = network.watch(descriptor, token: 1, levelTriggered: false)
    var readiness: Readiness = []
    var events: [Event] = []
    simulation.run(until: simulation.now + .seconds(10)) { _ in
      network.wait(until: nil, into: &events)
      for event in events { readiness.formUnion(event.readiness) }
    }
    let error = network.connectError(descriptor)
    network.close(descriptor)
    return (readiness, error)
  }

  @Test func reachesAScript() throws {
    let simulation = Simulation(seed: 1)
    let address = try #require(SocketAddress("10.0.0.2:80"))
    var greeted = 0
    simulation.serve(address) { peer in
      greeted += 1
      peer.perform([.send(Array("hi".utf8)), .close])
    }
    let (readiness, error) = try Self.connect(simulation, to: address)
    #expect(readiness.isSuperset(of: [.writable, .readable, .readHangUp]) && error == nil && greeted == 1)
  }

  @Test func isRefused() throws {
    let simulation = Simulation(seed: 1)
    let (readiness, error) = try Self.connect(simulation, to: #require(SocketAddress("10.0.0.2:80")))
    #expect(readiness == [.readable, .writable, .readHangUp, .hangUp, .failed] && error == .connectionRefused)
  }

  @Test func getsNoAnswer() throws {
    let simulation = Simulation(seed: 1)
    let address = try #require(SocketAddress("10.0.0.2:80"))
    simulation.blackhole(address)
    let (readiness, error) = try Self.connect(simulation, to: address)
    #expect(readiness == [] && error == nil)
  }

  @Test func scriptsSayWhatIsWrong() throws {
    let simulation = Simulation(seed: 9, conditions: .loopback)
    let address = try #require(SocketAddress("10.0.0.2:80"))
    simulation.serve(address) { $0.perform([.send(Array("no".utf8)), .close]) }
    let client = simulation.connect(to: address)
    client.perform([.expect(Array("yes".utf8))])
    let other = simulation.connect(to: address)
    other.perform([.expect(Array("no".utf8)), .expectCount(1)])
    simulation.run(until: simulation.now + .seconds(1))
    #expect(
      simulation.failures == [
        "seed 9: peer got \"no\" instead of \"yes\"",
        "seed 9: peer waits for 1 bytes when the connection is over (end of stream)",
      ])
    #expect(client.isDone)
  }

  @Test func saysThatAWorkerSpins() throws {
    let simulation = Simulation(seed: 1, conditions: .loopback)
    let address = try #require(SocketAddress("10.0.0.1:80"))
    var network = simulation.makeNetwork()
    _ = network.watch(simulation.listen(on: address), token: 1, levelTriggered: true)
    _ = simulation.connect(to: address)
    var events: [Event] = []
    simulation.run(until: simulation.now + .seconds(1)) { _ in network.wait(until: nil, into: &events) }
    #expect(simulation.failures.count == 1)
  }
}
