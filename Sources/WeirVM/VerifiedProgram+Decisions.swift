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

  /// Decides an authz scope: deny overrides allow, otherwise deny. Looks at as little as it can; needs no match set.
  ///
  /// - Parameters:
  ///   - frame: filled with the scope's slots; what is not filled is unavailable.
  /// - Complexity: at most what the scope's certificate says; no allocation, no reference counting.
  @inline(__always)
  public func decide(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> Decision {
    decide(scope, &frame, data, by: tables.scopes[scope.index].strategy)
  }

  /// Decides in one of the ways that the scope has, which all give the same answer: for tests and measurements.
  public func decide(
    _ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets, by strategy: ScopeStrategy
  ) -> Decision {
    guard frame.fits(self), tables.scopes[scope.index].kind == .authz else { return .indeterminate(because: nil) }
    let number = decisionOf[scope.index]
    guard number >= 0, strategy != .sequence else { return decideInSequence(scope, &frame, data) }
    let firstRule = Int(tables.scopes[scope.index].firstRule)
    if strategy == .graph, decisions[number].hasGraph {
      switch walk(number, &frame, data) {
      case .rule(let rule): return tables.rules[firstRule + rule].effect == .deny ? .deny(by: rule) : .allow(by: rule)
      case .noRule: return .noRule
      case .unsettled: break
      }
    }
    var tally = Tally()
    let isKnown = rules(of: decisions[number], &frame, data) { rule, truth in
      tally.count(tables.rules[firstRule + rule], rule, truth, enforcingShadows: false)
      return tally.denied == nil
    }
    return isKnown ? tally.decision : decideInSequence(scope, &frame, data)
  }

  private func decideInSequence(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> Decision {
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

  /// Finds every rule of a scope that holds or is undetermined, shadow and audit rules too.
  public func match(
    _ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets, into matches: inout MatchSet
  ) {
    match(scope, &frame, data, by: .clauses, into: &matches)
  }

  /// Finds the same in one of the ways that the scope has: for tests and measurements.
  public func match(
    _ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets, by strategy: ScopeStrategy,
    into matches: inout MatchSet
  ) {
    let record = tables.scopes[scope.index]
    guard frame.fits(self), matches.begin(Int(record.ruleCount)) else { return }
    let number = decisionOf[scope.index]
    if number >= 0, strategy != .sequence {
      let isKnown = rules(of: decisions[number], &frame, data) { rule, truth in
        matches.record(truth, for: rule)
        return true
      }
      if isKnown || !matches.begin(Int(record.ruleCount)) { return }
    }
    for rule in 0..<Int(record.ruleCount) {
      matches.record(
        evaluate(Int(tables.rules[Int(record.firstRule) + rule].condition), &frame, data), for: rule)
    }
  }

  /// What the rules that were matched decide, with shadow rules left out or enforced.
  ///
  /// - Complexity: linear in the rules that hold or are undetermined; one bit a rule for the others.
  public func decision(_ scope: ScopeID, _ matches: borrowing MatchSet, enforcingShadows: Bool) -> Decision {
    let record = tables.scopes[scope.index]
    guard matches.ruleCount == Int(record.ruleCount), record.kind == .authz else { return .indeterminate(because: nil) }
    var tally = Tally()
    matches.forEach { rule, truth in
      tally.count(tables.rules[Int(record.firstRule) + rule], rule, truth, enforcingShadows: enforcingShadows)
      return tally.denied == nil
    }
    return tally.decision
  }

  /// Chooses a route of a table: the first whose condition holds. One that is undetermined before it stops the search.
  public func route(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> RouteChoice {
    route(scope, &frame, data, by: tables.scopes[scope.index].strategy)
  }

  /// Chooses in one of the ways that the table has: for tests and measurements.
  public func route(
    _ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets, by strategy: ScopeStrategy
  ) -> RouteChoice {
    guard frame.fits(self), tables.scopes[scope.index].kind == .routes else { return .indeterminate(0) }
    let number = decisionOf[scope.index]
    guard number >= 0, strategy != .sequence else { return routeInSequence(scope, &frame, data) }
    if strategy == .graph, decisions[number].hasGraph {
      switch walk(number, &frame, data) {
      case .rule(let route): return .route(route)
      case .noRule: return .none
      case .unsettled: break
      }
    }
    // A route that is in doubt by one clause may hold by another.
    var choice = RouteChoice.none
    let isKnown = rules(of: decisions[number], &frame, data) { route, truth in
      if case .indeterminate(let earlier) = choice, earlier != route { return false }
      choice = truth == .yes ? .route(route) : .indeterminate(route)
      return truth != .yes
    }
    return isKnown ? choice : routeInSequence(scope, &frame, data)
  }

  private func routeInSequence(_ scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets) -> RouteChoice {
    let record = tables.scopes[scope.index]
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
    guard frame.fits(self), rule >= 0, rule < Int(record.ruleCount) else { return .undetermined }
    return evaluate(Int(tables.rules[Int(record.firstRule) + rule].condition), &frame, data)
  }

  /// The value of one rule and the place in the sources of the test that settled it.
  ///
  /// Of a rule that does not hold it is the first test that failed, in the order of the source.
  public func explanation(
    of rule: Int, in scope: ScopeID, _ frame: inout Frame, _ data: borrowing DataSets
  ) -> (truth: Truth, test: SourcePlace?) {
    let record = tables.scopes[scope.index]
    guard frame.fits(self), rule >= 0, rule < Int(record.ruleCount) else {
      return (.undetermined, nil)
    }
    let condition = Int(tables.rules[Int(record.firstRule) + rule].condition)
    let run = run(condition, &frame, data, doubtHolds: false)
    return (evaluate(condition, &frame, data), place(ofWord: run.lastTest))
  }
}

/// The first rules of each kind, met in order.
private struct Tally {
  var denied: Int?
  var doubtfulDeny: Int?
  var allowed: Int?
  var doubtfulAllow: Int?

  @inline(__always)
  mutating func count(_ rule: RuleRecord, _ place: Int, _ truth: Truth, enforcingShadows: Bool) {
    guard enforcingShadows || !rule.isShadow else { return }
    switch (rule.effect, truth) {
    case (.deny, .yes): denied = denied ?? place
    case (.deny, .undetermined): doubtfulDeny = doubtfulDeny ?? place
    case (.allow, .yes): allowed = allowed ?? place
    case (.allow, .undetermined): doubtfulAllow = doubtfulAllow ?? place
    case (.allow, .no), (.deny, .no), (.audit, _), (.route, _), (.limit, _), (.retry, _): break
    }
  }

  /// Deny true, deny undetermined, allow true, allow undetermined, nothing.
  var decision: Decision {
    if let denied { return .deny(by: denied) }
    if let doubtfulDeny { return .indeterminate(because: doubtfulDeny) }
    if let allowed { return .allow(by: allowed) }
    if let doubtfulAllow { return .indeterminate(because: doubtfulAllow) }
    return .noRule
  }
}
