import ProxyTLS
import ProxyTransport
import PropertyTesting

/// A client and a server in one memory; what one says is kept until it is carried to the other.
struct Pair: ~Copyable {
  enum End { case client, server }

  /// What an end has said, heard and become.
  struct Side {
    var unsent: [UInt8] = []
    var received: [UInt8] = []
    var status = TLSStep.Status.handshaking

    var failure: TLSFailure? {
      guard case .failed(let failure) = status else { return nil }
      return failure
    }
  }

  static let cipherBytesMax = 64 << 10

  var memory: Memory
  var client: TLSSession
  var server: TLSSession
  var ofClient = Side()
  var ofServer = Side()
  /// Bytes that OpenSSL holds for the server's end.
  private(set) var serverBytes = 0
  /// Seconds since 1970.
  var now: Int64
  private let cipher: ByteRange
  private let plain: ByteRange
  private let out: ByteRange

  init?(
    client clientContexts: TLSContextSet, upstream: Int = 0, server serverContexts: TLSContextSet, listener: Int = 0,
    now: Int64 = World.now
  ) {
    guard var memory = Memory(capacity: 1 << 20),
      let client = TLSSession(connecting: upstream, in: clientContexts)
    else { return nil }
    let before = TLSMemory.bytesOfThisThread
    guard let server = TLSSession(accepting: listener, in: serverContexts) else { return nil }
    serverBytes = TLSMemory.bytesOfThisThread - before
    cipher = memory.reserve(Self.cipherBytesMax)
    plain = memory.reserve(Self.cipherBytesMax + TLSSession.plainReserveBytes)
    out = memory.reserve(Self.cipherBytesMax + TLSSession.outReserveBytes)
    self.memory = memory
    self.client = client
    self.server = server
    self.now = now
    step(.client, [])
  }

  /// Gives an end some bytes.
  mutating func step(_ end: End, _ bytes: [UInt8]) {
    memory.store(bytes.span, at: cipher.start)
    var rest = cipher.prefix(bytes.count)
    while true {
      let wallClock = now * 1_000_000_000
      let before = TLSMemory.bytesOfThisThread
      let step =
        switch end {
        case .client: client.step(&memory, cipher: rest, plain: plain, out: out, wallClock: wallClock)
        case .server: server.step(&memory, cipher: rest, plain: plain, out: out, wallClock: wallClock)
        }
      if end == .server { serverBytes += TLSMemory.bytesOfThisThread - before }
      rest = rest.dropFirst(step.cipherCount)
      var side = end == .client ? ofClient : ofServer
      side.unsent += memory.bytes(out.prefix(step.outCount))
      side.received += memory.bytes(plain.prefix(step.plainCount))
      side.status = step.status
      if end == .client { ofClient = side } else { ofServer = side }
      if !step.hasMore { return }
    }
  }

  /// Encrypts at one end; the bytes wait there.
  ///
  /// - Returns: how many were taken.
  mutating func write(_ end: End, _ bytes: [UInt8], room: Int? = nil) -> Int {
    memory.store(bytes.span, at: plain.start)
    let place = plain.prefix(bytes.count)
    let target = out.prefix(room ?? Int(out.count))
    let before = TLSMemory.bytesOfThisThread
    let written =
      switch end {
      case .client: client.write(&memory, plain: place, out: target)
      case .server: server.write(&memory, plain: place, out: target)
      }
    if end == .server { serverBytes += TLSMemory.bytesOfThisThread - before }
    let sent = memory.bytes(out.prefix(written.outCount))
    if end == .client { ofClient.unsent += sent } else { ofServer.unsent += sent }
    return written.plainCount
  }

  mutating func close(_ end: End) {
    let count =
      switch end {
      case .client: client.close(&memory, out: out)
      case .server: server.close(&memory, out: out)
      }
    let sent = memory.bytes(out.prefix(count))
    if end == .client { ofClient.unsent += sent } else { ofServer.unsent += sent }
  }

  /// Carries what one end has said to the other, in pieces.
  mutating func carry(from end: End, pieces: (Int) -> Int = { $0 }) {
    var bytes = end == .client ? ofClient.unsent[...] : ofServer.unsent[...]
    if end == .client { ofClient.unsent = [] } else { ofServer.unsent = [] }
    while !bytes.isEmpty {
      let piece = bytes.prefix(min(pieces(bytes.count), Self.cipherBytesMax))
      bytes = bytes.dropFirst(piece.count)
      step(end == .client ? .server : .client, Array(piece))
    }
  }

  /// Carries until nothing is left to say.
  mutating func settle(pieces: (Int) -> Int = { $0 }) {
    while !ofClient.unsent.isEmpty || !ofServer.unsent.isEmpty {
      carry(from: .client, pieces: pieces)
      carry(from: .server, pieces: pieces)
    }
  }
}

extension Memory {
  func bytes(_ range: ByteRange) -> [UInt8] {
    let span = span(range)
    return span.indices.map { span[$0] }
  }
}

extension Span<UInt8> {
  var text: String { String(decoding: indices.map { self[$0] }, as: UTF8.self) }
}
