import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// `never route T to D`, `always route T to D`. A destination without a subset is the service with any of its subsets.
struct RouteClaim {
  let prover: Prover
  let table: Int
  let destination: Destination
  let condition: Condition
  let isNever: Bool

  private var policy: Policy { prover.policy }

  func answer(named name: String) -> ClaimAnswer {
    let table = policy.routeTables[table]
    guard let target = prover.target(ofTable: self.table) else {
      return .undecided(because: "no service takes requests, so that no test could ask")
    }
    let asterisk = Asterisk(
      reference: prover.reference, scope: policy.services[destination.service].ports[0].authz)
    let plain = question(table, after: nil)
    var result = plain.search(asterisk: asterisk, limits: prover.limits)
    if let rules = admitting {
      if case .none = result { return .proved }
      result = question(table, after: rules).search(asterisk: asterisk, limits: prover.limits)
    }
    return prover.settle(result, doubt: isNever ? nil : plain.doubt(where: condition)) {
      trial($0, adapting: $1, table.routes[$0.firsts[1]], target, named: name)
    }
  }

  /// What the gateway denies goes nowhere; that it goes all the same is for `always` to say.
  private var admitting: ScopeRules? { isNever ? policy.admitting(policy.routeTables[table]) : nil }

  /// - Parameter rules: what a request has to pass first.
  private func question(_ table: RouteTable, after rules: ScopeRules?) -> Question {
    let routes = table.routes.map(\.condition)
    let before = rules?.conditions ?? []
    let answering = policy.answering(table: self.table, asked: [condition] + routes + before)
    let conditions = [condition, answering] + routes + before
    let first = 2 + routes.count
    let breaking = table.routes.map { breaks($0.action) }
    return Question(
      conditions: conditions, lists: [[0], Array(2..<first), [1], Array(first..<conditions.count)],
      context: PlanContext(policy: policy, pathView: table.pathView, callerCanBeAbsent: true)
    ) { firsts in
      firsts[0] == 0 && firsts[2] == 0 && firsts[1] < breaking.count && breaking[firsts[1]]
        && rules?.isAllowed(firsts[3]) ?? true
    }
  }

  private func isMeant(_ other: Destination) -> Bool {
    other.service == destination.service && (destination.subset == nil || other.subset == destination.subset)
  }

  /// Every branch with a weight can be drawn, every mirror and fault with a share can happen.
  private func breaks(_ action: RouteAction) -> Bool {
    if isNever {
      return branch(of: action) != nil || action.mirrors.contains { $0.share > 0 && isMeant($0.destination) }
    }
    return !action.isForward || branch(of: action) != nil || (action.abort?.share ?? 0) > 0
  }

  /// The first branch that breaks the claim, and a draw that takes it.
  private func branch(of action: RouteAction) -> (destination: Destination, draw: Int)? {
    action.branches.first { isMeant($0.destination) == isNever }
  }

  /// What of the route breaks the claim, where its branches do not.
  private func note(_ route: Route) -> String? {
    guard branch(of: route.action) == nil else { return nil }
    if isNever {
      let mirror = route.action.mirrors.first { $0.share > 0 && isMeant($0.destination) }
      return mirror.map { "route `\(route.name)` mirrors requests to \(policy.name(of: $0.destination))" }
    }
    return route.action.isForward
      ? "a fault of route `\(route.name)` answers in place of the destination"
      : "route `\(route.name)` forwards to nobody"
  }

  private func trial(
    _ candidate: Candidate, adapting side: CaseBuilder.Side, _ route: Route, _ target: TestSuite.Target,
    named name: String
  ) -> Trial {
    guard var witness = prover.witness(candidate, ofTable: table, for: target, adapting: side) else {
      return .unrealised(candidate.obstacle(for: target))
    }
    var expectations = [TestSuite.Expectation.route(route.name)]
    // With a sticky key the draw is not what decides.
    if case .forward(let split, sticky: nil) = route.action.kind, let branch = branch(of: route.action) {
      if split.count > 1, let drawn = witness.drawing(branch.draw, of: policy, for: target) { witness = drawn }
      expectations.append(.to([WeightedDestination(destination: branch.destination, weight: 10_000)]))
    }
    let facts = witness.facts
    guard let verdict = prover.reference.decide(facts),
      let test = prover.text(witness, expecting: expectations, named: name, for: target)
    else { return .unwritable }
    guard let chosen = verdict.route else {
      return .unrealised("the request that would show it is refused before its route is told")
    }
    let scope = policy.services[destination.service].ports[0].authz
    // The claim's own view of paths, not that of the destination.
    let isMet = prover.holds(condition, table: table, facts, scope: scope)
    guard isMet, chosen.name == route.name, isAdmitted(facts, verdict) else {
      return prover.disagreement(candidate, test, verdict)
    }
    return .refuted(Counterexample(test: test, note: note(route), facts: facts, verdict: verdict))
  }

  /// Whether the rules of the gateway, as far as they have been looked at, let the request come to the routes.
  private func isAdmitted(_ facts: RequestFacts, _ verdict: Verdict) -> Bool {
    guard admitting != nil, case .gateway(let gateway) = policy.routeTables[table].owner,
      let scope = policy.gateways[gateway].authz
    else { return true }
    return prover.isAllowed(facts, scope: scope, verdict)
  }
}

extension Prover {
  /// Whether the condition is true of a request as a table sees it.
  func holds(_ condition: Condition, table: Int, _ facts: RequestFacts, scope: Int) -> Bool {
    var asked = policy
    asked.authz[scope].pathView = policy.routeTables[table].pathView
    asked.authz[scope].tokens = policy.routeTables[table].tokens
    return ReferenceEvaluator(policy: asked).evaluate(condition, scope: scope, facts) == .yes
  }
}

extension RouteAction {
  fileprivate var isForward: Bool { if case .forward = kind { true } else { false } }
}
