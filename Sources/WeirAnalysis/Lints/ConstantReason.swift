import WeirPolicy

/// The fewest parts of a constant condition that make it so, as far as leaving out one after the other finds them.
struct ConstantReason {
  /// Whether it is always true that one of `parts` holds; else that not all of them do.
  private(set) var isAlways: Bool
  private(set) var parts: [Condition] = []

  /// Beyond as many operands, what they are is not looked at.
  private static let operandsMax = 24

  /// - Parameters:
  ///   - condition: one that is always `value`.
  ///   - isConstant: whether it is proved that a condition always has a value.
  init(_ condition: Condition, isAlways value: Bool, isConstant: (Condition, Bool) -> Bool) {
    isAlways = value
    explain(condition, isConstant)
  }

  private mutating func explain(_ condition: Condition, _ isConstant: (Condition, Bool) -> Bool) {
    switch (condition, isAlways) {
    case (.constant, _): break
    case (.test, _): parts = [condition]
    case (.not(let operand), _): self = ConstantReason(operand, isAlways: !isAlways, isConstant: isConstant)
    // All of them are constant, so the first that can be explained is as good as any.
    case (.and(let operands), true), (.or(let operands), false):
      for operand in operands {
        let found = ConstantReason(operand, isAlways: isAlways, isConstant: isConstant)
        guard found.parts.isEmpty else {
          self = found
          return
        }
      }
    case (.and, false): explain(fewest(condition.conjuncts) { isConstant(.and($0), false) }, isConstant)
    case (.or, true): explain(fewest(condition.disjuncts) { isConstant(.or($0), true) }, isConstant)
    }
  }

  private mutating func explain(_ core: [Condition], _ isConstant: (Condition, Bool) -> Bool) {
    if core.count == 1 { explain(core[0], isConstant) } else { parts = core }
  }

  private func fewest(_ operands: [Condition], suffice: ([Condition]) -> Bool) -> [Condition] {
    guard operands.count <= Self.operandsMax else { return [] }
    var kept = operands
    for place in operands.indices.reversed() where kept.count > 1 {
      var rest = kept
      rest.remove(at: place)
      if suffice(rest) { kept = rest }
    }
    return kept
  }

  /// What a request that comes as near as can be satisfies; `nil` where nothing comes nearer than anything else.
  var nearest: Condition? {
    guard parts.count > 1 else { return nil }
    return .and(parts.dropLast().map { isAlways ? .not($0) : $0 })
  }

  func told(of policy: Policy) -> MeaningFinding.Reason? {
    guard !parts.isEmpty else { return nil }
    let text = ConditionText(policy: policy)
    return MeaningFinding.Reason(
      parts: parts.map { part in
        let tests = part.tests.map(\.position)
        return .init(text: text.text(part), position: tests.first ?? .nowhere, tests: tests)
      },
      isAlways: isAlways)
  }
}
