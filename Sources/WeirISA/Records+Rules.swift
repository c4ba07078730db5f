/// The code of one condition: `count` words from `firstWord`. The section has the counts alone: conditions follow each other.
public struct ConditionRecord: BitwiseCopyable, Sendable, Equatable {
  public var firstWord: UInt32
  public var count: UInt32

  public init(firstWord: UInt32, count: UInt32) {
    self.firstWord = firstWord
    self.count = count
  }

  /// Conditions of these sizes, one after another. Sums that do not fit are for the verifier to find.
  public static func pieces(_ counts: [UInt32]) -> [ConditionRecord] {
    var end: UInt32 = 0
    return counts.map { count in
      defer { end &+= count }
      return ConditionRecord(firstWord: end, count: count)
    }
  }
}

/// What a scope decides.
public enum ScopeKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// A port of a service, or a gateway: deny overrides allow.
  case authz
  /// A route table: first match.
  case routes
  /// One limit: one rule.
  case limit
  /// The condition of one retry: one rule over `response.*`.
  case retry
}

/// How a scope is decided.
public enum ScopeStrategy: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// One rule after another.
  case sequence
  /// By a decision graph; by clauses where something is unavailable.
  case graph
  /// By the clauses that the classes of a request leave possible: a graph would have been too large.
  case clauses
}

/// One place of decision.
public struct ScopeRecord: TableRecord {
  public static let wordCount = 13

  public var kind: ScopeKind
  public var strategy: ScopeStrategy
  /// The string that says what it is: `payments:8080`.
  public var name: UInt32
  public var firstRule: UInt32
  public var ruleCount: UInt32
  /// Where its part of `ruleOrder` begins: `denyCount` enforced denies, then `allowCount` enforced allows.
  public var firstOrder: UInt32
  public var denyCount: UInt32
  public var allowCount: UInt32
  public var firstSlot: UInt32
  public var slotCount: UInt32
  /// Units whatever the request: the constant of the cost certificate.
  public var costConstant: UInt64
  public var firstCost: UInt32
  public var costCount: UInt32

  public init(
    kind: ScopeKind, strategy: ScopeStrategy, name: UInt32, firstRule: UInt32, ruleCount: UInt32, firstOrder: UInt32,
    denyCount: UInt32, allowCount: UInt32, firstSlot: UInt32, slotCount: UInt32, costConstant: UInt64,
    firstCost: UInt32, costCount: UInt32
  ) {
    self.kind = kind
    self.strategy = strategy
    self.name = name
    self.firstRule = firstRule
    self.ruleCount = ruleCount
    self.firstOrder = firstOrder
    self.denyCount = denyCount
    self.allowCount = allowCount
    self.firstSlot = firstSlot
    self.slotCount = slotCount
    self.costConstant = costConstant
    self.firstCost = firstCost
    self.costCount = costCount
  }

  public init?(_ words: Span<UInt32>) {
    guard words[0] >> 16 == 0, let kind = ScopeKind(rawValue: UInt8(truncatingIfNeeded: words[0])),
      let strategy = ScopeStrategy(rawValue: UInt8(truncatingIfNeeded: words[0] >> 8))
    else { return nil }
    self.init(
      kind: kind, strategy: strategy, name: words[1], firstRule: words[2], ruleCount: words[3], firstOrder: words[4],
      denyCount: words[5], allowCount: words[6], firstSlot: words[7], slotCount: words[8],
      costConstant: UInt64(words[9]) | UInt64(words[10]) << 32, firstCost: words[11], costCount: words[12])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = UInt32(kind.rawValue) | UInt32(strategy.rawValue) << 8
    words[1] = name
    words[2] = firstRule
    words[3] = ruleCount
    words[4] = firstOrder
    words[5] = denyCount
    words[6] = allowCount
    words[7] = firstSlot
    words[8] = slotCount
    words[9] = UInt32(truncatingIfNeeded: costConstant)
    words[10] = UInt32(truncatingIfNeeded: costConstant >> 32)
    words[11] = firstCost
    words[12] = costCount
  }
}

/// What a rule does when it holds.
public enum RuleEffect: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case allow, deny, audit
  case route, limit, retry
}

/// One rule, route, limit or retry condition.
public struct RuleRecord: TableRecord {
  public static let wordCount = 5

  public var effect: RuleEffect
  /// Evaluated and counted, not enforced.
  public var isShadow: Bool
  public var name: UInt32
  public var condition: UInt32
  /// The string with the file's path.
  public var file: UInt32
  public var line: UInt32

  public init(effect: RuleEffect, isShadow: Bool, name: UInt32, condition: UInt32, file: UInt32, line: UInt32) {
    self.effect = effect
    self.isShadow = isShadow
    self.name = name
    self.condition = condition
    self.file = file
    self.line = line
  }

  public init?(_ words: Span<UInt32>) {
    guard words[0] >> 9 == 0, let effect = RuleEffect(rawValue: UInt8(truncatingIfNeeded: words[0]))
    else { return nil }
    self.init(
      effect: effect, isShadow: words[0] >> 8 == 1, name: words[1], condition: words[2], file: words[3],
      line: words[4])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = UInt32(effect.rawValue) | (isShadow ? 1 << 8 : 0)
    words[1] = name
    words[2] = condition
    words[3] = file
    words[4] = line
  }
}

/// What a decision of a scope costs for each byte and each member of what one register holds.
public struct CostRecord: TableRecord {
  public static let wordCount = 3

  public var register: UInt32
  /// Units for each byte, of all members together.
  public var perByte: UInt32
  /// Units for each member of a list.
  public var perMember: UInt32

  public init(register: UInt32, perByte: UInt32, perMember: UInt32) {
    self.register = register
    self.perByte = perByte
    self.perMember = perMember
  }

  public init?(_ words: Span<UInt32>) {
    self.init(register: words[0], perByte: words[1], perMember: words[2])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = register
    words[1] = perByte
    words[2] = perMember
  }
}

/// Where an instruction word comes from.
public struct SourceRecord: TableRecord {
  public static let wordCount = 3
  /// Lines and columns share a word; what lies beyond is shown as this.
  public static let lineMax: UInt32 = 1 << 20 - 1
  public static let columnMax: UInt32 = 1 << 12 - 1

  public var word: UInt32
  /// The string with the file's path.
  public var file: UInt32
  public var line: UInt32
  public var column: UInt32

  public init(word: UInt32, file: UInt32, line: UInt32, column: UInt32) {
    self.word = word
    self.file = file
    self.line = min(line, Self.lineMax)
    self.column = min(column, Self.columnMax)
  }

  public init?(_ words: Span<UInt32>) {
    self.init(word: words[0], file: words[1], line: words[2] >> 12, column: words[2] & Self.columnMax)
  }

  public func write(to words: inout [UInt32]) {
    words[0] = word
    words[1] = file
    words[2] = line << 12 | column
  }
}

/// The first place in the sources that needs a feature.
public struct FeatureRecord: TableRecord {
  public static let wordCount = 4

  public var feature: Feature
  /// The string with the file's path.
  public var file: UInt32
  public var line: UInt32
  public var column: UInt32

  public init(feature: Feature, file: UInt32, line: UInt32, column: UInt32) {
    self.feature = feature
    self.file = file
    self.line = line
    self.column = column
  }

  public init?(_ words: Span<UInt32>) {
    guard words[0] < 128, let feature = Feature(rawValue: UInt8(truncatingIfNeeded: words[0])) else { return nil }
    self.init(feature: feature, file: words[1], line: words[2], column: words[3])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = UInt32(feature.rawValue)
    words[1] = file
    words[2] = line
    words[3] = column
  }
}
