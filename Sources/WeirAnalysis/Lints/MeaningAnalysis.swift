import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Finds what `MeaningFinding` lists. Only what is proved is said; where the budget is gone nothing is.
public struct MeaningAnalysis {
  let prover: Prover

  /// - Parameter limits: for each scope.
  public init(policy: Policy, limits: PlanLimits = MeaningAnalysis.limits) {
    prover = Prover(policy: policy, limits: limits)
  }

  /// Small enough that linting stays quick.
  public static let limits: PlanLimits = {
    var limits = PlanLimits()
    limits.graphStepsMax = 2_000_000
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
    return meanings + policy.limits.compactMap(neverCharged)
      + DeniedRoutes(prover: prover, settled: Set(order)).findings()
      + UnreachedAllows(prover: prover, settled: Set(order)).findings()
  }

  private func neverCharged(_ limit: Limit) -> MeaningFinding? {
    let policy = prover.policy
    let ports = policy.services[limit.service].ports
    // An undetermined condition charges, so what leaves doubt is left alone.
    let isSilent = ports.indices.filter { limit.port ?? $0 == $0 }.allSatisfy { port in
      let scope = ports[port].authz
      let rules = ScopeRules(policy.authz[scope])
      let question = Question(
        conditions: [limit.condition] + rules.conditions, lists: [[0], Array(1..<(1 + rules.conditions.count))],
        context: PlanContext(authz: policy.authz[scope], of: policy)
      ) { $0[0] == 0 && rules.isAllowed($0[1]) }
      // Who is allowed nothing hears of it elsewhere.
      guard !rules.allows.isEmpty, question.doubt(where: .constant(true)) == nil else { return false }
      let asterisk = prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil
      if case .none = question.search(asterisk: asterisk, limits: prover.limits) { return true }
      return false
    }
    guard isSilent else { return nil }
    let scope = ports[limit.port ?? 0].authz
    return MeaningFinding(
      kind: .neverCharged, item: .init(name: limit.name, position: limit.position),
      cover: [.init(name: policy.services[limit.service].name, position: policy.authz[scope].position)],
      example: prover.example(of: limit.condition, scope: scope))
  }
}
