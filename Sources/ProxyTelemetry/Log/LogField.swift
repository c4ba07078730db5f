/// The keys of an access log line, in their order. `docs/logs.md` is checked against this table.
///
/// Keys that `weir eval` takes as the request mean the same here, so that a log can be decided again: `weir replay --log`.
public enum LogField: Int, CaseIterable, Sendable {
  case time, gateway, service, caller
  case sourceIP
  case sourcePort
  case clientIP
  case port, sni, method, scheme, host, path, draw
  case outcome, by, reason
  case at, route
  case routeAt
  case ended, status, destination, endpoint, attempts
  case shadowDiffers
  case isAudited
  case version
  case requestBytes
  case responseBytes
  case headTime
  case decisionTime
  case connectTime
  case sentTime
  case answerTime
  case endTime
  case trace
  case requestID
  case reference
  case bundle, generation

  public var key: String {
    switch self {
    case .sourceIP: "source_ip"
    case .sourcePort: "source_port"
    case .clientIP: "client_ip"
    case .routeAt: "route_at"
    case .shadowDiffers: "shadow_differs"
    case .isAudited: "audit"
    case .requestBytes: "request_bytes"
    case .responseBytes: "response_bytes"
    case .headTime: "head_us"
    case .decisionTime: "decided_us"
    case .connectTime: "connected_us"
    case .sentTime: "sent_us"
    case .answerTime: "answered_us"
    case .endTime: "ended_us"
    case .requestID: "request_id"
    case .time, .gateway, .service, .caller, .port, .sni, .method, .scheme, .host, .path, .draw, .outcome, .by, .reason,
      .at, .route, .ended, .status, .destination, .endpoint, .attempts, .version, .trace, .reference, .bundle,
      .generation:
      "\(self)"
    }
  }

  /// The type in JSON, and `or absent` for what not every line has.
  public var type: String {
    switch self {
    case .gateway, .service, .sni, .port, .route, .routeAt, .destination, .endpoint, .at, .requestID, .trace,
      .reference, .method,
      .scheme, .host, .path:
      (self == .port ? "number" : "string") + " or absent"
    case .caller, .by, .reason: "string or null"
    case .time, .sourceIP, .clientIP, .outcome, .ended, .version, .bundle: "string"
    case .shadowDiffers, .isAudited: "boolean"
    case .sourcePort, .draw, .status, .attempts, .requestBytes, .responseBytes, .generation: "number"
    case .headTime, .decisionTime, .connectTime, .sentTime, .answerTime, .endTime: "number or absent"
    }
  }

  /// One line for the documentation.
  public var explanation: String {
    switch self {
    case .time: "When the first byte arrived (RFC 3339, milliseconds, UTC)."
    case .gateway: "The gateway that it arrived at: the one of the listener, or else of the host."
    case .service: "The service that was addressed itself; absent behind a gateway."
    case .caller: "The verified SPIFFE identity of the peer; null without a certificate."
    case .sourceIP: "The peer of TCP, or what the PROXY protocol says of it."
    case .sourcePort: "Its port."
    case .clientIP: "The right-most hop that is not trusted."
    case .port: "The port that was addressed, where the host says."
    case .sni: "The server name of the TLS handshake."
    case .method: "As sent."
    case .scheme: "http or https, by the connection."
    case .host: "Canonical, with a port other than the scheme's."
    case .path:
      "Path and query as received, canonical; values of the query are masked unless the configuration keeps them, and a "
        + "user's name and password before a host always."
    case .draw: "The number that picks the branch of a split without a sticky key: 0 to 9999."
    case .outcome: "allow, deny or reject: the policy's decision."
    case .by: "The rule that decided."
    case .reason:
      "Why it was denied or refused, or `local`: as `weir eval` says it; null for an allow that was forwarded."
    case .at: "Where that rule is written: file:line."
    case .route: "The route that was taken; of a denied request, too, where one could be chosen."
    case .routeAt: "Where it is written: file:line."
    case .ended: "The reason code with which the request ended: see `weir explain --list reason`."
    case .status: "The status that the client got, also when it went before the rest; 0: none."
    case .destination:
      "The service, and its subset, that it was forwarded to, or would have been had it not been denied."
    case .endpoint: "The address of the last attempt."
    case .attempts: "Attempts to forward it."
    case .shadowDiffers: "Had the shadow rules been enforced, it would have been decided otherwise."
    case .isAudited: "An audit rule marked it."
    case .version: "HTTP/1.1, HTTP/2 or TCP, of the client's side."
    case .requestBytes: "Bytes of the request's body."
    case .responseBytes: "Bytes of the response's body, the gateway's own answers included."
    case .headTime: "Microseconds from the first byte until the head was complete."
    case .decisionTime: "… until it was decided."
    case .connectTime: "… until a connection to the endpoint was there."
    case .sentTime: "… until the head was handed to the endpoint."
    case .answerTime: "… until the head of the response had come."
    case .endTime: "… until the last byte was handed to the client."
    case .trace: "The trace id of `traceparent`."
    case .requestID: "What `x-request-id` says."
    case .reference: "What the client was told with a refusal, beside the reason."
    case .bundle: "The SHA-256 of the bundle that decided."
    case .generation: "Its generation."
    }
  }
}
