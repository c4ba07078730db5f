/// The system calls of a worker: the real ones (`EpollNetwork`), or those of a simulation.
///
/// Data sockets are edge-triggered and watched once, for everything; listeners are level-triggered. Nothing here blocks but `wait`.
/// (`WeirPolicy.Network` is another thing, a range of addresses: who imports both writes `ProxyTransport.Network`.)
public protocol Network: ~Copyable {
  /// The monotonic clock; asked once a turn.
  mutating func now() -> Instant
  /// Nanoseconds since 1970.
  mutating func wallClock() -> Int64
  /// Waits for events, at most until the deadline (nil: for ever), and replaces the contents of `events` by at most 256 of them. None
  /// when the time is over or a signal came.
  mutating func wait(until deadline: Instant?, into events: inout [Event])
  /// Reports the readiness of a descriptor from now on, under this token, until it is closed. Once for each descriptor. Edge-triggered:
  /// readable, writable, half-close, at every change. Level-triggered: readable, for as long as it is so.
  mutating func watch(_ descriptor: Descriptor, token: UInt64, levelTriggered: Bool) -> SystemError?
  /// Stops or goes on reporting a level-triggered descriptor: one that cannot be served would wake every `wait`.
  mutating func setWatched(_ listener: Descriptor, token: UInt64, _ isWatched: Bool)
  /// The next connection of a listener.
  mutating func accept(_ listener: Descriptor) -> Accepted
  /// Begins to connect. Once the descriptor is writable, `connectError` tells the outcome.
  mutating func connect(_ address: SocketAddress) -> Connecting
  /// Why connecting failed; nil when it did not.
  mutating func connectError(_ descriptor: Descriptor) -> SystemError?
  /// Receives into a place that is not empty.
  mutating func receive(_ descriptor: Descriptor, into memory: inout Memory, _ room: ByteRange) -> Transfer
  /// Sends bytes, perhaps fewer than there are. Never `endOfStream`.
  mutating func send(_ descriptor: Descriptor, from memory: borrowing Memory, _ bytes: ByteRange) -> Transfer
  /// The peer sees the end of the stream after what was sent; receiving goes on.
  mutating func finishSending(_ descriptor: Descriptor)
  mutating func close(_ descriptor: Descriptor)
  /// Closes at once: the peer sees a reset, unsent bytes are lost.
  mutating func reset(_ descriptor: Descriptor)
}

/// The outcome of receiving or sending.
@frozen
public enum Transfer: BitwiseCopyable, Hashable, Sendable {
  /// So many bytes, at least one.
  case bytes(Int)
  /// None now; an event will tell.
  case wouldBlock
  /// The peer sends no more.
  case endOfStream
  case failed(SystemError)
}

/// The outcome of accepting.
@frozen
public enum Accepted: BitwiseCopyable, Hashable, Sendable {
  case connection(Descriptor, peer: SocketAddress)
  case wouldBlock
  /// No descriptors or memory: the connection stays in the queue.
  case exhausted
  case failed(SystemError)
}

/// The outcome of beginning to connect.
@frozen
public enum Connecting: BitwiseCopyable, Hashable, Sendable {
  case started(Descriptor)
  case failed(SystemError)
}

/// What happened to a watched descriptor.
@frozen
public struct Event: BitwiseCopyable, Hashable, Sendable {
  public var token: UInt64
  public var readiness: Readiness

  @inlinable
  public init(token: UInt64, readiness: Readiness) {
    self.token = token
    self.readiness = readiness
  }
}

/// What a descriptor is ready for.
@frozen
public struct Readiness: OptionSet, BitwiseCopyable, Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Bytes, the end of the stream, or a connection to accept.
  @inlinable
  public static var readable: Readiness { Readiness(rawValue: 1) }
  @inlinable
  public static var writable: Readiness { Readiness(rawValue: 2) }
  /// The peer sends no more; it may still receive.
  @inlinable
  public static var readHangUp: Readiness { Readiness(rawValue: 4) }
  /// Both directions are over.
  @inlinable
  public static var hangUp: Readiness { Readiness(rawValue: 8) }
  /// An error waits to be read.
  @inlinable
  public static var failed: Readiness { Readiness(rawValue: 16) }
}
