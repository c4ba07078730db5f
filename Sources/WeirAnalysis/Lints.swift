import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Something about what rules or routes mean that is certain and probably not meant.
public struct MeaningFinding: Sendable {
  public enum Kind: Hashable, Sendable {
    /// The condition holds for every request.
    case alwaysTrue
    /// The condition holds for no request.
    case neverTrue
    /// Whatever the allow covers is denied.
    case denied
    /// Whatever the rule covers is covered by others of its effect.
    case redundant
    /// The rule covers exactly what another of its effect covers.
    case sameMeaning
    /// Whatever the route covers goes to earlier ones.
    case unreachable
    /// Nothing that the limit covers is allowed.
    case neverCharged
  }

  /// A rule, route or limit, by its name.
  public struct Item: Hashable, Sendable {
    public let name: String
    public let position: Position
  }

  public let kind: Kind
  public let item: Item
  /// The others that make it so: none for constants.
  public let cover: [Item]
  /// A request that shows it and how it is decided, in the words of a test; decided by the reference evaluator.
  public let example: String?
}

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
    return order.compactMap { position in
      guard let findings = found[position], findings.count == occurrences[position],
        findings.allSatisfy({ $0.kind == findings[0].kind })
      else { return nil }
      return findings[0]
    } + policy.limits.compactMap(neverCharged)
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
    return MeaningFinding(
      kind: .neverCharged, item: .init(name: limit.name, position: limit.position), cover: [], example: nil)
  }
}

/// Questions about conditions in every form that a request can have: with a path, and `OPTIONS *`.
struct Forms {
  let analyses: [Analysis]

  init(_ conditions: [Condition], context: PlanContext, asterisk: Asterisk?, limits: PlanLimits) {
    var forms = [conditions]
    if let asterisk {
      let special = conditions.map(asterisk.specialised)
      if special != conditions { forms.append(special) }
    }
    analyses = forms.map { Analysis(Space($0, context: context, limits: limits), limits: limits) }
  }

  /// Whether it is proved that no request satisfies one of `positive` and none of `negative`.
  func never(_ positive: [Int], without negative: [Int] = []) -> Bool {
    analyses.allSatisfy { analysis in
      let answer = analysis.firsts([positive, negative]) { $0[0] < positive.count && $0[1] == negative.count }
      if case .never = answer { return true }
      return false
    }
  }

  /// Those that some request with a path reaches first; `nil` when that is not known.
  func reached(_ entries: [Int]) -> Set<Int>? {
    guard let analysis = analyses.first else { return nil }
    switch analysis.firsts([entries], where: { _ in true }) {
    case .never: return []
    case .undecided: return nil
    case .found(let found): return Set(found.compactMap { $0.firsts[0] < entries.count ? entries[$0.firsts[0]] : nil })
    }
  }

  /// The fewest of `candidates`, as far as leaving out one after the other finds them, without which a request satisfies
  /// `condition`.
  func cover(of condition: Int, among candidates: [Int]) -> [Int] {
    if let one = candidates.first(where: { never([condition], without: [$0]) }) { return [one] }
    guard candidates.count <= 24 else { return candidates }
    var kept = candidates
    for candidate in candidates.reversed() {
      let rest = kept.filter { $0 != candidate }
      if never([condition], without: rest) { kept = rest }
    }
    return kept
  }
}
