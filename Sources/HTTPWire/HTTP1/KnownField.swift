/// The fields that a proxy has to know by name. Everything else is `other`.
public enum KnownField: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  case other
  // Of the connection.
  case connection, keepAlive, proxyConnection, te, trailer, transferEncoding, upgrade, http2Settings
  // Framing and routing.
  case contentLength, host, expect, maxForwards
  // Authentication.
  case authorization, proxyAuthenticate, proxyAuthorization, wwwAuthenticate, cookie, setCookie
  // What a proxy says about the client.
  case forwarded, via, xForwardedFor, xForwardedHost, xForwardedPort, xForwardedProto, xRealIP, xRequestID
  /// Any other name that begins with `x-forwarded-`.
  case xForwardedOther
  case traceparent, tracestate
  // Content and control.
  case contentEncoding, contentRange, contentType, cacheControl, date, location, retryAfter, server
  case grpcMessage, grpcRetryPushback, grpcStatus, grpcTimeout

  /// The name in lower case; empty for `other` and `xForwardedOther`, which stand for many.
  public var name: StaticString {
    switch self {
    case .other, .xForwardedOther: ""
    case .connection: "connection"
    case .keepAlive: "keep-alive"
    case .proxyConnection: "proxy-connection"
    case .te: "te"
    case .trailer: "trailer"
    case .transferEncoding: "transfer-encoding"
    case .upgrade: "upgrade"
    case .http2Settings: "http2-settings"
    case .contentLength: "content-length"
    case .host: "host"
    case .expect: "expect"
    case .maxForwards: "max-forwards"
    case .authorization: "authorization"
    case .proxyAuthenticate: "proxy-authenticate"
    case .proxyAuthorization: "proxy-authorization"
    case .wwwAuthenticate: "www-authenticate"
    case .cookie: "cookie"
    case .setCookie: "set-cookie"
    case .forwarded: "forwarded"
    case .via: "via"
    case .xForwardedFor: "x-forwarded-for"
    case .xForwardedHost: "x-forwarded-host"
    case .xForwardedPort: "x-forwarded-port"
    case .xForwardedProto: "x-forwarded-proto"
    case .xRealIP: "x-real-ip"
    case .xRequestID: "x-request-id"
    case .traceparent: "traceparent"
    case .tracestate: "tracestate"
    case .contentEncoding: "content-encoding"
    case .contentRange: "content-range"
    case .contentType: "content-type"
    case .cacheControl: "cache-control"
    case .date: "date"
    case .location: "location"
    case .retryAfter: "retry-after"
    case .server: "server"
    case .grpcMessage: "grpc-message"
    case .grpcRetryPushback: "grpc-retry-pushback-ms"
    case .grpcStatus: "grpc-status"
    case .grpcTimeout: "grpc-timeout"
    }
  }

  /// Whether the field speaks of one connection only and is never forwarded (RFC 9110 section 7.6.1; `proxy-*` by
  /// RFC 2616 section 13.5.1, which clients still follow).
  public var isHopByHop: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings,
      .proxyAuthenticate, .proxyAuthorization:
      true
    case .other, .trailer, .contentLength, .host, .expect, .maxForwards, .authorization, .wwwAuthenticate, .cookie,
      .setCookie, .forwarded, .via, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto, .xRealIP,
      .xRequestID, .xForwardedOther, .traceparent, .tracestate, .contentEncoding, .contentRange, .contentType,
      .cacheControl, .date, .location, .retryAfter, .server, .grpcMessage, .grpcRetryPushback, .grpcStatus,
      .grpcTimeout:
      false
    }
  }

  /// Whether naming the field in `Connection` does not take it away: what frames and routes the message, and what the
  /// proxy itself says about the client.
  public var staysWhenListedInConnection: Bool {
    switch self {
    case .contentLength, .host, .forwarded, .via, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
      .xRealIP, .xRequestID, .xForwardedOther, .traceparent, .tracestate:
      true
    case .other, .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade,
      .http2Settings, .expect, .maxForwards, .authorization, .proxyAuthenticate, .proxyAuthorization, .wwwAuthenticate,
      .cookie, .setCookie, .contentEncoding, .contentRange, .contentType, .cacheControl, .date, .location,
      .retryAfter, .server, .grpcMessage, .grpcRetryPushback, .grpcStatus, .grpcTimeout:
      false
    }
  }

  /// Whether a trailer of this name may be passed on: no framing, routing, authentication, control or content format
  /// (RFC 9110 section 6.5.1), and nothing that the proxy sets.
  public var mayBeTrailer: Bool {
    switch self {
    case .other, .server, .grpcMessage, .grpcRetryPushback, .grpcStatus: true
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
      .contentLength, .host, .expect, .maxForwards, .authorization, .proxyAuthenticate, .proxyAuthorization,
      .wwwAuthenticate, .cookie, .setCookie, .forwarded, .via, .xForwardedFor, .xForwardedHost, .xForwardedPort,
      .xForwardedProto, .xRealIP, .xRequestID, .xForwardedOther, .traceparent, .tracestate, .contentEncoding,
      .contentRange, .contentType, .cacheControl, .date, .location, .retryAfter, .grpcTimeout:
      false
    }
  }

  /// Whether a name that only differs by `_` instead of `-` is refused: programs behind a CGI or WSGI interface read both
  /// as one, so the second would speak past everything that was checked.
  var mayNotBeMimicked: Bool {
    switch self {
    case .contentLength, .transferEncoding, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
      .xForwardedOther, .xRealIP, .xRequestID:
      true
    case .other, .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .http2Settings, .host, .expect,
      .maxForwards, .authorization, .proxyAuthenticate, .proxyAuthorization, .wwwAuthenticate, .cookie, .setCookie,
      .forwarded, .via, .traceparent, .tracestate, .contentEncoding, .contentRange, .contentType,
      .cacheControl, .date, .location, .retryAfter, .server, .grpcMessage, .grpcRetryPushback, .grpcStatus,
      .grpcTimeout:
      false
    }
  }
}
