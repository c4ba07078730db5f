import WeirPolicy

/// Requests that show what lints say of single rules.
extension MeaningAnalysis {
  /// Any request, and how a scope decides it.
  public func witness(ofScope scope: Int, named name: String) -> String? {
    prover.example(of: .constant(true), scope: scope, named: name)
  }

  /// A request that a rule would cover but for its `until`, on a day after that.
  ///
  /// - Parameter day: days since the epoch.
  public func witness(of rule: Rule, after until: Int64, on day: Int64, scope: Int) -> String? {
    let held = Predicate.isInRanges([Int64.min...((until + 1) * 86_400 - 1)])
    let lasting = rule.condition.mapTests {
      $0.attribute == .time(.instant, zone: nil) && $0.predicate == held ? .constant(true) : .test($0)
    }
    let today = Test(
      attribute: .time(.instant, zone: nil), predicate: .isInRanges([day * 86_400...(day * 86_400 + 86_399)]),
      whenAbsent: false, position: .nowhere)
    return prover.example(of: .and([lasting, .test(today)]), scope: scope, named: rule.name)
  }

  /// A request that satisfies a rule though no test of some attributes, negation included, is true for it; `nil` when there
  /// is none, or it cannot be written.
  public func witness(of rule: Rule, withoutHelpOf isHelp: (Attribute) -> Bool, scope: Int) -> String? {
    prover.example(
      of: rule.condition.withoutHelp(of: isHelp, isNegated: false), scope: scope, named: rule.name)
  }
}

extension Condition {
  fileprivate func withoutHelp(of isHelp: (Attribute) -> Bool, isNegated: Bool) -> Condition {
    switch self {
    case .constant: self
    case .and(let operands): .and(operands.map { $0.withoutHelp(of: isHelp, isNegated: isNegated) })
    case .or(let operands): .or(operands.map { $0.withoutHelp(of: isHelp, isNegated: isNegated) })
    case .not(let operand): .not(operand.withoutHelp(of: isHelp, isNegated: !isNegated))
    case .test(let test): isHelp(test.attribute) ? .constant(isNegated) : self
    }
  }
}
