import HTTPCanonical
import WeirPolicy

/// What is known of a reason.
public struct ReasonFacts: Sendable {
  /// Who has to change something for the next request to end otherwise.
  public enum Origin: String, CaseIterable, BitwiseCopyable, Sendable { case client, policy, upstream, proxy }

  /// The stable code.
  public let text: String
  /// The HTTP status of the local reply (RFC 9110 section 15); 0 for `clientGone`, which gets none.
  public let status: UInt16
  /// The gRPC status of the local reply.
  public let grpcStatus: UInt8
  public let origin: Origin
  /// Whether the same request, sent again without change, may end otherwise.
  public let mayRetry: Bool
  /// One line for people.
  public let explanation: String

  fileprivate init(
    _ text: String, _ status: UInt16, grpc: UInt8, _ origin: Origin, mayRetry: Bool = false, _ explanation: String
  ) {
    self.text = text
    self.status = status
    grpcStatus = grpc
    self.origin = origin
    self.mayRetry = mayRetry
    self.explanation = explanation
  }

  fileprivate static func decision(_ reject: DecisionReject, grpc: UInt8, _ origin: Origin, mayRetry: Bool = false)
    -> ReasonFacts
  {
    ReasonFacts(
      reject.rawValue, reject.status, grpc: grpc, origin, mayRetry: mayRetry, reject.explanation)
  }

  fileprivate static func canonical(_ reason: RejectReason) -> ReasonFacts {
    wire(reason.code, reason.explanation, reason.status)
  }

  /// Of bytes that a client should not have sent.
  fileprivate static func wire(_ text: String, _ explanation: String, _ status: UInt16 = 400) -> ReasonFacts {
    let grpc: UInt8 =
      switch status {
      case 501, 505: GRPC.unimplemented
      case 414, 431: GRPC.resourceExhausted
      default: GRPC.invalidArgument
      }
    return ReasonFacts(text, status, grpc: grpc, .client, explanation)
  }

  fileprivate static func token(_ error: TokenError) -> ReasonFacts {
    ReasonFacts(error.rawValue, TokenError.status, grpc: GRPC.unauthenticated, .client, error.explanation)
  }
}

/// The status codes of gRPC that local replies use.
private enum GRPC {
  static let ok: UInt8 = 0
  static let cancelled: UInt8 = 1
  static let unknown: UInt8 = 2
  static let invalidArgument: UInt8 = 3
  static let deadlineExceeded: UInt8 = 4
  static let permissionDenied: UInt8 = 7
  static let resourceExhausted: UInt8 = 8
  static let unimplemented: UInt8 = 12
  static let internalError: UInt8 = 13
  static let unavailable: UInt8 = 14
  static let unauthenticated: UInt8 = 16
}

extension ReasonCode {
  public var text: String { facts.text }
  public var status: UInt16 { facts.status }
  public var grpcStatus: UInt8 { facts.grpcStatus }
  public var origin: ReasonFacts.Origin { facts.origin }
  public var mayRetry: Bool { facts.mayRetry }
  public var explanation: String { facts.explanation }

  /// The one table that all readers read. Complexity: constant.
  public var facts: ReasonFacts {
    switch self {
    case .forwarded: ReasonFacts("forwarded", 200, grpc: GRPC.ok, .upstream, "the upstream's answer was passed on")
    case .local:
      ReasonFacts("local", 200, grpc: GRPC.unknown, .policy, "a route answers itself: `respond` or `redirect`")
    case .rule: ReasonFacts("rule", 403, grpc: GRPC.permissionDenied, .policy, "a `deny` rule holds")
    case .noRule: ReasonFacts("no_rule", 403, grpc: GRPC.permissionDenied, .policy, "no `allow` rule holds")
    case .indeterminate:
      ReasonFacts(
        "indeterminate", 403, grpc: GRPC.permissionDenied, .policy, "a rule that matters could not be evaluated")
    case .repeatedHeader: .decision(.repeatedHeader, grpc: GRPC.invalidArgument, .client)
    case .repeatedQuery: .decision(.repeatedQuery, grpc: GRPC.invalidArgument, .client)
    case .repeatedCookie: .decision(.repeatedCookie, grpc: GRPC.invalidArgument, .client)
    case .mtlsRequired: .decision(.mtlsRequired, grpc: GRPC.unauthenticated, .client)
    case .methodInvalid: .decision(.methodInvalid, grpc: GRPC.invalidArgument, .client)
    case .noRoute: .decision(.noRoute, grpc: GRPC.unimplemented, .client)
    case .routeIndeterminate: .decision(.routeIndeterminate, grpc: GRPC.unavailable, .policy, mayRetry: true)
    case .rewriteNotCanonical: .decision(.rewriteNotCanonical, grpc: GRPC.internalError, .policy)
    case .targetEmpty: .canonical(.targetEmpty)
    case .targetConnect: .canonical(.targetConnect)
    case .targetAsterisk: .canonical(.targetAsterisk)
    case .targetScheme: .canonical(.targetScheme)
    case .pathNotAbsolute: .canonical(.pathNotAbsolute)
    case .pathTooLong: .canonical(.pathTooLong)
    case .pathEncodedSlash: .canonical(.pathEncodedSlash)
    case .pathBackslash: .canonical(.pathBackslash)
    case .pathEncodedBackslash: .canonical(.pathEncodedBackslash)
    case .pathSemicolon: .canonical(.pathSemicolon)
    case .pathNul: .canonical(.pathNul)
    case .pathControl: .canonical(.pathControl)
    case .pathFragment: .canonical(.pathFragment)
    case .pathBadPercent: .canonical(.pathBadPercent)
    case .pathDoubleEncoding: .canonical(.pathDoubleEncoding)
    case .pathInvalidUTF8: .canonical(.pathInvalidUTF8)
    case .pathForbiddenByte: .canonical(.pathForbiddenByte)
    case .pathAboveRoot: .canonical(.pathAboveRoot)
    case .pathDotsAfterEmptySegment: .canonical(.pathDotsAfterEmptySegment)
    case .queryTooLong: .canonical(.queryTooLong)
    case .queryNul: .canonical(.queryNul)
    case .queryControl: .canonical(.queryControl)
    case .queryFragment: .canonical(.queryFragment)
    case .queryBadPercent: .canonical(.queryBadPercent)
    case .queryForbiddenByte: .canonical(.queryForbiddenByte)
    case .hostEmpty: .canonical(.hostEmpty)
    case .hostTooLong: .canonical(.hostTooLong)
    case .hostUserinfo: .canonical(.hostUserinfo)
    case .hostPercent: .canonical(.hostPercent)
    case .hostNonASCII: .canonical(.hostNonASCII)
    case .hostForbiddenByte: .canonical(.hostForbiddenByte)
    case .hostBadLabel: .canonical(.hostBadLabel)
    case .hostBadPort: .canonical(.hostBadPort)
    case .hostBadIPv4: .canonical(.hostBadIPv4)
    case .hostBadIPv6: .canonical(.hostBadIPv6)
    case .hostMismatch: .canonical(.hostMismatch)
    case .headerNameEmpty: .canonical(.headerNameEmpty)
    case .headerNameTooLong: .canonical(.headerNameTooLong)
    case .headerNameForbiddenByte: .canonical(.headerNameForbiddenByte)
    case .headerValueTooLong: .canonical(.headerValueTooLong)
    case .headerValueNul: .canonical(.headerValueNul)
    case .headerValueLineBreak: .canonical(.headerValueLineBreak)
    case .headerValueControl: .canonical(.headerValueControl)
    case .headerTooManyFields: .canonical(.headerTooManyFields)
    case .headerSectionTooLarge: .canonical(.headerSectionTooLarge)
    case .cookieMalformed: .canonical(.cookieMalformed)
    case .tokenMalformed: .token(.malformed)
    case .tokenRepeated: .token(.repeated)
    case .tokenUnknownIssuer: .token(.unknownIssuer)
    case .tokenAlgorithm: .token(.algorithm)
    case .tokenKey: .token(.key)
    case .tokenSignature: .token(.signature)
    case .tokenAudience: .token(.audience)
    case .tokenExpired: .token(.expired)
    case .tokenNotYet: .token(.notYet)
    case .tokenClaim: .token(.claim)
    case .badRequest:
      ReasonFacts(
        "bad_request", 400, grpc: GRPC.invalidArgument, .client,
        "the request is not HTTP as RFC 9110 or RFC 9113 has it")
    case .headTooLarge:
      ReasonFacts(
        "head_too_large", 431, grpc: GRPC.resourceExhausted, .client,
        "the head of the request is larger than 16384 bytes; over HTTP/2 also: it has too many fields, or its trailers do"
      )
    case .forwardedForMalformed:
      ReasonFacts(
        "forwarded_for_malformed", 400, grpc: GRPC.invalidArgument, .client,
        "a trusted proxy sent an `x-forwarded-for` that does not say who the client is")
    case .misdirected:
      ReasonFacts(
        "misdirected", 421, grpc: GRPC.unavailable, .client,
        "the host of the request belongs to another TLS context than its connection")
    case .requestTimeout:
      ReasonFacts(
        "request_timeout", 408, grpc: GRPC.deadlineExceeded, .client, mayRetry: true,
        "the request did not arrive in time")
    case .slowBody:
      ReasonFacts(
        "slow_body", 408, grpc: GRPC.deadlineExceeded, .client, mayRetry: true,
        "the body of the request came in a trickle")
    case .traceRefused:
      ReasonFacts(
        "trace_refused", 501, grpc: GRPC.unimplemented, .client,
        "TRACE is not served: its answer would show what the proxy adds to a request")
    case .maxForwards:
      ReasonFacts(
        "max_forwards", 204, grpc: GRPC.ok, .client,
        "an OPTIONS request was to go no further than here: `Max-Forwards` was 0")
    case .clientGone:
      ReasonFacts(
        "client_gone", 0, grpc: GRPC.cancelled, .client, mayRetry: true,
        "the client went away before it was answered")
    case .requestLine:
      .wire(
        "request_line",
        "the request line is not METHOD, one space, TARGET, one space, HTTP/1.1, or two empty lines are before it")
    case .methodByte: .wire("method_byte", "the method contains a byte that is not allowed in a token")
    case .targetByte: .wire("target_byte", "the request target contains a byte that is not visible ASCII")
    case .targetTooLong: .wire("target_too_long", "the request line is longer than 16384 bytes", 414)
    case .versionMalformed: .wire("version", "the version is not HTTP/ and two digits")
    case .versionUnsupported: .wire("version_unsupported", "the version is neither HTTP/1.0 nor HTTP/1.1", 505)
    case .bareCarriageReturn: .wire("bare_cr", "a carriage return without a line feed")
    case .bareLineFeed: .wire("bare_lf", "a line feed without a carriage return")
    case .nul: .wire("nul", "a NUL byte in the head")
    case .foldedLine: .wire("folded_line", "a field line begins with whitespace")
    case .spaceBeforeColon: .wire("space_before_colon", "whitespace between the name of a field and its colon")
    case .fieldName:
      .wire(
        "field_name",
        "the name of a field is empty, contains a byte that is not allowed in a token, or has no colon behind it")
    case .fieldNameUnderscore:
      .wire(
        "field_name_underscore",
        "the name of a field differs by underscores alone from one that frames the request or that the gateway sets")
    case .fieldValue: .wire("field_value", "the value of a field contains a control byte")
    case .tooManyFields: .wire("too_many_fields", "more than 100 field lines", 431)
    case .hostMissing: .wire("host_missing", "an HTTP/1.1 request without Host")
    case .hostRepeated: .wire("host_repeated", "more than one Host field")
    case .contentLength: .wire("content_length", "Content-Length is not one plain number")
    case .contentLengthRepeated: .wire("content_length_repeated", "more than one Content-Length field")
    case .contentLengthBesideTransferEncoding:
      .wire("content_length_beside_transfer_encoding", "both Content-Length and Transfer-Encoding")
    case .transferEncoding: .wire("transfer_encoding", "Transfer-Encoding does not end in chunked, or names it twice")
    case .transferEncodingRepeated: .wire("transfer_encoding_repeated", "more than one Transfer-Encoding field")
    case .transferEncodingInHTTP10: .wire("transfer_encoding_http10", "Transfer-Encoding in an HTTP/1.0 message")
    case .transferCodingUnsupported: .wire("transfer_coding_unsupported", "a transfer coding beside chunked", 501)
    case .connectionOptions: .wire("connection_options", "Connection is not a list of names, or has more than 32")
    case .expectation: .wire("expectation", "an expectation other than 100-continue", 417)
    case .chunkSize: .wire("chunk_size", "a chunk size is not one to sixteen hexadecimal digits")
    case .chunkExtension: .wire("chunk_extension", "a byte in a chunk extension that is not allowed there")
    case .chunkExtensionsTooLarge: .wire("chunk_extensions_too_large", "chunk extensions of more than 4096 bytes")
    case .chunkEnd: .wire("chunk_end", "a chunk is not followed by CR LF")
    case .trailersTooLarge: .wire("trailers_too_large", "a trailer section of more than 4096 bytes", 431)
    case .bodyCutShort: .wire("body_cut_short", "the connection ended inside the body")
    case .noEndpoint:
      ReasonFacts(
        "no_endpoint", 503, grpc: GRPC.unavailable, .upstream, mayRetry: true,
        "no endpoint of the destination can be asked")
    case .circuitOpen:
      ReasonFacts(
        "circuit_open", 503, grpc: GRPC.unavailable, .upstream, mayRetry: true,
        "the `capacity` of the destination is used up")
    case .upstreamConnect:
      ReasonFacts(
        "upstream_connect", 503, grpc: GRPC.unavailable, .upstream, mayRetry: true,
        "no connection to an endpoint of the destination could be made")
    case .upstreamTLS:
      ReasonFacts(
        "upstream_tls", 502, grpc: GRPC.unavailable, .upstream,
        "the TLS handshake with the endpoint failed, or it is not who it should be")
    case .upstreamReset:
      ReasonFacts(
        "upstream_reset", 502, grpc: GRPC.unavailable, .upstream, mayRetry: true,
        "the endpoint ended the connection or stream before it had answered")
    case .upstreamProtocol:
      ReasonFacts(
        "upstream_protocol", 502, grpc: GRPC.internalError, .upstream,
        "the answer of the endpoint is not HTTP as it should be")
    case .upstreamTimeout:
      ReasonFacts(
        "upstream_timeout", 504, grpc: GRPC.deadlineExceeded, .upstream, mayRetry: true,
        "the endpoint did not answer in time")
    case .overload:
      ReasonFacts(
        "overload", 503, grpc: GRPC.unavailable, .proxy, mayRetry: true,
        "the proxy sheds load: memory or time is short")
    case .internalError:
      ReasonFacts(
        "internal_error", 500, grpc: GRPC.internalError, .proxy,
        "a defect of the proxy; the log says more")
    }
  }
}
