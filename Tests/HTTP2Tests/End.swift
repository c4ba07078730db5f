import HTTPWire
import ProxyTransport
import Testing

/// One end of a connection: a session with the memory and the tape that a worker would have, and a clock to set.
///
/// A class, because the macros of the tests take copyable values only.
final class End {
  var session: HTTP2Session
  var memory: Memory
  var tape: HTTP2Tape
  var fields: HTTP2Fields
  let input: ByteRange
  let room: ByteRange
  let bodies: ByteRange
  var now = Instant(nanoseconds: 1_000_000_000)
  /// What the tapes said of requests, in order.
  var heads: [HTTP2Stream] = []

  init(_ role: HTTP2Role, limits: HTTP2Limits? = nil, arenaLists: Int = 8) throws {
    let limits = limits ?? .standard(role)
    guard var memory = Memory(capacity: 16 << 20) else { throw SetupError.memory }
    input = memory.reserve(1 << 20)
    room = memory.reserve(160 << 10)
    bodies = memory.reserve(1 << 20)
    guard let tape = HTTP2Tape(arena: memory.reserve(arenaLists * limits.headerListBytesMax)),
      let session = HTTP2Session(role, limits: limits, at: now)
    else { throw SetupError.memory }
    fields = HTTP2Fields(text: memory.reserve(4 << 10))
    self.memory = memory
    self.tape = tape
    self.session = session
  }

  enum SetupError: Error { case memory }

  func feed(_ frames: Frame...) -> [String] { feed(frames.flatMap(\.bytes)) }

  func feed(_ frames: [Frame]) -> [String] { feed(frames.flatMap(\.bytes)) }

  /// Gives bytes, in one piece or in pieces of a size, and tells what the tapes said.
  func feed(_ bytes: [UInt8], pieces: Int = .max) -> [String] {
    var seen: [String] = []
    var place = 0
    while place < bytes.count {
      let piece = bytes[place..<min(bytes.count, place + min(pieces, Int(input.count)))]
      place = piece.endIndex
      memory.store(Array(piece).span, at: input.start)
      var rest = input.prefix(piece.count)
      var isCut = true
      while isCut {
        let receipt = session.receive(rest, in: &memory, tape: &tape, at: now)
        rest = rest.dropFirst(receipt.byteCount)
        isCut = receipt.isCut
        seen += events()
      }
      #expect(rest.isEmpty)
    }
    return seen
  }

  /// The frames that are sent now.
  func output() -> [Frame] {
    var seen: [String] = []
    return output(&seen)
  }

  func output(_ seen: inout [String]) -> [Frame] {
    let bytes = produced(&seen)
    // A client's first bytes are the preface.
    guard let frames = Frame.all(bytes.starts(with: Frame.preface) ? Array(bytes.dropFirst(24)) : bytes) else {
      Issue.record("The output does not end with a frame.")
      return []
    }
    return frames
  }

  func produced(_ seen: inout [String], room count: Int = .max) -> [UInt8] {
    var bytes: [UInt8] = []
    var isCut = true
    while isCut {
      let production = session.produce(into: room.prefix(count), of: &memory, tape: &tape, at: now)
      bytes += copy(production.bytes)
      isCut = production.isCut
      seen += events()
      if production.bytes.isEmpty { break }
    }
    return bytes
  }

  /// Begins: the preface of a client, the peer's SETTINGS and its ACK.
  func begin(_ entries: [(UInt16, UInt32)] = []) {
    let preface = session.role == .server ? Frame.preface : []
    #expect(feed(preface + Frame.settings(entries).bytes) == [])
    _ = output()
    _ = feed(Frame(kind: .settings, flags: Frame.ack))
  }

  func pass(_ interval: Interval) {
    now = now + interval
    session.expire(at: now)
  }

  func answer(_ stream: HTTP2Stream, _ status: UInt64 = 200, ends: Bool = true) {
    fields.removeAll()
    fields.append(":status", decimal: status, in: &memory)
    let isTaken = session.submitResponse(stream, fields, in: memory, endsStream: ends)
    #expect(isTaken)
  }

  func setBody(_ stream: HTTP2Stream, _ bytes: ByteRange, ends: Bool = false) -> Bool {
    session.setBody(stream, bytes, ends: ends, in: memory)
  }

  func submitTrailers(_ stream: HTTP2Stream, _ name: StaticString, _ value: StaticString) -> Bool {
    fields.removeAll()
    fields.append(name, value, in: &memory)
    return session.submitTrailers(stream, fields, in: memory)
  }

  var isFinished: Bool { session.isFinished }
  var ending: HTTP2Ending? { session.ending }
  var openStreams: Int { session.openStreamCount }
  var exchanges: Int { session.exchangeCount }
  var wantsToProduce: Bool { session.wantsToProduce }
  func tag(of stream: HTTP2Stream) -> UInt32? { session.tag(of: stream) }

  /// Writes a body and says where it lies.
  func body(_ text: String, at offset: Int = 0) -> ByteRange {
    memory.store(Array(text.utf8).span, at: bodies.start + UInt32(offset))
    return bodies.slice(offset..<(offset + text.utf8.count))
  }

  func copy(_ range: ByteRange) -> [UInt8] {
    (range.start..<range.end).map { memory[$0] }
  }

  func text(_ range: ByteRange) -> String { String(decoding: copy(range), as: UTF8.self) }

  private func events() -> [String] {
    (0..<tape.count).map { index in
      switch tape[index] {
      case .request(let stream, let head):
        heads.append(stream)
        return "request \(stream.number) \(text(head))"
      case .informational(let stream, let head): return "informational \(stream.number) \(text(head))"
      case .response(let stream, let head): return "response \(stream.number) \(text(head))"
      case .trailers(let stream, let head): return "trailers \(stream.number) \(text(head))"
      case .data(let stream, let range): return "data \(stream.number) \(text(range))"
      case .end(let stream): return "end \(stream.number)"
      case .closed(let stream, let code): return "closed \(stream.number) \(code.rawValue)"
      case .finished(let stream): return "finished \(stream.number)"
      case .sent(let stream, let byteCount): return "sent \(stream.number) \(byteCount)"
      }
    }
  }

  private func text(_ head: HTTP2Head) -> String {
    let list = head.fields.map { index in
      let field = tape.field(index)
      return "\(text(field.name))=\(text(field.value))\(field.isNeverIndexed ? "!" : "")"
    }
    return list.joined(separator: " ") + (head.isOversize ? " oversize" : "") + (head.endsStream ? " end" : "")
  }
}

extension String {
  /// What `Frame.get` says.
  static func get(_ stream: UInt32, _ rest: String = " end") -> String {
    "request \(stream) :method=GET :scheme=http :authority=a.example :path=/\(rest)"
  }

  static func post(_ stream: UInt32, _ rest: String = "") -> String {
    "request \(stream) :method=POST :scheme=http :authority=a.example :path=/\(rest)"
  }
}
