/// Walks several graphs of one space at once, every combination of their nodes once.
struct ProductWalk {
  private let space: Space
  private let graphs: [DecisionGraph]
  /// How many of the graphs say what can occur: these come last and must end at their first entry.
  private let validityCount: Int
  private let pairsMax: Int
  private let findsAll: Bool
  private(set) var found: [(terminals: [Int], region: Region)] = []

  private var seen: Set<[DecisionGraph.Target]> = []
  private var reported: Set<[Int]> = []

  init(_ space: Space, _ graphs: [DecisionGraph], validity: [DecisionGraph], pairsMax: Int, findsAll: Bool) {
    self.space = space
    self.graphs = graphs + validity
    validityCount = validity.count
    self.pairsMax = pairsMax
    self.findsAll = findsAll
  }

  private struct Step {
    var targets: [DecisionGraph.Target]
    /// The step before it, and the class chosen there.
    var parent: Int
    var level: Int
    var chosen: Int
  }

  /// Breadth first, so that the first request found for an outcome asks little.
  ///
  /// - Returns: whether everything was looked at within the budget, or what was wanted was found.
  mutating func run(_ isWanted: ([Int]) -> Bool) -> Bool {
    var steps = [Step(targets: graphs.map(\.root), parent: -1, level: -1, chosen: 0)]
    var current = 0
    while current < steps.count {
      let targets = steps[current].targets
      defer { current += 1 }
      if isImpossible(targets) { continue }
      guard let level = zip(graphs, targets).compactMap({ $1 < 0 ? nil : $0.levels[Int($1)] }).min() else {
        let terminals = targets.dropLast(validityCount).map { Int(-1 - $0) }
        guard isWanted(terminals), reported.insert(terminals).inserted else { continue }
        found.append((terminals, region(steps, current)))
        if !findsAll { return true }
        continue
      }
      for (chosen, next) in successors(targets, level) where seen.insert(next).inserted {
        guard seen.count <= pairsMax else { return false }
        steps.append(Step(targets: next, parent: current, level: Int(level), chosen: chosen))
      }
    }
    return true
  }

  /// Whether something that always holds is false already.
  private func isImpossible(_ targets: [DecisionGraph.Target]) -> Bool {
    targets.suffix(validityCount).contains(DecisionGraph.terminal(1))
  }

  /// Every combination of targets that some class of the level leads to, with the first such class.
  private func successors(
    _ targets: [DecisionGraph.Target], _ level: Int32
  ) -> [(chosen: Int, targets: [DecisionGraph.Target])] {
    let asking = targets.indices.filter { targets[$0] >= 0 && graphs[$0].levels[Int(targets[$0])] == level }
    let count = Int32(space.classCount(space.order[Int(level)]))
    var cuts: [Int32] = [0]
    for index in asking {
      for edge in graphs[index].edges[Int(targets[index])] {
        cuts.append(graphs[index].edgeFirst[Int(edge)])
        cuts.append(graphs[index].edgeLast[Int(edge)] + 1)
      }
    }
    var result: [(Int, [DecisionGraph.Target])] = []
    var local: Set<[DecisionGraph.Target]> = []
    for cut in cuts.asSet where cut < count {
      var next = targets
      for index in asking { next[index] = graphs[index].target(of: targets[index], class: Int(cut)) }
      if local.insert(next).inserted { result.append((Int(cut), next)) }
    }
    return result
  }

  private func region(_ steps: [Step], _ last: Int) -> Region {
    var classOf: [Int?] = (0..<space.dimensionCount).map { space.usualClass($0) }
    var asked: [Int] = []
    var step = last
    while steps[step].parent >= 0 {
      let dimension = space.order[steps[step].level]
      classOf[dimension] = steps[step].chosen
      asked.append(dimension)
      step = steps[step].parent
    }
    asked.reverse()
    return Region(
      point: Point(classOf: classOf), asked: asked,
      variables: asked.filter { $0 >= space.slots.count }.map { $0 - space.slots.count })
  }
}

extension Space {
  /// What a request has that nobody asks about: nothing where that can be, else the first class; variables are false.
  func usualClass(_ dimension: Int) -> Int? { classCount(dimension) == 0 ? nil : 0 }
}
