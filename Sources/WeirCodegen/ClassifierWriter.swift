import WeirISA

/// Writes classifiers once the hash has its seed.
struct ClassifierWriter {
  /// Of every string.
  let hashes: [UInt64]
  /// The number of the first merged automaton.
  let firstAutomaton: Int

  func words(_ plan: ClassifierPlan) throws(CodegenError) -> [UInt32] {
    var words = [plan.head, UInt32(plan.classCount)]
    switch plan.body {
    case .presence: break
    case .intervals(let body, let count):
      words.append(UInt32(count))
      words += body
    case .texts(let plan):
      words += try self.words(plan)
    }
    return words
  }

  /// Units that the classifier adds to a decision, and units for each byte of a text.
  static func cost(_ words: [UInt32]) -> (constant: UInt64, perByte: UInt64) {
    guard let head = ClassifierHead(word: words[0]) else { return (0, 0) }
    switch head.kind {
    case .presence: return (DecisionCost.classifier(intervals: 0, probes: 0), 0)
    case .integers, .addresses: return (DecisionCost.classifier(intervals: Int(words[2]), probes: 0), 0)
    case .texts:
      guard let head = TextClassifierHead(words.span.extracting(2..<(2 + TextClassifierHead.wordCount))) else {
        return (0, 0)
      }
      return head.cost
    }
  }

  private func words(_ plan: TextPlan) throws(CodegenError) -> [UInt32] {
    let texts = try HashTable(hashes: plan.texts.map { hashes[$0.string] })
    let edges = try HashTable(hashes: plan.edges.map { DecisionFormat.hash(hashes[$0.string], in: $0.state) })
    let head = TextClassifierHead(
      lead: plan.lead, texts: UInt32(plan.texts.count), textBuckets: UInt32(texts.bucketCount),
      textProbesMax: UInt32(texts.probesMax), states: UInt32(plan.stateWords.count / DecisionFormat.stateWords),
      edges: UInt32(plan.edges.count), edgeBuckets: UInt32(edges.bucketCount), edgeProbesMax: UInt32(edges.probesMax),
      start: plan.start, patternResults: UInt32(plan.patternClasses.count),
      pairs: UInt32(plan.pairWords.count / DecisionFormat.pairWords),
      automaton: plan.automaton.map { UInt32(firstAutomaton + $0) } ?? DecisionFormat.noAutomaton,
      acceptingStates: UInt32(plan.acceptingResults.count))
    var words = [UInt32](repeating: 0, count: TextClassifierHead.wordCount)
    head.write(to: &words)
    for text in plan.texts { words += [UInt32(text.string), text.classID] }
    words += plan.stateWords
    for edge in plan.edges { words += [UInt32(edge.string), edge.target] }
    return words + plan.patternClasses + plan.pairWords + plan.acceptingResults
  }
}
