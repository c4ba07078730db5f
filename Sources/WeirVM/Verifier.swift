import WeirISA

/// Checks the tables of a program. It trusts nothing: every index, every order, every path through the code.
///
/// Tables that others point into have to be used up exactly once and in order, so that a small file cannot ask for much work.
struct Verifier {
  let tables: ProgramTables
  let budget: HostBudget
  let supported: FeatureSet
  var memory: MemoryBudget
  /// By string: whether it is text.
  var isText: [Bool] = []
  /// By pattern group: the steps that searching it takes, added up once, since any number of words may share a group.
  var groupSteps: [Int] = []
  /// What each condition reads and costs, in order of conditions; see `ConditionFacts`.
  var conditionFacts: [ConditionFacts] = []
  /// The pieces that `ConditionFacts` point to.
  var charges: [Charge] = []
  /// Of the condition that is being checked.
  var bill = Bill(registers: 0)
  var declared = FeatureSet()
  /// The opcode table by raw value, looked up once.
  let facts = Verifier.rows { $0.facts }
  /// For each opcode the feature that it belongs to and that the program does not declare.
  var undeclared: [Feature?] = []
  /// The words that were checked, taken apart.
  var steps: [Step] = []
  /// With the seed of the program, by string.
  var hashes: [UInt64] = []
  /// The buckets of hash sets and classifiers, with what saves comparisons.
  var hashBuckets: [HashBucket] = []
  var textBuckets: [TextBucket] = []
  var edgeBuckets: [EdgeBucket] = []
  /// By state of all classifiers: where its edges begin among the buckets when they are few.
  var edgeStarts: [UInt32] = []
  var classifiers: [Classifier] = []
  var decisions: [DecisionTable] = []
  /// Where the clauses of all decisions begin among their clause words.
  var clauseStarts: [UInt32] = []
  /// By scope: its decision; −1 for a scope that asks its rules one after another.
  var decisionOf: [Int] = []

  /// What a condition costs for what a register holds.
  struct Charge {
    var register: Int
    var perByte: UInt64
    var perMember: UInt64
  }

  struct ConditionFacts {
    var constant: UInt64
    /// Into `charges`, ascending by register, each register once.
    var charges: Range<Int>
  }

  init(tables: ProgramTables, budget: HostBudget, supported: FeatureSet, memory: MemoryBudget) {
    self.tables = tables
    self.budget = budget
    self.supported = supported
    self.memory = memory
  }

  /// Takes room for so many elements before it is made.
  mutating func take(_ count: Int, of byteCount: Int) throws(Rejection) {
    guard memory.take(count, of: byteCount) else { throw .tooMuchMemory }
  }

  mutating func verify() throws(Rejection) {
    try checkStrings()
    try checkFeatures()
    try checkSlots()
    try checkRanges()
    try checkHashSets()
    try checkPatterns()
    try checkAutomata()
    try checkCode()
    try checkDecisions()
    try checkScopes()
    try checkSourceMap()
  }

  private mutating func checkStrings() throws(Rejection) {
    var end = 0
    try take(tables.strings.count, of: MemoryLayout<Bool>.size + MemoryLayout<UInt64>.size)
    let all = tables.bytes
    let bytes = all.span
    let byteCount = bytes.count - TextWords.padding
    var checked = [Bool](repeating: false, count: tables.strings.count)
    var hashed = [UInt64](repeating: 0, count: tables.strings.count)
    var isText = checked.mutableSpan
    var hashes = hashed.mutableSpan
    for (index, string) in tables.strings.enumerated() {
      guard Int(string.offset) == end, Int(string.count) <= byteCount - end else {
        throw .malformedRecord(.strings, index: index)
      }
      end += Int(string.count)
      let place = Int(string.offset)..<end
      isText[index] = isUTF8(bytes.extracting(place))
      hashes[index] = TextWords.hash(bytes, place, seed: tables.program.hashSeed)
    }
    guard end == byteCount else { throw .malformedSection(.bytes) }
    self.isText = checked
    self.hashes = hashed
  }

  /// Checks that a number names a string that is text.
  func checkText(_ string: UInt32, _ kind: SectionKind, _ index: Int) throws(Rejection) {
    guard Int(string) < isText.count else { throw .malformedRecord(kind, index: index) }
    guard isText[Int(string)] else { throw .notText(string: Int(string)) }
  }

  private mutating func checkFeatures() throws(Rejection) {
    var last = -1
    for (index, record) in tables.features.enumerated() {
      guard Int(record.feature.rawValue) > last else { throw .malformedRecord(.features, index: index) }
      last = Int(record.feature.rawValue)
      try checkText(record.file, .features, index)
      guard supported.contains(record.feature) else {
        let file = tables.strings[Int(record.file)]
        let start = Int(file.offset)
        throw .unsupportedFeature(
          record.feature, file: Array(tables.bytes[start..<(start + Int(file.count))]), line: Int(record.line))
      }
      declared.insert(record.feature)
    }
  }

  private func checkSlots() throws(Rejection) {
    guard Int(tables.program.temporaryCount) <= ProgramLimits.temporariesMax,
      tables.slots.count + Int(tables.program.temporaryCount) <= ProgramLimits.registersMax
    else { throw .tooMany(.slots) }
    for (index, zone) in tables.zones.enumerated() { try checkText(zone.name, .zones, index) }
    for (index, set) in tables.dataSets.enumerated() { try checkText(set.name, .dataSets, index) }
    for (index, slot) in tables.slots.enumerated() {
      guard slot.isWellFormed else { throw .malformedRecord(.slots, index: index) }
      if let name = slot.name { try checkText(name, .slots, index) }
      if let zone = slot.zone, Int(zone) >= tables.zones.count { throw .malformedRecord(.slots, index: index) }
    }
  }

  private func checkSourceMap() throws(Rejection) {
    var last = -1
    for (index, record) in tables.sourceMap.enumerated() {
      guard Int(record.word) > last, Int(record.word) < tables.code.count else {
        throw .malformedRecord(.sourceMap, index: index)
      }
      last = Int(record.word)
      try checkText(record.file, .sourceMap, index)
    }
  }
}

/// A program may be made to cost more than a number can say: sums stop at the largest, which is over any budget.
extension UInt64 {
  func adding(saturating other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  func multiplied(saturating other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
