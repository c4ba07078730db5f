/// Where a graph, which looks at few slots, and Kleene's logic, which minds every slot that a rule mentions, could differ.
///
/// A rule of which every clause can fail at each slot it asks for, whatever class the slot has in the other clauses, is true
/// without a look at a slot only by a clause that does not ask for it, and false only by tests that were looked at: then the
/// two agree.
extension Space {
  /// The slots that have to be available before a graph over these conditions is asked: some condition mentions them where
  /// the graph need not look.
  public func needed(by conditions: [Int]) -> [Int] {
    doubtful(conditions).filter { $0 < slots.count }
  }

  /// Whether a graph is exact once what is `needed` is available: no clause contradicts itself over a variable.
  public func isGraphExact(_ conditions: [Int]) -> Bool {
    for condition in conditions {
      for clause in clauses.clausesOf[condition] {
        for constraint in clauses.constraints[clause]
        where Int(clauses.dimensions[constraint]) >= slots.count && clauses.set(at: constraint).isEmpty {
          return false
        }
      }
    }
    return true
  }

  private func doubtful(_ conditions: [Int]) -> [Int] {
    var isDoubtful = [Bool](repeating: false, count: dimensionCount)
    for condition in conditions {
      var union: [Int: ClassSet] = [:]
      let isAlone = clauses.clausesOf[condition].count == 1
      for clause in clauses.clausesOf[condition] {
        for dimension in clauses.mentions[clause] { isDoubtful[Int(dimension)] = true }
        for constraint in clauses.constraints[clause] {
          let dimension = Int(clauses.dimensions[constraint])
          let set = clauses.set(at: constraint)
          if set.isEmpty { isDoubtful[dimension] = true }
          // No constraint of a clause allows all classes.
          if isAlone { continue }
          union[dimension] = union[dimension].map { $0.union(set, count: classCount(dimension)) } ?? set
        }
      }
      for (dimension, set) in union where set.isFull { isDoubtful[dimension] = true }
    }
    return isDoubtful.indices.filter { isDoubtful[$0] }
  }

  /// Whether every clause of a condition asks for the class of some slot.
  public func isIndexed(_ condition: Int) -> Bool {
    clauses.clausesOf[condition].allSatisfy { clause in
      clauses.constraints[clause].contains { Int(clauses.dimensions[$0]) < slots.count }
    }
  }
}
