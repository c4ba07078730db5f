import WeirPolicy

extension Condition {
  /// In the order of the text.
  var tests: [WeirPolicy.Test] {
    switch self {
    case .constant: []
    case .and(let operands), .or(let operands): operands.flatMap(\.tests)
    case .not(let operand): operand.tests
    case .test(let test): [test]
    }
  }

  /// What all have to hold.
  var conjuncts: [Condition] {
    if case .and(let operands) = self { return operands.flatMap(\.conjuncts) }
    return [self]
  }

  /// Of which one has to hold.
  var disjuncts: [Condition] {
    if case .or(let operands) = self { return operands.flatMap(\.disjuncts) }
    return [self]
  }

  /// The same with something in the place of each test.
  func mapTests(_ transform: (Test) -> Condition) -> Condition {
    switch self {
    case .constant: self
    case .and(let operands): .and(operands.map { $0.mapTests(transform) })
    case .or(let operands): .or(operands.map { $0.mapTests(transform) })
    case .not(let operand): .not(operand.mapTests(transform))
    case .test(let test): transform(test)
    }
  }
}

extension Test {
  var reads: [Attribute] { [attribute] + (predicate.otherAttribute.map { [$0] } ?? []) }
}

extension Position {
  /// Of what nobody wrote.
  static let nowhere = Position(file: 0, line: 1, column: 1)
}
