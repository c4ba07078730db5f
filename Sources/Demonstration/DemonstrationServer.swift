import HTTPWire
import ProxyTransport
import WeirPolicy

/// The services of a demonstration: one server for every endpoint that a policy declares on this machine, with the moods that its
/// labels name.
///
/// Answers each request with a line that says who answered and what arrived. One thread, clear text, HTTP/1.1.
public struct DemonstrationServer: ~Copyable {
  /// What an endpoint does, by its label `mood`.
  enum Mood: String, Sendable { case steady, flaky, slow }

  struct Endpoint: Sendable {
    var name: String
    var mood: Mood
    var listener: Descriptor
  }

  private struct Connection {
    var descriptor: Descriptor
    var endpoint: Int
    var input: [UInt8] = []
    var output: [UInt8] = []
    /// When the answer that waits may go.
    var answersAt: Instant?
    var answer: [UInt8] = []
    var bodyBytesLeft: UInt64 = 0
  }

  private var network: EpollNetwork
  private var memory: Memory
  private let room: ByteRange
  private let endpoints: [Endpoint]
  private var connections: [UInt64: Connection] = [:]
  private var nextToken: UInt64 = 1 << 32
  private var head = RequestHead()

  /// Binds the static endpoints of every service and serves them on a thread of their own, for as long as the process runs.
  ///
  /// - Throws: what the system says of an address.
  public static func start(_ topology: Topology) throws(DemonstrationError) {
    var endpoints: [Endpoint] = []
    for service in topology.services {
      guard case .static(let declared) = service.endpoints else { continue }
      for endpoint in declared { endpoints.append(try bind(endpoint, of: service)) }
    }
    let bound = endpoints
    do throws(SystemError) {
      try Thread.start("weir-demo") {
        guard var server = DemonstrationServer(bound) else { return }
        server.run()
      }
    } catch { throw .system(error) }
  }

  private static func bind(
    _ endpoint: Service.StaticEndpoint, of service: Service
  ) throws(DemonstrationError) -> Endpoint {
    let address = SocketAddress(endpoint.address, port: UInt16(clamping: endpoint.port))
    do throws(SystemError) {
      return Endpoint(
        name: ([service.name] + endpoint.labels.map { "\($0.name)=\($0.value)" }).joined(separator: " "),
        mood: endpoint.labels.first { $0.name == "mood" }.flatMap { Mood(rawValue: $0.value) } ?? .steady,
        listener: try EpollNetwork.listen(on: address, reusePort: false, backlog: 128))
    } catch { throw .listen(address, error) }
  }

  private init?(_ endpoints: [Endpoint]) {
    guard let network = try? EpollNetwork(), let memory = Memory(capacity: 1 << 22) else { return nil }
    self.network = network
    self.memory = memory
    self.endpoints = endpoints
    room = self.memory.reserve(1 << 16)
    for (index, endpoint) in endpoints.enumerated() {
      _ = self.network.watch(endpoint.listener, token: UInt64(index), levelTriggered: true)
    }
  }

  /// Serves for ever.
  private mutating func run() {
    var events: [Event] = []
    while true {
      network.wait(until: connections.values.compactMap(\.answersAt).min(), into: &events)
      for event in events {
        if event.token < UInt64(endpoints.count) { accept(Int(event.token)) } else { serve(event.token) }
      }
      let now = network.now()
      for (token, connection) in connections {
        if let time = connection.answersAt, time <= now { answer(token) }
      }
    }
  }

  private mutating func accept(_ endpoint: Int) {
    while case .connection(let descriptor, _) = network.accept(endpoints[endpoint].listener) {
      nextToken += 1
      guard network.watch(descriptor, token: nextToken, levelTriggered: false) == nil else {
        network.close(descriptor)
        continue
      }
      connections[nextToken] = Connection(descriptor: descriptor, endpoint: endpoint)
      serve(nextToken)
    }
  }

  private mutating func serve(_ token: UInt64) {
    while let connection = connections[token] {
      switch network.receive(connection.descriptor, into: &memory, room) {
      case .bytes(let count):
        for offset in room.start..<room.start + UInt32(count) { connections[token]?.input.append(memory[offset]) }
        guard takeRequests(token) else { return }
      case .wouldBlock:
        send(token)
        return
      case .endOfStream, .failed:
        close(token)
        return
      }
    }
  }

  /// - Returns: `false` when the connection is gone.
  private mutating func takeRequests(_ token: UInt64) -> Bool {
    while var connection = connections[token], connection.answersAt == nil {
      let skipped = Int(min(connection.bodyBytesLeft, UInt64(connection.input.count)))
      connection.input.removeFirst(skipped)
      connection.bodyBytesLeft -= UInt64(skipped)
      connections[token] = connection
      guard connection.bodyBytesLeft == 0, !connection.input.isEmpty else { return true }
      switch head.parse(connection.input.span) {
      case .incomplete: return true
      case .invalid:
        close(token)
        return false
      case .complete(let count):
        connection.answer = reply(to: connection.input, from: endpoints[connection.endpoint])
        if case .length(let length) = head.framing { connection.bodyBytesLeft = length }
        connection.input.removeFirst(count)
        let delay: Interval = endpoints[connection.endpoint].mood == .slow ? .milliseconds(1500) : .zero
        connection.answersAt = network.now() + delay
        connections[token] = connection
        if delay == .zero { answer(token) }
      }
    }
    return connections[token] != nil
  }

  private func reply(to bytes: [UInt8], from endpoint: Endpoint) -> [UInt8] {
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    var lines = ["\(endpoint.name) got \(text(head.method)) \(text(head.target))"]
    for index in 0..<head.fields.count {
      let field = head.fields[index]
      lines.append("  \(text(field.name)): \(text(field.value))")
    }
    let isFailing = endpoint.mood == .flaky
    let body = isFailing ? "\(endpoint.name) is not in the mood\n" : lines.joined(separator: "\n") + "\n"
    let sent = text(head.method) == "HEAD" ? "" : body
    return Array(
      """
      HTTP/1.1 \(isFailing ? "503 Service Unavailable" : "200 OK")\r
      content-type: text/plain\r
      x-answered-by: \(endpoint.name)\r
      content-length: \(body.utf8.count)\r
      \r
      \(sent)
      """.utf8)
  }

  private mutating func answer(_ token: UInt64) {
    guard var connection = connections[token] else { return }
    connection.output += connection.answer
    connection.answer = []
    connection.answersAt = nil
    connections[token] = connection
    send(token)
    _ = takeRequests(token)
  }

  private mutating func send(_ token: UInt64) {
    while let connection = connections[token], !connection.output.isEmpty {
      let count = min(connection.output.count, Int(room.count))
      memory.store(connection.output.span.extracting(0..<count), at: room.start)
      switch network.send(connection.descriptor, from: memory, room.prefix(count)) {
      case .bytes(let sent): connections[token]?.output.removeFirst(sent)
      case .wouldBlock: return
      case .endOfStream, .failed:
        close(token)
        return
      }
    }
  }

  private mutating func close(_ token: UInt64) {
    guard let connection = connections.removeValue(forKey: token) else { return }
    network.close(connection.descriptor)
  }
}

/// Why the demonstration cannot start.
public enum DemonstrationError: Error, Sendable {
  case listen(SocketAddress, SystemError)
  case system(SystemError)
}
