import WeirISA

/// Deciding by clauses: one bit a clause, kept while each class leaves it possible.
///
/// It finds every rule that holds, and it knows doubt: a slot that is unavailable leaves every clause that mentions it
/// undetermined, as long as nothing else makes it false.
extension VerifiedProgram {
  /// Marks in the frame which clauses the slots with rows leave possible, and which of them are in doubt.
  ///
  /// - Returns: `false` when rules have to be asked one by one.
  func narrow(_ decision: DecisionTable, _ frame: inout Frame) -> Bool {
    let words = decision.rowWordCount
    for word in 0..<words {
      frame.possible[word] = .max
      frame.doubtful[word] = 0
    }
    let tail = decision.clauseCount & 31
    if tail > 0 { frame.possible[words - 1] = 1 << UInt32(tail) - 1 }
    for dimension in 0..<(decision.slotCount + decision.variableCount) { frame.classes[dimension] = NoClass.unread }
    var row = decision.rows
    for index in 0..<decision.rowDimensionCount {
      let dimension = Int(tables.decisions[decision.rowDimensions + index])
      let number = Int(tables.decisions[decision.slots + dimension])
      let found = classID(number, frame)
      if found == NoClass.unknown { return false }
      frame.classes[dimension] = found
      let starts = row + 2 * words
      let lists = starts + classifiers[number].classCount + 1
      if found < 0 {
        for word in 0..<words { frame.doubtful[word] |= tables.decisions[row + words + word] }
      } else {
        keep(row, starts + found, lists, words, &frame)
      }
      row = lists + Int(tables.decisions[lists - 1])
    }
    return true
  }

  /// Keeps what a class leaves possible.
  @inline(__always)
  private func keep(_ row: Int, _ start: Int, _ lists: Int, _ words: Int, _ frame: inout Frame) {
    let begin = tables.decisions[start]
    let first = lists + Int(begin & ~DecisionFormat.wholeRowBit)
    if begin & DecisionFormat.wholeRowBit != 0 {
      for word in 0..<words { frame.possible[word] &= tables.decisions[first + word] }
      return
    }
    let end = lists + Int(tables.decisions[start + 1] & ~DecisionFormat.wholeRowBit)
    for word in 0..<words { frame.row[word] = tables.decisions[row + word] }
    for place in first..<end {
      let clause = tables.decisions[place]
      frame.row[Int(clause >> 5)] ^= 1 << (clause & 31)
    }
    for word in 0..<words { frame.possible[word] &= frame.row[word] }
  }

  /// The value of a clause that is possible still; `nil` when rules have to be asked one by one.
  ///
  /// - Parameter isDoubtful: whether a slot with rows that it mentions is unavailable.
  func truth(
    ofClause clause: Int, isDoubtful: Bool, _ decision: DecisionTable, _ frame: inout Frame,
    _ data: borrowing DataSets
  ) -> (truth: Truth, rule: Int)? {
    var truth: Truth = isDoubtful ? .undetermined : .yes
    var place = decision.clauseWords + Int(clauseStarts[decision.clauses + clause])
    while true {
      let word = tables.decisions[place]
      if word & DecisionFormat.ruleBit != 0 { return (truth, Int(word & DecisionFormat.numberMask)) }
      place += 1
      if word & DecisionFormat.rowBit != 0 || truth == .no { continue }
      let literal = decision.literals + Int(word) * DecisionFormat.literalWords
      let dimension = Int(tables.decisions[literal] & 0xFFF_FFFF)
      if frame.classes[dimension] == NoClass.unread {
        let found = look(dimension, decision, &frame, data)
        if found == NoClass.unknown { return nil }
        frame.classes[dimension] = found
      }
      let found = frame.classes[dimension]
      if found < 0 {
        truth = .undetermined
      } else if !contains(literal, found, decision) {
        truth = .no
      }
    }
  }

  /// Every rule that holds or is undetermined, in order, until `body` says that it is enough.
  ///
  /// A rule comes once for each of its clauses.
  /// - Returns: `false` when rules have to be asked one by one.
  @inline(__always)
  func rules(
    of decision: DecisionTable, _ frame: inout Frame, _ data: borrowing DataSets, _ body: (Int, Truth) -> Bool
  ) -> Bool {
    guard narrow(decision, &frame) else { return false }
    for word in 0..<decision.rowWordCount {
      var rest = frame.possible[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest - 1
        let isDoubtful = frame.doubtful[word] >> UInt32(bit) & 1 == 1
        guard let found = truth(ofClause: 32 * word + bit, isDoubtful: isDoubtful, decision, &frame, data) else {
          return false
        }
        if found.truth != .no, !body(found.rule, found.truth) { return true }
      }
    }
    return true
  }
}
