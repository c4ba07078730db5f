extension DecisionGraph {
  /// Builds the graph from the top down: a state is the list of the clauses that are still alive.
  ///
  /// - Parameters:
  ///   - entries: conditions of the space in the order in which they are tried.
  ///   - hasLeaves: whether a clause that is alone is left as it is. Such a graph is smaller; it is for machines, not for
  ///     questions over graphs.
  /// - Complexity: bounded by the edge and step budgets of `limits`.
  public init(
    _ space: Space, entries: [Int], hasLeaves: Bool = false, limits: PlanLimits = PlanLimits()
  ) throws(GraphFailure) {
    var builder = GraphBuilder(space, entries: entries, hasLeaves: hasLeaves, limits: limits)
    try builder.run()
    self = builder.reduced()
  }
}

private struct GraphBuilder {
  private struct State: Hashable {
    var level: Int32
    /// Numbers of alive clauses in the order of their entries; the last one may be satisfied.
    var alive: [Int32]
  }

  private let space: Space
  private let entries: [Int]
  private let hasLeaves: Bool
  private let limits: PlanLimits
  private let edgesMax: Int
  /// Clauses in the order of their entries; everything below counts in this order.
  private var entryOf: [Int32] = []
  /// Their numbers in the space.
  private var clauseOf: [Int] = []
  /// For each clause its levels, ascending, and the sets there.
  private var levelsOf: [[Int32]] = []
  private var setsOf: [[Int32]] = []

  private var known = Interner<State>()
  private var root: DecisionGraph.Target = 0
  private var defaults: [DecisionGraph.Target] = []
  private var edges: [[(first: Int32, last: Int32, target: DecisionGraph.Target)]] = []
  private var leaves = Interner<DecisionGraph.Leaf>()
  private var edgeCount = 0
  private var steps = 0

  init(_ space: Space, entries: [Int], hasLeaves: Bool, limits: PlanLimits) {
    self.space = space
    self.entries = entries
    self.hasLeaves = hasLeaves
    self.limits = limits
    var levelOf = [Int32](repeating: 0, count: space.order.count)
    for (level, dimension) in space.order.enumerated() { levelOf[dimension] = Int32(level) }
    for (entry, condition) in entries.enumerated() {
      for clause in space.clauses.clausesOf[condition] where !space.clauses.isNever(clause) {
        entryOf.append(Int32(entry))
        clauseOf.append(clause)
        levelsOf.append(space.clauses.constraints[clause].map { levelOf[Int(space.clauses.dimensions[$0])] })
        setsOf.append(space.clauses.constraints[clause].map { space.clauses.setIDs[$0] })
      }
    }
    edgesMax = max(limits.edgesMin, limits.edgesPerClauseMax * entryOf.count)
  }

  mutating func run() throws(GraphFailure) {
    root = target(of: entryOf.indices.map(Int32.init), after: -1)
    var current = 0
    while current < known.count {
      try expand(known[current])
      current += 1
    }
  }

  /// The terminal or node for a list of alive clauses, those before `level` being settled.
  private mutating func target(of list: [Int32], after level: Int32) -> DecisionGraph.Target {
    var alive = list
    var next = Int32.max
    // Whether more than one entry is alive up to the satisfied clause.
    var isOpen = false
    for (place, clause) in list.enumerated() {
      if entryOf[Int(clause)] != entryOf[Int(list[0])] { isOpen = true }
      guard let pending = pendingLevel(clause, after: level) else {
        // Satisfied: what comes after it is never looked at.
        alive = Array(list.prefix(place + 1))
        if !isOpen {
          return DecisionGraph.terminal(Int(entryOf[Int(clause)]))
        }
        break
      }
      next = min(next, pending)
    }
    if list.isEmpty { return DecisionGraph.terminal(entries.count) }
    if hasLeaves, alive.count == 1 { return leaf(alive[0], after: level) }
    return DecisionGraph.Target(known.number(of: State(level: next, alive: alive)))
  }

  /// - Parameter clause: not yet satisfied.
  private mutating func leaf(_ clause: Int32, after level: Int32) -> DecisionGraph.Target {
    let constraint = levelsOf[Int(clause)].firstIndex { $0 > level } ?? 0
    let leaf = DecisionGraph.Leaf(clause: clauseOf[Int(clause)], constraint: constraint)
    return DecisionGraph.terminal(entries.count + 1 + leaves.number(of: leaf))
  }

  private func pendingLevel(_ clause: Int32, after level: Int32) -> Int32? {
    levelsOf[Int(clause)].first { $0 > level }
  }

  private mutating func expand(_ state: State) throws(GraphFailure) {
    let level = state.level
    // Who is alive for a class that nobody names; who is added and who drops out for those that are named.
    var common: [Int32] = []
    var added: [(candidate: Int32, clause: Int32)] = []
    var removed: [(candidate: Int32, clause: Int32)] = []
    for clause in state.alive {
      guard let place = levelsOf[Int(clause)].firstIndex(of: level) else {
        common.append(clause)
        continue
      }
      let set = space.clauses.sets[Int(setsOf[Int(clause)][place])]
      if set.isComplement {
        common.append(clause)
        for member in set.members { removed.append((member, clause)) }
      } else {
        for member in set.members { added.append((member, clause)) }
      }
    }
    steps += state.alive.count + added.count + removed.count
    // Stable by class: the clauses of one class stay in order.
    added.sort { ($0.candidate, $0.clause) < ($1.candidate, $1.clause) }
    removed.sort { ($0.candidate, $0.clause) < ($1.candidate, $1.clause) }
    let commonTarget = target(of: common, after: level)

    var found: [(first: Int32, last: Int32, target: DecisionGraph.Target)] = []
    var i = 0
    var j = 0
    while i < added.count || j < removed.count {
      let candidate = min(
        i < added.count ? added[i].candidate : .max, j < removed.count ? removed[j].candidate : .max)
      let firstAdded = i
      while i < added.count, added[i].candidate == candidate { i += 1 }
      let firstRemoved = j
      while j < removed.count, removed[j].candidate == candidate { j += 1 }
      let list = alive(common, added[firstAdded..<i], removed[firstRemoved..<j], after: level)
      let target = target(of: list, after: level)
      guard target != commonTarget else { continue }
      if let last = found.last, last.target == target, last.last == candidate - 1 {
        found[found.count - 1].last = candidate
      } else {
        found.append((candidate, candidate, target))
      }
      guard steps <= limits.graphStepsMax else { throw .tooManySteps(conditions: widest()) }
    }
    edgeCount += found.count + 1
    guard edgeCount <= edgesMax else { throw .tooManyEdges(conditions: widest()) }
    guard steps <= limits.graphStepsMax else { throw .tooManySteps(conditions: widest()) }
    defaults.append(commonTarget)
    edges.append(found)
  }

  /// The common clauses without those removed and with those added, up to the first satisfied one.
  private mutating func alive(
    _ common: [Int32], _ added: ArraySlice<(candidate: Int32, clause: Int32)>,
    _ removed: ArraySlice<(candidate: Int32, clause: Int32)>, after level: Int32
  ) -> [Int32] {
    var result: [Int32] = []
    var a = added.startIndex
    var r = removed.startIndex
    var c = 0
    while c < common.count || a < added.endIndex {
      steps += 1
      let clause: Int32
      if c == common.count || (a < added.endIndex && added[a].clause < common[c]) {
        clause = added[a].clause
        a += 1
      } else {
        clause = common[c]
        c += 1
        if r < removed.endIndex, removed[r].clause == clause {
          r += 1
          continue
        }
      }
      result.append(clause)
      if pendingLevel(clause, after: level) == nil { break }
    }
    return result
  }

  /// The conditions that occur in most states: what to look at when the budget is gone.
  private func widest() -> [Int] {
    var counts = [Int](repeating: 0, count: entries.count)
    for state in known.values { for clause in state.alive { counts[Int(entryOf[Int(clause)])] += 1 } }
    return counts.indices.filter { counts[$0] > 0 }.sorted { (-counts[$0], $0) < (-counts[$1], $1) }.prefix(8)
      .map { entries[$0] }
  }

  // MARK: - Canonical form

  private struct Node: Hashable {
    var level: Int32
    var standard: DecisionGraph.Target
    var edges: [Edge]
  }

  private struct Edge: Hashable {
    var first: Int32
    var last: Int32
    var target: DecisionGraph.Target
  }

  /// Equal nodes become one, nodes that ask nothing go; numbered from the root, breadth first.
  func reduced() -> DecisionGraph {
    let states = known.values
    var replacement = [DecisionGraph.Target](repeating: 0, count: states.count)
    var nodes = Interner<Node>()
    // Children have higher levels, so the highest levels come first.
    for state in states.indices.sorted(by: { (states[$1].level, $0) < (states[$0].level, $1) }) {
      func settled(_ target: DecisionGraph.Target) -> DecisionGraph.Target {
        target < 0 ? target : replacement[Int(target)]
      }
      let node = canonical(
        states[state].level, settled(defaults[state]),
        edges[state].map { Edge(first: $0.first, last: $0.last, target: settled($0.target)) })
      if node.edges.isEmpty, !isVariable(node.level) {
        replacement[state] = node.standard
      } else {
        replacement[state] = DecisionGraph.Target(nodes.number(of: node))
      }
    }
    return numbered(nodes.values, from: root < 0 ? root : replacement[Int(root)])
  }

  private func isVariable(_ level: Int32) -> Bool { space.order[Int(level)] >= space.slots.count }

  /// The target of most classes is the default; the rest are ranges as long as can be.
  private func canonical(_ level: Int32, _ standard: DecisionGraph.Target, _ edges: [Edge]) -> Node {
    let count = Int32(space.classCount(space.order[Int(level)]))
    var weights: [DecisionGraph.Target: Int32] = [standard: count]
    for edge in edges {
      weights[standard, default: 0] -= edge.last - edge.first + 1
      weights[edge.target, default: 0] += edge.last - edge.first + 1
    }
    let best = weights.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? standard
    var all: [Edge] = []
    func add(_ first: Int32, _ last: Int32, _ target: DecisionGraph.Target) {
      guard first <= last, target != best else { return }
      if let previous = all.last, previous.target == target, previous.last == first - 1 {
        all[all.count - 1].last = last
      } else {
        all.append(Edge(first: first, last: last, target: target))
      }
    }
    var next: Int32 = 0
    for edge in edges {
      add(next, edge.first - 1, standard)
      add(edge.first, edge.last, edge.target)
      next = edge.last + 1
    }
    add(next, count - 1, standard)
    return Node(level: level, standard: best, edges: all)
  }

  private func numbered(_ nodes: [Node], from root: DecisionGraph.Target) -> DecisionGraph {
    var number = [Int32](repeating: -1, count: nodes.count)
    var queue: [Int] = []
    func visit(_ target: DecisionGraph.Target) -> DecisionGraph.Target {
      guard target >= 0 else { return target }
      if number[Int(target)] < 0 {
        number[Int(target)] = Int32(queue.count)
        queue.append(Int(target))
      }
      return number[Int(target)]
    }
    let root = visit(root)
    var levels: [Int32] = []
    var defaults: [DecisionGraph.Target] = []
    var ranges: [Range<Int32>] = []
    var first: [Int32] = []
    var last: [Int32] = []
    var targets: [DecisionGraph.Target] = []
    var current = 0
    while current < queue.count {
      let node = nodes[queue[current]]
      current += 1
      levels.append(node.level)
      defaults.append(visit(node.standard))
      let start = Int32(targets.count)
      for edge in node.edges {
        first.append(edge.first)
        last.append(edge.last)
        targets.append(visit(edge.target))
      }
      ranges.append(start..<Int32(targets.count))
    }
    return DecisionGraph(
      entries: entries, root: root, levels: levels, defaults: defaults, edges: ranges, edgeFirst: first,
      edgeLast: last, edgeTarget: targets, leaves: leaves.values)
  }
}
