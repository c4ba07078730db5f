import HTTPWire
import PropertyTesting
import ProxySimulation
import ProxyTransport

/// One end of an HTTP/2 connection of the simulation, with a session, memory and a tape of its own.
class HTTP2Peer {
  struct Fields {
    var entries: [(name: String, value: String)] = []
    subscript(name: String) -> String? { entries.first { $0.name == name }?.value }
  }

  unowned let simulation: Simulation
  let peer: Peer
  var session: HTTP2Session
  private var memory: Memory
  private var tape: HTTP2Tape
  private var list: HTTP2Fields
  private let input: ByteRange
  private let room: ByteRange
  private let texts: ByteRange
  private var consumed = 0
  /// Blocks of bodies that are sent, by stream.
  private var bodies: [UInt32: (block: ByteRange, rest: ByteRange)] = [:]

  init(_ simulation: Simulation, _ peer: Peer, _ role: HTTP2Role, limits: HTTP2Limits? = nil) throws {
    let limits = limits ?? .standard(role)
    var memory = try made(Memory(capacity: 1 << 25, limit: 1 << 24))
    input = memory.reserve(64 << 10)
    room = memory.reserve(160 << 10)
    texts = memory.reserve(16 << 10)
    let tape = try made(HTTP2Tape(arena: memory.reserve(8 * HTTP2Tape.arenaBytesMin(limits))))
    let list = HTTP2Fields(text: memory.reserve(4 << 10))
    let session = try made(HTTP2Session(role, limits: limits, at: simulation.now))
    self.simulation = simulation
    self.peer = peer
    self.memory = memory
    self.tape = tape
    self.list = list
    self.session = session
    peer.onChange = { [self] _ in proceed() }
  }

  /// What a tape says; streams by their numbers.
  func heed(_ event: HTTP2Event) {}
  /// The connection has ended.
  func ended() {}

  private func proceed() {
    guard !peer.isClosed else { return }
    while consumed < peer.received.count {
      let piece = Array(peer.received[consumed...].prefix(Int(input.count)))
      consumed += piece.count
      memory.store(piece.span, at: input.start)
      var rest = input.prefix(piece.count)
      var isCut = true
      while isCut {
        let receipt = session.receive(rest, in: &memory, tape: &tape, at: simulation.now)
        rest = rest.dropFirst(receipt.byteCount)
        isCut = receipt.isCut
        for index in 0..<tape.count { heed(tape[index]) }
      }
    }
    flush()
    guard !peer.isClosed else { return }
    if peer.isEnded || peer.failure != nil {
      peer.close()
      ended()
    } else if session.isFinished {
      // Closed at once, what is still queued would be lost.
      peer.finishSending()
    }
  }

  /// Sends what there is to say.
  func flush() {
    guard !peer.isClosed else { return }
    var isCut = true
    while isCut {
      let production = session.produce(into: room, of: &memory, tape: &tape, at: simulation.now)
      isCut = production.isCut
      let bytes = copy(production.bytes)
      for index in 0..<tape.count {
        if case .sent(let stream, let count) = tape[index], let body = bodies[stream.number] {
          bodies[stream.number]?.rest = body.rest.dropFirst(count)
        }
        heed(tape[index])
      }
      if bytes.isEmpty { break }
      // Last: what arrives meanwhile is written to the same tape.
      peer.send(bytes)
    }
  }

  func fields(_ head: HTTP2Head) -> Fields {
    Fields(
      entries: head.fields.map { index in
        let field = tape.field(index)
        return (text(field.name), text(field.value))
      })
  }

  /// The pointer is valid within the closure, which copies from it.
  func copy(_ range: ByteRange) -> [UInt8] { unsafe memory.span(range).withUnsafeBufferPointer { unsafe Array($0) } }
  private func text(_ range: ByteRange) -> String { String(decoding: copy(range), as: UTF8.self) }

  private func write(_ entries: [(String, String)]) {
    list.removeAll()
    var place = texts
    func store(_ text: String) -> ByteRange {
      let bytes = Array(text.utf8)
      memory.store(bytes.span, at: place.start)
      defer { place = place.dropFirst(bytes.count) }
      return place.prefix(bytes.count)
    }
    for (name, value) in entries { list.append(HTTP2Field(name: store(name), value: store(value))) }
  }

  func request(_ entries: [(String, String)], ends: Bool) -> HTTP2Stream? {
    write(entries)
    return session.submitRequest(list, in: memory, endsStream: ends)
  }

  func respond(_ stream: HTTP2Stream, _ entries: [(String, String)], ends: Bool) {
    write(entries)
    _ = session.submitResponse(stream, list, in: memory, endsStream: ends)
  }

  func trailers(_ stream: HTTP2Stream, _ entries: [(String, String)]) {
    write(entries)
    _ = session.submitTrailers(stream, list, in: memory)
  }

  func body(_ stream: HTTP2Stream, _ bytes: [UInt8], ends: Bool) {
    guard let block = memory.take(max(bytes.count, 1)) else { return simulation.fail("a peer has no memory") }
    memory.store(bytes.span, at: block.start)
    bodies[stream.number] = (block, block.prefix(bytes.count))
    _ = session.setBody(stream, block.prefix(bytes.count), ends: ends, in: memory)
  }

  func release(_ stream: HTTP2Stream) {
    if let body = bodies.removeValue(forKey: stream.number) { memory.give(body.block) }
  }
}

/// A client that sends several requests at once and checks that each answer is the one to its own.
final class HTTP2Client: HTTP2Peer {
  struct Request {
    var id: String
    var target = "/x"
    var body: [UInt8] = []
    var status = 200
    /// Never gives its window back: the answer stops after it.
    var isSlow = false
  }

  private struct Running {
    var request: Request
    var status: Int?
    var body: [UInt8] = []
    var hasEnded = false
  }

  private var waiting: ArraySlice<Request>
  private var running: [UInt32: Running] = [:]
  private let width: Int
  private let allowsFailures: Bool
  /// Leaves it to the other side to end the connection.
  private let staysOpen: Bool
  private(set) var problems: [String] = []
  private(set) var statuses: [String: Int] = [:]
  /// Bytes that slow requests have.
  private(set) var slowBytes = 0

  init(
    _ simulation: Simulation, to address: SocketAddress, _ requests: [Request], width: Int, allowsFailures: Bool,
    staysOpen: Bool = false
  ) throws {
    self.staysOpen = staysOpen
    waiting = requests[...]
    self.width = width
    self.allowsFailures = allowsFailures
    try super.init(simulation, simulation.connect(to: address), .client)
    fill()
  }

  /// Nothing more is to come, but for what is slow.
  var isDone: Bool { peer.isClosed || waiting.isEmpty && running.values.allSatisfy(\.request.isSlow) }

  private func fill() {
    while running.count < width, let request = waiting.first, session.canRequest {
      let head = [
        (":method", request.body.isEmpty ? "GET" : "POST"), (":scheme", "http"), (":authority", "shop.example"),
        (":path", request.target), ("x-id", request.id),
      ]
      guard let stream = self.request(head, ends: request.body.isEmpty) else { break }
      waiting = waiting.dropFirst()
      running[stream.number] = Running(request: request)
      if !request.body.isEmpty { body(stream, request.body, ends: true) }
    }
    flush()
  }

  override func heed(_ event: HTTP2Event) {
    switch event {
    case .response(let stream, let head): running[stream.number]?.status = fields(head)[":status"].flatMap(Int.init)
    case .data(let stream, let bytes):
      session.creditConnection(byteCount: Int(bytes.count))
      guard running[stream.number]?.request.isSlow != true else {
        slowBytes += Int(bytes.count)
        return
      }
      running[stream.number]?.body += copy(bytes)
      session.credit(stream, byteCount: Int(bytes.count))
    case .end(let stream), .trailers(let stream, _): running[stream.number]?.hasEnded = true
    case .closed(let stream, _):
      release(stream)
      if let done = running.removeValue(forKey: stream.number) { check(done) }
      simulation.at(simulation.now) { [self] in if !peer.isClosed { fill() } }
      if waiting.isEmpty, running.isEmpty, !staysOpen {
        simulation.at(simulation.now + .milliseconds(1)) { [self] in if !peer.isClosed { peer.close() } }
      }
    case .request, .informational, .sent, .finished: break
    }
  }

  override func ended() {
    for done in running.values where !done.request.isSlow { check(done) }
    running = [:]
  }

  private func check(_ done: Running) {
    let id = done.request.id
    statuses[id] = done.hasEnded ? done.status : -1
    guard done.hasEnded, let status = done.status else {
      if !allowsFailures { problems.append("\(id) has no whole answer") }
      return
    }
    let text = String(decoding: done.body.prefix(100), as: UTF8.self)
    guard status == done.request.status else {
      if !(allowsFailures && [502, 503, 504].contains(status)) { problems.append("\(status) for \(id): \(text)") }
      return
    }
    if status == 200, !text.hasPrefix("id=\(id) sum=\(checksum(done.request.body)) ") {
      problems.append("the answer to another request: \(text) for \(id)")
    }
  }
}

/// A server that answers streams with what it saw of them, and does what a seed picks.
final class HTTP2Server {
  struct Faults {
    /// Of a hundred requests: refused streams, streams reset, connections that end in good order, connections reset.
    var refusals = 0
    var resets = 0
    var farewells = 0
    var breaks = 0
  }

  let address: SocketAddress
  var faults = Faults()
  /// How long an answer's body is at most; nil picks.
  var bodyBytes: Int?
  /// What its connections allow their clients.
  var limits = HTTP2Limits.standard(.server)
  fileprivate(set) var seen: [String: Int] = [:]
  fileprivate(set) var problems: [String] = []
  private(set) var connections = 0
  private var ends: [End] = []

  init(_ simulation: Simulation, _ address: SocketAddress) {
    self.address = address
    simulation.serve(address) { [self, unowned simulation] peer in
      connections += 1
      peer.name = "upstream \(address)"
      guard let end = try? End(simulation, peer, self) else { return simulation.fail("no server") }
      ends.append(end)
      end.flush()
    }
  }

  private final class End: HTTP2Peer {
    unowned let server: HTTP2Server
    private var open: [UInt32: (fields: Fields, body: [UInt8])] = [:]

    init(_ simulation: Simulation, _ peer: Peer, _ server: HTTP2Server) throws {
      self.server = server
      try super.init(simulation, peer, .server, limits: server.limits)
    }

    override func heed(_ event: HTTP2Event) {
      switch event {
      case .request(let stream, let head):
        open[stream.number] = (fields(head), [])
        if head.endsStream { whole(stream) }
      case .data(let stream, let bytes):
        open[stream.number]?.body += copy(bytes)
        session.creditConnection(byteCount: Int(bytes.count))
        session.credit(stream, byteCount: Int(bytes.count))
      case .end(let stream): whole(stream)
      case .trailers(let stream, _): whole(stream)
      case .closed(let stream, _): drop(stream)
      case .response, .informational, .sent, .finished: break
      }
    }

    private func whole(_ stream: HTTP2Stream) {
      let dice = simulation.pick(0...99)
      let faults = server.faults
      guard dice >= faults.refusals else {
        session.reset(stream, .refusedStream)
        return drop(stream)
      }
      let delay = simulation.pick(0...3) == 0 ? Interval.milliseconds(Int64(simulation.pick(1...200))) : .zero
      simulation.at(simulation.now + delay) { [self] in
        guard !peer.isClosed, let (fields, body) = open[stream.number] else { return }
        answer(stream, fields, body, dice - faults.refusals)
        flush()
      }
    }

    private func drop(_ stream: HTTP2Stream) {
      release(stream)
      if open.removeValue(forKey: stream.number) != nil { session.finishExchange() }
    }

    private func answer(_ stream: HTTP2Stream, _ fields: Fields, _ body: [UInt8], _ dice: Int) {
      let id = fields["x-id"] ?? "?"
      server.seen[id, default: 0] += 1
      if fields[":authority"] != "shop.example" { server.problems.append("authority \(fields[":authority"] ?? "")") }
      let faults = server.faults
      if dice < faults.resets {
        session.reset(stream, .internalError)
        return drop(stream)
      }
      if dice < faults.resets + faults.breaks { return peer.reset() }
      let isLast = dice < faults.resets + faults.breaks + faults.farewells
      let count =
        server.bodyBytes ?? (simulation.pick(0...19) == 0 ? simulation.pick(0...90_000) : simulation.pick(0...300))
      let text = Array("id=\(id) sum=\(checksum(body)) ".utf8) + [UInt8](repeating: UInt8(ascii: "."), count: count)
      respond(stream, [(":status", "200"), ("server", "s")], ends: false)
      let hasTrailers = simulation.pick(0...4) == 0
      self.body(stream, text, ends: !hasTrailers)
      if hasTrailers { trailers(stream, [("x-check", "1")]) }
      if isLast { session.drain(at: simulation.now) }
    }
  }
}
