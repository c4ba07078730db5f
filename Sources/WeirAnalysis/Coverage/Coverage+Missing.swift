import WeirPolicy
import WeirRequest

/// A case that sees something which no case has seen. It passes: the reference evaluator says what it expects.
public struct MissingCase: Sendable {
  public let target: TestSuite.Target
  /// `payments`, `voting port admin`, `edge`
  public let place: String
  /// The case on one line.
  public let line: String
  /// Modules that it can stand in as far as names tell, best first.
  public let modules: [String]
}

/// Why something was seen by no case.
public enum CoverageGap: Hashable, Sendable {
  /// A case was written that sees it.
  case writable
  /// Proved: no request shows it.
  case impossible
  /// Neither was found, with the reason.
  case open(String)
}

extension Coverage {
  /// Writes a case for everything that is not seen yet, and says why where none is.
  ///
  /// - Complexity: a question to the decision graphs of a site for each goal, each bounded by the limits.
  func missing() -> (cases: [MissingCase], gaps: [CoverageGoal: CoverageGap]) {
    var cases: [MissingCase] = []
    var gaps: [CoverageGoal: CoverageGap] = [:]
    var reached = seen
    let unseen = goals.filter { !seen.contains($0) }
    var searches: [CoverageSubject.Site: GoalSearch] = [:]
    for site in unseen.flatMap({ subjects[$0.subject].places.map(\.site) }) where searches[site] == nil {
      let here = unseen.flatMap { goal in
        subjects[goal.subject].places.filter { $0.site == site }.map { (goal, subjects[goal.subject], $0) }
      }
      searches[site] = GoalSearch(prover, site: site, goals: here)
    }
    for goal in unseen {
      guard !reached.contains(goal) else {
        gaps[goal] = .writable
        continue
      }
      var gap = CoverageGap.impossible
      for place in subjects[goal.subject].places where gap != .writable {
        guard var search = searches[place.site] else { continue }
        let (found, why) = seek(goal, at: place, &search, beyond: reached)
        searches[place.site] = search
        if let (item, sees) = found {
          cases.append(item)
          reached.formUnion(sees)
          gap = .writable
        } else if why != .impossible {
          gap = why
        }
      }
      gaps[goal] = gap
    }
    return (cases, gaps)
  }

  /// A case that reaches the goal at a place, or why there is none.
  private func seek(
    _ goal: CoverageGoal, at place: CoverageSubject.Place, _ search: inout GoalSearch, beyond known: Set<CoverageGoal>
  ) -> (found: (MissingCase, Set<CoverageGoal>)?, gap: CoverageGap) {
    let subject = subjects[goal.subject]
    var gap = CoverageGap.impossible
    for rank in 0..<search.ranks(goal, of: subject, at: place) {
      switch search.search(goal, of: subject, at: place, rank: rank) {
      case .impossible: gap = .impossible
      case .undecided(let reason): gap = .open(reason)
      case .found(let candidates):
        if let found = write(goal, candidates, at: place, beyond: known) { return (found, .writable) }
        gap = .open("the request that would show it cannot be written as a test, or is refused before the rules")
      }
    }
    return (nil, gap)
  }

  /// The first candidate that reaches the goal when it is decided.
  private func write(
    _ goal: CoverageGoal, _ candidates: [Candidate], at place: CoverageSubject.Place, beyond known: Set<CoverageGoal>
  ) -> (MissingCase, Set<CoverageGoal>)? {
    let target: TestSuite.Target
    switch place.site {
    case .scope(let scope): target = TestSuite.Target(prover.policy.authz[scope].target)
    case .table(let table):
      guard let found = prover.target(ofTable: table) else { return nil }
      target = found
    }
    for candidate in candidates {
      let plain: Witness?
      switch place.site {
      case .scope: plain = prover.witness(candidate, for: target)
      case .table(let table): plain = prover.witness(candidate, ofTable: table)
      }
      guard var witness = plain else { continue }
      if let draw = draw(of: goal) {
        guard let drawn = witness.drawing(draw, of: prover.policy, for: target) else { continue }
        witness = drawn
      }
      guard let verdict = prover.reference.decide(witness.facts) else { continue }
      let sees = goals(of: witness.facts, verdict, beyond: known)
      guard sees.contains(goal),
        let line = prover.line(witness, expecting: expectations(of: verdict, for: goal))
      else { continue }
      let missing = MissingCase(
        target: target, place: CaseText(policy: prover.policy).place(target), line: line,
        modules: modules(of: goal, target))
      return (missing, sees)
    }
    return nil
  }

  /// A draw that takes the branch which is the goal.
  private func draw(of goal: CoverageGoal) -> Int? {
    guard case .branch(let branch) = goal.aim, case .route(let split) = subjects[goal.subject].kind else { return nil }
    return split[..<branch].reduce(0) { $0 + $1.weight }
  }

  private func expectations(of verdict: Verdict, for goal: CoverageGoal) -> [TestSuite.Expectation] {
    let subject = subjects[goal.subject]
    var found = [TestSuite.Expectation(outcomeOf: verdict)]
    switch subject.kind {
    case .rule(.audit, _): if verdict.audit.contains(subject.name) { found.append(.audit(subject.name)) }
    case .rule(_, isShadow: true):
      if verdict.shadowOutcome != .reject { found.append(.shadow(allow: verdict.shadowOutcome == .allow)) }
    case .rule(_, isShadow: false): break
    case .limit: if verdict.limits.contains(where: { $0.limit == subject.name }) { found.append(.limit(subject.name)) }
    case .route(let split):
      guard let route = verdict.route else { break }
      found.append(.route(route.name))
      if case .branch(let branch) = goal.aim, route.name == subject.name {
        found.append(.to([WeightedDestination(destination: split[branch].destination, weight: 10_000)]))
      }
    }
    return found
  }

  /// Where names that the case uses are known: where its rule stands, then where its target is declared.
  private func modules(of goal: CoverageGoal, _ target: TestSuite.Target) -> [String] {
    let policy = prover.policy
    var found = [subjects[goal.subject].module]
    switch target {
    case .service(let service, let port):
      found += policy.authz[policy.services[service].ports[port ?? 0].authz].rules.map(\.module)
      found.append(policy.services[service].module)
    case .gateway(let gateway):
      found += policy.routeTables.filter { $0.owner == .gateway(gateway) }.map(\.module)
      found.append(policy.gateways[gateway].module)
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }
}
