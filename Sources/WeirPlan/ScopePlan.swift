import WeirPolicy

/// An authz scope or a route table, ready to be decided: its space, graph and bitmaps.
public struct ScopePlan: Sendable {
  public enum Kind: Hashable, Sendable {
    /// The rules in the order of `by`.
    case authz([Rule])
    /// The routes in the order in which they are tried.
    case routes([Route])
  }

  public let kind: Kind
  public let space: Space
  /// Terminals are its entries: enforced denies, then enforced allows; or routes. `nil` over budget.
  public let graph: DecisionGraph?
  public let failure: GraphFailure?
  public let bitmaps: Bitmaps
  /// The dimensions that something enforced mentions.
  private let enforced: [Int]

  /// - Parameter purpose: `proving` for questions over all requests.
  /// - Complexity: bounded by `limits`.
  public init(
    authz scope: Int, of policy: Policy, purpose: Space.Purpose = .deciding, limits: PlanLimits = PlanLimits()
  ) {
    let scope = policy.authz[scope]
    let denies = scope.rules.indices.filter { scope.rules[$0].isEnforced(.deny) }
    let allows = scope.rules.indices.filter { scope.rules[$0].isEnforced(.allow) }
    self.init(
      .authz(scope.rules), scope.rules.map(\.condition), entries: denies + allows,
      context: PlanContext(authz: scope, of: policy), purpose: purpose, limits: limits)
  }

  public init(
    routes table: Int, of policy: Policy, purpose: Space.Purpose = .deciding, limits: PlanLimits = PlanLimits()
  ) {
    let table = policy.routeTables[table]
    self.init(
      .routes(table.routes), table.routes.map(\.condition), entries: Array(table.routes.indices),
      context: PlanContext(policy: policy, pathView: table.pathView, callerCanBeAbsent: true), purpose: purpose,
      limits: limits)
  }

  private init(
    _ kind: Kind, _ conditions: [Condition], entries: [Int], context: PlanContext, purpose: Space.Purpose,
    limits: PlanLimits
  ) {
    self.kind = kind
    let space = Space(conditions, context: context, purpose: purpose, limits: limits)
    self.space = space
    bitmaps = Bitmaps(space)
    do throws(GraphFailure) {
      graph = try DecisionGraph(space, entries: entries, limits: limits)
      failure = nil
    } catch {
      graph = nil
      failure = error
    }
    enforced = space.mentioned(by: entries).filter { $0 < space.slots.count }
  }

  public enum Decision: Hashable, Sendable {
    /// An index into the rules or routes.
    case by(Int)
    /// The first rule or route that mattered and could not be decided.
    case undetermined(by: Int)
    /// No rule; a table's last route is always true.
    case none
  }

  /// By the graph, or by the bitmaps where the graph cannot tell.
  public func decide(_ point: Point) -> Decision {
    if let graph, enforced.allSatisfy({ point.classOf[$0] != nil }), let entry = graph.entry(at: point, space) {
      return entry < graph.entries.count ? .by(graph.entries[entry]) : .none
    }
    return decide(bitmaps.matches(at: point))
  }

  /// By what is true and what may be.
  public func decide(_ matches: Bitmaps.Matches) -> Decision {
    switch kind {
    case .routes(let routes):
      for route in routes.indices where matches.may[route] {
        return matches.must[route] ? .by(route) : .undetermined(by: route)
      }
      return .none
    case .authz(let rules):
      for effect in [Rule.Effect.deny, .allow] {
        let candidates = rules.indices.filter { rules[$0].isEnforced(effect) }
        if let rule = candidates.first(where: { matches.must[$0] }) { return .by(rule) }
        if let rule = candidates.first(where: { matches.may[$0] }) { return .undetermined(by: rule) }
      }
      return .none
    }
  }
}

extension Rule {
  func isEnforced(_ effect: Effect) -> Bool { !isShadow && self.effect == effect }
}

extension Space {
  /// The dimensions that these conditions constrain or mention.
  public func mentioned(by conditions: [Int]) -> [Int] {
    var found = [Bool](repeating: false, count: dimensionCount)
    for condition in conditions {
      for clause in clauses.clausesOf[condition] {
        for constraint in clauses.constraints[clause] { found[Int(clauses.dimensions[constraint])] = true }
        for dimension in clauses.mentions[clause] { found[Int(dimension)] = true }
      }
    }
    return found.indices.filter { found[$0] }
  }
}

extension PlanContext {
  /// What the rules of a scope see.
  public init(authz scope: AuthzScope, of policy: Policy) {
    let callerCanBeAbsent =
      switch scope.target {
      case .gateway: true
      case .service(let service, let port): policy.services[service].ports[port].isPermissive
      }
    self.init(policy: policy, pathView: scope.pathView, callerCanBeAbsent: callerCanBeAbsent)
  }
}
