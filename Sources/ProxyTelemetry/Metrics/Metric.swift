/// A family of time series. Every name that `/metrics` shows is here, once; `docs/metrics.md` is checked against it.
public enum Metric: String, CaseIterable, Sendable {
  case requests = "weir_requests_total"
  case responses = "weir_responses_total"
  case ruleDecisions = "weir_rule_decisions_total"
  case shadowDifferences = "weir_shadow_differences_total"
  case auditedRequests = "weir_audited_requests_total"
  case routeRequests = "weir_route_requests_total"
  case routeDuration = "weir_route_request_duration_seconds"
  case serviceRequests = "weir_service_requests_total"
  case serviceDuration = "weir_service_request_duration_seconds"
  case serviceRetries = "weir_service_retries_total"
  case serviceCalls = "weir_service_grpc_calls_total"
  case serviceConnections = "weir_service_connections"
  case serviceActive = "weir_service_active_requests"
  case servicePending = "weir_service_pending_requests"
  case endpointRequests = "weir_endpoint_requests_total"
  case endpointSeconds = "weir_endpoint_request_seconds_total"
  case endpointActive = "weir_endpoint_active_requests"
  case endpointHealthy = "weir_endpoint_healthy"
  case endpointEjected = "weir_endpoint_ejected"
  case endpointEjections = "weir_endpoint_ejections_total"
  case connections = "weir_connections_total"
  case openConnections = "weir_open_connections"
  case closedConnections = "weir_connections_closed_total"
  case handshakes = "weir_tls_handshakes_total"
  case bytes = "weir_bytes_total"
  case acceptPauses = "weir_accept_pauses_total"
  case slowTurns = "weir_slow_turns_total"
  case replaysDropped = "weir_replays_dropped_total"
  case logLines = "weir_log_lines_total"
  case memoryBytes = "weir_memory_bytes"
  case bundle = "weir_bundle_info"
  case reloads = "weir_reloads_total"
  case configurationPending = "weir_configuration_pending"
  case certificateExpiry = "weir_certificate_expiry_seconds"
  case healthyEndpoints = "weir_healthy_endpoints"
  case asksAll = "weir_service_asks_all"
  case healthChecks = "weir_health_checks_total"
  case discoveryAge = "weir_discovery_age_seconds"
  case seriesDropped = "weir_metric_series_dropped_total"

  public enum Kind: String, Sendable { case counter, gauge, histogram }

  public var kind: Kind {
    switch self {
    case .routeDuration, .serviceDuration: .histogram
    case .openConnections, .memoryBytes, .bundle, .configurationPending, .certificateExpiry, .healthyEndpoints,
      .asksAll, .discoveryAge,
      .serviceConnections, .serviceActive, .servicePending, .endpointActive, .endpointHealthy, .endpointEjected:
      .gauge
    case .requests, .responses, .ruleDecisions, .shadowDifferences, .auditedRequests, .routeRequests, .serviceRequests,
      .serviceRetries, .serviceCalls, .endpointRequests, .endpointSeconds, .endpointEjections, .connections,
      .closedConnections, .handshakes, .bytes, .acceptPauses, .slowTurns, .replaysDropped, .logLines, .reloads,
      .healthChecks, .seriesDropped:
      .counter
    }
  }

  /// In the order in which they are written.
  public var labels: [String] {
    switch self {
    case .requests: ["reason"]
    case .responses: ["status"]
    case .ruleDecisions: ["scope", "rule", "effect", "place"]
    case .shadowDifferences, .auditedRequests: ["scope"]
    case .routeRequests: ["table", "route", "place"]
    case .routeDuration: ["table", "route"]
    case .serviceRequests: ["service", "status"]
    case .serviceDuration, .serviceRetries, .healthyEndpoints, .asksAll, .serviceConnections, .serviceActive,
      .servicePending:
      ["service"]
    case .serviceCalls: ["service", "status"]
    case .endpointSeconds, .endpointActive, .endpointHealthy, .endpointEjected, .endpointEjections:
      ["service", "endpoint"]
    case .endpointRequests: ["service", "endpoint", "outcome"]
    case .connections, .openConnections: ["side"]
    case .closedConnections: ["side", "reason"]
    case .handshakes: ["side", "outcome"]
    case .healthChecks: ["service", "outcome"]
    case .bytes: ["side", "direction"]
    case .acceptPauses, .slowTurns, .replaysDropped, .seriesDropped: []
    case .logLines: ["outcome"]
    case .memoryBytes: ["worker"]
    case .bundle: ["identity", "generation"]
    case .reloads: ["outcome"]
    case .configurationPending: ["cause"]
    case .certificateExpiry: []
    case .discoveryAge: ["service"]
    }
  }

  /// One line, for `# HELP` and the documentation.
  public var help: String {
    switch self {
    case .requests: "Requests by the reason code with which they ended."
    case .responses: "Responses to clients by the class of their status; none: the client went before there was one."
    case .ruleDecisions: "Requests that a rule decided."
    case .shadowDifferences: "Requests that would have been decided otherwise had the shadow rules been enforced."
    case .auditedRequests: "Requests that an audit rule marked."
    case .routeRequests: "Requests that took a route, denied ones included."
    case .routeDuration:
      "Time from the first byte of a request to the last of its response, for the first 1,000 routes taken."
    case .serviceRequests: "Requests forwarded to a service by the class of the response; none: there was no response."
    case .serviceDuration: "Time from the first byte of a request to the last of its response."
    case .serviceRetries: "Attempts after the first."
    case .serviceCalls: "Calls of gRPC by the status that they ended with; none: there was no status."
    case .serviceConnections: "Connections to a service that are open now."
    case .serviceActive: "Requests that were sent to a service or wait for it now."
    case .servicePending: "Requests that wait for a connection to a service now."
    case .endpointRequests:
      "Attempts at an endpoint that ended; failure: no whole response, or one that is the server's failure."
    case .endpointSeconds: "Time that attempts at an endpoint took."
    case .endpointActive: "Requests that an endpoint has now."
    case .endpointHealthy: "1 for an endpoint that did not fail its checks, else 0."
    case .endpointEjected: "1 for an endpoint that is ejected now, else 0."
    case .endpointEjections: "Times that an endpoint was ejected."
    case .connections: "Connections that were opened."
    case .openConnections: "Connections that are open now."
    case .closedConnections: "Connections that were closed."
    case .handshakes: "TLS handshakes that ended: `done`, or why not."
    case .bytes: "Bytes of sockets."
    case .acceptPauses: "Times that accepting paused: descriptors, connections or memory were used up."
    case .slowTurns: "Turns of a worker's loop that took more than 50 ms."
    case .replaysDropped:
      "Requests that could not be sent again: copies of bodies held a tenth of the memory account."
    case .logLines: "Log lines; dropped: no buffer was free, or the file could not be written."
    case .memoryBytes: "Bytes of a worker's memory account: its buffers, and what OpenSSL and nghttp2 hold for it."
    case .bundle: "1 for the bundle in force."
    case .reloads: "Reloads, and certificates that were looked at; refused: everything stayed as it was."
    case .configurationPending:
      "What of the configuration's file is not in force; restart: keys that only a restart changes, mistake: mistakes."
    case .certificateExpiry: "Seconds since 1970 at which the first of our own certificates expires."
    case .healthyEndpoints:
      "Endpoints of a service that are well: not ejected, checks not failed. While they are fewer than half, all are asked."
    case .asksAll: "1 while all endpoints of a service are asked because fewer than half of them are well, else 0."
    case .healthChecks: "Checks of endpoints that ended; passed, or failed."
    case .discoveryAge: "Seconds since the last answer of a service's discovery."
    case .seriesDropped: "Series that had no room and are not counted."
    }
  }
}

/// What a worker counts beside requests: one cell each.
public enum WorkerCounter: Int, CaseIterable, Sendable {
  case downstreamOpened, downstreamClosed, upstreamOpened, upstreamClosed
  case downstreamHandshakes, upstreamHandshakes
  case downstreamReceived, downstreamSent, upstreamReceived, upstreamSent
  case acceptPauses, slowTurns, replaysDropped
  case logLinesWritten, logLinesDropped
  /// A gauge.
  case memoryBytes

  /// The family and the values of its labels; `nil` for what is only half of a gauge.
  var series: (metric: Metric, values: [String])? {
    switch self {
    case .downstreamOpened: (.connections, ["downstream"])
    case .upstreamOpened: (.connections, ["upstream"])
    case .downstreamClosed, .upstreamClosed, .memoryBytes: nil
    case .downstreamHandshakes: (.handshakes, ["downstream", "done"])
    case .upstreamHandshakes: (.handshakes, ["upstream", "done"])
    case .downstreamReceived: (.bytes, ["downstream", "received"])
    case .downstreamSent: (.bytes, ["downstream", "sent"])
    case .upstreamReceived: (.bytes, ["upstream", "received"])
    case .upstreamSent: (.bytes, ["upstream", "sent"])
    case .acceptPauses: (.acceptPauses, [])
    case .slowTurns: (.slowTurns, [])
    case .replaysDropped: (.replaysDropped, [])
    case .logLinesWritten: (.logLines, ["written"])
    case .logLinesDropped: (.logLines, ["dropped"])
    }
  }
}

/// The class of a status, as a label.
enum StatusClass {
  static let names = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"]

  /// An index of `names`; 0 for no response.
  static func index(_ status: UInt16) -> Int { status < 100 || status > 599 ? 0 : Int(status / 100) }
}

/// The status of a call of gRPC, as a label.
enum CallStatus {
  static let names = [
    "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
    "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented",
    "internal", "unavailable", "data_loss", "unauthenticated", "none",
  ]

  /// An index of `names`.
  static func index(_ status: Int8) -> Int { 0..<17 ~= Int(status) ? Int(status) : 17 }
}
