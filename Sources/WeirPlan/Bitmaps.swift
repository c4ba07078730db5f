/// For each class the clauses that it leaves possible, one bit a clause: decides where the graph cannot, and finds every
/// condition that is true.
///
/// A class is kept as its difference from what most classes of its dimension have.
public struct Bitmaps: Sendable {
  public let wordCount: Int
  /// For each dimension the clauses that hold in every class, or in all but a few.
  let common: [[UInt64]]
  /// For each dimension and class the clauses whose bit is other than the common one.
  let differing: [[[Int32]]]
  /// For each dimension the clauses that mention it: unavailable, it makes them undetermined.
  let mentioning: [[UInt64]]
  let clauses: ClauseTable
  let conditionCount: Int

  public init(_ space: Space) {
    let clauses = space.clauses
    self.clauses = clauses
    conditionCount = space.validity.lowerBound
    let words = (clauses.count + 63) / 64
    wordCount = words
    var common = [[UInt64]](repeating: [UInt64](repeating: .max, count: words), count: space.dimensionCount)
    var mentioning = [[UInt64]](repeating: [UInt64](repeating: 0, count: words), count: space.dimensionCount)
    var differing = (0..<space.dimensionCount).map { [[Int32]](repeating: [], count: space.classCount($0)) }
    for clause in 0..<clauses.count {
      let bit: UInt64 = 1 << UInt64(clause & 63)
      for dimension in clauses.mentions[clause] { mentioning[Int(dimension)][clause >> 6] |= bit }
      for constraint in clauses.constraints[clause] {
        let dimension = Int(clauses.dimensions[constraint])
        let set = clauses.set(at: constraint)
        mentioning[dimension][clause >> 6] |= bit
        if !set.isComplement { common[dimension][clause >> 6] &= ~bit }
        for member in set.members { differing[dimension][Int(member)].append(Int32(clause)) }
      }
    }
    self.common = common
    self.mentioning = mentioning
    self.differing = differing
  }

  /// Which conditions are true, and which are true or undetermined.
  public struct Matches: Hashable, Sendable {
    public var must: [Bool]
    public var may: [Bool]
  }

  /// - Parameter classOf: the class of a dimension; `nil` when it is unavailable.
  /// - Complexity: O(clauses / 64) for each dimension, and the clauses in which the classes are special.
  public func matches(_ classOf: (Int) -> Int?) -> Matches {
    var must = [UInt64](repeating: .max, count: wordCount)
    var may = must
    for dimension in common.indices {
      guard let found = classOf(dimension) else {
        for word in 0..<wordCount { must[word] &= ~mentioning[dimension][word] }
        continue
      }
      var bits = common[dimension]
      for clause in differing[dimension][found] { bits[Int(clause) >> 6] ^= 1 << UInt64(clause & 63) }
      for word in 0..<wordCount {
        must[word] &= bits[word]
        may[word] &= bits[word]
      }
    }
    func contains(_ words: [UInt64], _ clause: Int) -> Bool { words[clause >> 6] >> UInt64(clause & 63) & 1 == 1 }
    let ranges = clauses.clausesOf.prefix(conditionCount)
    return Matches(
      must: ranges.map { $0.contains { contains(must, $0) } }, may: ranges.map { $0.contains { contains(may, $0) } })
  }
}
