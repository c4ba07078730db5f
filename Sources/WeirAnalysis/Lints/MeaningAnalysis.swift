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
    var found: [Subject: [MeaningFinding]] = [:]
    var order: [Subject] = []
    var occurrences: [Position: Int] = [:]
    func add(_ finding: MeaningFinding) {
      let subject = Subject(position: finding.item.position, part: finding.part)
      if found[subject] == nil { order.append(subject) }
      found[subject, default: []].append(finding)
    }
    for scope in policy.authz.indices {
      for rule in policy.authz[scope].rules { occurrences[rule.position, default: 0] += 1 }
      for finding in ScopeLints(prover, scope: scope).findings() { add(finding) }
    }
    for table in policy.routeTables.indices {
      for route in policy.routeTables[table].routes { occurrences[route.position, default: 0] += 1 }
      for finding in RouteLints(prover, table: table).findings() { add(finding) }
    }
    let meanings = order.compactMap { subject -> MeaningFinding? in
      guard let findings = found[subject], findings.count == occurrences[subject.position],
        findings.allSatisfy({ $0.kind == findings[0].kind })
      else { return nil }
      return findings[0]
    }
    let settled = Set(order.filter { $0.part == nil }.map(\.position))
    return (meanings + LimitLints(prover: prover).findings()).filter(\.isNoGuard)
      + DeniedRoutes(prover: prover, settled: settled, conditionsMax: conditionsMax).findings()
      + UnreachedAllows(prover: prover, settled: settled, conditionsMax: conditionsMax).findings()
  }

  /// What a finding is about: a rule or route, or a part of its condition.
  private struct Subject: Hashable {
    var position: Position
    var part: Condition?
  }
}

extension MeaningFinding {
  /// Whether it is not about a part of a condition that one test alone makes constant, as where a caller is always known.
  fileprivate var isNoGuard: Bool { part == nil || (reason?.parts.count ?? 0) > 1 }
}
