import WeirISA

/// The bytes of a program that nobody has looked at.
public struct UnverifiedProgram: Sendable {
  /// The bytes of a section.
  public struct Section: Sendable {
    public var kind: SectionKind
    public var bytes: ArraySlice<UInt8>
    /// Whether its words are packed, as in a bundle; see `PackedWords`.
    public var isPacked: Bool

    public init(kind: SectionKind, bytes: ArraySlice<UInt8>, isPacked: Bool = false) {
      self.kind = kind
      self.bytes = bytes
      self.isPacked = isPacked
    }
  }

  let sections: [Section]

  /// - Parameter sections: those of other kinds than a program's are passed over.
  public init(_ sections: [Section]) { self.sections = sections }

  public init(_ image: ProgramImage) {
    self.init(image.sections.map { Section(kind: $0.kind, bytes: $0.bytes[...]) })
  }
}

/// What a host lends to one decision.
public struct HostBudget: Sendable {
  /// Bytes that all registers hold together: what the host reads of one request.
  public var bytesMax: UInt64
  /// Members of all lists together.
  public var membersMax: UInt64
  /// Units of the cost model that one decision may take; about a nanosecond each.
  public var unitsMax: UInt64

  public init(bytesMax: UInt64, membersMax: UInt64, unitsMax: UInt64) {
    self.bytesMax = bytesMax
    self.membersMax = membersMax
    self.unitsMax = unitsMax
  }

  /// Heads of 64 KiB, 1,024 members, 2³⁴ units: refuses only what was made to be slow.
  public static let standard = HostBudget(
    bytesMax: 65_536, membersMax: UInt64(ProgramLimits.listMembersMax), unitsMax: 1 << 34)
}

/// What the machine runs. Only `verify` makes one.
///
/// Long-lived and never copied: a generation of a host owns it, decisions borrow it and touch no reference count.
public struct VerifiedProgram: ~Copyable, Sendable {
  private let pin = Pin()
  let tables: ProgramTables
  /// The code, taken apart.
  let steps: [Step]
  /// The largest number of rules in one scope.
  let rulesPerScopeMax: Int
  /// Slots and temporaries.
  let registerCount: Int
  let hashBuckets: [HashBucket]
  let textBuckets: [TextBucket]
  let edgeBuckets: [EdgeBucket]
  let edgeStarts: [UInt32]
  let classifiers: [Classifier]
  let decisions: [DecisionTable]
  let clauseStarts: [UInt32]
  /// By scope: its decision; −1 for a scope that asks its rules one after another.
  let decisionOf: [Int]
  /// The largest numbers of one decision: what a frame has room for.
  let dimensionsMax: Int
  let rowWordsMax: Int

  init(_ tables: ProgramTables, _ verifier: borrowing Verifier) {
    self.tables = tables
    steps = verifier.steps
    hashBuckets = verifier.hashBuckets
    textBuckets = verifier.textBuckets
    edgeBuckets = verifier.edgeBuckets
    edgeStarts = verifier.edgeStarts
    classifiers = verifier.classifiers
    decisions = verifier.decisions
    clauseStarts = verifier.clauseStarts
    decisionOf = verifier.decisionOf
    dimensionsMax = decisions.reduce(0) { max($0, $1.slotCount + $1.variableCount) }
    rowWordsMax = decisions.reduce(0) { max($0, $1.rowWordCount) }
    registerCount = tables.slots.count + Int(tables.program.temporaryCount)
    var most = 0
    for scope in tables.scopes { most = max(most, Int(scope.ruleCount)) }
    rulesPerScopeMax = most
  }
}

/// Reads every byte of a program and makes it runnable, or says why not.
///
/// - Parameters:
///   - features: what the host can honour.
///   - budget: what a decision may cost.
///   - memory: what the program may take; `nil`: what a file of its size may.
/// - Complexity: linear in the size of the program.
public func verify(
  _ program: UnverifiedProgram, supporting features: FeatureSet = .all, within budget: HostBudget = .standard,
  memory: MemoryBudget? = nil
) throws(Rejection) -> VerifiedProgram {
  var memory = memory ?? MemoryBudget(forFileOf: program.sections.reduce(0) { $0 + $1.bytes.count })
  let tables = try ProgramTables(program, within: &memory)
  var verifier = Verifier(tables: tables, budget: budget, supported: features, memory: memory)
  try verifier.verify()
  return VerifiedProgram(tables, verifier)
}
