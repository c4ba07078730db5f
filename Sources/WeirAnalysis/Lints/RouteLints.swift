import WeirPlan
import WeirPolicy

/// Findings about the routes of one table.
struct RouteLints {
  private let prover: Prover
  private let table: Int
  private let routes: [Route]
  private let context: PlanContext
  private let asterisk: Asterisk?
  private let given: Condition
  private let forms: Forms

  init(_ prover: Prover, table index: Int) {
    self.prover = prover
    table = index
    let table = prover.policy.routeTables[index]
    routes = table.routes
    context = PlanContext(policy: prover.policy, pathView: table.pathView, callerCanBeAbsent: true)
    asterisk = prover.policy.authz.indices.first.map { Asterisk(reference: prover.reference, scope: $0) }
    let conditions = table.routes.map(\.condition)
    given = prover.policy.answering(table: index, asked: conditions)
    forms = Forms(conditions, given: given, context: context, asterisk: asterisk, limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    // Every table ends in an `otherwise`, wanted or not.
    let asked = routes.indices.dropLast().filter { !routes[$0].condition.tests.isEmpty }
    guard let reached = forms.reached(Array(routes.indices)) else { return [] }
    let refused = refused(asked.filter(reached.contains))
    return asked.flatMap { route in
      let known = finding(route, isReached: reached.contains(route)) ?? refused[route]
      return known.map { [$0] } ?? constantParts(route)
    }
  }

  private func finding(_ route: Int, isReached: Bool) -> MeaningFinding? {
    guard !isReached else {
      let isConstant = isCertain(routes[route].condition) && forms.always(route)
      guard isConstant, restsOnHosts(routes[route].condition, .alwaysTrue).isEmpty else { return nil }
      return constant(.alwaysTrue, route, routes[route].condition)
    }
    if forms.never([route]) { return constant(.neverTrue, route, routes[route].condition) }
    let earlier = Array(0..<route)
    guard forms.never([route], without: earlier) else { return nil }
    return finding(.unreachable, route, cover: forms.cover(of: route, among: earlier))
  }

  /// Parts of a condition that hold for all requests, or for none.
  private func constantParts(_ route: Int) -> [MeaningFinding] {
    ConstantParts(of: routes[route].condition) { part, value in
      (!value || isCertain(part)) && forms(of: part, given: .constant(true)).isConstant(0, value)
    }.found.map {
      var found = constant($0.kind, route, $0.condition)
      found.part = $0.condition
      return found
    }
  }

  /// Whether the condition is true or false for every request.
  private func isCertain(_ condition: Condition) -> Bool {
    Question(conditions: [condition], lists: [], context: context) { _ in true }.doubt(where: .constant(true)) == nil
  }

  /// Routes of which the rules of the gateway let nothing come there.
  private func refused(_ candidates: [Int]) -> [Int: MeaningFinding] {
    let table = prover.policy.routeTables[table]
    guard !candidates.isEmpty, let rules = prover.policy.admitting(table), case .gateway(let gateway) = table.owner
    else { return [:] }
    let conditions = routes.map(\.condition) + rules.conditions
    let forms = Forms(
      conditions, given: prover.policy.answering(table: self.table, asked: conditions), context: context,
      asterisk: asterisk,
      limits: prover.limits)
    guard let found = forms.passed(Array(routes.indices), after: rules, from: routes.count) else { return [:] }
    let denies = Array(routes.count..<(routes.count + rules.denies.count))
    var result: [Int: MeaningFinding] = [:]
    for route in candidates where !found.contains(route) {
      var cover = [prover.policy.item(gateway)]
      if forms.never([route], without: Array(0..<route) + denies) {
        cover = forms.cover(of: route, among: Array(0..<route) + denies).map { number in
          number < routes.count ? routes[number].item : rules.denies[number - routes.count].item
        }
      }
      result[route] = MeaningFinding(
        kind: .refusedRoute, item: routes[route].item, cover: cover,
        example: example(of: routes[route].condition, named: routes[route].name, saysOutcome: true))
    }
    return result
  }

  private func finding(_ kind: MeaningFinding.Kind, _ route: Int, cover: [Int]) -> MeaningFinding {
    MeaningFinding(
      kind: kind, item: routes[route].item, cover: cover.map { routes[$0].item },
      example: example(of: routes[route].condition, named: routes[route].name))
  }

  private func constant(_ kind: MeaningFinding.Kind, _ route: Int, _ condition: Condition) -> MeaningFinding {
    let reason = ConstantReason(condition, isAlways: kind == .alwaysTrue) { part, value in
      forms(of: part, given: given).isConstant(0, value)
    }
    let name = routes[route].name
    let example =
      reason.nearest.flatMap { self.example(of: $0, named: name) } ?? self.example(of: .constant(true), named: name)
    return MeaningFinding(
      kind: kind, item: routes[route].item, cover: restsOnHosts(condition, kind),
      reason: reason.told(of: prover.policy),
      example: example)
  }

  /// The gateway, where the condition is constant for the hosts alone that it answers for.
  private func restsOnHosts(_ condition: Condition, _ kind: MeaningFinding.Kind) -> [MeaningFinding.Item] {
    guard given != .constant(true), case .gateway(let gateway) = prover.policy.routeTables[table].owner,
      !forms(of: condition, given: .constant(true)).isConstant(0, kind == .alwaysTrue)
    else { return [] }
    return [prover.policy.item(gateway)]
  }

  private func forms(of condition: Condition, given: Condition) -> Forms {
    Forms([condition], given: given, context: context, asterisk: asterisk, limits: prover.limits)
  }

  /// A request that satisfies a condition, and the route that takes it.
  ///
  /// - Parameter saysOutcome: whether what is decided belongs to it.
  private func example(of condition: Condition, named name: String, saysOutcome: Bool = false) -> String? {
    let asked = prover.asked(of: prover.policy.routeTables[table])
    let question = Question(
      conditions: [condition, asked] + routes.map(\.condition).whereFew, lists: [[0], [1]], context: context
    ) { $0 == [0, 0] }
    guard case .some(let candidates) = question.search(asterisk: asterisk, limits: prover.limits),
      let scope = prover.policy.authz.indices.first, let target = prover.target(ofTable: table)
    else { return nil }
    for candidate in candidates {
      guard let witness = prover.witness(candidate, ofTable: table),
        prover.holds(condition, table: table, witness.facts, scope: scope),
        let verdict = prover.reference.decide(witness.facts), let taken = verdict.route
      else { continue }
      let outcome = saysOutcome ? [TestSuite.Expectation(outcomeOf: verdict)] : []
      return prover.brief(witness, expecting: outcome + [.route(taken.name)], named: name, for: target)
    }
    return nil
  }
}

extension Route {
  fileprivate var item: MeaningFinding.Item { .init(name: name, position: position) }
}
