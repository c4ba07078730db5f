/// What a section of a bundle holds.
///
/// 1 to 31 are read by the machine, 32 to 63 by the host (services, routes, the typed policy), 64 and above are about the
/// bundle itself (signatures). A number is never used twice for different things.
public enum SectionKind: UInt16, CaseIterable, Hashable, Sendable {
  /// One `ProgramRecord`.
  case program = 1
  /// All constant bytes, one after another.
  case bytes = 2
  /// Sizes of `StringRecord`s: pieces of `bytes`, one after another.
  case strings = 3
  /// `SlotRecord`s.
  case slots = 4
  /// 64-bit integers that values are compared with.
  case integers = 5
  /// Addresses that values are compared with: high, then low 64 bits.
  case addresses = 6
  /// `RangeSetRecord`s.
  case rangeSets = 7
  /// Lower and upper bounds, 64 bits each.
  case rangeBounds = 8
  /// `RangeSetRecord`s over `networkBounds`.
  case networkSets = 9
  /// First and last address of each range, high and low 64 bits each.
  case networkBounds = 10
  /// `HashSetRecord`s.
  case hashSets = 11
  /// Members of all hash sets: numbers of strings.
  case hashMembers = 12
  /// `PatternRecord`s.
  case patterns = 13
  /// `SegmentRecord`s of all patterns.
  case segments = 14
  /// `PatternGroupRecord`s.
  case patternGroups = 15
  /// Pattern numbers of all groups.
  case groupMembers = 16
  /// `AutomatonRecord`s.
  case automata = 17
  /// 16-bit states of automata, by state, then byte class.
  case transitions = 18
  /// `CaptureRecord`s.
  case captures = 19
  /// `ZoneRecord`s.
  case zones = 20
  /// `DataSetRecord`s.
  case dataSets = 21
  /// 64-bit instruction words.
  case code = 22
  /// Sizes of `ConditionRecord`s: pieces of `code`, one after another.
  case conditions = 23
  /// `ScopeRecord`s by kind, then number.
  case scopes = 24
  /// `RuleRecord`s of all scopes, in the order of `by`.
  case rules = 25
  /// Rule numbers in the order of evaluation: enforced denies, then enforced allows.
  case ruleOrder = 26
  /// Slots that each scope reads, ascending.
  case scopeSlots = 27
  /// `CostRecord`s of all scopes.
  case costs = 28
  /// `SourceRecord`s, ascending by word.
  case sourceMap = 29
  /// `FeatureRecord`s, ascending by feature.
  case features = 30
  /// Classifiers and decisions, in words: see `DecisionFormat`.
  case decisions = 31

  /// The typed policy in canonical form.
  case policy = 32
  /// Tests and proofs.
  case tests = 33
  /// What the build says of itself: file digests, compiler version.
  case manifest = 34
  /// Services, gateways, routes and limits in the form that the host reads.
  case topology = 35

  case signatures = 64

  /// The sections of a program, all of which are there, empty or not.
  public static var programSections: [SectionKind] { allCases.filter { $0.isProgram } }

  /// Whether the machine reads it.
  public var isProgram: Bool { rawValue < 32 }

  /// The bytes of one element; a section's size is a multiple of it.
  public var elementBytes: Int {
    switch self {
    case .bytes, .policy, .tests, .manifest, .topology, .signatures: 1
    case .transitions: 2
    case .integers, .code: 8
    case .addresses, .rangeBounds: 16
    case .networkBounds: 32
    case .program: 4 * ProgramRecord.wordCount
    case .slots: 4 * SlotRecord.wordCount
    case .rangeSets, .networkSets: 4 * RangeSetRecord.wordCount
    case .hashSets: 4 * HashSetRecord.wordCount
    case .patterns: 4 * PatternRecord.wordCount
    case .segments: 4 * SegmentRecord.wordCount
    case .patternGroups: 4 * PatternGroupRecord.wordCount
    case .strings, .hashMembers, .groupMembers, .conditions, .ruleOrder, .scopeSlots, .decisions: 4
    case .automata: 4 * AutomatonRecord.wordCount
    case .captures: 4 * CaptureRecord.wordCount
    case .zones: 4 * ZoneRecord.wordCount
    case .dataSets: 4 * DataSetRecord.wordCount
    case .scopes: 4 * ScopeRecord.wordCount
    case .rules: 4 * RuleRecord.wordCount
    case .costs: 4 * CostRecord.wordCount
    case .sourceMap: 4 * SourceRecord.wordCount
    case .features: 4 * FeatureRecord.wordCount
    }
  }

  /// How a bundle holds the bytes of the section.
  public var storage: SectionStorage {
    switch self {
    case .program, .tests, .manifest, .signatures: .plain
    case .bytes, .transitions, .topology: .condensed
    case .policy: .compressed
    case .strings, .slots, .integers, .addresses, .rangeSets, .rangeBounds, .networkSets, .networkBounds, .hashSets,
      .hashMembers, .patterns, .segments, .patternGroups, .groupMembers, .automata, .captures, .zones, .dataSets, .code,
      .conditions, .scopes, .rules, .ruleOrder, .scopeSlots, .costs, .sourceMap, .features, .decisions:
      .packed
    }
  }
}

/// How a bundle holds the bytes of a section.
public enum SectionStorage: Sendable {
  /// As they are.
  case plain
  /// In fewer bytes where that saves some, yet never in so few that reading them asks for much memory.
  case condensed
  /// As 32-bit words, see `PackedWords`, and those condensed.
  case packed
  /// Read by tools, not by those who decide: any bytes in fewer bytes.
  case compressed
}
