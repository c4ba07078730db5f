import WeirPlan
import WeirPolicy

/// Variables of the space: what is no class of one slot.
extension CaseBuilder {
  /// Data that is not given is unavailable: what is mentioned is loaded, and empty.
  mutating func addData(of variable: Variable) {
    let tests: [WeirPolicy.Test] =
      switch variable {
      case .test(let test): [test]
      case .condition(let condition): condition.tests
      }
    for test in tests { if case .isInData(let set) = test.predicate { data[set, default: []] += [] } }
  }

  /// Adds the value that makes the test true, where one does.
  mutating func satisfy(_ test: WeirPolicy.Test) {
    switch test.predicate {
    case .isInData(let set):
      guard !test.isNegated, let value = known(test.attribute) else { return }
      if !data[set, default: []].contains(value) { data[set, default: []].append(value) }
    case .has(let member):
      guard !test.isNegated else { return }
      if let index = sets.firstIndex(where: { $0.attribute == test.attribute }) { sets[index].members.append(member) }
    case .equals(let value) where test.quantifier != nil:
      addLine(test.attribute, test.isNegated ? .string("other") : value)
    case .isIn(let values) where test.quantifier != nil:
      if let value = values.first { addLine(test.attribute, test.isNegated ? .string("other") : value) }
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .equalsAttribute, .isInAttribute, .hasAttribute:
      break
    }
  }

  func known(_ attribute: Attribute) -> Value? {
    if case .caller = attribute, case .identity(let text) = result.caller { return .string(text) }
    return scalars.first { $0.attribute == attribute }?.value
      ?? lines.first { $0.attribute == attribute }?.values.first
  }
}
