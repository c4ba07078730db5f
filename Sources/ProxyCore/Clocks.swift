import ProxyTransport

/// How long a worker waits, for what.
public struct Clocks: Sendable, Equatable {
  /// A request head in all, not a read of it: a slow sender gains nothing by sending a byte now and then.
  public var head = Interval.seconds(10)
  public var handshake = Interval.seconds(10)
  /// Between two pieces of a body.
  public var bodyIdle = Interval.seconds(30)
  /// From the first piece of a body on it has so long, and a second for each 240 bytes that came.
  public var bodyGrace = Interval.seconds(10)
  /// Until a client takes what was sent to it.
  public var unread = Interval.seconds(30)
  /// Between two requests on a connection of a client.
  public var keepAlive = Interval.seconds(60)
  /// Until an upstream is connected, where its service does not say.
  public var connect = Interval.seconds(5)
  /// Until a response begins or goes on, where the route says neither `timeout` nor `idle`.
  public var responseIdle = Interval.seconds(60)
  /// A pooled connection: shorter than what servers keep, so that we close first.
  public var pooled = Interval.seconds(4)
  /// Reading what a client still sends after an early answer.
  public var linger = Interval.seconds(1)
  /// After `EMFILE`.
  public var acceptPause = Interval.milliseconds(100)

  /// A connection over TLS, give or take a tenth: what was proved of its peer is proved anew after it.
  public var connectionAge = Interval.seconds(3600)

  public init() {}
}
