import WeirPolicy

/// Rewrites conditions into formulas and collects the slots, atoms and variables they need, each once.
struct Normaliser {
  let context: PlanContext
  let placement: AtomPlacement
  let purpose: Space.Purpose
  private var knownSlots = Interner<Slot>()
  /// For each attribute that was met its slot; `nil` for a derived one.
  private var slotOf: [Attribute: Slot?] = [:]
  private var knownAtoms = Interner<Atom>()
  private var knownVariables = Interner<Variable>()

  init(context: PlanContext, placement: AtomPlacement, purpose: Space.Purpose) {
    self.context = context
    self.placement = placement
    self.purpose = purpose
  }

  var slots: [Slot] { knownSlots.values }
  var atoms: [Atom] { knownAtoms.values }
  var variables: [Variable] { knownVariables.values }

  mutating func formula(_ condition: Condition) -> Formula {
    switch condition {
    case .constant(let value): return .constant(value)
    case .not(let operand): return formula(operand).negated
    case .and(let operands):
      var parts: [Formula] = []
      for operand in operands { parts.append(formula(operand)) }
      return .all(parts)
    case .or(let operands):
      var parts: [Formula] = []
      for operand in operands { parts.append(formula(operand)) }
      return .any(parts)
    case .test(let test): return formula(test)
    }
  }

  mutating func variable(_ variable: Variable) -> Int { knownVariables.number(of: variable) }

  mutating func slot(_ slot: Slot) -> Int { knownSlots.number(of: slot) }

  /// - Returns: `nil` for a refused atom.
  mutating func atom(_ slot: Int, _ test: Atom.Test) -> Formula? {
    switch placement.place(of: test, in: knownSlots[slot]) {
    case .group(let group):
      let slot = group == 0 ? slot : self.slot(knownSlots[slot].inGroup(group))
      return .slot(slot, .atom(knownAtoms.number(of: Atom(slot: slot, test: test))))
    case .split(let head, let tail):
      guard let head = atom(slot, .text(head)), let tail = atom(slot, .text(tail)) else { return nil }
      return .all([head, tail])
    case .nowhere: return nil
    }
  }

  private mutating func formula(_ test: Test) -> Formula {
    let isRepeated = test.quantifier != nil
    // What holds of a value is false where the attribute is absent: mostly presence need not be asked.
    if !isRepeated, test.whenAbsent == test.isNegated, let found = holds(test.attribute, test.predicate) {
      return test.isNegated ? found.negated : found
    }
    let isPresenceTest = if case .isPresent = test.predicate { true } else { false }
    // A proof wants to know what absence means; a decision asks for the whole test at once.
    if purpose == .deciding, !isPresenceTest, isRepeated || holds(test.attribute, test.predicate) == nil {
      return opaque(test)
    }
    guard var present = presence(test.attribute, isRepeated: isRepeated) else { return opaque(test) }
    if isPresenceTest { return test.isNegated ? present.negated : present }
    var isAlwaysThere = test.attribute.isAlwaysThere
    if let other = test.predicate.otherAttribute {
      guard let otherPresent = presence(other, isRepeated: false) else { return opaque(test) }
      present = isAlwaysThere ? otherPresent : other.isAlwaysThere ? present : .all([present, otherPresent])
      isAlwaysThere = isAlwaysThere && other.isAlwaysThere
    }
    var core: Formula
    if !isRepeated, let found = holds(test.attribute, test.predicate) {
      core = test.isNegated ? found.negated : found
    } else {
      // Under a quantifier the negation belongs to each value.
      let raw = Test(
        attribute: test.attribute, quantifier: test.quantifier, predicate: test.predicate,
        isNegated: isRepeated && test.isNegated, whenAbsent: false, position: .none)
      core = .variable(variable(.test(raw)), isNegated: !isRepeated && test.isNegated)
    }
    if isAlwaysThere { return core }
    return test.whenAbsent ? .any([present.negated, core]) : .all([present, core])
  }

  /// A variable that stands for the whole test.
  private mutating func opaque(_ test: Test) -> Formula {
    var test = test
    test.position = .none
    test.hasExplicitElse = false
    return .variable(variable(.test(test)), isNegated: false)
  }

  /// - Returns: `nil` when it rests on a refused atom.
  private mutating func presence(_ attribute: Attribute, isRepeated: Bool) -> Formula? {
    if let slot = Slot(attribute, isRepeated: isRepeated, context: context) { return atom(self.slot(slot), .isPresent) }
    return derivedPresence(attribute)
  }

  /// Whether the attribute is there and the predicate holds; `nil` when that is not a predicate on one slot.
  private mutating func holds(_ attribute: Attribute, _ predicate: Predicate) -> Formula? {
    guard let slot = slot(of: attribute) else { return derivedHolds(attribute, predicate) }
    guard let test = predicate.atomTest(slot.kind) else { return nil }
    return atom(self.slot(slot), test)
  }

  private mutating func slot(of attribute: Attribute) -> Slot? {
    if let known = slotOf[attribute] { return known }
    let slot = Slot(attribute, isRepeated: false, context: context)
    slotOf[attribute] = .some(slot)
    return slot
  }
}

/// What is true or false of a request and is no predicate on one slot.
public enum Variable: Hashable, Sendable {
  /// Its position is that of nothing; whether the attributes are there is asked beside it, where that could be told.
  case test(Test)
  /// A condition that does not split into few clauses.
  case condition(Condition)

  /// Regexes are the same when their bytes are.
  public static func == (left: Variable, right: Variable) -> Bool {
    switch (left, right) {
    case (.test(let left), .test(let right)):
      left == right && left.predicate.regex.elementsEqual(right.predicate.regex)
    case (.condition(let left), .condition(let right)): left == right && left.regexes.elementsEqual(right.regexes)
    case (.test, .condition), (.condition, .test): false
    }
  }
}

extension Predicate {
  fileprivate var regex: [UInt8] { if case .matchesRegex(let source) = self { Array(source.utf8) } else { [] } }
}

extension Condition {
  fileprivate var regexes: [[UInt8]] {
    switch self {
    case .constant: []
    case .and(let operands), .or(let operands): operands.flatMap(\.regexes)
    case .not(let operand): operand.regexes
    case .test(let test): [test.predicate.regex]
    }
  }
}

extension Position {
  static let none = Position(file: 0, line: 0, column: 0)
}
