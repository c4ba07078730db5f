import HTTPWire
import ProxyTransport

/// Hands bytes to a server session behind a good preface, answers every request, and checks what it says of them.
///
/// The first byte chooses how: the size of the pieces (low four bits), and whether answers wait, have a body, have trailers, or are resets.
func checkHTTP2Server(_ bytes: [UInt8]) -> String? {
  guard let choice = bytes.first, var end = SessionEnd(.server) else { return nil }
  let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
  return end.run(preface, pieces: 256) ?? end.run(Array(bytes.dropFirst()), pieces: 1 << (choice & 15), choice)
}

/// Hands bytes to a client session that has asked three times, and checks what it says of the answers.
func checkHTTP2Client(_ bytes: [UInt8]) -> String? {
  guard let choice = bytes.first, var end = SessionEnd(.client) else { return nil }
  for _ in 0..<3 where !end.request() { return "a request was refused" }
  return end.run([0, 0, 0, 4, 0, 0, 0, 0, 0], pieces: 256)
    ?? end.run(Array(bytes.dropFirst()), pieces: 1 << (choice & 15), choice)
}

/// A session and the promises about what it says.
private struct SessionEnd: ~Copyable {
  private var session: HTTP2Session
  private var memory: Memory
  private var tape: HTTP2Tape
  private var fields: HTTP2Fields
  private let input: ByteRange
  private let room: ByteRange
  private let body: ByteRange
  private var now = Instant(nanoseconds: 1)
  /// By stream: what came last. A stream that was not announced says nothing, one that closed says nothing more.
  private var streams: [UInt32: Phase] = [:]

  private enum Phase { case open, body, ended, closed }

  init?(_ role: HTTP2Role) {
    guard var memory = Memory(capacity: 4 << 20) else { return nil }
    let limits = HTTP2Limits.standard(role)
    guard let tape = HTTP2Tape(arena: memory.reserve(HTTP2Tape.arenaBytesMin(limits))),
      let session = HTTP2Session(role, limits: limits, at: Instant(nanoseconds: 1))
    else { return nil }
    input = memory.reserve(64 << 10)
    room = memory.reserve(64 << 10)
    body = memory.reserve(1 << 10)
    fields = HTTP2Fields(text: memory.reserve(1 << 10))
    self.memory = memory
    self.tape = tape
    self.session = session
  }

  mutating func request() -> Bool {
    fields.removeAll()
    fields.append(":method", "GET", in: &memory)
    fields.append(":scheme", "http", in: &memory)
    fields.append(":authority", "a", in: &memory)
    fields.append(":path", "/", in: &memory)
    guard let stream = session.submitRequest(fields, in: memory, endsStream: true) else { return false }
    streams[stream.number] = .open
    return true
  }

  /// Feeds bytes in pieces; nil when everything that is said is right.
  mutating func run(_ bytes: [UInt8], pieces: Int, _ choice: UInt8 = 0) -> String? {
    var place = 0
    while place < bytes.count {
      let piece = bytes[place..<min(bytes.count, place + min(pieces, 16 << 10))]
      place = piece.endIndex
      memory.store(Array(piece).span, at: input.start)
      var rest = input.prefix(piece.count)
      var isCut = true
      var calls = 0
      while isCut {
        let receipt = session.receive(rest, in: &memory, tape: &tape, at: now)
        if let broken = check(choice) { return broken }
        rest = rest.dropFirst(receipt.byteCount)
        isCut = receipt.isCut
        calls += 1
        if calls > piece.count + 2 { return "reading makes no progress" }
      }
      if !rest.isEmpty { return "bytes were left" }
      if let broken = produce(choice) { return broken }
      now = now + .milliseconds(1)
      if now >= session.deadline { session.expire(at: now) }
    }
    if session.heldBytes > 4 << 20 { return "a session holds \(session.heldBytes) bytes" }
    return nil
  }

  private mutating func produce(_ choice: UInt8) -> String? {
    var isCut = true
    while isCut {
      let production = session.produce(into: room, of: &memory, tape: &tape, at: now)
      if let broken = check(choice) { return broken }
      isCut = production.isCut && !production.bytes.isEmpty
    }
    return nil
  }

  private mutating func check(_ choice: UInt8) -> String? {
    for index in 0..<tape.count {
      switch tape[index] {
      case .request(let stream, let head):
        guard streams[stream.number] == nil, session.role == .server else { return "a stream was announced twice" }
        streams[stream.number] = head.endsStream ? .ended : .open
        if let broken = checkFields(head, ":method") ?? answer(stream, choice) { return broken }
      case .informational(let stream, let head):
        guard streams[stream.number] == .open, session.role == .client else { return "an interim head out of place" }
        if let broken = checkFields(head, ":status") { return broken }
      case .response(let stream, let head):
        guard streams[stream.number] == .open, session.role == .client else { return "a second response" }
        streams[stream.number] = head.endsStream ? .ended : .body
        if let broken = checkFields(head, ":status") { return broken }
      case .data(let stream, let range):
        guard let phase = streams[stream.number], phase == .body || phase == .open && session.role == .server else {
          return "data out of place"
        }
        guard range.start >= input.start, range.end <= input.end, range.count > 0 else { return "data from elsewhere" }
        session.creditConnection(byteCount: Int(range.count))
        session.credit(stream, byteCount: Int(range.count))
      case .trailers(let stream, let head):
        guard let phase = streams[stream.number], phase == .body || phase == .open, head.endsStream else {
          return "trailers out of place"
        }
        streams[stream.number] = .ended
        if let broken = checkFields(head, nil) { return broken }
      case .end(let stream):
        guard let phase = streams[stream.number], phase == .body || phase == .open else { return "an end out of place" }
        streams[stream.number] = .ended
      case .sent(let stream, _):
        guard let phase = streams[stream.number], phase != .closed else { return "sent on a stream that is gone" }
      case .finished(let stream):
        guard let phase = streams[stream.number], phase != .closed else { return "finished a stream that is gone" }
      case .closed(let stream, _):
        guard let phase = streams[stream.number], phase != .closed else { return "a stream closed twice" }
        streams[stream.number] = .closed
      }
    }
    return session.exchangeCount > 100 ? "more exchanges than allowed" : nil
  }

  private mutating func answer(_ stream: HTTP2Stream, _ choice: UInt8) -> String? {
    session.setTag(stream.number, of: stream)
    if session.tag(of: stream) != stream.number { return "a tag was lost" }
    if choice & 0x80 == 0 { session.finishExchange() }
    fields.removeAll()
    fields.append(":status", decimal: 200, in: &memory)
    switch choice >> 4 & 7 {
    case 0: _ = session.submitResponse(stream, fields, in: memory, endsStream: true)
    case 1:
      session.reset(stream, .cancel)
      streams[stream.number] = .closed
    case 2: break
    case 3:
      _ = session.submitResponse(stream, fields, in: memory, endsStream: false)
      _ = session.setBody(stream, body, ends: true, in: memory)
    default:
      _ = session.submitResponse(stream, fields, in: memory, endsStream: false)
      _ = session.setBody(stream, body, ends: false, in: memory)
      fields.removeAll()
      fields.append("x", "y", in: &memory)
      _ = session.submitTrailers(stream, fields, in: memory)
    }
    return nil
  }

  /// Names are tokens in lower case, values have no line ends, pseudo-header fields come first, the limits hold.
  private func checkFields(_ head: HTTP2Head, _ pseudo: String?) -> String? {
    var isRegular = false
    var byteCount = 0
    var hasPseudo = pseudo == nil
    for index in head.fields {
      let field = tape.field(index)
      let name = (field.name.start..<field.name.end).map { memory[$0] }
      let value = (field.value.start..<field.value.end).map { memory[$0] }
      byteCount += name.count + value.count + 32
      if name.isEmpty || name.contains(where: { $0 >= 0x41 && $0 <= 0x5A || $0 <= 0x20 || $0 >= 0x7F }) {
        return "a name that is none"
      }
      if value.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) { return "a value with a line end" }
      let isPseudo = name.first == UInt8(ascii: ":")
      if isPseudo, isRegular || pseudo == nil { return "a pseudo-header field out of place" }
      if !isPseudo { isRegular = true }
      if let pseudo, name.elementsEqual(pseudo.utf8) { hasPseudo = true }
    }
    if head.fieldCount > 100 || byteCount > 16 << 10 { return "a header list past its limits" }
    return hasPseudo || head.isOversize ? nil : "a head without \(pseudo ?? "")"
  }
}
