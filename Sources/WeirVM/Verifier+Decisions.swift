import WeirISA

/// Reads the words of `decisions` one after another: sizes say where the next part begins, and nothing is left over.
struct DecisionCursor {
  let words: [UInt32]
  private(set) var place = 0
  /// How many classifiers or decisions were read before; for messages.
  var index = 0

  init(_ words: [UInt32]) { self.words = words }

  var refusal: Rejection { .malformedRecord(.decisions, index: index) }

  mutating func next() throws(Rejection) -> UInt32 {
    guard place < words.count else { throw refusal }
    place += 1
    return words[place - 1]
  }

  /// The place of a part of so many elements.
  mutating func part(_ count: UInt32, of size: Int) throws(Rejection) -> Int {
    guard Int(count) <= (words.count - place) / size else { throw refusal }
    let start = place
    place += Int(count) * size
    return start
  }

  mutating func record<Record: TableRecord>() throws(Rejection) -> Record {
    let start = try part(1, of: Record.wordCount)
    guard let record = Record(words.span.extracting(start..<place)) else { throw refusal }
    return record
  }
}

extension Verifier {
  mutating func checkDecisions() throws(Rejection) {
    let decisionCount = tables.scopes.count { $0.strategy != .sequence }
    var cursor = DecisionCursor(tables.decisions)
    // A program that decides nothing by classes has no words at all.
    let isEmpty = tables.decisions.isEmpty
    let classifierCount = isEmpty ? 0 : Int(try cursor.next())
    guard decisionCount == (isEmpty ? 0 : Int(try cursor.next())) else { throw .malformedSection(.decisions) }
    guard classifierCount <= tables.decisions.count else { throw .malformedSection(.decisions) }
    try take(classifierCount, of: MemoryLayout<Classifier>.stride)
    try take(decisionCount, of: MemoryLayout<DecisionTable>.stride)
    // Where clauses begin, the rule of each of their words, where nodes begin.
    try take(tables.decisions.count, of: 2 * MemoryLayout<UInt32>.stride + MemoryLayout<Bool>.stride)
    for _ in 0..<classifierCount {
      classifiers.append(try classifier(&cursor))
      cursor.index += 1
    }
    for (index, scope) in tables.scopes.enumerated() {
      guard scope.strategy != .sequence else {
        decisionOf.append(-1)
        continue
      }
      let feature: Feature = scope.strategy == .graph ? .decisionGraphs : .decisionClauses
      guard declared.contains(feature) else { throw .undeclaredFeature(feature) }
      guard scope.kind == .authz || scope.kind == .routes, Int(scope.firstRule) <= tables.rules.count,
        Int(scope.ruleCount) <= tables.rules.count - Int(scope.firstRule)
      else { throw .malformedRecord(.scopes, index: index) }
      decisionOf.append(decisions.count)
      decisions.append(try decision(&cursor, of: scope))
      cursor.index += 1
    }
    guard cursor.place == tables.decisions.count else { throw .malformedSection(.decisions) }
  }

  // MARK: - Classifiers

  private mutating func classifier(_ cursor: inout DecisionCursor) throws(Rejection) -> Classifier {
    guard let head = ClassifierHead(word: try cursor.next()), Int(head.slot) < tables.slots.count else {
      throw cursor.refusal
    }
    let classCount = try cursor.next()
    guard 1..<(1 << 30) ~= classCount else { throw cursor.refusal }
    var result = Classifier(
      kind: head.kind, canBeAbsent: head.canBeAbsent, slot: Int(head.slot), classCount: Int(classCount))
    switch head.kind {
    case .presence:
      result.cost = (DecisionCost.classifier(intervals: 0, probes: 0), 0)
    case .integers, .addresses:
      try intervals(&result, &cursor)
    case .texts:
      try texts(&result, &cursor)
    }
    return result
  }

  private func intervals(_ classifier: inout Classifier, _ cursor: inout DecisionCursor) throws(Rejection) {
    let count = try cursor.next()
    guard count > 0 else { throw cursor.refusal }
    classifier.intervalCount = Int(count)
    let isInteger = classifier.kind == .integers
    classifier.intervals = cursor.place
    func bound(_ place: Int) -> UInt64 { UInt64(cursor.words[place]) | UInt64(cursor.words[place + 1]) << 32 }
    if isInteger {
      let last = try cursor.part(1, of: 2)
      let starts = try cursor.part(count, of: 2)
      for index in 1..<max(Int(count), 1) where bound(starts + 2 * index - 2) >= bound(starts + 2 * index) {
        throw cursor.refusal
      }
      guard bound(starts + 2 * Int(count) - 2) <= bound(last) else { throw cursor.refusal }
    } else {
      let starts = try cursor.part(count, of: 4)
      func address(_ index: Int) -> Address {
        Address(high: bound(starts + 4 * index), low: bound(starts + 4 * index + 2))
      }
      guard address(0) == Address(high: 0, low: 0) else { throw cursor.refusal }
      for index in 1..<max(Int(count), 1) where address(index - 1) >= address(index) { throw cursor.refusal }
    }
    let classes = try cursor.part(count, of: 1)
    for place in classes..<(classes + Int(count)) where Int(cursor.words[place]) >= classifier.classCount {
      throw cursor.refusal
    }
    classifier.cost = (DecisionCost.classifier(intervals: Int(count), probes: 0), 0)
  }

  private mutating func texts(_ classifier: inout Classifier, _ cursor: inout DecisionCursor) throws(Rejection) {
    let head: TextClassifierHead = try cursor.record()
    guard Int(head.textProbesMax) <= ProgramLimits.probesMax, Int(head.edgeProbesMax) <= ProgramLimits.probesMax,
      isRoom(head.textBuckets, head.textProbesMax, for: head.texts),
      isRoom(head.edgeBuckets, head.edgeProbesMax, for: head.edges), Int(head.texts) <= hashes.count,
      head.states < DecisionFormat.settledBit, head.patternResults > 0
    else { throw cursor.refusal }
    var texts = Classifier.Texts()
    texts.lead = head.lead
    texts.start = head.start
    texts.textBucketCount = Int(head.textBuckets)
    texts.textProbesMax = Int(head.textProbesMax)
    let firstText = try cursor.part(head.texts, of: DecisionFormat.textWords)
    texts.states = try cursor.part(head.states, of: DecisionFormat.stateWords)
    texts.edgeBucketCount = Int(head.edgeBuckets)
    texts.edgeProbesMax = Int(head.edgeProbesMax)
    let firstEdge = try cursor.part(head.edges, of: DecisionFormat.edgeWords)
    texts.patternClasses = try cursor.part(head.patternResults, of: 1)
    texts.pairCount = Int(head.pairs)
    texts.pairs = try cursor.part(head.pairs, of: DecisionFormat.pairWords)
    texts.acceptingResults = try cursor.part(head.acceptingStates, of: 1)

    let classCount = UInt32(classifier.classCount)
    func isTarget(_ target: UInt32) -> Bool {
      target & DecisionFormat.settledBit == 0
        ? target < head.states : target & ~DecisionFormat.settledBit < head.patternResults
    }
    guard isTarget(head.start), head.lead != .none || head.start & DecisionFormat.settledBit != 0 else {
      throw cursor.refusal
    }
    var edgesLeft = Int(head.edges)
    for state in 0..<Int(head.states) {
      let place = texts.states + state * DecisionFormat.stateWords
      guard isTarget(cursor.words[place]), isTarget(cursor.words[place + 1]),
        cursor.words[place + 2] < head.patternResults, Int(cursor.words[place + 3]) <= edgesLeft,
        Int(cursor.words[place + 3]) <= hashes.count
      else { throw cursor.refusal }
      edgesLeft -= Int(cursor.words[place + 3])
    }
    guard edgesLeft == 0 else { throw cursor.refusal }
    for result in 0..<Int(head.patternResults) {
      let found = cursor.words[texts.patternClasses + result]
      guard found < classCount || found == DecisionFormat.noClass else { throw cursor.refusal }
    }
    for pair in 0..<Int(head.pairs) {
      let place = texts.pairs + pair * DecisionFormat.pairWords
      let isAscending =
        pair == 0
        || (cursor.words[place - 3], cursor.words[place - 2]) < (cursor.words[place], cursor.words[place + 1])
      guard isAscending, cursor.words[place + 2] < classCount else { throw cursor.refusal }
    }
    if head.automaton == DecisionFormat.noAutomaton {
      guard head.acceptingStates == 0 else { throw cursor.refusal }
    } else {
      guard Int(head.automaton) < tables.automata.count else { throw cursor.refusal }
      let automaton = tables.automata[Int(head.automaton)]
      // A classifier reads a text from its first byte.
      guard head.acceptingStates == automaton.stateCount - automaton.firstAccepting,
        tables.strings[Int(automaton.prefix)].count == 0
      else { throw cursor.refusal }
      texts.automaton = Int(head.automaton)
    }
    try fill(&texts, texts: Int(head.texts), at: firstText, classCount, cursor)
    try fill(&texts, states: Int(head.states), edges: firstEdge, cursor, isTarget)
    classifier.texts = texts
    classifier.cost = head.cost
  }

  /// Whether a table has a place for each key, and no more than keys need: a small file cannot ask for much memory.
  private func isRoom(_ buckets: UInt32, _ probesMax: UInt32, for keys: UInt32) -> Bool {
    buckets >= keys && probesMax <= keys && Int(buckets) <= Int(keys) * DecisionFormat.bucketsPerKeyMax
  }

  /// Puts texts where look-ups find them, each within the promised number of probes.
  private mutating func fill(
    _ texts: inout Classifier.Texts, texts count: Int, at first: Int, _ classCount: UInt32, _ cursor: DecisionCursor
  ) throws(Rejection) {
    texts.textBuckets = textBuckets.count
    // Whoever comes to the end of the table goes on behind it.
    try take(texts.textBucketCount + texts.textProbesMax, of: MemoryLayout<TextBucket>.stride)
    var filled = [TextBucket](repeating: TextBucket(), count: texts.textBucketCount + texts.textProbesMax)
    var buckets = filled.mutableSpan
    let words = cursor.words.span
    for text in 0..<count {
      let number = Int(words[first + text * DecisionFormat.textWords])
      let found = words[first + text * DecisionFormat.textWords + 1]
      // An empty place is known by the largest offset.
      guard number < hashes.count, tables.strings[number].offset < .max,
        found < classCount || found == DecisionFormat.noClass
      else { throw cursor.refusal }
      let hash = hashes[number]
      let home = DecisionFormat.home(hash, among: texts.textBucketCount)
      guard let place = emptyPlace(buckets, in: buckets.indices, from: home, probesMax: texts.textProbesMax) else {
        throw cursor.refusal
      }
      let string = tables.strings[number]
      texts.lengths |= Classifier.Texts.bit(ofLength: Int(string.count))
      buckets[place] = TextBucket(
        fingerprint: UInt32(truncatingIfNeeded: hash >> 32), offset: string.offset, count: string.count, classID: found)
    }
    textBuckets += filled
  }

  /// Puts the edges of all states where look-ups find them: those of a state with few one after another, the others within the
  /// promised number of probes.
  private mutating func fill(
    _ texts: inout Classifier.Texts, states: Int, edges first: Int, _ cursor: DecisionCursor,
    _ isTarget: (UInt32) -> Bool
  ) throws(Rejection) {
    texts.edgeBuckets = edgeBuckets.count
    texts.edgeStarts = edgeStarts.count
    let words = cursor.words.span
    let room = texts.edgeBucketCount + texts.edgeProbesMax
    var count = 0
    for state in 0..<states { count += Int(words[texts.states + state * DecisionFormat.stateWords + 3]) }
    try take(room + count, of: MemoryLayout<EdgeBucket>.stride)
    try take(states, of: MemoryLayout<UInt32>.stride)
    var filled = [EdgeBucket](repeating: EdgeBucket(), count: room)
    var buckets = filled.mutableSpan
    var few: [EdgeBucket] = []
    var edge = first
    for state in 0..<states {
      let count = Int(words[texts.states + state * DecisionFormat.stateWords + 3])
      let isSearched = count <= Classifier.Texts.searchedEdgesMax
      // Places are fewer than words of a section.
      let start = UInt32(truncatingIfNeeded: texts.edgeBuckets + room + few.count)
      edgeStarts.append(isSearched ? start : Classifier.Texts.hashedEdges)
      for _ in 0..<count {
        let number = Int(words[edge])
        let target = words[edge + 1]
        edge += DecisionFormat.edgeWords
        // An empty place is known by an empty segment.
        guard number < hashes.count, tables.strings[number].count > 0, isTarget(target) else { throw cursor.refusal }
        let string = tables.strings[number]
        let firstWord = TextWords.lower(
          TextWords.word(tables.bytes.span, at: Int(string.offset)), bytes: min(Int(string.count), 8))
        let bucket = EdgeBucket(
          firstWord: firstWord, offset: string.offset, count: string.count, state: UInt32(state), target: target)
        guard !isSearched else {
          few.append(bucket)
          continue
        }
        let hash = DecisionFormat.hash(hashes[number], in: UInt32(state))
        let home = DecisionFormat.home(hash, among: texts.edgeBucketCount)
        guard let place = emptyPlace(buckets, in: 0..<room, from: home, probesMax: texts.edgeProbesMax) else {
          throw cursor.refusal
        }
        buckets[place] = bucket
      }
    }
    edgeBuckets += filled
    edgeBuckets += few
  }

  // MARK: - Decisions

  private mutating func decision(_ cursor: inout DecisionCursor, of scope: ScopeRecord) throws(Rejection)
    -> DecisionTable
  {
    let head: DecisionHead = try cursor.record()
    guard Int(head.slots) + Int(head.variables) <= DecisionFormat.dimensionsMax, head.clauses <= head.clauseWords else {
      throw cursor.refusal
    }
    var table = DecisionTable()
    table.slotCount = Int(head.slots)
    table.variableCount = Int(head.variables)
    table.neededCount = Int(head.needed)
    table.clauseCount = Int(head.clauses)
    table.rowDimensionCount = Int(head.rowDimensions)
    table.rowWordCount = (Int(head.clauses) + 31) / 32
    table.hasGraph = scope.strategy == .graph
    table.slots = try cursor.part(head.slots, of: 1)
    table.variables = try cursor.part(head.variables, of: 1)
    table.needed = try cursor.part(head.needed, of: 1)
    table.literals = try cursor.part(head.literals, of: DecisionFormat.literalWords)
    table.ranges = try cursor.part(head.ranges, of: 2)
    table.clauses = clauseStarts.count
    table.clauseWords = try cursor.part(head.clauseWords, of: 1)
    table.rowDimensions = try cursor.part(head.rowDimensions, of: 1)
    table.rows = try cursor.part(head.rowWords, of: 1)
    table.graph = try cursor.part(head.graphWords, of: 1)
    table.costConstant = DecisionCost.constant(
      dimensions: table.slotCount + table.variableCount, clauses: table.clauseCount, clauseWords: Int(head.clauseWords),
      ranges: Int(head.ranges), rowDimensions: table.rowDimensionCount)

    let words = cursor.words
    for place in table.slots..<table.variables where Int(words[place]) >= classifiers.count { throw cursor.refusal }
    for place in table.variables..<table.needed where Int(words[place]) >= tables.conditions.count {
      throw cursor.refusal
    }
    for place in table.needed..<table.literals where words[place] >= head.slots { throw cursor.refusal }
    var checker = DecisionChecker(
      head: head, table: table, words: words, scope: scope, rules: tables.rules, classifiers: classifiers)
    guard checker.isSound() else { throw cursor.refusal }
    clauseStarts += checker.clauseStarts
    return table
  }
}
