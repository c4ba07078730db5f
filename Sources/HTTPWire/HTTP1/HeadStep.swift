/// What the bytes that have arrived amount to.
public enum HeadStep: BitwiseCopyable, Equatable, Sendable {
  /// A beginning without a mistake; more has to arrive.
  case incomplete
  /// The head is the first `byteCount` bytes; the body begins behind them.
  case complete(byteCount: Int)
  case invalid(WireError)
}

/// Who has written a head, and so how long it may be.
public enum HeadSource: BitwiseCopyable, Sendable {
  case peer
  /// This proxy, of a head that it has received and fields of its own.
  case proxy

  var bytesMax: Int { WireLimits.headBytesMax + (self == .proxy ? WireLimits.ownBytesMax : 0) }
  var fieldsMax: Int { WireLimits.fieldsMax + (self == .proxy ? WireLimits.ownFieldsMax : 0) }
}

/// Where a body ends (RFC 9112 section 6.3).
public enum BodyFraming: BitwiseCopyable, Equatable, Sendable {
  /// No body and no word about one.
  case none
  /// Exactly so many bytes; at most `Int64.max`.
  case length(UInt64)
  case chunked
  /// The end of the connection is the end of the body; responses alone.
  case untilClose
}

/// What the client asks to switch to with `Upgrade`. `h2c` is never asked: it is dropped with its field.
public enum UpgradeKind: BitwiseCopyable, Equatable, Sendable {
  case none, websocket, other
}

/// When it pays to parse a head again after more of it has arrived.
public enum HeadArrival {
  /// Whether the bytes from `arrivedFrom` on may complete the head or break a limit. A head that arrives in single bytes
  /// is parsed once a line, not once a byte; the result is the same.
  public static func mayDecide(_ bytes: Span<UInt8>, arrivedFrom: Int) -> Bool {
    bytes.count >= WireLimits.headBytesMax
      || ByteScan.lineFeed(bytes, from: arrivedFrom, to: bytes.count) < bytes.count
  }
}
