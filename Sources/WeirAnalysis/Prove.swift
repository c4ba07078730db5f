import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Answers what a policy claims in its proofs.
///
/// A claim holds when no request breaks it; the search is over classes of everything that the rules and the claim read,
/// which is all requests. What is found is written as a request and decided by the reference evaluator before it is told.
public struct Prover {
  let policy: Policy
  let limits: PlanLimits
  let reference: ReferenceEvaluator

  public init(policy: Policy, limits: PlanLimits = PlanLimits()) {
    self.policy = policy
    self.limits = limits
    reference = ReferenceEvaluator(policy: policy)
  }

  /// Every claim of every proof, in the order of the policy.
  public func results() -> [ClaimResult] {
    policy.proofs.flatMap { proof in
      proof.claims.enumerated().map { index, claim in
        return ClaimResult(
          proof: proof.name, module: proof.module, file: policy.files[claim.position.file], line: claim.position.line,
          column: claim.position.column, claim: policy.text(of: claim.statement),
          answer: isVacuous(claim.statement)
            ? .vacuous : answer(claim.statement, named: "counterexample to \(proof.name), claim \(index + 1)"))
      }
    }
  }

  /// Whether it is proved that no request meets the condition of a claim.
  private func isVacuous(_ statement: Proof.Statement) -> Bool {
    let scope: Int?
    let context: PlanContext
    let condition: Condition
    switch statement {
    case .never(.allow(let place, let when)), .always(.allow(let place, let when)), .never(.deny(let place, let when)),
      .always(.deny(let place, let when)), .equivalent(let place, _, let when):
      (scope, condition) = (isHTTP(scope: place) ? place : nil, when)
      context = PlanContext(authz: policy.authz[place], of: policy)
    case .never(.route(let table, let destination, let when)), .always(.route(let table, let destination, let when)):
      (scope, condition) = (policy.services[destination.service].ports[0].authz, when)
      context = PlanContext(
        policy: policy, pathView: policy.routeTables[table].pathView, callerCanBeAbsent: true)
    }
    guard !condition.tests.isEmpty else { return false }
    let asterisk = scope.map { Asterisk(reference: reference, scope: $0) }
    if Forms([condition], context: context, asterisk: asterisk, limits: limits).never([0]) { return true }
    let question = Question(conditions: [condition], lists: [[0]], context: context) { $0[0] == 0 }
    if case .none = question.search(asterisk: asterisk, limits: limits) { return true }
    return false
  }

  private func answer(_ statement: Proof.Statement, named name: String) -> ClaimAnswer {
    switch statement {
    case .never(.allow(let scope, let condition)), .always(.deny(let scope, let condition)):
      return AuthzClaim(prover: self, scope: scope, condition: condition, breaksByAllowing: true).answer(named: name)
    case .always(.allow(let scope, let condition)), .never(.deny(let scope, let condition)):
      return AuthzClaim(prover: self, scope: scope, condition: condition, breaksByAllowing: false).answer(named: name)
    case .never(.route(let table, let destination, let condition)):
      return RouteClaim(prover: self, table: table, destination: destination, condition: condition, isNever: true)
        .answer(named: name)
    case .always(.route(let table, let destination, let condition)):
      return RouteClaim(prover: self, table: table, destination: destination, condition: condition, isNever: false)
        .answer(named: name)
    case .equivalent(let left, let right, let condition):
      return Equivalence(prover: self, left: left, right: right, condition: condition).answer(named: name)
    }
  }

  func witness(
    _ candidate: Candidate, for target: TestSuite.Target, adapting side: CaseBuilder.Side = .subject
  ) -> Witness? {
    Witness(
      candidate.region, in: candidate.space, of: policy, for: target, isAsterisk: candidate.isAsterisk, adapting: side)
  }

  func text(
    _ witness: Witness, expecting expectations: [TestSuite.Expectation], named name: String,
    for target: TestSuite.Target
  ) -> String? {
    var item = witness.item
    item.expectations = expectations
    return CaseText(policy: policy).test(named: name, target, item)
  }

  /// The whole test on one line.
  func brief(
    _ witness: Witness, expecting expectations: [TestSuite.Expectation], named name: String,
    for target: TestSuite.Target
  ) -> String? {
    var item = witness.item
    item.expectations = expectations
    return CaseText(policy: policy).brief(named: name, target, item)
  }

  /// The case alone, on one line.
  func line(_ witness: Witness, expecting expectations: [TestSuite.Expectation]) -> String? {
    var item = witness.item
    item.expectations = expectations
    return CaseText(policy: policy).line(item)
  }

  func isHTTP(scope: Int) -> Bool {
    switch policy.authz[scope].target {
    case .gateway: true
    case .service(let service, let port): policy.services[service].ports[port].protocol.isHTTP
    }
  }
}

/// What became of the candidates for a counterexample.
enum Trial {
  case refuted(Counterexample)
  /// It cannot be written or decided as one request.
  case unrealised(String)
  case contradicted(String)

  static let unwritable = Trial.unrealised(Candidate.unwritten)
}

extension Prover {
  /// The first candidate that the reference confirms.
  func settle(
    _ result: SearchResult, doubt: String?, _ trial: (Candidate, CaseBuilder.Side) -> Trial
  ) -> ClaimAnswer {
    switch result {
    case .none: return doubt.map { .undecided(because: $0) } ?? .proved
    case .undecided(let reason): return .undecided(because: reason)
    case .some(let candidates):
      var reason: String?
      var contradiction: String?
      for candidate in candidates {
        for side in candidate.sides {
          switch trial(candidate, side) {
          case .refuted(let counterexample): return .refuted(counterexample)
          case .unrealised(let why): reason = reason ?? why
          case .contradicted(let what): contradiction = contradiction ?? what
          }
        }
      }
      if let contradiction { return .contradicted(contradiction) }
      return .undecided(because: reason ?? "no request was found that shows it")
    }
  }

  /// A request that is not decided as its region says, where the region rests on nothing but slots, shows a mistake.
  func disagreement(_ candidate: Candidate, _ test: String, _ verdict: Verdict) -> Trial {
    if verdict.outcome == .reject {
      return .unrealised("the request that would show it is refused before the rules: \(verdict.reason ?? "")")
    }
    if let variable = candidate.region.variables.first {
      return .unrealised("it rests on \(candidate.space.describe(variable)), and no value was found that settles it")
    }
    return .contradicted(test)
  }
}

extension Candidate {
  /// Sides of comparisons that are worth a try each.
  var sides: [CaseBuilder.Side] { space.sides(of: region) }

  static let unwritten = "the request that would show it cannot be written as a test"

  /// Why no request was made of it, in words.
  func obstacle(for target: TestSuite.Target) -> String {
    var builder = CaseBuilder(policy: space.context.policy, space: space, target: target, isAsterisk: isAsterisk)
    return builder.addTime(region)
      ? Self.unwritten
      : "it rests on how date, weekday, hour, minute and instant go together, and no instant was found that settles it"
  }
}

extension Space {
  /// Which values of two that are to agree may be the one that gives way.
  func sides(of region: Region) -> [CaseBuilder.Side] {
    let compares = region.variables.contains { variable in
      if case .test(let test) = variables[variable], case .equalsAttribute = test.predicate { true } else { false }
    }
    return compares ? [.subject, .other] : [.subject]
  }

  /// A variable in words.
  func describe(_ variable: Int) -> String {
    switch variables[variable] {
    case .condition: "a condition with too many combinations"
    case .test(let test):
      switch test.predicate {
      case .isInData(let set): "the content of `\(context.policy.dataSets[set].name)`"
      case .equalsAttribute, .isInAttribute, .hasAttribute: "how two attributes compare"
      case .has: "the members of a claim"
      case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex:
        test.quantifier == nil ? "a pattern that does not fit beside the others" : "the lines of a header"
      }
    }
  }
}
