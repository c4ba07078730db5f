import ProxyCore
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirJSON
import WeirPolicy
import WeirRequest

extension GatewayProcess: ControlSurface {
  /// Workers are asked each second.
  private static let silenceMax = Interval.seconds(3)

  public var isLive: Bool {
    isDraining || dataPlane.silence(at: Clock.now()) <= Self.silenceMax
  }

  private var isDraining: Bool { state.withLock { $0.drainBegan != nil } }

  public var unreadyReasons: [String] {
    var reasons: [String] = []
    if isDraining { reasons.append("draining") }
    if !isLive { reasons.append("worker_silent") }
    reasons += discoveries.filter { $0.known.endpoints == nil }.map { "discovery_incomplete `\($0.service)`" }
    if state.withLock({ !$0.tls.isValid }) { reasons.append("certificate_expired") }
    return reasons
  }

  public func metrics() -> [UInt8] {
    state.withLock { state in
      let samples =
        state.samples + upstreamSamples(state, at: Clock.now())
        + handshakeSamples(dataPlane.metrics)
      return Array(PrometheusText(state.metricNames, dataPlane.metrics, samples).text.utf8)
    }
  }

  public func bundle() -> JSONValue {
    state.withLock { state in
      .object([
        .init("file", .string(state.policy.file)), .init("sha256", .string(state.policy.identity)),
        .init("generation", .int(Int64(clamping: state.policy.generation))),
        .init("mesh", .string(orNull: state.policy.topology.mesh?.name)),
        .init("gateways", .array(state.policy.topology.gateways.map { .string($0.name) })),
        .init("services", .array(state.policy.topology.services.map { .string($0.name) })),
      ])
    }
  }

  public func upstreams() -> JSONValue {
    let now = Clock.now()
    return state.withLock { state in
      let sources = Self.sources(state.policy.topology, state.configuration)
      return .object(
        state.policy.topology.services.enumerated().map { index, service in
          .init(
            service.name,
            .object([
              .init("endpoints", .array(endpoints(ofService: index, service.name, state, now))),
              .init("asks_all", .bool(state.upstreams.asksAll(ofService: index, at: now))),
              .init("discovery", sources[index].map { json($0, now) } ?? .null),
            ]))
        })
    }
  }

  private func endpoints(ofService index: Int, _ name: String, _ state: State, _ now: Instant) -> [JSONValue] {
    state.upstreams.endpoints(ofService: index).map { place in
      let endpoint = state.upstreams.endpoints[place]
      let known = state.upstreams.state(of: endpoint.line, at: now)
      let checks = health.known(.init(service: name, address: endpoint.address))
      return .object([
        .init("address", .string("\(endpoint.address)")), .init("in_flight", .int(Int64(known.inFlight))),
        .init("healthy", .bool(known.isUp)), .init("ejected", .bool(known.isEjected)),
        .init("checks", checks?.json ?? .null),
      ])
    }
  }

  private func json(_ source: DiscoverySource, _ now: Instant) -> JSONValue {
    let known = discovery.known(source)
    let age = known?.answeredAt.map { (now - $0).nanoseconds / 1_000_000_000 }
    return .object([
      .init("source", .string("\(source)")), .init("age_seconds", age.map { .int($0) } ?? .null),
      .init("failure", .string(orNull: known?.error.map { "\($0)" })),
    ])
  }

  public func configuration() -> JSONValue {
    state.withLock { state in
      guard case .object(let members) = state.configuration.json else { return .null }
      return .object(
        members + [
          .init("pending", .array((state.incomplete?.pending ?? []).map(\.json))),
          .init("refused", state.incomplete?.refusedConfiguration?.json ?? .null),
        ])
    }
  }

  public func explain(_ request: [UInt8]) throws(RequestError) -> JSONValue {
    let bytes = state.withLock(\.policy.bytes)
    // Loaded again: the one in force belongs to the workers, and this is asked rarely.
    guard let bundle = try? LoadedBundle.load(bytes, trust: .anybody) else { return .null }
    var enforcer = Enforcer(for: bundle)
    let facts = try RequestDecoder(data: DataNames(bundle.topology.dataSets)).decode(request)
    let (verdict, scopes) = try enforcer.explain(facts, under: bundle)
    return .object(verdict.members + [.init("explain", .array(scopes.map(\.json)))])
  }

  public func drain() {
    let isFirst = state.withLock { state in
      guard state.drainBegan == nil else { return false }
      state.drainBegan = Clock.now()
      return true
    }
    if isFirst { log("draining") }
    EpollNetwork.wake(drainWakeUp)
  }
}

extension HealthChecks.Known {
  fileprivate var json: JSONValue {
    .object([
      .init("passed", .int(Int64(clamping: passed))), .init("failed", .int(Int64(clamping: failed))),
      .init("failure", .string(orNull: failure.map { "\($0)" })),
    ])
  }
}
