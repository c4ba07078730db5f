import WeirPolicy

/// What a number of conditions distinguish of requests: slots with classes, Boolean variables, and every condition as
/// clauses over them.
///
/// Conditions that are to be compared belong into one space. A *dimension* is a slot or, after all slots, a variable,
/// whose classes are 0 (false) and 1 (true). A *level* is the place of a dimension in the order in which graphs ask.
public struct Space: Sendable {
  public let context: PlanContext
  public let slots: [Slot]
  public let atoms: [Atom]
  public let variables: [Variable]
  /// For each slot.
  public let classes: [SlotClasses]
  /// The conditions, then what always holds between slots (`validity`).
  public let clauses: ClauseTable
  /// The dimension at each level: slots first, variables last.
  public let order: [Int]
  /// Conditions of the table that say what always holds between slots: claims are there exactly with their token.
  public let validity: Range<Int>
  /// Predicates that the classes of their slot had no room for, and so are variables.
  public let refusals: [Atom]

  public var dimensionCount: Int { slots.count + variables.count }

  /// What a space is for.
  public enum Purpose: Hashable, Sendable {
    /// Every class is one that a request with an ordinary path can have, and what always holds between slots is known.
    case proving
    /// Every value has a class that a request can have, the target of `OPTIONS *` too (RFC 9112 section 3.2.4).
    case deciding
  }

  /// - Complexity: bounded by `limits`, near linear in the conditions for common ones.
  public init(
    _ conditions: [Condition], context: PlanContext, purpose: Purpose = .proving, limits: PlanLimits = PlanLimits()
  ) {
    let limits = limits.suiting(purpose)
    var placement = AtomPlacement()
    var refusals: [Atom] = []
    while true {
      var normaliser = Normaliser(context: context, placement: placement, purpose: purpose)
      var formulas = conditions.map { normaliser.formula($0) }
      var disjunctions = formulas.map { $0.disjunction(max: limits.clausesPerRuleMax) }
      for (index, found) in disjunctions.enumerated() where found == nil {
        formulas[index] = .variable(normaliser.variable(.condition(conditions[index])), isNegated: false)
        disjunctions[index] = [[formulas[index]]]
      }
      let links = purpose == .proving ? normaliser.links() : []
      let all = disjunctions.map { $0 ?? [] } + links

      var classes: [SlotClasses] = []
      var isComplete = true
      var atomsOf = [[(offset: Int, element: Atom)]](repeating: [], count: normaliser.slots.count)
      for (index, atom) in normaliser.atoms.enumerated() { atomsOf[atom.slot].append((index, atom)) }
      for (index, slot) in normaliser.slots.enumerated() {
        switch SlotClasses.build(slot, atomsOf[index], purpose, limits) {
        case .classes(let found): classes.append(found)
        case .refused(let atoms):
          let named = atomsOf[index].filter { atoms.contains($0.offset) }
          // Whoever names none would be asked again for ever.
          let left = named.isEmpty ? atomsOf[index] : named
          guard !left.isEmpty else {
            classes.append(.presence(of: slot))
            continue
          }
          isComplete = false
          refusals += placement.place(left, among: atomsOf[index], of: slot, purpose, limits).map(\.element)
        }
      }
      // Every time some atoms get a later group or none, so this ends.
      guard isComplete else { continue }
      self.context = context
      slots = normaliser.slots
      atoms = normaliser.atoms
      variables = normaliser.variables
      self.classes = classes
      self.refusals = refusals
      validity = conditions.count..<all.count
      let table = ClauseTable(all, classes: classes, variableCount: normaliser.variables.count)
      order = table.order(ruleCount: conditions.count, slotCount: normaliser.slots.count)
      clauses = table.sorted(by: order)
      return
    }
  }

  public func classCount(_ dimension: Int) -> Int {
    dimension < classes.count ? classes[dimension].count : 2
  }

  public func slotIndex(_ attribute: Attribute, isRepeated: Bool = false) -> Int? {
    slots.firstIndex { $0.attribute == attribute && $0.isRepeated == isRepeated }
  }
}

extension SlotClasses {
  /// Only whether there is a value.
  fileprivate static func presence(of slot: Slot) -> SlotClasses {
    SlotClasses(witnesses: slot.canBeAbsent ? [.absent, .present] : [.present], holding: [:], classifier: .presence)
  }

  static func build(
    _ slot: Slot, _ atoms: [(offset: Int, element: Atom)], _ purpose: Space.Purpose, _ limits: PlanLimits
  ) -> SlotOutcome {
    var texts: [TextClassesBuilder.Entry] = []
    var intervals: [(index: Int32, intervals: [ClosedRange<UInt128>])] = []
    var presence: Int?
    for (index, atom) in atoms {
      switch atom.test {
      case .isPresent: presence = index
      case .text(let text): texts.append((Int32(index), text))
      case .intervals(let ranges): intervals.append((Int32(index), ranges))
      }
    }
    var outcome: SlotOutcome
    switch slot.kind {
    case .path, .identity, .text, .finite:
      var builder = TextClassesBuilder(slot: slot, atoms: texts, purpose: purpose, limits: limits)
      outcome = builder.build()
    case .integer, .address: outcome = IntervalClassesBuilder(slot: slot, atoms: intervals, limits: limits).build()
    case .presence:
      outcome = .classes(.presence(of: slot))
    }
    if let presence, case .classes(let classes) = outcome {
      var holding = classes.holding
      holding[presence] = (0..<Int32(classes.count)).filter { classes.witnesses[Int($0)] != .absent }
      outcome = .classes(
        SlotClasses(witnesses: classes.witnesses, holding: holding, classifier: classes.classifier))
    }
    return outcome
  }
}

extension Formula {
  private var isLeaf: Bool {
    switch self {
    case .slot, .variable: true
    case .constant, .and, .or: false
    }
  }

  /// As an `or` of `and`s of leaves; `nil` when there are more than `max`.
  ///
  /// Distributing keeps the value in Kleene's logic, too; nothing that contradicts itself is dropped.
  func disjunction(max: Int) -> [[Formula]]? {
    switch self {
    case .constant(let value): return value ? [[]] : []
    case .slot, .variable: return [[self]]
    case .or(let operands):
      var result: [[Formula]] = []
      for operand in operands {
        guard let part = operand.disjunction(max: max) else { return nil }
        result += part
        guard result.count <= max else { return nil }
      }
      return result
    case .and(let operands):
      if operands.allSatisfy(\.isLeaf) { return [operands] }
      var result: [[Formula]] = [[]]
      for operand in operands {
        guard let part = operand.disjunction(max: max), result.count * part.count <= max else { return nil }
        result = result.flatMap { left in part.map { left + $0 } }
      }
      return result
    }
  }
}
