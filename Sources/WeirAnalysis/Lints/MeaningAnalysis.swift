import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Finds what `MeaningFinding` lists. Only what is proved is said; where the budget is gone nothing is.
public struct MeaningAnalysis {
  let prover: Prover
  private let conditionsMax: Int

  /// - Parameters:
  ///   - limits: for each scope.
  ///   - conditionsMax: rules and routes that all questions about deliveries together may look at.
  public init(policy: Policy, limits: PlanLimits = MeaningAnalysis.limits, conditionsMax: Int = 400_000) {
    prover = Prover(policy: policy, limits: limits)
    self.conditionsMax = conditionsMax
  }

  /// Small enough that linting stays quick.
  public static let limits: PlanLimits = {
    var limits = PlanLimits()
    limits.graphStepsMax = 2_000_000
    limits.regexStepsMax = 2_000_000
    limits.pairsMax = 50_000
    return limits
  }()

  /// In the order of the policy. A rule or route that stands in several scopes is named when the same holds in all of them.
  public func findings() -> [MeaningFinding] {
    let policy = prover.policy
    var found: [Position: [MeaningFinding]] = [:]
    var order: [Position] = []
    var occurrences: [Position: Int] = [:]
    for scope in policy.authz.indices {
      for rule in policy.authz[scope].rules { occurrences[rule.position, default: 0] += 1 }
      for finding in ScopeLints(prover, scope: scope).findings() {
        if found[finding.item.position] == nil { order.append(finding.item.position) }
        found[finding.item.position, default: []].append(finding)
      }
    }
    for table in policy.routeTables.indices {
      for route in policy.routeTables[table].routes { occurrences[route.position, default: 0] += 1 }
      for finding in RouteLints(prover, table: table).findings() {
        if found[finding.item.position] == nil { order.append(finding.item.position) }
        found[finding.item.position, default: []].append(finding)
      }
    }
    let meanings = order.compactMap { position -> MeaningFinding? in
      guard let findings = found[position], findings.count == occurrences[position],
        findings.allSatisfy({ $0.kind == findings[0].kind })
      else { return nil }
      return findings[0]
    }
    return meanings + LimitLints(prover: prover).findings()
      + DeniedRoutes(prover: prover, settled: Set(order), conditionsMax: conditionsMax).findings()
      + UnreachedAllows(prover: prover, settled: Set(order), conditionsMax: conditionsMax).findings()
  }
}
