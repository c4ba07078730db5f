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
    if !discovery.isComplete { reasons.append("discovery_incomplete") }
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
      .object(
        state.policy.topology.services.enumerated().map { index, service in
          .init(
            service.name,
            .array(
              state.upstreams.endpoints(ofService: index).map { place in
                let endpoint = state.upstreams.endpoints[place]
                let known = state.upstreams.state(of: endpoint.line, at: now)
                let checks = health.known(.init(service: service.name, address: endpoint.address))
                return .object([
                  .init("address", .string("\(endpoint.address)")), .init("in_flight", .int(Int64(known.inFlight))),
                  .init("healthy", .bool(known.isUp)), .init("ejected", .bool(known.isEjected)),
                  .init("checks", checks?.json ?? .null),
                ])
              }))
        })
    }
  }

  public func configuration() -> JSONValue { state.withLock { $0.configuration.json } }

  public func explain(_ request: [UInt8]) -> JSONValue {
    let bytes = state.withLock(\.policy.bytes)
    // Loaded again: the one in force belongs to the workers, and this is asked rarely.
    guard let bundle = try? LoadedBundle.load(bytes, trust: .anybody) else { return .null }
    var enforcer = Enforcer(for: bundle)
    do throws(RequestError) {
      let facts = try RequestDecoder(data: DataNames(bundle.topology.dataSets)).decode(request)
      let (verdict, scopes) = try enforcer.explain(facts, under: bundle)
      return .object(verdict.members + [.init("explain", .array(scopes.map(\.json)))])
    } catch { return error.json }
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

  public func reload() -> ReloadOutcome {
    take { state throws(GatewayFailure) in try reload(&state) }
  }

  /// Takes the certificates, keys and roots of this moment under the policy and the configuration in force: whatever is wrong with those
  /// that are offered must not let certificates expire.
  func renewCertificates() -> ReloadOutcome {
    take { state throws(GatewayFailure) in
      let configuration = state.configuration
      return try adopt(LoadedPolicy.load(again: state.policy, configuration), configuration, &state)
    }
  }

  private func take(_ change: (inout State) throws(GatewayFailure) -> ReloadOutcome) -> ReloadOutcome {
    state.withLock { state in
      let outcome: ReloadOutcome
      do throws(GatewayFailure) { outcome = try change(&state) } catch {
        outcome = .refused(code: error.code, message: error.message)
      }
      state.reloads.count(outcome)
      return outcome
    }
  }

  private func reload(_ state: inout State) throws(GatewayFailure) -> ReloadOutcome {
    let configuration: Configuration
    do throws(ConfigurationErrors) { configuration = try settings.configuration() } catch {
      throw GatewayFailure(error)
    }
    guard configuration.fixedPart == state.configuration.fixedPart else {
      throw GatewayFailure(
        "needs_restart",
        "listeners, workers, memory, status, admin or timeouts have changed: they are read at the start alone")
    }
    if let file = configuration.bundle?.value {
      state.refused = try? FileBytes.read(file, bytesMax: LoadedPolicy.bundleBytesMax)
    }
    let outcome = try adopt(
      LoadedPolicy.load(configuration, notBefore: state.policy.generation), configuration, &state)
    state.refused = nil
    return outcome
  }

  /// Puts them in force, if anything is other than it was.
  private func adopt(
    _ policy: consuming LoadedPolicy, _ configuration: Configuration, _ state: inout State
  ) throws(GatewayFailure) -> ReloadOutcome {
    let (facts, entries) = (policy.facts, policy.entries)
    let tls = try Self.tls(configuration, facts.topology, workerCount: workerCount, previous: state.tls)
    guard facts.bytes != state.policy.bytes || configuration != state.configuration || tls.isChanged(since: state.tls)
    else { return .unchanged }
    let upstreams = try Self.upstreams(
      facts.topology, configuration, number: state.upstreams.number + 1, discovery: discovery, registry: registry)
    dataPlane.adopt(
      Generation(
        bundle: policy.bundle, entries: entries, upstreams: upstreams, telemetry: facts.telemetry(&state.metricNames),
        tls: tls.upstreams), tls: tls.contexts)
    try Self.check(facts.topology, upstreams, tls, by: health)
    state.tls = tls
    state.configuration = configuration
    state.policy = facts
    state.upstreams = upstreams
    return .adopted(generation: facts.generation, identity: facts.identity)
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
