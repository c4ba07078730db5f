import HTTPCanonical
import WeirPolicy
import WeirRequest
import WeirVM

/// What a route makes of a request.
struct Routed {
  /// Its place in the table.
  var route: Int
  var kind: Kind

  enum Kind {
    /// `branch` is a place among the action's destinations.
    case forward(branch: Int)
    /// The location lies in the buffer of the request.
    case redirect(status: Int, location: Range<Int>)
    case respond(status: Int)
  }
}

extension Enforcer {
  /// Phase *route*: the first route whose condition holds.
  ///
  /// - Throws: `route_indeterminate`: what cannot be decided is never passed over.
  mutating func chooseRoute(_ table: Int, _ bundle: borrowing LoadedBundle) throws(Reject) -> Int {
    let id = bundle.plans.tables[table].id
    load(id, bundle)
    switch bundle.program.route(id, &frame, data) {
    case .route(let route):
      if explanations != nil {
        let explanation = explainRoutes(table, upTo: route, bundle)
        explanations?.append(explanation)
      }
      return route
    case .indeterminate(let route):
      if explanations != nil {
        let explanation = explainRoutes(table, upTo: route, bundle)
        explanations?.append(explanation)
      }
      throw .decision(.routeIndeterminate)
    case .none: throw .decision(.noRoute)
    }
  }

  /// Phases *route* and *rewrite*: chooses a route, and turns the request into what it forwards.
  ///
  /// - Parameter draw: 0 to 9,999, where no sticky key is there.
  mutating func route(_ table: Int, draw: Int, _ bundle: borrowing LoadedBundle) throws(Reject) -> Routed {
    let route = try chooseRoute(table, bundle)
    let plan = bundle.plans.action(route, of: table)
    if !plan.responseChanges.isEmpty { try keep(for: plan.responseChanges, bundle.plans) }
    switch plan.kind {
    case .respond: return Routed(route: route, kind: .respond(status: Int(plan.status)))
    case .redirect:
      let location = try redirectLocation(plan, bundle.plans)
      return Routed(route: route, kind: .redirect(status: Int(plan.status), location: location))
    case .forward:
      let salt = bundle.plans.routes[bundle.plans.tables[table].firstRoute + route].salt
      let branch = chooseBranch(plan, salt: salt, draw: draw, bundle.plans)
      try rewrite(plan, bundle.plans)
      return Routed(route: route, kind: .forward(branch: branch))
    }
  }

  /// A branch in proportion to the weights: by the hash of the sticky key where it has a value, else by the draw.
  private mutating func chooseBranch(
    _ plan: ActionPlan, salt: UInt64, draw: Int, _ plans: borrowing PlanTables
  ) -> Int {
    guard plan.branches.count > 1 else { return 0 }
    var left = draw
    if let key = state.text(of: plan.sticky, plans), !key.isEmpty {
      left = Int(truncatingIfNeeded: XXH3.hash(state.bytes.extracting(key), seed: salt) % 10_000)
    }
    for (index, branch) in plan.branches.range.enumerated() {
      if left < plans.branches[branch].weight { return index }
      left -= plans.branches[branch].weight
    }
    return Int(plan.branches.count) - 1
  }

  /// The location with the query of the request, unless the template has one of its own.
  private mutating func redirectLocation(
    _ plan: ActionPlan, _ plans: borrowing PlanTables
  ) throws(Reject) -> Range<Int> {
    var location = try state.expand(plan.location, plans)
    if !plan.locationHasQuery, let query = state.query {
      state.bytes.append(UInt8(ascii: "?"))
      location = location.lowerBound..<state.bytes.copy(query).upperBound
    }
    do throws(RejectReason) { _ = try CanonicalHeader.trimValue(state.bytes.extracting(location)) } catch {
      throw .decision(.rewriteNotCanonical)
    }
    return location
  }
}
