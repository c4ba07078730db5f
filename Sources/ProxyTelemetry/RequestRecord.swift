import ProxyTransport
import WeirPolicy
import WeirRequest

/// What is known of one request when it has ended: numbers and places in tables, no text. Counters are counted from it, and its log
/// line is written from it.
public struct RequestRecord: BitwiseCopyable, Sendable {
  /// Where it arrived.
  public enum Entry: BitwiseCopyable, Sendable {
    /// Indices into the topology.
    case gateway(Int32)
    case service(Int32)
    case anyHost
  }

  public enum Decision: BitwiseCopyable, Sendable { case allow, deny, reject }

  public enum Version: UInt8, BitwiseCopyable, Sendable { case http1, http2, tcp }

  /// Nanoseconds from the arrival of the first byte, 0 for what did not happen.
  public struct Phases: BitwiseCopyable, Sendable {
    /// The head was complete.
    public var head: UInt64 = 0
    /// It was decided.
    public var decided: UInt64 = 0
    /// A connection was there.
    public var connected: UInt64 = 0
    /// The head was handed to the upstream.
    public var sent: UInt64 = 0
    /// The head of the response had come.
    public var answered: UInt64 = 0
    /// The last byte was handed to the client.
    public var ended: UInt64 = 0

    public init() {}
  }

  /// Nanoseconds since 1970, of the arrival.
  public var time: Int64 = 0
  public var entry = Entry.anyHost
  public var decision = Decision.reject
  /// Why it was decided so: `forwarded` for an allow.
  public var decisionReason = ReasonCode.badRequest
  /// How it ended.
  public var reason = ReasonCode.badRequest
  /// 0: none was sent.
  public var status: UInt16 = 0
  // As in `Forwarding`: -1 is none.
  public var table: Int32 = -1
  public var route: Int32 = -1
  public var scope: Int32 = -1
  public var rule: Int32 = -1
  public var service: Int32 = -1
  public var subset: Int32 = -1
  public var endpoint = SocketAddress.unspecified
  /// How a call of gRPC ended, -1 when it did not say so; nil: it was none.
  public var call: Int8?
  /// Attempts to forward it.
  public var attempts: UInt8 = 0
  public var version = Version.http1
  public var isTLS = false
  public var shadowDiffers = false
  public var isAudited = false
  public var draw: UInt16 = 0
  public var port: UInt16 = 0
  public var source = SocketAddress.unspecified
  public var clientIP = IPAddress(high: 0, low: 0)
  /// Bytes of the bodies, without framing.
  public var requestBytes: UInt64 = 0
  public var responseBytes: UInt64 = 0
  public var trace: TraceContext?
  /// What the client was told with a refusal; 0: nothing.
  public var reference: UInt64 = 0
  public var phases = Phases()

  public init() {}
}
