import HTTPWire
import ProxyTransport
import Synchronization

/// The bound sockets of status and admin, before anybody is served: what is in use stops the start before traffic is taken.
public struct ControlListeners: Sendable {
  /// Where status is bound, port 0 resolved.
  public let statusAddress: SocketAddress?
  let places: [(descriptor: Descriptor, role: ControlRole)]

  /// - Parameters:
  ///   - status: an address, nil for none.
  ///   - admin: the path of a Unix socket, nil for none. Only its user may open it. A socket that an earlier process left is replaced;
  ///     one that another gateway answers at is an error.
  public init(status: SocketAddress?, admin: String?) throws(ControlServerError) {
    var places: [(descriptor: Descriptor, role: ControlRole)] = []
    var bound: SocketAddress?
    if let admin {
      do throws(SystemError) {
        places.append((try EpollNetwork.listen(onPath: admin, mode: 0o600, backlog: 16), .admin))
      } catch { throw ControlServerError(place: admin, error: error) }
    }
    if let status {
      do throws(SystemError) {
        let listener = try EpollNetwork.listen(on: status, reusePort: false, backlog: 128)
        places.append((listener, .status))
        bound = try EpollNetwork.localAddress(of: listener)
      } catch { throw ControlServerError(place: "\(status)", error: error) }
    }
    statusAddress = bound
    self.places = places
  }

  /// Gives them up.
  func close() { for place in places { EpollNetwork.close(place.descriptor) } }
}

/// Serves the status and admin listeners on a thread of its own, so that probes are answered when workers are not.
public final class ControlServer: Sendable {
  private let wakeUp: Descriptor
  private let isStopping = Atomic<Bool>(false)

  /// Starts the thread.
  public init(_ listeners: ControlListeners, surface: some ControlSurface) throws(SystemError) {
    wakeUp = try EpollNetwork.makeWakeUp()
    let wakeUp = wakeUp
    let gate = try StartGate()
    gate.expect()
    try Thread.start("weir-control") { [self] in
      guard var loop = ControlLoop(listeners.places, wakeUp: wakeUp) else { return gate.fail() }
      gate.pass()
      while !isStopping.load(ordering: .acquiring) { loop.turn(surface) }
      loop.closeAll()
    }
    try gate.wait()
  }

  /// Closes the listeners.
  public func stop() {
    isStopping.store(true, ordering: .releasing)
    EpollNetwork.wake(wakeUp)
  }
}

/// Why a listener could not be bound.
public struct ControlServerError: Error, Sendable {
  public var place: String
  public var error: SystemError
}

/// The loop of the thread: few connections, one request on each, all of it within `Connection.timeMax`.
private struct ControlLoop: ~Copyable {
  struct Connection {
    /// For request and reply together.
    static let timeMax = Interval.seconds(10)

    var descriptor: Descriptor
    var role: ControlRole
    var deadline: Instant
    var input: [UInt8] = []
    var output: [UInt8] = []
    var sentCount = 0
  }

  /// Beyond it the oldest connection goes.
  static let connectionsMax = 24

  private static let wakeUpToken: UInt64 = 0

  private var net: EpollNetwork
  private var memory: Memory
  private let room: ByteRange
  private let listeners: [(descriptor: Descriptor, role: ControlRole)]
  private let wakeUp: Descriptor
  private var events: [Event] = []
  private var head = RequestHead()
  /// By token: tokens grow, so the least is the oldest.
  private var connections: [UInt64: Connection] = [:]
  private var nextToken: UInt64

  init?(_ listeners: [(descriptor: Descriptor, role: ControlRole)], wakeUp: Descriptor) {
    guard var net = try? EpollNetwork(), var memory = Memory(capacity: 1 << 20),
      net.watch(wakeUp, token: Self.wakeUpToken, levelTriggered: true) == nil
    else { return nil }
    for (index, listener) in listeners.enumerated() {
      guard net.watch(listener.descriptor, token: UInt64(index) + 1, levelTriggered: true) == nil else { return nil }
    }
    room = memory.reserve(64 << 10)
    self.net = net
    self.memory = memory
    self.listeners = listeners
    self.wakeUp = wakeUp
    nextToken = UInt64(listeners.count) + 1
  }

  mutating func turn(_ surface: some ControlSurface) {
    net.wait(until: connections.values.map(\.deadline).min(), into: &events)
    let now = net.now()
    for event in events {
      if event.token == Self.wakeUpToken {
        EpollNetwork.drainWakeUp(wakeUp)
      } else if event.token <= listeners.count {
        accept(listeners[Int(event.token) - 1], now)
      } else {
        serve(event.token, surface)
      }
    }
    for (token, connection) in connections where connection.deadline <= now { close(token) }
  }

  mutating func closeAll() {
    for token in connections.keys { close(token) }
    for listener in listeners { net.close(listener.descriptor) }
    net.close(wakeUp)
  }

  private mutating func accept(_ listener: (descriptor: Descriptor, role: ControlRole), _ now: Instant) {
    while case .connection(let descriptor, _) = net.accept(listener.descriptor) {
      if connections.count >= Self.connectionsMax, let oldest = connections.keys.min() { close(oldest) }
      let token = nextToken
      nextToken += 1
      connections[token] = Connection(
        descriptor: descriptor, role: listener.role, deadline: now + Connection.timeMax)
      if net.watch(descriptor, token: token, levelTriggered: false) != nil { close(token) }
    }
  }

  private mutating func serve(_ token: UInt64, _ surface: some ControlSurface) {
    guard var connection = connections[token] else { return }
    if connection.output.isEmpty {
      guard receive(&connection) else { return close(token) }
      switch ControlRequest.parse(connection.input, &head) {
      case .incomplete: break
      case .refused(let reply): connection.output = reply.bytes(isHead: false)
      case .complete(let request):
        let reply = controlReply(request, to: connection.role, surface)
        connection.output = reply.bytes(isHead: request.method == "HEAD")
      }
    }
    guard send(&connection) else { return close(token) }
    connections[token] = connection
  }

  /// Takes what has come; false when no more will and there is no whole request.
  private mutating func receive(_ connection: inout Connection) -> Bool {
    while true {
      switch net.receive(connection.descriptor, into: &memory, room) {
      case .bytes(let count):
        let bytes = memory.span(ByteRange(start: room.start, count: UInt32(count)))
        for index in bytes.indices { connection.input.append(bytes[index]) }
        guard connection.input.count <= WireLimits.headBytesMax + 2 * ControlRequest.bodyBytesMax else { return false }
      case .wouldBlock: return true
      case .endOfStream: return !connection.input.isEmpty && isWhole(connection.input)
      case .failed: return false
      }
    }
  }

  /// A client that has sent everything and closed its side still wants its answer.
  private mutating func isWhole(_ input: [UInt8]) -> Bool { ControlRequest.parse(input, &head) != .incomplete }

  /// Sends what the socket takes; false when that was the last of it.
  private mutating func send(_ connection: inout Connection) -> Bool {
    while connection.sentCount < connection.output.count {
      let piece = connection.output[connection.sentCount...].prefix(Int(room.count))
      memory.store(Array(piece).span, at: room.start)
      switch net.send(connection.descriptor, from: memory, ByteRange(start: room.start, count: UInt32(piece.count))) {
      case .bytes(let count): connection.sentCount += count
      case .wouldBlock: return true
      case .endOfStream, .failed: return false
      }
    }
    return connection.output.isEmpty
  }

  private mutating func close(_ token: UInt64) {
    guard let connection = connections.removeValue(forKey: token) else { return }
    net.close(connection.descriptor)
  }
}
