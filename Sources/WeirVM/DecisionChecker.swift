import WeirISA

/// Checks clauses, rows and graph of one decision: every number within its table, every walk forward.
struct DecisionChecker {
  let head: DecisionHead
  let table: DecisionTable
  let words: [UInt32]
  let scope: ScopeRecord
  let rules: [RuleRecord]
  let classifiers: [Classifier]
  /// For each clause word the rule that its clause ends in.
  private var ruleOfWord: [UInt32] = []
  /// Where each clause begins among the clause words.
  private(set) var clauseStarts: [UInt32] = []

  init(
    head: DecisionHead, table: DecisionTable, words: [UInt32], scope: ScopeRecord, rules: [RuleRecord],
    classifiers: [Classifier]
  ) {
    self.head = head
    self.table = table
    self.words = words
    self.scope = scope
    self.rules = rules
    self.classifiers = classifiers
  }

  /// - Complexity: linear in the words of the decision and its classes.
  mutating func isSound() -> Bool {
    guard areLiteralsSound, areClausesSound(), areRowsSound else { return false }
    var rule: UInt32 = 0
    ruleOfWord = words[table.clauseWords..<(table.clauseWords + Int(head.clauseWords))].reversed().map { word in
      if word & DecisionFormat.ruleBit != 0 { rule = word & DecisionFormat.numberMask }
      return rule
    }
    ruleOfWord.reverse()
    return isGraphSound
  }

  private func classCount(_ dimension: Int) -> Int {
    dimension < table.slotCount ? classifiers[Int(words[table.slots + dimension])].classCount : 2
  }

  private func dimension(ofLiteral number: Int) -> Int {
    Int(words[table.literals + number * DecisionFormat.literalWords] & 0xFFF_FFFF)
  }

  private var areLiteralsSound: Bool {
    for number in 0..<Int(head.literals) {
      let place = table.literals + number * DecisionFormat.literalWords
      let first = Int(words[place + 1])
      let second = Int(words[place + 2])
      guard let form = LiteralForm(rawValue: UInt8(truncatingIfNeeded: words[place] >> 28)),
        dimension(ofLiteral: number) < table.slotCount + table.variableCount
      else { return false }
      switch form {
      case .range, .outsideRange: break
      case .ranges, .outsideRanges:
        guard first <= Int(head.ranges), second <= Int(head.ranges) - first else { return false }
      }
    }
    return true
  }

  /// Each clause is literals of ascending dimensions and then its rule; rules do not go back.
  private mutating func areClausesSound() -> Bool {
    var place = 0
    var lastRule = 0
    for _ in 0..<table.clauseCount {
      clauseStarts.append(UInt32(place))
      var lastDimension = -1
      while true {
        guard place < Int(head.clauseWords) else { return false }
        let word = words[table.clauseWords + place]
        place += 1
        let number = Int(word & DecisionFormat.numberMask)
        if word & DecisionFormat.ruleBit != 0 {
          guard word & DecisionFormat.rowBit == 0, number < Int(scope.ruleCount), number >= lastRule else {
            return false
          }
          lastRule = number
          break
        }
        guard number < Int(head.literals), dimension(ofLiteral: number) > lastDimension else { return false }
        lastDimension = dimension(ofLiteral: number)
      }
    }
    return place == Int(head.clauseWords)
  }

  private var areRowsSound: Bool {
    let count = table.rowWordCount
    let end = table.rows + Int(head.rowWords)
    var place = table.rows
    var last = -1
    for index in 0..<table.rowDimensionCount {
      let dimension = Int(words[table.rowDimensions + index])
      guard dimension > last, dimension < table.slotCount else { return false }
      last = dimension
      let classes = classCount(dimension)
      guard 2 * count + classes + 1 <= end - place else { return false }
      let starts = place + 2 * count
      let lists = starts + classes + 1
      let size = Int(words[lists - 1])
      guard size <= end - lists, words[starts] & ~DecisionFormat.wholeRowBit == 0 else { return false }
      for found in 0..<classes {
        let begin = words[starts + found]
        let from = Int(begin & ~DecisionFormat.wholeRowBit)
        let next = words[starts + found + 1]
        let to = found + 1 == classes ? size : Int(next & ~DecisionFormat.wholeRowBit)
        guard from <= to, to <= size else { return false }
        if begin & DecisionFormat.wholeRowBit != 0 {
          guard to - from == count else { return false }
        } else {
          guard to - from <= table.clauseCount else { return false }
          for entry in (lists + from)..<(lists + to) where Int(words[entry]) >= table.clauseCount { return false }
        }
      }
      place = lists + size
    }
    return place == end
  }

  // MARK: - Graph

  private var isGraphSound: Bool {
    guard table.hasGraph else { return head.graphWords == 0 }
    guard head.graphWords > 0, let starts = nodeStarts, isTarget(words[table.graph], from: 0, starts, below: -1) else {
      return false
    }
    for node in 1..<max(Int(head.graphWords), 1) where starts[node] {
      guard isNodeSound(node, starts) else { return false }
    }
    return true
  }

  /// Which words of the graph begin a node; `nil` when the nodes do not fill it.
  private var nodeStarts: [Bool]? {
    var starts = [Bool](repeating: false, count: Int(head.graphWords))
    var place = 1
    while place < starts.count {
      let node = NodeHead(word: words[table.graph + place])
      guard let form = node.form, node.dimension < table.slotCount + table.variableCount else { return nil }
      starts[place] = true
      switch form {
      case .classes: place += 2 + 2 * node.edges
      case .ranges: place += 2 + 3 * node.edges
      case .table:
        guard node.edges == 0 else { return nil }
        place += 1 + classCount(node.dimension)
      }
    }
    return place == starts.count ? starts : nil
  }

  private func isNodeSound(_ node: Int, _ starts: [Bool]) -> Bool {
    let place = table.graph + node
    let head = NodeHead(word: words[place])
    func isTarget(_ place: Int) -> Bool { self.isTarget(words[place], from: node, starts, below: head.dimension) }
    let classes = classCount(head.dimension)
    switch head.form {
    case .table:
      return (0..<classes).allSatisfy { isTarget(place + 1 + $0) }
    case .classes:
      var last = -1
      for edge in 0..<head.edges {
        let found = Int(words[place + 2 + 2 * edge])
        guard found > last, found < classes, isTarget(place + 3 + 2 * edge) else { return false }
        last = found
      }
      return isTarget(place + 1)
    case .ranges:
      var last = -1
      for edge in 0..<head.edges {
        let first = Int(words[place + 2 + 3 * edge])
        let end = Int(words[place + 3 + 3 * edge])
        guard first > last, end >= first, end < classes, isTarget(place + 4 + 3 * edge) else { return false }
        last = end
      }
      return isTarget(place + 1)
    case nil: return false
    }
  }

  /// A later node that asks for a later dimension, an enforced rule, or the rest of a clause over later dimensions.
  private func isTarget(_ target: UInt32, from node: Int, _ starts: [Bool], below dimension: Int) -> Bool {
    if target & DecisionFormat.endBit == 0 {
      let next = Int(target)
      return next > node && next < starts.count && starts[next]
        && NodeHead(word: words[table.graph + next]).dimension > dimension
    }
    if target == DecisionFormat.noRule { return true }
    let number = Int(target & DecisionFormat.numberMask)
    guard target & DecisionFormat.clauseBit != 0 else { return number < Int(scope.ruleCount) && isEnforced(number) }
    guard number < Int(head.clauseWords) else { return false }
    let word = words[table.clauseWords + number]
    guard isEnforced(Int(ruleOfWord[number])) else { return false }
    // The literals of a clause ascend.
    return word & DecisionFormat.ruleBit != 0
      || self.dimension(ofLiteral: Int(word & DecisionFormat.numberMask)) > dimension
  }

  private func isEnforced(_ rule: Int) -> Bool {
    let record = rules[Int(scope.firstRule) + rule]
    switch record.effect {
    case .allow, .deny, .route: return !record.isShadow
    case .audit, .limit, .retry: return false
    }
  }
}
