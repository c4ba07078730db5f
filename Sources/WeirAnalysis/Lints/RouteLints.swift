import WeirPlan
import WeirPolicy

/// Findings about the routes of one table.
struct RouteLints {
  private let prover: Prover
  private let table: Int
  private let routes: [Route]
  private let forms: Forms

  init(_ prover: Prover, table index: Int) {
    self.prover = prover
    table = index
    let table = prover.policy.routeTables[index]
    routes = table.routes
    let scope = prover.policy.authz.indices.first
    forms = Forms(
      table.routes.map(\.condition),
      context: PlanContext(policy: prover.policy, pathView: table.pathView, callerCanBeAbsent: true),
      asterisk: scope.map { Asterisk(reference: prover.reference, scope: $0) }, limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    // Every table ends in an `otherwise`, wanted or not.
    let asked = routes.indices.dropLast().filter { !routes[$0].condition.tests.isEmpty }
    guard let reached = forms.reached(Array(routes.indices)) else { return [] }
    return asked.compactMap { route in
      guard !reached.contains(route) else {
        return leavesNothing(route) ? finding(.alwaysTrue, route, cover: []) : nil
      }
      if forms.never([route]) { return finding(.neverTrue, route, cover: []) }
      let earlier = Array(0..<route)
      guard forms.never([route], without: earlier) else { return nil }
      return finding(.unreachable, route, cover: forms.cover(of: route, among: earlier))
    }
  }

  /// Whether every request satisfies the condition.
  private func leavesNothing(_ route: Int) -> Bool {
    let table = prover.policy.routeTables[table]
    let question = Question(
      conditions: [routes[route].condition], lists: [],
      context: PlanContext(policy: prover.policy, pathView: table.pathView, callerCanBeAbsent: true)
    ) { _ in true }
    return question.doubt(where: .constant(true)) == nil && forms.always(route)
  }

  private func finding(_ kind: MeaningFinding.Kind, _ route: Int, cover: [Int]) -> MeaningFinding {
    MeaningFinding(
      kind: kind, item: routes[route].item, cover: cover.map { routes[$0].item },
      example: kind == .neverTrue ? nil : example(route))
  }

  /// A request that satisfies the condition of the route, and the route that takes it.
  private func example(_ route: Int) -> String? {
    guard let analysis = forms.analyses.first, case .found(let region) = analysis.isSatisfiable([route]),
      let scope = prover.policy.authz.indices.first
    else { return nil }
    let candidate = Candidate(isAsterisk: false, space: analysis.space, region: region, firsts: [])
    guard let witness = prover.witness(candidate, ofTable: table),
      prover.holds(routes[route].condition, table: table, witness.facts, scope: scope),
      let taken = prover.reference.decide(witness.facts)?.route
    else { return nil }
    return prover.line(witness, expecting: [.route(taken.name)])
  }
}

extension Route {
  fileprivate var item: MeaningFinding.Item { .init(name: name, position: position) }
}
