import WeirPlan
import WeirPolicy
import WeirRequest

/// The enforced rules of a scope: denies first, as they are decided.
struct ScopeRules {
  let denies: [Rule]
  let allows: [Rule]

  init(_ scope: AuthzScope) {
    denies = scope.rules.filter { !$0.isShadow && $0.effect == .deny }
    allows = scope.rules.filter { !$0.isShadow && $0.effect == .allow }
  }

  var conditions: [Condition] { (denies + allows).map(\.condition) }

  /// Whether a request whose first true condition is this one is allowed.
  func isAllowed(_ first: Int) -> Bool { first >= denies.count && first < denies.count + allows.count }
}

/// `never allow`, `always allow` and the same of `deny`: requests that meet a condition, and what a scope says of them.
struct AuthzClaim {
  let prover: Prover
  let scope: Int
  let condition: Condition
  /// Whether a request that is allowed breaks the claim; else one that is not.
  let breaksByAllowing: Bool

  private var policy: Policy { prover.policy }
  private var target: TestSuite.Target { TestSuite.Target(policy.authz[scope].target) }

  func answer(named name: String) -> ClaimAnswer {
    let rules = ScopeRules(policy.authz[scope])
    let answering = policy.answering(scope: scope, asked: [condition] + rules.conditions)
    let conditions = [condition, answering] + rules.conditions
    let question = Question(
      conditions: conditions, lists: [[0], [1], Array(2..<conditions.count)],
      context: PlanContext(authz: policy.authz[scope], of: policy)
    ) { [breaksByAllowing] firsts in
      firsts[0] == 0 && firsts[1] == 0 && rules.isAllowed(firsts[2]) == breaksByAllowing
    }
    let asterisk = prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil
    return prover.settle(
      question.search(asterisk: asterisk, limits: prover.limits),
      doubt: breaksByAllowing ? nil : question.doubt(where: condition)
    ) { trial($0, adapting: $1, named: name) }
  }

  private func trial(_ candidate: Candidate, adapting side: CaseBuilder.Side, named name: String) -> Trial {
    guard let witness = prover.witness(candidate, for: target, adapting: side) else {
      return .unrealised(candidate.obstacle(for: target))
    }
    guard let verdict = prover.reference.decide(witness.facts),
      let test = prover.text(witness, expecting: [.init(outcomeOf: verdict)], named: name, for: target)
    else { return .unwritable }
    let facts = witness.facts
    guard prover.reference.evaluate(condition, scope: scope, facts) == .yes,
      prover.isAllowed(facts, scope: scope, verdict) == breaksByAllowing, verdict.outcome != .reject
    else { return prover.disagreement(candidate, test, verdict) }
    return .refuted(Counterexample(test: test, note: nil, facts: facts, verdict: verdict))
  }
}

extension Prover {
  /// What the scope says by itself: the verdict of a gateway also has the destination in it.
  func isAllowed(_ facts: RequestFacts, scope: Int, _ verdict: Verdict) -> Bool {
    switch policy.authz[scope].target {
    case .service: return verdict.outcome == .allow
    case .gateway:
      let rules = ScopeRules(policy.authz[scope])
      let values = { (rules: [Rule]) in rules.map { reference.evaluate($0.condition, scope: scope, facts) } }
      return values(rules.denies).allSatisfy { $0 == .no } && values(rules.allows).contains(.yes)
    }
  }
}

extension TestSuite.Expectation {
  init(outcomeOf verdict: Verdict) {
    switch (verdict.outcome, verdict.reason) {
    case (.allow, _): self = .allow(by: verdict.by)
    case (.deny, "rule"?): self = .denyBy(verdict.by ?? "")
    case (.deny, "no_rule"?): self = .denyNoRule
    case (.deny, _): self = .denyIndeterminate
    case (.reject, let code): self = .reject(code ?? "")
    }
  }
}
