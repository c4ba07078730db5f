import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Finds what changes from one policy to another.
struct Differ {
  let pair: PolicyPair
  let limits: PlanLimits
  private(set) var classes: [DiffClass] = []
  private(set) var undecided: [DiffUndecided] = []
  private(set) var contradictions: [String] = []
  /// Rules and routes that all questions together about what routes send may look at.
  var deliveriesLeft = 400_000

  init(old: Policy, new: Policy, limits: PlanLimits) {
    pair = PolicyPair(old: old, new: new)
    self.limits = limits
  }

  mutating func add(undecided place: String, _ reason: String) {
    undecided.append(DiffUndecided(place: place, reason: reason, possible: nil, view: nil))
  }

  /// A change at one place, before a request of it was found.
  struct Proposal {
    var subject: DiffClass.Subject
    var place: String
    var name: String?
    var view: DiffView
    var old: DiffOutcome
    var new: DiffOutcome
    var changes: [SettingChange] = []
    /// One for each branch that the request may take.
    var draws = [0]
    /// The targets to which the request is sent; `nil` where that side has none.
    var targets: (old: TestSuite.Target?, new: TestSuite.Target?)
    /// Whether the request is sent to a host, whoever is responsible for it.
    var isByHost = false
    var effect: (_ old: Verdict?, _ new: Verdict?) -> DiffClass.Effect
    /// How a side decides the request, to be compared with what was found.
    var observe: (_ isNew: Bool, RequestFacts, Verdict) -> DiffOutcome?
    /// What the pasted test expects of the request, of which both sides' verdicts are known.
    var expect: (Verdict, _ old: Verdict?, _ new: Verdict?) -> [TestSuite.Expectation]
  }

  enum Realisation {
    case confirmed(DiffWitness, DiffClass.Effect)
    case unrealised(String)
    case contradicted(String)
  }

  /// The first candidate that both sides confirm.
  mutating func settle(_ candidates: [Candidate], _ proposal: Proposal) {
    var reason: String?
    var contradiction: String?
    for candidate in candidates {
      let witness = base(proposal).flatMap { side, target in
        // What routes do not read may matter where they lead.
        Witness(
          candidate.region, in: candidate.space, of: side.shared, for: target, isAsterisk: candidate.isAsterisk)?
          .loadingData(of: side.shared, for: target)
      }
      guard let witness else {
        reason = reason ?? base(proposal).map { candidate.obstacle(for: $0.target) }
        continue
      }
      switch realise(witness, proposal, candidate) {
      case .confirmed(let found, let effect):
        return add(proposal, (shortened(witness, proposal, effect) ?? found, effect))
      case .unrealised(let why): reason = reason ?? why
      case .contradicted(let what): contradiction = contradiction ?? what
      }
    }
    if let contradiction {
      contradictions.append("\(proposal.place): \(contradiction)")
    } else {
      undecided.append(
        DiffUndecided(
          place: proposal.place, reason: reason ?? "no request was found that shows it",
          possible: (proposal.old, proposal.new), view: proposal.view))
    }
  }

  mutating func add(_ proposal: Proposal, _ found: (witness: DiffWitness, effect: DiffClass.Effect)) {
    classes.append(
      DiffClass(
        subject: proposal.subject, effect: found.effect, place: proposal.place, name: proposal.name, old: proposal.old,
        new: proposal.new, changes: proposal.changes, witness: found.witness, view: proposal.view))
  }

  /// The same change with fewer facts: each is left out that nothing rests on, the claims of a token together.
  func shortened(
    _ witness: Witness, _ proposal: Proposal, _ wanted: DiffClass.Effect
  ) -> DiffWitness? {
    guard let base = base(proposal) else { return nil }
    var item = witness.item
    var result: DiffWitness?
    func isClaim(_ fact: TestSuite.Fact) -> Bool {
      if case .attribute(.claim) = fact.subject { true } else { false }
    }
    func leaveOut(_ isLeftOut: (TestSuite.Fact) -> Bool) {
      var shorter = item
      shorter.facts.removeAll(where: isLeftOut)
      guard shorter.facts.count < item.facts.count,
        let candidate = Witness(shorter, variables: [], of: base.side.shared, for: base.target),
        case .confirmed(let found, wanted) = realise(candidate, proposal, nil)
      else { return }
      item = shorter
      result = found
    }
    leaveOut { _ in true }
    leaveOut(isClaim)
    for fact in item.facts { leaveOut { $0 == fact } }
    return result
  }

  /// The side that a request is written for: the new one where it can be.
  func base(_ proposal: Proposal) -> (side: PolicyPair.Side, target: TestSuite.Target)? {
    if let target = proposal.targets.new { return (pair.new, target) }
    return proposal.targets.old.map { (pair.old, $0) }
  }

  /// - Parameter candidate: what the request was made of; `nil` when it was not made of a region.
  func realise(_ witness: Witness, _ proposal: Proposal, _ candidate: Candidate?) -> Realisation {
    guard let base = base(proposal), let written = request(witness, proposal, base.side, base.target) else {
      return .unrealised("the request that would show it cannot be written as a line of `eval`")
    }
    var verdicts: [Verdict?] = []
    for (isNew, side, target, expected) in [
      (false, pair.old, proposal.targets.old, proposal.old), (true, pair.new, proposal.targets.new, proposal.new),
    ] {
      guard let target else {
        verdicts.append(nil)
        continue
      }
      guard let request = request(witness, proposal, side, target),
        let verdict = side.reference.decide(request.facts)
      else { return .unrealised("the request that would show it cannot be decided by both policies") }
      guard let seen = proposal.observe(isNew, request.facts, verdict), seen.isSame(as: expected) else {
        return disagreement(candidate, verdict, written.line)
      }
      // Of a shorter request too much was left out.
      guard candidate != nil || !verdict.isInDoubt else {
        return .unrealised("the request that would show it rests on what was not supplied")
      }
      verdicts.append(verdict)
    }
    var test: String?
    let asked = proposal.isByHost ? askingHost(witness, proposal, base.side, base.target) : witness
    if let asked,
      let verdict = proposal.isByHost ? asService(asked, base.side, base.target) : verdicts[1] ?? verdicts[0]
    {
      var item = asked.item
      item.expectations = proposal.expect(verdict, verdicts[0], verdicts[1])
      test = CaseText(policy: base.side.shared).test(named: proposal.title, base.target, item)
    }
    return .confirmed(
      DiffWitness(test: test, request: written.line, old: verdicts[0], new: verdicts[1]),
      proposal.effect(verdicts[0], verdicts[1]))
  }

  /// A service is asked for the routes of a host by its URL, a gateway as any request.
  private func askingHost(
    _ witness: Witness, _ proposal: Proposal, _ side: PolicyPair.Side, _ target: TestSuite.Target
  ) -> Witness? {
    guard case .hosts(let hosts) = proposal.view, let host = hosts.first, case .service = target else { return witness }
    return witness.asking(host, of: side.shared, for: target)
  }

  /// A test asks a service, which tells the route of the host as well; `nil` where it does not.
  private func asService(_ witness: Witness, _ side: PolicyPair.Side, _ target: TestSuite.Target) -> Verdict? {
    guard let facts = Witness(witness.item, variables: [], of: side.shared, for: target)?.facts,
      let verdict = side.request(facts).flatMap({ side.reference.decide($0.facts) }), verdict.route != nil
    else { return nil }
    return verdict
  }

  private func request(
    _ witness: Witness, _ proposal: Proposal, _ side: PolicyPair.Side, _ target: TestSuite.Target
  ) -> (line: JSONValue, facts: RequestFacts)? {
    guard let own = Witness(witness.item, variables: [], of: side.shared, for: target) else { return nil }
    var facts = own.facts
    if proposal.isByHost {
      facts.service = nil
      facts.gateway = nil
      facts.port = nil
    }
    return side.request(facts)
  }

  /// A request that is not decided as its region says, where the region rests on nothing but slots, shows a mistake.
  private func disagreement(_ candidate: Candidate?, _ verdict: Verdict, _ line: JSONValue) -> Realisation {
    if verdict.outcome == .reject {
      return .unrealised("the request that would show it is refused before the rules: \(verdict.reason ?? "")")
    }
    guard !verdict.isInDoubt else {
      return .unrealised("the request that would show it rests on what was not supplied")
    }
    guard let candidate else { return .unrealised("the request that would show it is decided alike") }
    if let variable = candidate.region.variables.first {
      return .unrealised("it rests on \(candidate.space.describe(variable)), and no value was found that settles it")
    }
    return .contradicted(line.text)
  }

  /// A question's candidates by what they show: each list of `firsts` that means the same, once.
  func grouped(_ candidates: [Candidate], by key: (Candidate) -> [DiffOutcome]) -> [[Candidate]] {
    var order: [[String]] = []
    var groups: [[String]: [Candidate]] = [:]
    for candidate in candidates {
      let name = key(candidate).map { "\($0.effect.rawValue) \($0.by ?? "")" }
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(candidate)
    }
    return order.compactMap { groups[$0] }
  }
}

extension Differ.Proposal {
  /// The name of the pasted test.
  var title: String { "\(place): \(new.short), before \(old.short)" }
}

extension DiffOutcome {
  /// `allow by refund`, `deny no_rule`
  var short: String {
    switch effect {
    case .allow: by.map { "allow by \($0)" } ?? "allow"
    case .deny: by.map { "deny by \($0)" } ?? "deny no_rule"
    case .reject: "reject \(by ?? "")"
    case .route: "route \(by ?? "")"
    case .charged: "charged"
    case .uncharged: "not charged"
    case .marked: "marked"
    case .unmarked: "not marked"
    case .missing: "nothing there"
    }
  }
}
