/// A condition after names, types, `fn`s and `let`s are resolved.
///
/// Its value is one of three (Kleene): true, false, undetermined. `and` is false if one operand is, `or` true if one is,
/// whatever the others are.
public indirect enum Condition: Hashable, Sendable {
  case constant(Bool)
  /// Any number of operands; true over none.
  case and([Condition])
  /// Any number of operands; false over none.
  case or([Condition])
  case not(Condition)
  case test(Test)
}

/// One test on one attribute.
///
/// Value: when the attribute is unavailable, undetermined; when it is absent, `whenAbsent`; else the predicate, inverted if `isNegated`.
/// `.isPresent` has no absent case: it is false (true if negated) on an absent attribute. For a comparison of two attributes, and for
/// membership in data, absent is decided before unavailable: either side absent gives `whenAbsent`.
/// With a quantifier: over no values `whenAbsent`; `any`: some value satisfies the predicate, inverted per value (`any h is not "v"`
/// speaks of one line); `all`: every value does. `not` outside is a `Condition.not`.
public struct Test: Hashable, Sendable {
  public enum Quantifier: Hashable, Sendable { case any, all }

  public var attribute: Attribute
  public var quantifier: Quantifier?
  public var predicate: Predicate
  public var isNegated: Bool
  /// The value of the whole test, negation included. Without `else` in the source: false for a quantified test, else `isNegated`.
  public var whenAbsent: Bool
  /// Whether the author wrote `else`.
  public var hasExplicitElse: Bool
  public var position: Position

  public init(
    attribute: Attribute, quantifier: Quantifier? = nil, predicate: Predicate, isNegated: Bool = false,
    whenAbsent: Bool, hasExplicitElse: Bool = false, position: Position
  ) {
    self.attribute = attribute
    self.quantifier = quantifier
    self.predicate = predicate
    self.isNegated = isNegated
    self.whenAbsent = whenAbsent
    self.hasExplicitElse = hasExplicitElse
    self.position = position
  }
}

/// What a test asks of a value.
public enum Predicate: Hashable, Sendable {
  case isPresent
  case equals(Value)
  /// Sorted, without repetition. Never empty of meaning: an empty set contains nothing.
  case isIn([Value])
  /// Both ends included; sorted by lower bound; for Int, Time, Date.
  case isInRanges([ClosedRange<Int64>])
  /// Sorted by base, then prefix length.
  case isInNetworks([Network])
  /// Whole segments; no final slash; `/` covers every path.
  case isUnder(String)
  case matches(SegmentPattern)
  /// Any of them: `caller in { web, prometheus }` where a principal is a pattern; `values` are the exact ones, sorted.
  case matchesAny(patterns: [SegmentPattern], values: [Value])
  /// The regex between the quotes; anchored.
  case matchesRegex(String)
  case equalsAttribute(Attribute)
  /// The value is a member of a set-valued attribute.
  case isInAttribute(Attribute)
  /// An index into `Policy.dataSets`.
  case isInData(Int)
  /// The set-valued attribute has this member.
  case has(Value)
  /// The set-valued attribute has the value of the other one.
  case hasAttribute(Attribute)
}

extension Predicate {
  /// The second attribute that a comparison reads.
  public var otherAttribute: Attribute? {
    switch self {
    case .equalsAttribute(let attribute), .isInAttribute(let attribute), .hasAttribute(let attribute): attribute
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .isInData, .has:
      nil
    }
  }
}

/// A place in the sources, carried to run time.
public struct Position: Hashable, Sendable {
  /// An index into `Policy.files`.
  public var file: Int
  /// From 1.
  public var line: Int
  /// From 1.
  public var column: Int

  public init(file: Int, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}
