import WeirPolicy

/// What is known of a connection when its first request arrives.
public struct ConnectionFacts: BitwiseCopyable, Sendable {
  /// The peer of TCP, or what the PROXY protocol says of it.
  public var sourceIP: IPAddress
  public var sourcePort: UInt16
  /// The port that was addressed; 0 when the host does not say: then the authority, or the scheme, tells.
  public var port: UInt16
  /// Gives the scheme. What a client writes as `:scheme` is no evidence.
  public var isTLS: Bool

  public init(sourceIP: IPAddress, sourcePort: UInt16, port: UInt16, isTLS: Bool) {
    self.sourceIP = sourceIP
    self.sourcePort = sourcePort
    self.port = port
    self.isTLS = isTLS
  }
}

/// Where the parts of a request line lie in the bytes that were received.
public struct RequestLine: BitwiseCopyable, Sendable {
  public var method: Place
  public var target: Place
  /// `:authority` of HTTP/2; `nil` where the `Host` field alone tells.
  public var authority: Place?

  public init(method: Place, target: Place, authority: Place?) {
    self.method = method
    self.target = target
    self.authority = authority
  }
}

/// Where a request is taken to be going: an index of `LoadedBundle.topology`.
public enum Entry: BitwiseCopyable, Sendable, Hashable {
  /// Arrived at a gateway: its authz, its routes, then the destination's authz as the service will see the request.
  case gateway(Int)
  /// Whatever is responsible for the host.
  case anyHost
  /// Arrived at a port of a service: that port's authz.
  case service(Int, port: Int)
}

/// The line of a canonical head, as places in `Enforcer.bytes`.
public struct HeadPlaces: BitwiseCopyable, Sendable {
  public internal(set) var method = Place.empty
  /// `host`, or `host:port` where a port other than the scheme's was written; empty where no host is known.
  public internal(set) var authority = Place.empty
  /// Without port; empty where it is not known.
  public internal(set) var host = Place.empty
  public internal(set) var path = Place.empty
  /// `path`, or `path?query`.
  public internal(set) var target = Place.empty
  /// Empty without one, and for an empty one.
  public internal(set) var query = Place.empty
  public internal(set) var hasQuery = false
}

/// One field of a canonical head, as places in the same bytes.
public struct FieldPlaces: BitwiseCopyable, Sendable {
  /// Lower case.
  public internal(set) var name: Place
  /// Trimmed.
  public internal(set) var value: Place

  /// `name: value` and the line break, as HTTP/1 writes it.
  public var line: Place { Place(start: name.start, count: value.start + value.count + 2 - name.start) }
}

/// Fields whose lines stand one after another.
public struct LineRun: BitwiseCopyable, Sendable {
  /// The lines; empty at the end.
  public internal(set) var bytes: Place
  /// The first field behind them.
  public internal(set) var next: Int
}
