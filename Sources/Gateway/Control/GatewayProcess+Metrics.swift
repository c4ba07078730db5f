import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirPolicy

extension GatewayProcess {
  /// Endpoints that have series of their own; the counts of the others are in those of their services.
  private static let endpointsMax = 1_000

  /// What `/metrics` says of services and endpoints beside the workers' counts.
  func upstreamSamples(_ state: State, at now: Instant) -> [PrometheusText.Sample] {
    typealias Sample = PrometheusText.Sample
    var samples: [Sample] = []
    var endpointsLeft = Self.endpointsMax
    let checks = health.counts
    let sources = Self.sources(state.policy.topology, state.configuration)
    for (index, service) in state.policy.topology.services.enumerated() {
      let places = state.upstreams.endpoints(ofService: index)
      var wellCount: Int64 = 0
      for place in places {
        let endpoint = state.upstreams.endpoints[place]
        let known = state.upstreams.state(of: endpoint.line, at: now)
        if known.isUp, !known.isEjected { wellCount += 1 }
        guard endpointsLeft > 0 else { continue }
        endpointsLeft -= 1
        samples += Self.samples([service.name, "\(endpoint.address)"], known)
      }
      samples.append(Sample(.healthyEndpoints, [service.name], wellCount))
      samples.append(Sample(.asksAll, [service.name], state.upstreams.asksAll(ofService: index, at: now) ? 1 : 0))
      samples.append(Sample(.serviceConnections, [service.name], Int64(state.upstreams.count(.connection, index))))
      samples.append(Sample(.serviceActive, [service.name], Int64(state.upstreams.count(.request, index))))
      samples.append(Sample(.servicePending, [service.name], Int64(state.upstreams.count(.pending, index))))
      if let count = checks[service.name] {
        samples.append(Sample(.healthChecks, [service.name, "passed"], Int64(clamping: count.passed)))
        samples.append(Sample(.healthChecks, [service.name, "failed"], Int64(clamping: count.failed)))
      }
      if let answeredAt = sources[index].flatMap({ discovery.known($0)?.answeredAt }) {
        samples.append(Sample(.discoveryAge, [service.name], (now - answeredAt).nanoseconds / 1_000_000_000))
      }
    }
    return samples
  }

  private static func samples(_ names: [String], _ known: EndpointState) -> [PrometheusText.Sample] {
    let succeeded = known.requests >= known.failures ? known.requests - known.failures : 0
    return [
      .init(.endpointRequests, names + ["success"], Int64(clamping: succeeded)),
      .init(.endpointRequests, names + ["failure"], Int64(clamping: known.failures)),
      .init(.endpointSeconds, names, nanoseconds: known.duration),
      .init(.endpointActive, names, Int64(known.inFlight)), .init(.endpointHealthy, names, known.isUp ? 1 : 0),
      .init(.endpointEjected, names, known.isEjected ? 1 : 0),
      .init(.endpointEjections, names, Int64(known.ejectionCount)),
    ]
  }
}
