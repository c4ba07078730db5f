import WeirPolicy
import WeirReference

/// A rule, limit or route: what has a condition that tests can have seen. One that stands in several places is one.
struct CoverageSubject {
  enum Kind: Hashable {
    case rule(Rule.Effect, isShadow: Bool)
    case limit
    case route([WeightedDestination])
  }

  /// Where its condition is looked at: an index into `Policy.authz` or `Policy.routeTables`.
  enum Site: Hashable {
    case scope(Int)
    case table(Int)
  }

  struct Place {
    let site: Site
    let look: DecisionLook.Place
    /// Among the conditions of its look.
    let index: Int
    /// As this place sees paths.
    let condition: Condition
    /// Of the condition, in the order of the text.
    let tests: [Test]

    init(site: Site, look: DecisionLook.Place, index: Int, condition: Condition) {
      self.site = site
      self.look = look
      self.index = index
      self.condition = condition
      tests = condition.tests
    }
  }

  let kind: Kind
  let name: String
  let module: String
  let position: Position
  var places: [Place]

  /// `deny debug-pages`, `limit per-caller`, `route charges`
  var title: String {
    switch kind {
    case .rule(.allow, let isShadow): (isShadow ? "shadow allow " : "allow ") + name
    case .rule(.deny, let isShadow): (isShadow ? "shadow deny " : "deny ") + name
    case .rule(.audit, _): "audit \(name)"
    case .limit: "limit \(name)"
    case .route: name == "otherwise" ? name : "route \(name)"
    }
  }

  /// Its tests, the same at every place but for the spelling of paths.
  var tests: [Test] { places[0].tests }
}

extension CoverageSubject {
  /// Everything that a policy decides with, in the order of the sources.
  static func all(_ policy: Policy) -> [CoverageSubject] {
    var found: [Position: CoverageSubject] = [:]
    func add(_ kind: Kind, _ name: String, _ module: String, _ position: Position, _ place: Place) {
      // Two places that are not shaped alike cannot be seen as one.
      if let known = found[position], known.places[0].tests.count == place.tests.count {
        found[position]?.places.append(place)
      } else if found[position] == nil {
        found[position] = CoverageSubject(
          kind: kind, name: name, module: module, position: position, places: [place])
      }
    }
    for (scope, authz) in policy.authz.enumerated() {
      for (index, rule) in authz.rules.enumerated() {
        add(
          .rule(rule.effect, isShadow: rule.isShadow), rule.name, rule.module, rule.position,
          Place(site: .scope(scope), look: .authz(scope), index: index, condition: rule.condition))
      }
    }
    for (index, limit) in policy.limits.enumerated() {
      for (port, declared) in policy.services[limit.service].ports.enumerated() where limit.port ?? port == port {
        add(
          .limit, limit.name, limit.module, limit.position,
          Place(site: .scope(declared.authz), look: .limit(index), index: 0, condition: limit.condition))
      }
    }
    for (table, routes) in policy.routeTables.enumerated() {
      for (index, route) in routes.routes.enumerated() {
        var split: [WeightedDestination] = []
        if case .forward(let destinations, _) = route.action.kind { split = destinations }
        add(
          .route(split), route.name, route.module, route.position,
          Place(site: .table(table), look: .routes(table), index: index, condition: route.condition))
      }
    }
    return found.values.sorted { $0.position.sortKey < $1.position.sortKey }
  }
}

extension Position {
  fileprivate var sortKey: [Int] { [file, line, column] }
}

extension [Int] {
  fileprivate static func < (left: [Int], right: [Int]) -> Bool { left.lexicographicallyPrecedes(right) }
}
