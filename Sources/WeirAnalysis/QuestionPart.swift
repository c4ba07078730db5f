import WeirPlan
import WeirPolicy

/// A question about the requests for which one condition is true: the lists without what cannot hold beside it.
struct QuestionPart {
  /// With a pivot, its own list comes last.
  let lists: [[Int]]
  private let hasPivot: Bool
  /// For each list of the question, where its entries stand there.
  private let places: [[Int]]
  private let counts: [Int]

  /// All of the question.
  init(_ lists: [[Int]]) {
    self.lists = lists
    hasPivot = false
    places = lists.map { Array($0.indices) }
    counts = lists.map(\.count)
  }

  init(_ lists: [[Int]], pivot: Int, _ space: Space) {
    let compatible = space.conditions(compatibleWith: pivot)
    places = lists.map { list in list.indices.filter { compatible[list[$0]] } }
    counts = lists.map(\.count)
    self.lists = zip(lists, places).map { list, places in places.map { list[$0] } } + [[pivot]]
    hasPivot = true
  }

  /// Whether the pivot is true.
  func isMeant(_ firsts: [Int]) -> Bool { !hasPivot || firsts.last == 0 }

  /// In terms of the question.
  func firsts(_ firsts: [Int]) -> [Int] {
    places.indices.map { list in
      firsts[list] < places[list].count ? places[list][firsts[list]] : counts[list]
    }
  }
}

extension Question {
  func parts(_ space: Space) -> [QuestionPart] {
    pivots.map { pivots in pivots.map { QuestionPart(lists, pivot: $0, space) } } ?? [QuestionPart(lists)]
  }
}

extension Space {
  /// For each condition whether some classes satisfy it and `pivot` together, looking at one dimension after the other.
  fileprivate func conditions(compatibleWith pivot: Int) -> [Bool] {
    clauses.clausesOf.map { range in
      range.contains { clause in clauses.clausesOf[pivot].contains { areCompatible(clause, $0) } }
    }
  }

  private func areCompatible(_ left: Int, _ right: Int) -> Bool {
    for constraint in clauses.constraints[left] {
      let dimension = clauses.dimensions[constraint]
      let set = clauses.sets[Int(clauses.setIDs[constraint])]
      for other in clauses.constraints[right] where clauses.dimensions[other] == dimension {
        let otherSet = clauses.sets[Int(clauses.setIDs[other])]
        if set.isDisjoint(from: otherSet, count: clauses.classCounts[Int(dimension)]) { return false }
      }
    }
    return true
  }
}

extension ClassSet {
  /// - Complexity: O(members × log members).
  fileprivate func isDisjoint(from other: ClassSet, count: Int) -> Bool {
    if !isComplement { return !members.contains { other.contains(Int($0)) } }
    if !other.isComplement { return !other.members.contains { contains(Int($0)) } }
    return Set(members).union(other.members).count == count
  }
}
