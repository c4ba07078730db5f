import WeirISA

/// A scope of a program: only the program hands them out.
public struct ScopeID: BitwiseCopyable, Hashable, Sendable {
  /// Among all scopes of the program.
  public let index: Int
}

extension VerifiedProgram {
  /// The scope that was compiled from the policy's scope, route table, limit or retry of that number.
  ///
  /// - Returns: `nil` beyond the last one. A retry has a scope only when it has a condition: see `ruleCount`.
  public func scope(_ kind: ScopeKind, _ number: Int) -> ScopeID? {
    let counts = (
      Int(tables.program.authzScopeCount), Int(tables.program.routeScopeCount), Int(tables.program.limitScopeCount),
      Int(tables.program.retryScopeCount)
    )
    let (first, count) =
      switch kind {
      case .authz: (0, counts.0)
      case .routes: (counts.0, counts.1)
      case .limit: (counts.0 + counts.1, counts.2)
      case .retry: (counts.0 + counts.1 + counts.2, counts.3)
      }
    guard number >= 0, number < count else { return nil }
    return ScopeID(index: first + number)
  }

  /// Decides: deny overrides allow, otherwise deny. Stops at the rule that decides.
  ///
  /// - Parameters:
  ///   - frame: filled with the scope's slots; what is not filled is unavailable.
  /// - Complexity: at most what the scope's certificate says; no allocation, no reference counting.
  public func decide(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> Decision {
    guard frame.registers.count == registerCount else { return .indeterminate(because: nil) }
    let record = tables.scopes[scope.index]
    let firstAllow = Int(record.firstOrder) + Int(record.denyCount)
    var doubtful: Int?
    for place in Int(record.firstOrder)..<firstAllow {
      let rule = Int(tables.ruleOrder[place])
      switch evaluate(Int(tables.rules[rule].condition), &frame, data) {
      case .yes: return .deny(by: rule - Int(record.firstRule))
      case .undetermined: doubtful = doubtful ?? rule - Int(record.firstRule)
      case .no: break
      }
    }
    if let doubtful { return .indeterminate(because: doubtful) }
    for place in firstAllow..<(firstAllow + Int(record.allowCount)) {
      let rule = Int(tables.ruleOrder[place])
      switch evaluate(Int(tables.rules[rule].condition), &frame, data) {
      case .yes: return .allow(by: rule - Int(record.firstRule))
      case .undetermined: doubtful = doubtful ?? rule - Int(record.firstRule)
      case .no: break
      }
    }
    if let doubtful { return .indeterminate(because: doubtful) }
    return .noRule
  }

  /// Evaluates every rule of a scope, shadow and audit rules too.
  public func match(
    _ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets, into matches: inout MatchSet
  ) {
    let record = tables.scopes[scope.index]
    guard frame.registers.count == registerCount, matches.begin(Int(record.ruleCount)) else { return }
    for rule in 0..<Int(record.ruleCount) {
      matches.record(
        evaluate(Int(tables.rules[Int(record.firstRule) + rule].condition), &frame, data), for: rule)
    }
  }

  /// What the rules that were matched decide, with shadow rules left out or enforced.
  public func decision(_ scope: ScopeID, _ matches: borrowing MatchSet, enforcingShadows: Bool) -> Decision {
    let record = tables.scopes[scope.index]
    guard matches.ruleCount == Int(record.ruleCount) else { return .indeterminate(because: nil) }
    var first: (denied: Int?, doubtfulDeny: Int?, allowed: Int?, doubtfulAllow: Int?) = (nil, nil, nil, nil)
    for place in 0..<Int(record.ruleCount) {
      let rule = tables.rules[Int(record.firstRule) + place]
      guard enforcingShadows || !rule.isShadow else { continue }
      switch (rule.effect, matches[place]) {
      case (.deny, .yes): first.denied = first.denied ?? place
      case (.deny, .undetermined): first.doubtfulDeny = first.doubtfulDeny ?? place
      case (.allow, .yes): first.allowed = first.allowed ?? place
      case (.allow, .undetermined): first.doubtfulAllow = first.doubtfulAllow ?? place
      case (.allow, .no), (.deny, .no), (.audit, _), (.route, _), (.limit, _), (.retry, _): break
      }
    }
    if let rule = first.denied { return .deny(by: rule) }
    if let rule = first.doubtfulDeny { return .indeterminate(because: rule) }
    if let rule = first.allowed { return .allow(by: rule) }
    if let rule = first.doubtfulAllow { return .indeterminate(because: rule) }
    return .noRule
  }

  /// Chooses a route: the first whose condition holds. One that is undetermined before it stops the search.
  public func route(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> RouteChoice {
    let record = tables.scopes[scope.index]
    guard frame.registers.count == registerCount else { return .indeterminate(0) }
    for place in 0..<Int(record.ruleCount) {
      switch evaluate(Int(tables.rules[Int(record.firstRule) + place].condition), &frame, data) {
      case .yes: return .route(place)
      case .undetermined: return .indeterminate(place)
      case .no: break
      }
    }
    return .none
  }

  /// The value of one rule: of a limit or a retry, which have one.
  public func truth(
    of rule: Int = 0, in scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets
  ) -> Truth {
    let record = tables.scopes[scope.index]
    guard frame.registers.count == registerCount, rule >= 0, rule < Int(record.ruleCount) else { return .undetermined }
    return evaluate(Int(tables.rules[Int(record.firstRule) + rule].condition), &frame, data)
  }

  /// The value of one rule and the place in the sources of the test that settled it.
  ///
  /// Of a rule that does not hold it is the first test that failed, in the order of the source.
  public func explanation(
    of rule: Int, in scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets
  ) -> (truth: Truth, test: SourcePlace?) {
    let record = tables.scopes[scope.index]
    guard frame.registers.count == registerCount, rule >= 0, rule < Int(record.ruleCount) else {
      return (.undetermined, nil)
    }
    let condition = Int(tables.rules[Int(record.firstRule) + rule].condition)
    let run = run(condition, &frame, data, doubtHolds: false)
    return (evaluate(condition, &frame, data), place(ofWord: run.lastTest))
  }
}
