import WeirPolicy

/// Covers that can be seen without analysis of whole conditions: what is certain, and nothing else.
extension Condition {
  /// Whether every request that makes `other` true makes this true as well, or leaves it undetermined.
  ///
  /// May say false where analysis would say true; never the other way. Complexity: O(product of the sizes).
  func surelyCovers(_ other: Condition) -> Bool {
    switch (self, other) {
    case (.constant(true), _), (_, .constant(false)): return true
    case (.and(let operands), _): return operands.allSatisfy { $0.surelyCovers(other) }
    case (_, .or(let operands)): return operands.allSatisfy { self.surelyCovers($0) }
    case (.or(let operands), .and(let parts)):
      return operands.contains { $0.surelyCovers(other) } || parts.contains { self.surelyCovers($0) }
    case (.or(let operands), _): return operands.contains { $0.surelyCovers(other) }
    case (_, .and(let parts)): return parts.contains { self.surelyCovers($0) }
    case (.not(let left), .not(let right)): return right.surelyCovers(left) && left.surelyCovers(right)
    case (.test(let left), .test(let right)): return left.surelyCovers(right)
    case (.constant, _), (_, .constant), (.not, .test), (.test, .not): return false
    }
  }
}

extension Test {
  fileprivate func surelyCovers(_ other: Test) -> Bool {
    guard attribute == other.attribute, quantifier == other.quantifier else { return false }
    var moved = other
    moved.position = position
    moved.hasExplicitElse = hasExplicitElse
    if self == moved { return true }
    guard quantifier == nil, !isNegated, !other.isNegated, whenAbsent || !other.whenAbsent else { return false }
    return predicate.surelyCovers(other.predicate)
  }
}

extension Predicate {
  fileprivate func surelyCovers(_ other: Predicate) -> Bool {
    switch (self, other) {
    case (.isUnder("/"), _): true
    case (.isUnder(let prefix), .isUnder(let path)), (.isUnder(let prefix), .equals(.string(let path))):
      covers(prefix, path)
    case (.isUnder(let prefix), .isIn(let values)):
      values.allSatisfy { value in
        if case .string(let path) = value { covers(prefix, path) } else { false }
      }
    case (.isIn(let values), .equals(let value)): values.contains(value)
    case (.isIn(let values), .isIn(let others)): Set(values).isSuperset(of: others)
    default: false
    }
  }
}
