import HTTPWire
import ProxyTransport
import WeirRequest

/// The HTTP/2 side of a connection: its session, and what the worker keeps beside it.
struct HTTP2Link: ~Copyable {
  var session: HTTP2Session
  let connection: UInt32
  /// Of a connection to an upstream with TLS: which one of the context set.
  var upstream: Int?
  /// What the exchanges are told when the connection goes.
  var loss = ReasonCode.upstreamReset
  /// Waits in the worker's list of links that have something to send.
  var isDirty = false
  /// The peer sends nothing more: what runs is finished.
  var isEnding = false
  /// Body bytes of the peer that no one took yet, and those of them that its connection window does not have back.
  var heldBytes = 0
  var owedBytes = 0
  /// Of a client's: when the bodies that it sends are looked at next.
  var bodiesAt = Instant.zero
  /// Since when no exchange runs.
  var idleSince: Instant

  /// Of a connection; past it the peer waits for its window.
  static let heldBytesMax = 1 << 20

  init(session: consuming HTTP2Session, connection: UInt32, now: Instant) {
    self.session = session
    self.connection = connection
    idleSince = now
  }

  /// Bytes came: the connection's window is returned at once while little is held.
  mutating func received(_ count: Int) {
    if heldBytes <= HTTP2Link.heldBytesMax {
      session.creditConnection(byteCount: count)
    } else {
      owedBytes += count
    }
  }

  /// Held bytes were taken or dropped.
  mutating func released(_ count: Int) {
    heldBytes -= count
    guard owedBytes > 0, heldBytes <= HTTP2Link.heldBytesMax else { return }
    session.creditConnection(byteCount: owedBytes)
    owedBytes = 0
  }
}

/// Bytes of a body between a source that cannot wait and a sink that is not ready: one block, at most 64 KiB.
struct Pipe: BitwiseCopyable {
  private(set) var bytes = ByteRange.empty
  private var block = ByteRange.empty

  var isEmpty: Bool { bytes.count == 0 }

  /// Adds bytes. False when they do not fit, or the memory account is exhausted.
  mutating func append(_ data: ByteRange, in memory: inout Memory) -> Bool {
    guard data.count > 0 else { return true }
    let count = bytes.count + data.count
    if count > block.count {
      guard let larger = memory.take(Int(count)) else { return false }
      memory.copy(bytes, to: larger.start)
      memory.release(&block)
      block = larger
      bytes.start = block.start
    } else if block.end - bytes.end < data.count {
      memory.copy(bytes, to: block.start)
      bytes.start = block.start
    }
    memory.copy(data, to: bytes.end)
    bytes.count = count
    return true
  }

  /// Drops the first bytes; without any left the block is given back.
  mutating func dropFirst(_ count: Int, in memory: inout Memory) {
    bytes = bytes.dropFirst(count)
    guard bytes.count == 0 else { return }
    memory.release(&block)
    bytes = .empty
  }

  mutating func removeAll(in memory: inout Memory) { dropFirst(Int(bytes.count), in: &memory) }
}
