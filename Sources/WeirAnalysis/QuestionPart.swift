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

  init(_ lists: [[Int]], pivot: Int, _ bitmaps: Bitmaps) {
    let compatible = bitmaps.conditions(compatibleWith: pivot)
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
    guard let pivots else { return [QuestionPart(lists)] }
    let bitmaps = Bitmaps(space)
    return pivots.map { QuestionPart(lists, pivot: $0, bitmaps) }
  }
}
