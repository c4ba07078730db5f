/// A condition over what a space knows: slots and Boolean variables. Negation stands at the leaves.
///
/// It has the value of the condition it comes from in Kleene's logic too: an unavailable slot makes each of its leaves
/// undetermined, and nothing that mentions a slot is simplified away.
indirect enum Formula: Hashable, Sendable {
  case constant(Bool)
  case slot(Int, SlotExpression)
  case variable(Int, isNegated: Bool)
  case and([Formula])
  case or([Formula])

  var negated: Formula {
    switch self {
    case .constant(let value): .constant(!value)
    case .slot(let slot, .not(let inner)): .slot(slot, inner)
    case .slot(let slot, let expression): .slot(slot, .not(expression))
    case .variable(let index, let isNegated): .variable(index, isNegated: !isNegated)
    case .and(let operands): .or(operands.map(\.negated))
    case .or(let operands): .and(operands.map(\.negated))
    }
  }

  /// Operands on one slot become one leaf: a predicate on a slot may be as complicated as it likes.
  static func all(_ operands: [Formula]) -> Formula { combined(operands, isAnd: true) }
  static func any(_ operands: [Formula]) -> Formula { combined(operands, isAnd: false) }

  private static func combined(_ operands: [Formula], isAnd: Bool) -> Formula {
    var flat: [Formula] = []
    for operand in operands {
      switch operand {
      case .and(let inner) where isAnd: flat += inner
      case .or(let inner) where !isAnd: flat += inner
      case .constant(let value):
        if value != isAnd { return operand }
      case .slot, .variable, .and, .or: flat.append(operand)
      }
    }
    var result: [Formula] = []
    var seen: Set<Formula> = []
    for operand in flat {
      if case .slot(let slot, let expression) = operand {
        let place = result.firstIndex { if case .slot(slot, _) = $0 { true } else { false } }
        guard let place, case .slot(_, let other) = result[place] else {
          result.append(operand)
          continue
        }
        if other == expression { continue }
        result[place] = .slot(slot, isAnd ? .all(other.conjuncts + [expression]) : .any(other.disjuncts + [expression]))
      } else if seen.insert(operand).inserted {
        result.append(operand)
      }
    }
    if result.isEmpty { return .constant(isAnd) }
    if result.count == 1 { return result[0] }
    return isAnd ? .and(result) : .or(result)
  }
}

/// A predicate on one slot, built of atoms.
public indirect enum SlotExpression: Hashable, Sendable {
  /// An index into the atoms of the space; false where the slot is absent.
  case atom(Int)
  case not(SlotExpression)
  case all([SlotExpression])
  case any([SlotExpression])

  fileprivate var conjuncts: [SlotExpression] { if case .all(let operands) = self { operands } else { [self] } }
  fileprivate var disjuncts: [SlotExpression] { if case .any(let operands) = self { operands } else { [self] } }
}
