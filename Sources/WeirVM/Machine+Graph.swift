import WeirISA

/// What a way of deciding found.
enum Finding: BitwiseCopyable {
  /// A rule, by its place in the scope.
  case rule(Int)
  case noRule
  /// Something is unavailable, or rules have to be asked one by one.
  case unsettled
}

extension VerifiedProgram {
  /// The first rule that holds, by the decision graph: one question after another, each about another dimension.
  ///
  /// - Complexity: no more steps than dimensions; only the slots on the way are looked at.
  @inline(__always)
  func walk(_ number: Int, _ frame: inout Frame, _ data: borrowing DataSets) -> Finding {
    let decision = decisions[number]
    guard hasAllNeeded(decision, frame) else { return .unsettled }
    var target = tables.decisions[decision.graph]
    while target & DecisionFormat.endBit == 0 {
      let node = decision.graph + Int(target)
      let head = NodeHead(word: tables.decisions[node])
      let found = look(head.dimension, decision, &frame, data)
      guard found >= 0 else { return .unsettled }
      target = self.target(of: node, head, found)
    }
    if target == DecisionFormat.noRule { return .noRule }
    let place = Int(target & DecisionFormat.numberMask)
    guard target & DecisionFormat.clauseBit != 0 else { return .rule(place) }
    return check(place, number, &frame, data)
  }

  /// Whether every slot has a class without which the graph could say more than is known: it may not look at them.
  @inline(__always)
  private func hasAllNeeded(_ decision: DecisionTable, _ frame: borrowing Frame) -> Bool {
    for index in 0..<decision.neededCount {
      let slot = Int(tables.decisions[decision.needed + index])
      let classifier = Int(tables.decisions[decision.slots + slot])
      if classID(classifier, frame) < 0 { return false }
    }
    return true
  }

  /// The class of a dimension, or one of `NoClass`.
  @inline(__always)
  func look(
    _ dimension: Int, _ decision: DecisionTable, _ frame: inout Frame, _ data: borrowing DataSets
  ) -> Int {
    if dimension < decision.slotCount {
      return classID(Int(tables.decisions[decision.slots + dimension]), frame)
    }
    let condition = Int(tables.decisions[decision.variables + dimension - decision.slotCount])
    switch evaluate(condition, &frame, data) {
    case .no: return 0
    case .yes: return 1
    case .undetermined: return NoClass.unavailable
    }
  }

  @inline(__always)
  private func target(of node: Int, _ head: NodeHead, _ found: Int) -> UInt32 {
    let edges = node + 2
    switch head.form {
    case .table, nil:
      return tables.decisions[node + 1 + found]
    case .classes:
      var low = 0
      var high = head.edges
      while low < high {
        let middle = (low + high) / 2
        if Int(tables.decisions[edges + 2 * middle]) < found { low = middle + 1 } else { high = middle }
      }
      guard low < head.edges, Int(tables.decisions[edges + 2 * low]) == found else { return tables.decisions[node + 1] }
      return tables.decisions[edges + 2 * low + 1]
    case .ranges:
      var low = 0
      var high = head.edges
      while low < high {
        let middle = (low + high) / 2
        if Int(tables.decisions[edges + 3 * middle + 1]) < found { low = middle + 1 } else { high = middle }
      }
      guard low < head.edges, Int(tables.decisions[edges + 3 * low]) <= found else { return tables.decisions[node + 1] }
      return tables.decisions[edges + 3 * low + 2]
    }
  }

  /// What is left of a clause, which alone decides.
  private func check(
    _ start: Int, _ number: Int, _ frame: inout Frame, _ data: borrowing DataSets
  ) -> Finding {
    let decision = decisions[number]
    var place = decision.clauseWords + start
    while true {
      let word = tables.decisions[place]
      if word & DecisionFormat.ruleBit != 0 { return .rule(Int(word & DecisionFormat.numberMask)) }
      let literal = decision.literals + Int(word & DecisionFormat.numberMask) * DecisionFormat.literalWords
      let found = look(Int(tables.decisions[literal] & 0xFFF_FFFF), decision, &frame, data)
      guard found >= 0 else { return .unsettled }
      guard contains(literal, found, decision) else { return .noRule }
      place += 1
    }
  }

  /// Whether a literal allows a class.
  @inline(__always)
  func contains(_ literal: Int, _ found: Int, _ decision: DecisionTable) -> Bool {
    let first = Int(tables.decisions[literal + 1])
    let second = Int(tables.decisions[literal + 2])
    switch LiteralForm(rawValue: UInt8(truncatingIfNeeded: tables.decisions[literal] >> 28)) {
    case .range: return found >= first && found <= second
    case .outsideRange: return found < first || found > second
    case .ranges: return isIn(found, decision.ranges + 2 * first, second)
    case .outsideRanges: return !isIn(found, decision.ranges + 2 * first, second)
    case nil: return false
    }
  }

  private func isIn(_ found: Int, _ ranges: Int, _ count: Int) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if found < Int(tables.decisions[ranges + 2 * middle]) {
        high = middle
      } else if found > Int(tables.decisions[ranges + 2 * middle + 1]) {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }
}
