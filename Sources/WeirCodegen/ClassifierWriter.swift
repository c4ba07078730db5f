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
    let textHashes = plan.texts.map { hashes[$0.string] }
    let (texts, textProbes) = try buckets(textHashes, DecisionFormat.textBucketWords) { index in
      [UInt32(plan.texts[index].string) + 1, plan.texts[index].classID]
    }
    let edgeHashes = plan.edges.map { DecisionFormat.hash(hashes[$0.string], in: $0.state) }
    let (edges, edgeProbes) = try buckets(edgeHashes, DecisionFormat.segmentBucketWords) { index in
      let edge = plan.edges[index]
      return [UInt32(edge.string) + 1, edge.state, edge.target]
    }
    let head = TextClassifierHead(
      lead: plan.lead, textBuckets: UInt32(texts.count / DecisionFormat.textBucketWords),
      textProbesMax: UInt32(textProbes), states: UInt32(plan.stateWords.count / DecisionFormat.stateWords),
      segmentBuckets: UInt32(edges.count / DecisionFormat.segmentBucketWords), segmentProbesMax: UInt32(edgeProbes),
      start: plan.start, patternResults: UInt32(plan.patternClasses.count),
      pairs: UInt32(plan.pairWords.count / DecisionFormat.pairWords),
      automaton: plan.automaton.map { UInt32(firstAutomaton + $0) } ?? DecisionFormat.noAutomaton,
      acceptingStates: UInt32(plan.acceptingResults.count))
    var words = [UInt32](repeating: 0, count: TextClassifierHead.wordCount)
    head.write(to: &words)
    return words + texts + plan.stateWords + edges + plan.patternClasses + plan.pairWords + plan.acceptingResults
  }

  /// Open addressing with a quarter more room than is needed, twice that at each further attempt.
  private func buckets(
    _ hashes: [UInt64], _ size: Int, _ words: (Int) -> [UInt32]
  ) throws(CodegenError) -> ([UInt32], probesMax: Int) {
    guard !hashes.isEmpty else { return ([], 0) }
    var count = hashes.count + hashes.count / 4 + 1
    for _ in 0..<6 {
      var members = [Int](repeating: -1, count: count)
      var probesMax = 0
      for (index, hash) in hashes.enumerated() {
        var place = DecisionFormat.home(hash, among: count)
        var probes = 1
        while members[place] >= 0 {
          place = place + 1 == count ? 0 : place + 1
          probes += 1
        }
        members[place] = index
        probesMax = max(probesMax, probes)
      }
      if probesMax <= ProgramLimits.probesMax {
        let empty = [UInt32](repeating: 0, count: size)
        return (members.flatMap { $0 < 0 ? empty : words($0) }, probesMax)
      }
      count *= 2
    }
    throw .tooMany("colliding texts of a slot", limit: ProgramLimits.probesMax)
  }
}
