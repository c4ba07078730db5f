import ProxyCore
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream

/// How reloads ended.
struct ReloadCounts: Sendable {
  var adopted: Int64 = 0
  var unchanged: Int64 = 0
  var refused: Int64 = 0

  mutating func count(_ outcome: ReloadOutcome) {
    switch outcome {
    case .adopted: adopted += 1
    case .unchanged: unchanged += 1
    case .refused: refused += 1
    }
  }
}

extension GatewayProcess.State {
  /// What the control thread knows and no worker counts.
  func samples(at now: Instant, _ discovery: borrowing Discovery) -> [PrometheusText.Sample] {
    var samples: [PrometheusText.Sample] = [
      .init(.bundle, [policy.identity, "\(policy.generation)"], 1), .init(.reloads, ["adopted"], reloads.adopted),
      .init(.reloads, ["unchanged"], reloads.unchanged), .init(.reloads, ["refused"], reloads.refused),
    ]
    if let expiry = tls.expiry { samples.append(.init(.certificateExpiry, [], expiry)) }
    let sources = GatewayProcess.sources(policy.topology, configuration)
    for (index, service) in policy.topology.services.enumerated() {
      let mayBeAsked = upstreams.endpoints(ofService: index).count { place in
        let known = upstreams.state(of: upstreams.endpoints[place].line, at: now)
        return known.isUp && !known.isEjected
      }
      samples.append(.init(.healthyEndpoints, [service.name], Int64(mayBeAsked)))
      if let source = sources[index], let answered = discovery.known(source)?.answeredAt {
        samples.append(.init(.discoveryAge, [service.name], (now - answered).nanoseconds / 1_000_000_000))
      }
    }
    return samples
  }
}

/// Handshakes that failed, by the reasons of `ProxyTLS`.
func handshakeSamples(_ workers: [WorkerMetrics]) -> [PrometheusText.Sample] {
  let outcomes =
    TLSFailure.Reason.allCases.map { ($0.rawValue, $0.code) } + HandshakeLoss.allCases.map { ($0.rawValue, $0.name) }
  return ConnectionSide.allCases.flatMap { side in
    outcomes.compactMap { number, name in
      let count = workers.reduce(0) { $0 &+ $1.handshakes(number, side) }
      return count == 0 ? nil : .init(.handshakes, [side.name, name], Int64(clamping: count))
    }
  }
}

/// Checks of endpoints that ended, by service.
func healthSamples(_ counts: [String: HealthChecks.Count]) -> [PrometheusText.Sample] {
  counts.sorted { $0.key < $1.key }.flatMap { service, count in
    [
      PrometheusText.Sample(.healthChecks, [service, "passed"], Int64(clamping: count.passed)),
      PrometheusText.Sample(.healthChecks, [service, "failed"], Int64(clamping: count.failed)),
    ]
  }
}
