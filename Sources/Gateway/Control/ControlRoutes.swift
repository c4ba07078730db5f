import WeirJSON
import WeirRequest

/// Which listener a request came to.
enum ControlRole: Sendable, Equatable {
  /// Read-only, for probes and scrapes.
  case status
  /// A Unix socket that only its user may open.
  case admin
}

/// Answers a request. No I/O: what is done, the surface does.
func controlReply(_ request: ControlRequest, to role: ControlRole, _ surface: some ControlSurface) -> ControlReply {
  switch role {
  case .status: statusReply(request, surface)
  case .admin: adminReply(request, surface)
  }
}

private func statusReply(_ request: ControlRequest, _ surface: some ControlSurface) -> ControlReply {
  let page: () -> ControlReply
  switch request.path {
  case "/healthz": page = { surface.isLive ? .text(200, "live") : .text(503, "a worker does not answer") }
  case "/readyz":
    page = {
      let reasons = surface.unreadyReasons
      return reasons.isEmpty ? .text(200, "ready") : .text(503, reasons.joined(separator: "\n"))
    }
  case "/metrics":
    page = {
      ControlReply(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: surface.metrics())
    }
  default: return .text(404, "/healthz, /readyz and /metrics are here")
  }
  return request.isReading ? page() : .notAllowed("GET, HEAD")
}

private func adminReply(_ request: ControlRequest, _ surface: some ControlSurface) -> ControlReply {
  // A page in a browser that was led to this socket sends these, `weir admin` does not.
  guard !request.hasOrigin else { return .error(403, "origin", "requests of web pages are refused") }
  guard request.host == nil || request.host == ControlRequest.adminHost else {
    return .error(403, "host", "the host is not `\(ControlRequest.adminHost)`")
  }
  switch request.path {
  case "/bundle": return request.isReading ? .json(200, surface.bundle()) : .notAllowed("GET, HEAD")
  case "/upstreams": return request.isReading ? .json(200, surface.upstreams()) : .notAllowed("GET, HEAD")
  case "/config": return request.isReading ? .json(200, surface.configuration()) : .notAllowed("GET, HEAD")
  case "/explain":
    guard request.method == "POST" else { return .notAllowed("POST") }
    do throws(RequestError) { return .json(200, try surface.explain(request.body)) } catch {
      return .json(400, error.json)
    }
  case "/drain":
    guard request.method == "POST" else { return .notAllowed("POST") }
    surface.drain()
    return .json(202, .object([.init("draining", .bool(true))]))
  case "/reload":
    guard request.method == "POST" else { return .notAllowed("POST") }
    return surface.reload().reply
  default:
    return .error(404, "not_found", "/bundle, /upstreams, /config, /explain, /drain and /reload are here")
  }
}

extension ControlRequest {
  /// What `weir admin` names as its host.
  static let adminHost = "weir"

  var isReading: Bool { method == "GET" || method == "HEAD" }
}

extension ControlReply {
  fileprivate static func notAllowed(_ methods: StaticString) -> ControlReply {
    var reply = ControlReply.error(405, "method", "this page takes \(methods)")
    reply.allow = methods
    return reply
  }
}
