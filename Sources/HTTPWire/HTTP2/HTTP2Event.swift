import ProxyTransport

/// A stream of a session. Names nothing once the stream has closed and the tape that said so was left.
public struct HTTP2Stream: BitwiseCopyable, Hashable, Sendable {
  /// The stream identifier (RFC 9113, 5.1.1).
  public var number: UInt32
  /// Where the session keeps it.
  public var slot: UInt32

  public init(number: UInt32, slot: UInt32) {
    self.number = number
    self.slot = slot
  }
}

/// A header list on a tape.
public struct HTTP2Head: BitwiseCopyable, Hashable, Sendable {
  /// Indices for `HTTP2Tape.field(_:)`, pseudo-header fields first.
  public var firstField: UInt32
  public var fieldCount: UInt32
  /// The peer sends nothing after it.
  public var endsStream: Bool
  /// Fields past the limits were dropped: the answer is 431.
  public var isOversize: Bool

  public var fields: Range<Int> { Int(firstField)..<Int(firstField + fieldCount) }
}

/// What frames said, in their order.
public enum HTTP2Event: BitwiseCopyable, Hashable, Sendable {
  /// A client opened a stream. Counts as an exchange until `HTTP2Session.finishExchange()`.
  case request(HTTP2Stream, HTTP2Head)
  /// A 1xx response.
  case informational(HTTP2Stream, HTTP2Head)
  case response(HTTP2Stream, HTTP2Head)
  /// Ends the peer's side.
  case trailers(HTTP2Stream, HTTP2Head)
  /// Bytes of a body, where they lie in the input. Owed to the stream's and the connection's window.
  case data(HTTP2Stream, ByteRange)
  /// The peer's side ended without trailers, after its data.
  case end(HTTP2Stream)
  /// The stream is gone: ended on both sides (`noError`), or reset by either. Nothing more comes for it.
  case closed(HTTP2Stream, HTTP2ErrorCode)
  /// Bytes of the body were copied to the output; their place is free.
  case sent(HTTP2Stream, byteCount: Int)
  /// Our side ended: its last frame was written.
  case finished(HTTP2Stream)
}

/// RFC 9113, 7. Codes that it does not list are kept as they came.
public struct HTTP2ErrorCode: RawRepresentable, BitwiseCopyable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let noError = HTTP2ErrorCode(rawValue: 0)
  public static let protocolError = HTTP2ErrorCode(rawValue: 1)
  public static let internalError = HTTP2ErrorCode(rawValue: 2)
  public static let flowControlError = HTTP2ErrorCode(rawValue: 3)
  public static let settingsTimeout = HTTP2ErrorCode(rawValue: 4)
  public static let streamClosed = HTTP2ErrorCode(rawValue: 5)
  public static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
  /// The request was not looked at: it may be sent again whatever its method.
  public static let refusedStream = HTTP2ErrorCode(rawValue: 7)
  public static let cancel = HTTP2ErrorCode(rawValue: 8)
  public static let compressionError = HTTP2ErrorCode(rawValue: 9)
  public static let connectError = HTTP2ErrorCode(rawValue: 10)
  public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
  public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 12)
  public static let http11Required = HTTP2ErrorCode(rawValue: 13)
}

/// Why this side ended a session before its time.
public enum HTTP2Ending: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// More glitches than are forgiven: GOAWAY with ENHANCE_YOUR_CALM.
  case glitches
  /// A header list past four times its limit: GOAWAY with ENHANCE_YOUR_CALM.
  case headerListExcessive
  /// A header block in too many pieces: GOAWAY with ENHANCE_YOUR_CALM.
  case headerBlockPieces
  /// A stream that was opened after one above it: GOAWAY with PROTOCOL_ERROR.
  case streamOrder
  /// No preface and SETTINGS in time.
  case settingsTimeout
  /// A header block that did not end in time.
  case headTimeout
  /// A PING that was not answered in time.
  case pingTimeout
  /// The connection began with something else; there is nothing to say to it.
  case notHTTP2
  /// The library gave up: flooded, out of memory, or its own state broken. There is nothing more to send.
  case libraryFailure

  /// A GOAWAY is sent before the connection closes.
  var hasLastWords: Bool { self != .notHTTP2 && self != .libraryFailure }

  /// What GOAWAY says.
  var code: HTTP2ErrorCode {
    switch self {
    case .glitches, .headerListExcessive, .headerBlockPieces: .enhanceYourCalm
    case .settingsTimeout: .settingsTimeout
    case .streamOrder, .headTimeout: .protocolError
    case .pingTimeout: .noError
    case .notHTTP2: .protocolError
    case .libraryFailure: .internalError
    }
  }
}
