import ProxyCore
import ProxyTLS
import ProxyTelemetry

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
  var samples: [PrometheusText.Sample] {
    var samples: [PrometheusText.Sample] = [
      .init(.bundle, [policy.identity, "\(policy.generation)"], 1), .init(.reloads, ["adopted"], reloads.adopted),
      .init(.reloads, ["unchanged"], reloads.unchanged), .init(.reloads, ["refused"], reloads.refused),
    ]
    let mistakes = incomplete?.refusedConfiguration?.mistakes.count ?? 0
    samples.append(.init(.configurationPending, ["restart"], Int64(incomplete?.pending.count ?? 0)))
    samples.append(.init(.configurationPending, ["mistake"], Int64(mistakes)))
    if let expiry = tls.expiry { samples.append(.init(.certificateExpiry, [], expiry)) }
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
