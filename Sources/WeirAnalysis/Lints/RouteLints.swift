import WeirPlan
import WeirPolicy

/// Findings about the routes of one table.
struct RouteLints {
  private let prover: Prover
  private let table: Int
  private let routes: [Route]
  private let context: PlanContext
  private let asterisk: Asterisk?
  private let forms: Forms

  init(_ prover: Prover, table index: Int) {
    self.prover = prover
    table = index
    let table = prover.policy.routeTables[index]
    routes = table.routes
    context = PlanContext(policy: prover.policy, pathView: table.pathView, callerCanBeAbsent: true)
    asterisk = prover.policy.authz.indices.first.map { Asterisk(reference: prover.reference, scope: $0) }
    forms = Forms(table.routes.map(\.condition), context: context, asterisk: asterisk, limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    // Every table ends in an `otherwise`, wanted or not.
    let asked = routes.indices.dropLast().filter { !routes[$0].condition.tests.isEmpty }
    guard let reached = forms.reached(Array(routes.indices)) else { return [] }
    return asked.compactMap { route in
      guard !reached.contains(route) else {
        return leavesNothing(route) ? constant(.alwaysTrue, route) : nil
      }
      if forms.never([route]) { return constant(.neverTrue, route) }
      let earlier = Array(0..<route)
      guard forms.never([route], without: earlier) else { return nil }
      return finding(.unreachable, route, cover: forms.cover(of: route, among: earlier))
    }
  }

  /// Whether every request satisfies the condition.
  private func leavesNothing(_ route: Int) -> Bool {
    let question = Question(conditions: [routes[route].condition], lists: [], context: context) { _ in true }
    return question.doubt(where: .constant(true)) == nil && forms.always(route)
  }

  private func finding(_ kind: MeaningFinding.Kind, _ route: Int, cover: [Int]) -> MeaningFinding {
    MeaningFinding(
      kind: kind, item: routes[route].item, cover: cover.map { routes[$0].item },
      example: example(of: routes[route].condition, named: routes[route].name))
  }

  private func constant(_ kind: MeaningFinding.Kind, _ route: Int) -> MeaningFinding {
    let reason = ConstantReason(routes[route].condition, isAlways: kind == .alwaysTrue) { part, value in
      forms(of: part).isConstant(0, value)
    }
    let name = routes[route].name
    let example =
      reason.nearest.flatMap { self.example(of: $0, named: name) } ?? self.example(of: .constant(true), named: name)
    return MeaningFinding(
      kind: kind, item: routes[route].item, cover: [], reason: reason.told(of: prover.policy), example: example)
  }

  private func forms(of condition: Condition) -> Forms {
    Forms([condition], context: context, asterisk: asterisk, limits: prover.limits)
  }

  /// A request that satisfies a condition, and the route that takes it.
  private func example(of condition: Condition, named name: String) -> String? {
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
        let taken = prover.reference.decide(witness.facts)?.route
      else { continue }
      return prover.brief(witness, expecting: [.route(taken.name)], named: name, for: target)
    }
    return nil
  }
}

extension Route {
  fileprivate var item: MeaningFinding.Item { .init(name: name, position: position) }
}
