import PropertyTesting
import ProxySimulation
import ProxyTLS
import ProxyTransport

/// Somebody outside who speaks TLS: a peer of the simulation behind a session.
final class SecurePeer {
  let peer: Peer
  private(set) var received: [UInt8] = []
  private(set) var status = TLSStep.Status.handshaking
  /// Called whenever something was heard.
  var onChange: ((SecurePeer) -> Void)?

  private unowned let simulation: Simulation
  private var session: TLSSession
  private var memory: Memory
  private let cipher: ByteRange
  private let plain: ByteRange
  private let out: ByteRange
  /// Bytes of the peer that the session has seen.
  private var taken = 0
  /// What is said once the session is open.
  private var waiting: [UInt8] = []
  private var closesWhenSaid = false

  init(client peer: Peer, _ contexts: TLSContextSet, upstream: Int = 0, _ simulation: Simulation) throws {
    var memory = try made(Memory(capacity: 1 << 20))
    session = try made(TLSSession(connecting: upstream, in: contexts))
    (cipher, plain, out) = Self.rooms(&memory)
    self.memory = memory
    self.peer = peer
    self.simulation = simulation
    start()
    step([])
  }

  init(server peer: Peer, _ contexts: TLSContextSet, _ simulation: Simulation) throws {
    var memory = try made(Memory(capacity: 1 << 20))
    session = try made(TLSSession(accepting: 0, in: contexts))
    (cipher, plain, out) = Self.rooms(&memory)
    self.memory = memory
    self.peer = peer
    self.simulation = simulation
    start()
  }

  private static func rooms(_ memory: inout Memory) -> (ByteRange, ByteRange, ByteRange) {
    let bytes = 64 << 10
    return (
      memory.reserve(bytes), memory.reserve(bytes + TLSSession.plainReserveBytes),
      memory.reserve(bytes + TLSSession.outReserveBytes)
    )
  }

  var text: String { String(decoding: received, as: UTF8.self) }

  /// Who the other end is.
  var identity: String { Self.identity(session) }

  private static func identity(_ session: borrowing TLSSession) -> String {
    let bytes = session.peerIdentity
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
  }

  var failure: TLSFailure? {
    guard case .failed(let failure) = status else { return nil }
    return failure
  }

  /// Says something, now or when the handshake is over.
  func send(_ bytes: some Sequence<UInt8>) {
    waiting += bytes
    flush()
  }

  func send(_ text: String) { send(text.utf8) }

  /// Ends in good order after what was said.
  func close() {
    closesWhenSaid = true
    flush()
  }

  private func start() {
    // The peer lives as long as the simulation, and keeps this alive.
    peer.onChange = { [self] peer in
      while taken < peer.received.count {
        let piece = Array(peer.received[taken...].prefix(64 << 10))
        taken += piece.count
        step(piece)
      }
    }
  }

  private func step(_ bytes: [UInt8]) {
    memory.store(bytes.span, at: cipher.start)
    let wallClock = Int64(simulation.now.nanoseconds) + simulation.wallOffset
    let step = session.step(
      &memory, cipher: cipher.prefix(bytes.count), plain: plain, out: out, wallClock: wallClock)
    status = step.status
    received += copy(plain.prefix(step.plainCount))
    say(copy(out.prefix(step.outCount)))
    flush()
    onChange?(self)
  }

  private func flush() {
    guard status == .open || status == .closedByPeer else { return }
    while !waiting.isEmpty {
      let piece = Array(waiting.prefix(32 << 10))
      waiting.removeFirst(piece.count)
      memory.store(piece.span, at: plain.start)
      let written = session.write(&memory, plain: plain.prefix(piece.count), out: out)
      say(copy(out.prefix(written.outCount)))
    }
    guard closesWhenSaid else { return }
    closesWhenSaid = false
    say(copy(out.prefix(session.close(&memory, out: out))))
    peer.finishSending()
  }

  private func say(_ bytes: [UInt8]) {
    if !bytes.isEmpty { peer.send(bytes) }
  }

  private func copy(_ range: ByteRange) -> [UInt8] { Self.copy(memory, range) }

  private static func copy(_ memory: borrowing Memory, _ range: ByteRange) -> [UInt8] {
    let span = memory.span(range)
    return span.indices.map { span[$0] }
  }
}
