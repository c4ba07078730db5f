import WeirPlan
import WeirPolicy
import WeirRequest

/// `equivalent A and B`: the same requests are allowed by both.
struct Equivalence {
  let prover: Prover
  let left: Int
  let right: Int
  let condition: Condition

  private var policy: Policy { prover.policy }

  func answer(named name: String) -> ClaimAnswer {
    let scopes = [left, right].map { policy.authz[$0] }
    guard prover.isHTTP(scope: left) == prover.isHTTP(scope: right) else {
      return .undecided(because: "one takes requests and the other connections")
    }
    guard scopes[0].pathView == scopes[1].pathView else {
      return .undecided(because: "the two services see paths differently")
    }
    var contexts = scopes.map { PlanContext(authz: $0, of: policy) }
    let rules = scopes.map(ScopeRules.init)
    let isMixed = contexts[0].callerCanBeAbsent != contexts[1].callerCanBeAbsent
    var conditions = [condition]
    var lists = [[0]]
    for (index, rules) in rules.enumerated() {
      // A port with mutual TLS lets nobody in without a certificate.
      let isStrict = isMixed && !contexts[index].callerCanBeAbsent
      let first = conditions.count
      conditions += rules.denies.map(\.condition)
      conditions += rules.allows.map { isStrict ? .and([.callerIsPresent, $0.condition]) : $0.condition }
      lists.append(Array(first..<conditions.count))
    }
    contexts[0].callerCanBeAbsent = contexts.contains(where: \.callerCanBeAbsent)
    let question = Question(conditions: conditions, lists: lists, context: contexts[0]) { firsts in
      firsts[0] == 0 && rules[0].isAllowed(firsts[1]) != rules[1].isAllowed(firsts[2])
    }
    let asterisk = prover.isHTTP(scope: left) ? Asterisk(reference: prover.reference, scope: left) : nil
    return prover.settle(
      question.search(asterisk: asterisk, limits: prover.limits), doubt: question.doubt(where: condition)
    ) {
      trial($0, adapting: $1, named: name)
    }
  }

  private func trial(_ candidate: Candidate, adapting side: CaseBuilder.Side, named name: String) -> Trial {
    var texts: [String] = []
    var isAllowed: [Bool] = []
    var last: (facts: RequestFacts, verdict: Verdict)?
    for scope in [left, right] {
      let target = TestSuite.Target(policy.authz[scope].target)
      let place = CaseText(policy: policy).place(target)
      guard let found = prover.witness(candidate, for: target, adapting: side) else {
        return .unrealised(candidate.obstacle(for: target))
      }
      let issuers = policy.authz[scope].tokens
      guard let witness = found.without(tokensBut: issuers, of: policy, for: target),
        let verdict = prover.reference.decide(witness.facts),
        let text = prover.text(
          witness, expecting: [.init(outcomeOf: verdict)], named: "\(name): \(place)", for: target)
      else { return .unwritable }
      let facts = witness.facts
      if verdict.outcome == .reject, verdict.reason != DecisionReject.mtlsRequired.rawValue {
        return prover.disagreement(candidate, text, verdict)
      }
      guard prover.reference.evaluate(condition, scope: scope, facts) == .yes else {
        return prover.disagreement(candidate, text, verdict)
      }
      texts.append(text)
      isAllowed.append(prover.isAllowed(facts, scope: scope, verdict))
      last = (facts, verdict)
    }
    let test = texts.joined(separator: "\n")
    guard let last else { return .contradicted(test) }
    guard isAllowed[0] != isAllowed[1] else { return prover.disagreement(candidate, test, last.verdict) }
    return .refuted(Counterexample(test: test, note: nil, facts: last.facts, verdict: last.verdict))
  }
}
