import WeirPolicy

/// Something that tests can have seen of a policy.
struct CoverageGoal: Hashable {
  enum Aim: Hashable {
    /// The rule decides, the limit is charged, the route is taken; of a shadow or audit rule: it matches.
    case acts
    /// A branch of a route's split, by its place in it.
    case branch(Int)
    /// A test of the condition, by its place, comes to this value.
    case value(test: Int, Bool)
    case boundary(test: Int, Boundary)
  }

  /// An index into the subjects.
  let subject: Int
  let aim: Aim
}

/// What coverage counts apart.
public enum CoverageKind: String, CaseIterable, Hashable, Sendable {
  case rules, limits, routes, branches, tests, boundaries
}

extension CoverageSubject {
  /// What tests can have seen of it.
  func aims() -> [CoverageGoal.Aim] {
    var found = [CoverageGoal.Aim.acts]
    if case .route(let split) = kind, split.count > 1 {
      found += split.indices.filter { split[$0].weight > 0 }.map { .branch($0) }
    }
    for (index, test) in tests.enumerated() {
      found += [.value(test: index, true), .value(test: index, false)]
      found += test.boundaries.map { .boundary(test: index, $0) }
    }
    return found
  }

  func kind(of aim: CoverageGoal.Aim) -> CoverageKind {
    switch (aim, kind) {
    case (.acts, .rule): .rules
    case (.acts, .limit): .limits
    case (.acts, .route): .routes
    case (.branch, _): .branches
    case (.value, _): .tests
    case (.boundary, _): .boundaries
    }
  }
}
