import WeirISA

/// How a scope is decided without asking one rule after another: classes of values, and the graph that asks for them.
///
/// ```
///   graph over c0 of r0 caller (4 classes), c1 of r1 path (9 classes), v0
///     n1  c0: 1 to n7, 2..3 to allow readers, else no rule
/// ```
extension VerifiedProgram {
  func describeDecision(_ number: Int, of scope: ScopeID, into text: inout String) {
    let decision = decisions[number]
    var dimensions: [String] = []
    for index in 0..<decision.slotCount {
      let classifier = Int(tables.decisions[decision.slots + index])
      let slot = classifiers[classifier].slot
      dimensions.append(
        "c\(classifier) of r\(slot) \(slotName(tables.slots[slot])) (\(classifiers[classifier].classCount) classes)")
    }
    for index in 0..<decision.variableCount { dimensions.append("v\(index)") }
    text += "  \(decision.hasGraph ? "graph" : "\(decision.clauseCount) clauses") over "
    text += dimensions.isEmpty ? "nothing" : dimensions.joined(separator: ", ")
    text += "\n"
    for index in 0..<decision.variableCount {
      text += "    v\(index)\n"
      describe(condition: Int(tables.decisions[decision.variables + index]), into: &text)
    }
    if decision.hasGraph { describeGraph(decision, of: scope, into: &text) }
  }

  /// Values that rules name and intervals with their classes; what patterns and regexes say is counted.
  func describeClasses(into text: inout String) {
    for (number, classifier) in classifiers.enumerated() {
      text += "\nclasses c\(number) of r\(classifier.slot) \(slotName(tables.slots[classifier.slot]))"
      text += ": \(classifier.classCount)\n"
      if classifier.canBeAbsent { text += "    absent is 0\n" }
      switch classifier.kind {
      case .presence: break
      case .integers: describeIntegers(classifier, into: &text)
      case .addresses: describeAddresses(classifier, into: &text)
      case .texts: describeTexts(classifier.texts, into: &text)
      }
    }
  }

  private func describeGraph(_ decision: DecisionTable, of scope: ScopeID, into text: inout String) {
    let root = tables.decisions[decision.graph]
    if root & DecisionFormat.endBit != 0 {
      text += "    \(target(root, decision, scope))\n"
      return
    }
    // By place: nodes are told in the order in which they lie there.
    var isReached = [Bool](repeating: false, count: tables.decisions.count - decision.graph)
    var pending = [Int(root)]
    isReached[Int(root)] = true
    while let node = pending.popLast() {
      for edge in edges(of: node, decision) where edge.target & DecisionFormat.endBit == 0 {
        guard !isReached[Int(edge.target)] else { continue }
        isReached[Int(edge.target)] = true
        pending.append(Int(edge.target))
      }
    }
    for node in isReached.indices where isReached[node] {
      let head = NodeHead(word: tables.decisions[decision.graph + node])
      var parts: [String] = []
      for edge in edges(of: node, decision) {
        let classes =
          edge.classes.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)" } ?? "else"
        parts.append("\(classes) \(target(edge.target, decision, scope))")
      }
      text += "    n\(node)  \(dimension(head.dimension, decision)): " + parts.joined(separator: ", ") + "\n"
    }
  }

  /// The edges of a node; the last one of no classes is that of all others.
  private func edges(of node: Int, _ decision: DecisionTable) -> [(classes: ClosedRange<Int>?, target: UInt32)] {
    let place = decision.graph + node
    let head = NodeHead(word: tables.decisions[place])
    func word(_ index: Int) -> UInt32 { tables.decisions[place + index] }
    var result: [(classes: ClosedRange<Int>?, target: UInt32)] = []
    switch head.form {
    case .classes:
      for edge in 0..<head.edges {
        let found = Int(word(2 + 2 * edge))
        result.append((found...found, word(3 + 2 * edge)))
      }
      result.append((nil, word(1)))
    case .ranges:
      for edge in 0..<head.edges {
        result.append((Int(word(2 + 3 * edge))...Int(word(3 + 3 * edge)), word(4 + 3 * edge)))
      }
      result.append((nil, word(1)))
    case .table, nil:
      let count =
        head.dimension < decision.slotCount
        ? classifiers[Int(tables.decisions[decision.slots + head.dimension])].classCount : 2
      for found in 0..<count { result.append((found...found, word(1 + found))) }
    }
    return result
  }

  private func target(_ target: UInt32, _ decision: DecisionTable, _ scope: ScopeID) -> String {
    if target & DecisionFormat.endBit == 0 { return "to n\(target)" }
    if target == DecisionFormat.noRule { return "no rule" }
    var place = Int(target & DecisionFormat.numberMask)
    guard target & DecisionFormat.clauseBit != 0 else { return "by \(name(ofRule: place, in: scope))" }
    place += decision.clauseWords
    var literals: [String] = []
    while tables.decisions[place] & DecisionFormat.ruleBit == 0 {
      literals.append(literal(Int(tables.decisions[place] & DecisionFormat.numberMask), decision))
      place += 1
    }
    let rule = Int(tables.decisions[place] & DecisionFormat.numberMask)
    return "by \(name(ofRule: rule, in: scope)) if " + literals.joined(separator: " and ")
  }

  private func literal(_ number: Int, _ decision: DecisionTable) -> String {
    let place = decision.literals + number * DecisionFormat.literalWords
    let first = Int(tables.decisions[place + 1])
    let second = Int(tables.decisions[place + 2])
    let name = dimension(Int(tables.decisions[place] & 0xFFF_FFFF), decision)
    func range(_ first: Int, _ last: Int) -> String { first == last ? "\(first)" : "\(first)..\(last)" }
    func ranges() -> String {
      let texts = (first..<(first + second)).map { index in
        let bounds = decision.ranges + 2 * index
        return range(Int(tables.decisions[bounds]), Int(tables.decisions[bounds + 1]))
      }
      return "{ " + texts.joined(separator: ", ") + " }"
    }
    switch LiteralForm(rawValue: UInt8(truncatingIfNeeded: tables.decisions[place] >> 28)) {
    case .range: return "\(name) in \(range(first, second))"
    case .outsideRange: return "\(name) not in \(range(first, second))"
    case .ranges: return "\(name) in \(ranges())"
    case .outsideRanges: return "\(name) not in \(ranges())"
    case nil: return "?"
    }
  }

  private func dimension(_ index: Int, _ decision: DecisionTable) -> String {
    index < decision.slotCount
      ? "c\(tables.decisions[decision.slots + index])" : "v\(index - decision.slotCount)"
  }

  private func name(ofRule place: Int, in scope: ScopeID) -> String {
    let rule = rule(place, of: scope)
    return "\(effectName(rule.effect)) \(self.text(Int(rule.name)))"
  }

  // MARK: - Classes

  private func describeIntegers(_ classifier: Classifier, into text: inout String) {
    func key(_ place: Int) -> UInt64 {
      UInt64(tables.decisions[place]) | UInt64(tables.decisions[place + 1]) << 32
    }
    // They lie there shifted, so that unsigned ones have the same order.
    func integer(_ key: UInt64) -> Int64 { Int64(bitPattern: key ^ (1 << 63)) }
    let starts = classifier.intervals + 2
    for index in 0..<classifier.intervalCount {
      let isLast = index + 1 == classifier.intervalCount
      let last = isLast ? key(classifier.intervals) : key(starts + 2 * index + 2) - 1
      text += "    \(integer(key(starts + 2 * index)))..\(integer(last)) is "
      text += "\(tables.decisions[starts + 2 * classifier.intervalCount + index])\n"
    }
  }

  private func describeAddresses(_ classifier: Classifier, into text: inout String) {
    func half(_ place: Int) -> UInt64 {
      UInt64(tables.decisions[place]) | UInt64(tables.decisions[place + 1]) << 32
    }
    for index in 0..<classifier.intervalCount {
      let place = classifier.intervals + 4 * index
      text += "    from " + describe(Address(high: half(place), low: half(place + 2)))
      text += " on \(tables.decisions[classifier.intervals + 4 * classifier.intervalCount + index])\n"
    }
  }

  private func describeTexts(_ texts: Classifier.Texts, into text: inout String) {
    let named = textBuckets[texts.textBuckets..<(texts.textBuckets + texts.textBucketCount)].filter { !$0.isEmpty }
    for bucket in named.sorted(by: { ($0.classID, $0.offset) < ($1.classID, $1.offset) }) {
      let bytes = tables.bytes[Int(bucket.offset)..<Int(bucket.offset + bucket.count)]
      let found = bucket.classID == DecisionFormat.noClass ? "of no class" : "is \(bucket.classID)"
      text += "    \"\(String(decoding: bytes, as: UTF8.self))\" \(found)\n"
    }
    if texts.start & DecisionFormat.settledBit == 0 { text += "    patterns of segments\n" }
    if texts.automaton >= 0 {
      text += "    regexes, merged to an automaton of \(tables.automata[texts.automaton].stateCount) states\n"
    }
  }
}
