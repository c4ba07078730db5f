extension Bitmaps {
  /// Classes of one dimension beyond which a clause is not narrowed by it.
  private static let classesMax = 1_024

  /// The conditions of which, looking at one dimension after the other, some classes satisfy a clause and a clause of this one.
  ///
  /// No request satisfies any other one together with it.
  ///
  /// - Complexity: O(clauses / 64) for each clause of the condition and each class that the clause asks for.
  public func conditions(compatibleWith condition: Int) -> [Bool] {
    var possible = [UInt64](repeating: 0, count: wordCount)
    for clause in clauses.clausesOf[condition] where !clauses.isNever(clause) {
      var left = [UInt64](repeating: .max, count: wordCount)
      for constraint in clauses.constraints[clause] {
        guard let some = clauseBits(somewhereIn: constraint) else { continue }
        for word in 0..<wordCount { left[word] &= some[word] }
      }
      for word in 0..<wordCount { possible[word] |= left[word] }
    }
    return clauses.clausesOf.prefix(conditionCount).map { range in
      range.contains { possible[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
    }
  }

  /// The clauses that some class of a constraint leaves possible; `nil` when these are too many to look at.
  private func clauseBits(somewhereIn constraint: Int) -> [UInt64]? {
    let dimension = Int(clauses.dimensions[constraint])
    let (set, count) = (clauses.set(at: constraint), clauses.classCounts[dimension])
    guard (set.isComplement ? count - set.members.count : set.members.count) <= Self.classesMax else { return nil }
    let classes = set.isComplement ? (0..<count).filter(set.contains) : set.members.map(Int.init)
    var result = [UInt64](repeating: 0, count: wordCount)
    for candidate in classes {
      var bits = common[dimension]
      for clause in differing[dimension][candidate] { bits[Int(clause) >> 6] ^= 1 << UInt64(clause & 63) }
      for word in 0..<wordCount { result[word] |= bits[word] }
    }
    return result
  }
}
