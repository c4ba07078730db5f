import ProxyTelemetry
import ProxyTransport

/// One TCP connection of a worker: plain bits in a slab slot.
///
/// What must be released when it goes (descriptor, blocks, TLS session) is released by `Worker.close` and `Worker.reclaim` alone.
struct Connection {
  enum Phase: UInt8 {
    /// `connect` has not answered yet.
    case connecting
    /// TLS has not agreed yet.
    case handshaking
    /// No request on it: kept alive by a client, or pooled.
    case idle
    /// A part of a request head has come.
    case readingHead
    /// An exchange uses it.
    case exchanging
    /// Speaks HTTP/2: its exchanges are streams of its link.
    case multiplexing
    /// Answered, and no longer served: what the client still sends is read and dropped, so that no reset overtakes the answer.
    case lingering
    /// The descriptor is closed; the slot is reclaimed when the ready queue comes to it.
    case closed
  }

  struct Flags: OptionSet {
    var rawValue: UInt16

    /// Readiness as the edges left it: cleared by a call that would have blocked.
    static let readable = Flags(rawValue: 1 << 0)
    static let writable = Flags(rawValue: 1 << 1)
    /// The peer has finished sending.
    static let readHangUp = Flags(rawValue: 1 << 2)
    /// Reset, or both directions closed.
    static let hungUp = Flags(rawValue: 1 << 3)
    static let isQueued = Flags(rawValue: 1 << 4)
    /// `held` has bytes that no parser has seen yet.
    static let hasUnparsed = Flags(rawValue: 1 << 5)
    static let closesAfterFlush = Flags(rawValue: 1 << 6)
    static let lingersAfterFlush = Flags(rawValue: 1 << 7)
    static let isPooled = Flags(rawValue: 1 << 9)
    /// The peer's TLS has ended in good order; nothing follows.
    static let hasEnded = Flags(rawValue: 1 << 10)
    /// Its service has a limit of connections: while it is idle, a request to the service may wait for its place.
    static let isLimited = Flags(rawValue: 1 << 12)
    /// Nothing was read of it: it may begin with the preface of HTTP/2.
    static let mayBeHTTP2 = Flags(rawValue: 1 << 11)
  }

  var descriptor: Descriptor
  /// Of the slab slot; events of an earlier connection in the slot do not match.
  var generation: UInt32 = 0
  var role: ConnectionSide
  var phase: Phase
  var flags: Flags = []
  /// Why it is closed, once it is: the first that was noted.
  private(set) var end = ConnectionEnd.done
  /// Downstream: an index into the worker's listeners.
  var listener: UInt16 = 0
  /// Upstream: the line of the endpoint whose pool it belongs to.
  var pool: UInt32 = .none
  /// Upstream: the line of the service that counts it.
  var service: UInt32 = .none
  /// HTTP/2: its session.
  var link: UInt32 = .none
  /// HTTP/1: the exchange that uses it.
  var exchange: UInt32 = .none
  /// Its TLS session; without one, bytes go as they are.
  var session: UInt32 = .none
  /// The set of TLS contexts that its session began with.
  var contexts: UInt64 = 0
  /// After it, no further request: the age of the connection, or the expiry of the certificate that the peer has shown.
  var endsAt = Instant.never
  /// Of a pooled connection: when it has been idle long enough.
  var idleEndsAt = Instant.never
  /// When the first byte of the head that is being read came.
  var headAt = Instant.zero
  var peer: SocketAddress

  /// Bytes that `send` did not take, and the block that they lie in. While there are any, nothing is read for this connection.
  var unsent = ByteRange.empty
  var unsentBlock = ByteRange.empty
  /// Bytes that came and were not used yet: a part of a head, or what follows a request.
  var held = ByteRange.empty
  var heldBlock = ByteRange.empty

  /// How many bytes a lingering connection may still send.
  var lingerBytesLeft: UInt32 = 0
  var nextReady: UInt32 = .none
  /// Neighbours in the pool's list of idle connections.
  var nextIdle: UInt32 = .none
  var previousIdle: UInt32 = .none
}

extension Connection {
  /// Notes why it will be closed.
  mutating func note(_ reason: ConnectionEnd) { if end == .done { end = reason } }
}

extension UInt32 {
  /// No slot.
  static var none: UInt32 { .max }
}
