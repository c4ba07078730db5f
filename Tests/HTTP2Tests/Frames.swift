/// One frame (RFC 9113, 4.1), written and read here without the library.
struct Frame: Equatable, CustomStringConvertible {
  enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    case unknown = 0x42
  }

  static let endStream: UInt8 = 1
  static let ack: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let padded: UInt8 = 8
  static let priority: UInt8 = 0x20

  var kind: Kind
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    [UInt8(payload.count >> 16 & 0xFF), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), kind.rawValue]
      + [flags] + Frame.word(stream) + payload
  }

  var description: String { "\(kind) flags \(flags) stream \(stream) \(payload.count) bytes" }

  static func word(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
  }

  /// The big-endian number at a place of the payload.
  func word(at offset: Int) -> UInt32 { payload[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) } }

  /// The frames of an output; nil when it does not end with a frame.
  static func all(_ bytes: [UInt8]) -> [Frame]? {
    var frames: [Frame] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard rest.count >= 9 + count else { return nil }
      frames.append(
        Frame(
          kind: Kind(rawValue: head[3]) ?? .unknown, flags: head[4],
          stream: head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF,
          payload: Array(rest.dropFirst(9).prefix(count))))
      rest = rest.dropFirst(9 + count)
    }
    return rest.isEmpty ? frames : nil
  }
}

extension Frame {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func settings(_ entries: [(UInt16, UInt32)] = []) -> Frame {
    Frame(kind: .settings, payload: entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + word($0.1) })
  }

  static func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) -> Frame {
    Frame(
      kind: .headers, flags: endHeaders | (ends ? endStream : 0), stream: stream, payload: HPACK.literals(fields))
  }

  static func get(_ stream: UInt32, _ extra: [(String, String)] = [], ends: Bool = true) -> Frame {
    headers(stream, HPACK.get + extra, ends: ends)
  }

  static func post(_ stream: UInt32, _ extra: [(String, String)] = []) -> Frame {
    headers(stream, [(":method", "POST")] + HPACK.get.dropFirst() + extra, ends: false)
  }

  static func data(_ stream: UInt32, _ text: String = "", ends: Bool = false) -> Frame {
    Frame(kind: .data, flags: ends ? endStream : 0, stream: stream, payload: Array(text.utf8))
  }

  static func data(_ stream: UInt32, count: Int, ends: Bool = false) -> Frame {
    Frame(kind: .data, flags: ends ? endStream : 0, stream: stream, payload: Array(repeating: 0x61, count: count))
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
    Frame(kind: .windowUpdate, stream: stream, payload: word(increment))
  }

  static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> Frame {
    Frame(kind: .reset, stream: stream, payload: word(code))
  }

  static func ping(ack: Bool = false) -> Frame {
    Frame(kind: .ping, flags: ack ? Frame.ack : 0, payload: Array(repeating: 7, count: 8))
  }

  static func goAway(_ last: UInt32, _ code: UInt32 = 0) -> Frame {
    Frame(kind: .goAway, payload: word(last) + word(code))
  }
}

/// Header blocks (RFC 7541) as a test wants them.
enum HPACK {
  static let get = [(":method", "GET"), (":scheme", "http"), (":authority", "a.example"), (":path", "/")]

  /// Literal fields without indexing, no Huffman.
  static func literals(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0x00] + string($0.0) + string($0.1) }
  }

  /// A literal field that is added to the dynamic table, where it is `newest`.
  static func indexed(_ name: String, _ value: String) -> [UInt8] { [0x40] + string(name) + string(value) }

  /// The newest entry of the dynamic table, by one byte.
  static let newest: UInt8 = 0x80 | 62

  static func string(_ text: String) -> [UInt8] { integer(text.utf8.count, prefix: 7) + Array(text.utf8) }

  static func integer(_ value: Int, prefix: Int) -> [UInt8] {
    let limit = (1 << prefix) - 1
    guard value >= limit else { return [UInt8(value)] }
    var bytes = [UInt8(limit)]
    var rest = value - limit
    while rest >= 128 {
      bytes.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return bytes + [UInt8(rest)]
  }
}
