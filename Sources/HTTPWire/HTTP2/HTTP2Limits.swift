import CNghttp2
import ProxyTransport

/// Which end of a connection a session is.
public enum HTTP2Role: BitwiseCopyable, Sendable {
  /// Takes requests.
  case server
  /// Makes requests.
  case client
}

/// What a session allows its peer.
///
/// The library enforces windows and the number of streams, and ends a connection after 1,000 resets by a client (200 more each second)
/// or four CONTINUATION frames in a row. Everything else is counted by `HTTP2Session`.
public struct HTTP2Limits: BitwiseCopyable, Sendable {
  /// Fields of one header list; further ones are dropped, and four times as many end the connection. At most 256.
  public var fieldsMax = 100
  /// Bytes of one decoded header list, names and values and 32 for each field (RFC 9113, 6.5.2); as above.
  public var headerListBytesMax = 16 << 10
  /// Streams that the peer may have open, and exchanges that may be at work at once. At most 256.
  public var streamsMax = 100
  /// Bytes that may be on their way on a stream.
  public var streamWindowBytes = 64 << 10
  /// Bytes that may be on their way on the connection.
  public var connectionWindowBytes: Int
  /// Glitches that a peer may cause at once.
  public var glitchBurst: UInt64
  /// Glitches that are forgiven each second.
  public var glitchesPerSecond: UInt64 = 33
  /// From the start to the peer's preface and SETTINGS.
  public var settingsTimeout = Interval.seconds(10)
  /// From the first byte of a header block to its last.
  public var headTimeout = Interval.seconds(10)
  /// How long the peer's window may hold up a body that moves less than `stallBytesMin`.
  public var stallTimeout = Interval.seconds(30)
  /// 240 bytes a second over `stallTimeout`: a peer cannot keep a body alive by single bytes.
  public var stallBytesMin = 7_200
  /// From an answer to the reset of its stream, whose request was not ended.
  public var lingerTimeout = Interval.seconds(1)
  /// Of a client with open streams: from the last frame to a PING.
  public var pingAfter = Interval.seconds(20)
  /// From a PING to its answer.
  public var pingTimeout = Interval.seconds(5)
  /// From the first GOAWAY of a graceful end to the second, when the peer answers no PING.
  public var drainNoticeTimeout = Interval.seconds(1)

  /// Those of a connection from a client, or to an upstream.
  public static func standard(_ role: HTTP2Role) -> HTTP2Limits {
    switch role {
    case .server: HTTP2Limits(connectionWindowBytes: 1 << 20, glitchBurst: 1_000)
    // One slow exchange must not stall the others of a shared connection, nor their cancellations end it.
    case .client: HTTP2Limits(connectionWindowBytes: 16 << 20, glitchBurst: 10_000)
    }
  }

  var forLibrary: weir_h2_limits {
    weir_h2_limits(
      fields_max: UInt32(clamping: fieldsMax), list_bytes_max: UInt32(clamping: headerListBytesMax),
      streams_max: UInt32(clamping: streamsMax), stream_window: UInt32(clamping: streamWindowBytes),
      connection_window: UInt32(clamping: connectionWindowBytes))
  }
}
