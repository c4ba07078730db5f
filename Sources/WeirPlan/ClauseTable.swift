/// All clauses of a space in flat arrays: a clause is an `and` of class sets, one for each dimension it constrains.
public struct ClauseTable: Sendable {
  /// For each condition its clauses; a condition is true when one of them is.
  public private(set) var clausesOf: [Range<Int>] = []
  public private(set) var conditionOf: [Int32] = []
  /// Each set once; some are of no constraint.
  public private(set) var sets: [ClassSet] = []
  /// For each clause its constraints, in `dimensions` and `setIDs`; in the order of levels.
  public private(set) var constraints: [Range<Int>] = []
  public private(set) var dimensions: [Int32] = []
  public private(set) var setIDs: [Int32] = []
  /// For each clause the dimensions it mentions without constraining them: unavailable, they make it undetermined all the same.
  public private(set) var mentions: [[Int32]] = []
  /// Number of classes of each dimension.
  public let classCounts: [Int]

  public var count: Int { constraints.count }

  init(_ conditions: [[[Formula]]], classes: [SlotClasses], variableCount: Int) {
    classCounts = classes.map(\.count) + [Int](repeating: 2, count: variableCount)
    var leaves = Leaves()
    var kept = Interner<ClassSet>()
    for (condition, clauses) in conditions.enumerated() {
      let first = count
      var seen: Set<[Formula]> = []
      for clause in clauses where clauses.count == 1 || seen.insert(clause).inserted {
        add(clause, condition: condition, classes, &leaves, &kept)
      }
      clausesOf.append(first..<count)
    }
    sets = kept.values
  }

  /// Leaves that were met, each with the number of its set.
  private struct Leaves {
    var known = Interner<Formula>()
    var setIDs: [Int32] = []
  }

  private mutating func add(
    _ clause: [Formula], condition: Int, _ classes: [SlotClasses], _ leaves: inout Leaves,
    _ kept: inout Interner<ClassSet>
  ) {
    var found: [(dimension: Int, setID: Int32)] = []
    for leaf in clause {
      let dimension: Int
      switch leaf {
      case .slot(let slot, _): dimension = slot
      case .variable(let variable, _): dimension = classes.count + variable
      case .constant, .and, .or: continue
      }
      let number = leaves.known.number(of: leaf)
      if number == leaves.setIDs.count {
        leaves.setIDs.append(Int32(kept.number(of: leaf.classSet(classes, count: classCounts[dimension]))))
      }
      let setID = leaves.setIDs[number]
      if let place = found.firstIndex(where: { $0.dimension == dimension }) {
        let both = kept[Int(found[place].setID)].intersection(kept[Int(setID)], count: classCounts[dimension])
        found[place].setID = Int32(kept.number(of: both))
      } else {
        found.append((dimension, setID))
      }
    }
    let start = dimensions.count
    var mentioned: [Int32] = []
    for (dimension, setID) in found {
      if kept[Int(setID)].isFull {
        mentioned.append(Int32(dimension))
      } else {
        dimensions.append(Int32(dimension))
        setIDs.append(setID)
      }
    }
    constraints.append(start..<dimensions.count)
    mentions.append(mentioned)
    conditionOf.append(Int32(condition))
  }

  /// The classes that a constraint, by its place in `dimensions`, allows.
  public func set(at constraint: Int) -> ClassSet { sets[Int(setIDs[constraint])] }

  /// Whether no request satisfies the clause while all slots are available.
  func isNever(_ clause: Int) -> Bool { constraints[clause].contains { set(at: $0).isEmpty } }

  /// The most telling dimensions first, variables last.
  func order(ruleCount: Int, slotCount: Int) -> [Int] {
    var scores = [Int](repeating: 0, count: classCounts.count)
    for clause in 0..<count where conditionOf[clause] < ruleCount {
      for constraint in constraints[clause] {
        let dimension = Int(dimensions[constraint])
        let kept = max(set(at: constraint).size(of: classCounts[dimension]), 1)
        // Whole bits of information: the length of a number is the same on every machine.
        scores[dimension] += 1 + (Int.bitWidth - (classCounts[dimension] / kept).leadingZeroBitCount)
      }
    }
    return classCounts.indices.sorted { left, right in
      if (left < slotCount) != (right < slotCount) { return left < slotCount }
      return (-scores[left], left) < (-scores[right], right)
    }
  }

  /// The same with every clause's constraints in the order of levels.
  func sorted(by order: [Int]) -> ClauseTable {
    var level = [Int](repeating: 0, count: order.count)
    for (place, dimension) in order.enumerated() { level[dimension] = place }
    var result = self
    for range in constraints where range.count > 1 {
      let sorted = range.sorted { level[Int(dimensions[$0])] < level[Int(dimensions[$1])] }
      for (place, source) in zip(range, sorted) {
        result.dimensions[place] = dimensions[source]
        result.setIDs[place] = setIDs[source]
      }
    }
    return result
  }
}

extension Formula {
  fileprivate func classSet(_ classes: [SlotClasses], count: Int) -> ClassSet {
    switch self {
    case .slot(let slot, let expression): expression.classSet(classes[slot].holding, count: count)
    case .variable(_, let isNegated): ClassSet([1], isComplement: isNegated, count: 2)
    case .constant, .and, .or: .full(count: count)
    }
  }
}

extension SlotExpression {
  /// - Parameter holding: for each atom the classes in which it holds.
  func classSet(_ holding: [Int: [Int32]], count: Int) -> ClassSet {
    switch self {
    case .atom(let index): return ClassSet(holding[index] ?? [], count: count)
    case .not(let inner): return inner.classSet(holding, count: count).inverted(count: count)
    case .all(let operands):
      var result = ClassSet.full(count: count)
      for operand in operands { result = result.intersection(operand.classSet(holding, count: count), count: count) }
      return result
    case .any(let operands):
      var result = ClassSet([], count: count)
      for operand in operands { result = result.union(operand.classSet(holding, count: count), count: count) }
      return result
    }
  }
}
