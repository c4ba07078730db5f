import WeirPlan
import WeirPolicy
import WeirRequest

/// What one side looks at before its rules or routes, and may refuse a request for.
struct Scrutiny: Equatable {
  /// What is read as one value: a request that has two of them is refused.
  var singleReads: Set<Attribute> = []
  /// Whether a token that is not valid refuses the request.
  var looksAtTokens = false
}

extension Differ {
  /// Requests that one side refuses before its rules, and the other does not.
  mutating func compareRefusals(_ places: PlacePair) {
    guard let old = places.old, let new = places.new else { return }
    let lists = lists(places, withShadow: false)
    compareRefusals(
      pair.old.scrutiny(old), pair.new.scrutiny(new), at: places.name, lists, condition: hostCondition(places),
      context(places)
    ) { differ, old, new in differ.proposal(.access, places, old, new) }
  }

  /// - Parameters:
  ///   - condition: of the requests that are looked at.
  ///   - isEach: whether each way of deciding requests is told, and not just one of those that show most.
  ///   - prefer: given how the side that does not refuse them decides requests, those that show most.
  ///   - propose: given how the two sides decide one.
  mutating func compareRefusals(
    _ old: Scrutiny, _ new: Scrutiny, at place: String, _ lists: (old: DecisionList, new: DecisionList),
    condition: Condition, _ context: PlanContext, isEach: Bool = false,
    prefer: ((inout Differ, _ isNewly: Bool, Int) -> [Candidate])? = nil,
    _ propose: (Differ, _ old: DiffOutcome, _ new: DiffOutcome) -> Proposal
  ) {
    var refusals: [(code: String, isNewly: Bool, change: (inout TestSuite.Case) -> Void)] = []
    let attributes = old.singleReads.symmetricDifference(new.singleReads)
    for attribute in attributes.sorted(by: { $0.text < $1.text }) {
      refusals.append((attribute.repetitionCode, new.singleReads.contains(attribute), attribute.repetition))
    }
    if old.looksAtTokens != new.looksAtTokens {
      let code = TokenError.expired.rawValue
      refusals.append((code, new.looksAtTokens, { $0.tokenError = code }))
    }
    for refusal in refusals {
      let list = refusal.isNewly ? lists.old : lists.new
      // One that is allowed there shows most.
      let question = Question(
        conditions: list.conditions + [condition],
        lists: [Array(list.conditions.indices), [list.conditions.count]], context: context
      ) { list.outcomes[$0[0]].effect != .reject && $0[1] == 0 }
      let (candidates, reason) = question.candidates(asterisk: nil, limits: limits)
      if let reason {
        add(undecided: place, reason)
        continue
      }
      let sorted =
        candidates.filter { list.outcomes[$0.firsts[0]].effect == .allow }
        + candidates.filter { list.outcomes[$0.firsts[0]].effect != .allow }
      let refused = DiffOutcome(.reject, by: refusal.code)
      var shown: Set<Int> = []
      var preferred: [(Proposal, (witness: DiffWitness, effect: DiffClass.Effect))] = []
      var others = preferred
      for candidate in sorted where !shown.contains(candidate.firsts[0]) && (isEach || shown.isEmpty) {
        let decided = list.outcomes[candidate.firsts[0]]
        let proposal = propose(self, refusal.isNewly ? decided : refused, refusal.isNewly ? refused : decided)
        let first = prefer?(&self, refusal.isNewly, candidate.firsts[0]) ?? []
        for (number, tried) in (first.prefix(Self.triesMax) + [candidate]).enumerated() {
          let tries = proposal.draws.compactMap { draw in
            show(tried, proposal) { item in
              refusal.change(&item)
              if draw > 0 { item.draw = draw }
            }
          }
          guard !tries.isEmpty else { continue }
          shown.insert(candidate.firsts[0])
          // Where it goes it may be refused for the same reason.
          guard let found = tries.first(where: { $0.witness.old != $0.witness.new }) else { continue }
          if number < first.count { preferred.append((proposal, found)) } else { others.append((proposal, found)) }
          break
        }
      }
      for (proposal, found) in preferred + others { add(proposal, found) }
      // Where every request is refused anyhow there is nothing to show.
      if shown.isEmpty, !sorted.isEmpty {
        add(undecided: place, "no request was found that only one side refuses with \(refusal.code)")
      }
    }
  }

  /// - Parameter change: of the request of the candidate, whatever it does then.
  func show(
    _ candidate: Candidate, _ proposal: Proposal, _ change: (inout TestSuite.Case) -> Void
  ) -> (witness: DiffWitness, effect: DiffClass.Effect)? {
    guard let base = base(proposal),
      let witness = Witness(candidate.region, in: candidate.space, of: base.side.shared, for: base.target)?
        .loadingData(of: base.side.shared, for: base.target)
    else { return nil }
    var item = witness.item
    Unknowns.remove(from: &item)
    change(&item)
    guard let changed = Witness(item, variables: [], of: base.side.shared, for: base.target),
      case .confirmed(let found, let effect) = realise(changed, proposal, nil)
    else { return nil }
    return (shortened(changed, proposal, effect) ?? found, effect)
  }
}

extension PolicyPair.Side {
  func scrutiny(_ place: DecidingPlace) -> Scrutiny {
    Scrutiny(singleReads: singleReads(place), looksAtTokens: !issuers(place).isEmpty)
  }

  func scrutiny(table: Int?) -> Scrutiny {
    guard let table else { return Scrutiny() }
    return Scrutiny(
      singleReads: Set(shared.routeTables[table].singleReads), looksAtTokens: !issuers(ofTable: table).isEmpty)
  }
}

extension DiffClass {
  /// For a request that one side refuses before its rules whatever they say: the beginning of the codes.
  var refusal: String? {
    guard old.effect == .reject || new.effect == .reject, old.effect != new.effect,
      let code = old.effect == .reject ? old.by : new.by
    else { return nil }
    if code == TokenError.expired.rawValue { return "token_" }
    return code.hasPrefix("repeated_") ? code : nil
  }
}

extension Attribute {
  /// Gives a case two values of this header, query parameter or cookie.
  var repetition: (inout TestSuite.Case) -> Void {
    { item in
      switch self {
      case .query(let name):
        let parameter = "\(name)=1&\(name)=2"
        item.target += (item.target.contains("?") ? "&" : "?") + parameter
      default:
        item.facts.removeAll { $0.subject == .attribute(self) }
        item.facts.append(.init(subject: .attribute(self), value: .several([.string("1"), .string("2")])))
      }
    }
  }

  var repetitionCode: String {
    switch self {
    case .query: DecisionReject.repeatedQuery.rawValue
    case .cookie: DecisionReject.repeatedCookie.rawValue
    default: DecisionReject.repeatedHeader.rawValue
    }
  }
}
