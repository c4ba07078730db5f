import WeirPolicy

/// Some of all requests: for each dimension that matters a set of classes, with one request out of it.
public struct Region: Sendable {
  /// The class of each dimension in the witness.
  public let point: Point
  /// The dimensions that were asked on the way, in order; every other one is free.
  public let asked: [Int]
  /// Variables that were asked. Proofs let them be anything, so a witness that needs one is a possibility until it was run.
  public let variables: [Int]

  /// A value of each slot. `nil` for a slot that is not asked and has no usual value.
  public func values(in space: Space) -> [SlotValue] {
    space.classes.indices.map { slot in
      point.classOf[slot].map { space.classes[slot].witnesses[$0] } ?? .unavailable
    }
  }
}

/// What a question over all requests came to.
public enum Answer<Finding: Sendable>: Sendable {
  /// Proved: no request does it.
  case never
  case found(Finding)
  /// The budget is gone, or conditions do not fit: the reason, in words.
  case undecided(because: String)
}

/// Questions over all requests, answered by walking several graphs of one space together.
///
/// Everything that can occur is looked at: each class has a value, variables are free, and what holds between slots
/// (`Space.validity`) is kept. Slots are never unavailable here.
public struct Analysis: Sendable {
  public let space: Space
  public let limits: PlanLimits
  /// Why questions about everything cannot be answered, if so.
  private let validity: Result<[DecisionGraph], GraphFailure>

  public init(_ space: Space, limits: PlanLimits = PlanLimits()) {
    self.space = space
    self.limits = limits
    var graphs: [DecisionGraph] = []
    do throws(GraphFailure) {
      for condition in space.validity { graphs.append(try DecisionGraph(space, entries: [condition], limits: limits)) }
      validity = .success(graphs)
    } catch {
      validity = .failure(error)
    }
  }

  /// The graph of *the first of these that is true*.
  public func graph(_ entries: [Int]) throws(GraphFailure) -> DecisionGraph {
    try DecisionGraph(space, entries: entries, limits: limits)
  }

  /// A request for which these conditions are all true and those all false.
  public func isSatisfiable(_ positive: [Int], without negative: [Int] = []) -> Answer<Region> {
    let all = positive.map { ($0, true) } + negative.map { ($0, false) }
    return find(all.map { [$0.0] }) { terminals in zip(terminals, all).allSatisfy { ($0 == 0) == $1.1 } }
  }

  /// A request for which the condition does not have this value.
  public func counterexample(to condition: Int, beingAlways value: Bool) -> Answer<Region> {
    value ? isSatisfiable([], without: [condition]) : isSatisfiable([condition])
  }

  /// A request that tells two conditions apart.
  public func difference(_ left: Int, _ right: Int) -> Answer<Region> {
    find([[left], [right]]) { $0[0] != $0[1] }
  }

  /// A request that reaches `condition`: it is true, and none of `earlier` is. `never` means that it is shadowed.
  public func isReached(_ condition: Int, after earlier: [Int]) -> Answer<Region> {
    find([earlier, [condition]]) { $0[0] == earlier.count && $0[1] == 0 }
  }

  /// One request for each entry of a graph, *none of them* last, that some request ends at.
  ///
  /// Entries without one are never the first that is true.
  public func witnesses(_ graph: DecisionGraph) -> Answer<[(entry: Int, region: Region)]> {
    switch regions([graph], { _ in true }, findsAll: true) {
    case .failure(let failure): .undecided(because: failure.reason)
    case .success(let found):
      found.isEmpty ? .never : .found(found.map { ($0.terminals[0], $0.region) }.sorted { $0.0 < $1.0 })
    }
  }

  /// How two orders of conditions differ: for each pair of entries that some request ends at and that `isDifference` wants,
  /// one such request. Pairs in the order of the entries.
  public func differences(
    _ left: DecisionGraph, _ right: DecisionGraph, where isDifference: (_ left: Int, _ right: Int) -> Bool
  ) -> Answer<[(left: Int, right: Int, region: Region)]> {
    switch regions([left, right], { isDifference($0[0], $0[1]) }, findsAll: true) {
    case .failure(let failure): .undecided(because: failure.reason)
    case .success(let found):
      found.isEmpty
        ? .never
        : .found(
          found.map { ($0.terminals[0], $0.terminals[1], $0.region) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) })
    }
  }

  /// For each combination of answers that `isWanted` accepts and some request gives, one such request.
  ///
  /// - Parameter lists: of conditions; the answer of a list is the place of its first true condition, or its length.
  public func firsts(
    _ lists: [[Int]], where isWanted: ([Int]) -> Bool
  ) -> Answer<[(firsts: [Int], region: Region)]> {
    var graphs: [DecisionGraph] = []
    do throws(GraphFailure) {
      for list in lists { graphs.append(try graph(list)) }
    } catch {
      return .undecided(because: error.reason)
    }
    switch regions(graphs, isWanted, findsAll: true) {
    case .failure(let failure): return .undecided(because: failure.reason)
    case .success(let found):
      guard !found.isEmpty else { return .never }
      return .found(
        found.map { ($0.terminals, $0.region) }.sorted { $0.0.lexicographicallyPrecedes($1.0) })
    }
  }

  private func find(_ lists: [[Int]], _ isWanted: ([Int]) -> Bool) -> Answer<Region> {
    var graphs: [DecisionGraph] = []
    do throws(GraphFailure) {
      for list in lists { graphs.append(try graph(list)) }
    } catch {
      return .undecided(because: error.reason)
    }
    switch regions(graphs, isWanted, findsAll: false) {
    case .failure(let failure): return .undecided(because: failure.reason)
    case .success(let found): return found.first.map { .found($0.region) } ?? .never
    }
  }

  private func regions(
    _ graphs: [DecisionGraph], _ isWanted: ([Int]) -> Bool, findsAll: Bool
  ) -> Result<[(terminals: [Int], region: Region)], GraphFailure> {
    switch validity {
    case .failure(let failure): return .failure(failure)
    case .success(let validity):
      var walk = ProductWalk(space, graphs, validity: validity, pairsMax: limits.pairsMax, findsAll: findsAll)
      return walk.run(isWanted) ? .success(walk.found) : .failure(.tooManySteps(conditions: []))
    }
  }
}

extension GraphFailure {
  /// In words.
  public var reason: String {
    switch self {
    case .tooManyEdges: "the conditions distinguish more combinations than the budget for one graph has edges"
    case .tooManySteps: "the conditions have more combinations than the budget allows to look at"
    }
  }
}
