import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// A place on both sides; at least one has it.
struct PlacePair {
  var old: DecidingPlace?
  var new: DecidingPlace?
  /// `payments`, `voting port admin`, `edge`
  var name: String
  var view: DiffView
}

extension Differ {
  /// Requests that rules decide otherwise.
  mutating func compareAccess() {
    for places in pair.placePairs {
      compare(places)
      compareShadow(places)
      compareAudit(places)
      compareRefusals(places)
    }
  }

  func context(_ places: PlacePair) -> PlanContext {
    let sides = [(pair.new, places.new), (pair.old, places.old)]
    let scope = sides.lazy.compactMap { side, place in place.flatMap(side.scope) }.first
    return PlanContext(
      policy: pair.new.shared, pathView: scope?.pathView ?? .exact,
      callerCanBeAbsent: sides.contains { side, place in place.map { !side.isStrict($0) } ?? false })
  }

  /// That a gateway answers for the host of a request, under both policies.
  func hostCondition(_ places: PlacePair) -> Condition {
    var conditions: [Condition] = []
    for (side, place) in [(pair.old, places.old), (pair.new, places.new)] {
      guard case .gateway(let gateway)? = place, !side.shared.gateways[gateway].hosts.isEmpty else { continue }
      conditions.append(.or(side.shared.gateways[gateway].hosts.map(\.condition)))
    }
    return .and(conditions)
  }

  static let unlikePaths = "its two versions see paths differently (case or final slash)"

  /// Why the two sides cannot be compared there; `nil` when they can.
  func obstacle(_ places: PlacePair, _ conditions: [Condition]) -> String? {
    seesPathsOtherwise(places, conditions) ? Self.unlikePaths : pair.conflict(conditions)
  }

  func seesPathsOtherwise(_ places: PlacePair, _ conditions: [Condition]) -> Bool {
    guard let old = places.old.flatMap(pair.old.scope), let new = places.new.flatMap(pair.new.scope) else {
      return false
    }
    return old.pathView != new.pathView && conditions.contains(where: \.readsPath)
  }

  func asterisk(_ places: PlacePair) -> Asterisk? {
    for (side, place) in [(pair.new, places.new), (pair.old, places.old)] {
      guard let place, side.isHTTP(place) else { continue }
      let scope: Int? =
        switch place {
        case .service(let service, let port): side.shared.services[service].ports[port].authz
        case .gateway(let gateway): side.shared.gateways[gateway].authz
        }
      if let scope { return Asterisk(reference: ReferenceEvaluator(policy: side.shared), scope: scope) }
    }
    return nil
  }

  func lists(_ places: PlacePair, withShadow: Bool) -> (old: DecisionList, new: DecisionList) {
    let strict = [(pair.old, places.old), (pair.new, places.new)].compactMap { side, place in place.map(side.isStrict) }
    let isMixed = Set(strict).count > 1
    let issuers = (places.old.map(pair.old.issuers) ?? []).union(places.new.map(pair.new.issuers) ?? [])
    return (
      pair.old.decisions(at: places.old, withShadow: withShadow, isMixed: isMixed, issuers: issuers),
      pair.new.decisions(at: places.new, withShadow: withShadow, isMixed: isMixed, issuers: issuers)
    )
  }

  private mutating func compare(_ places: PlacePair) {
    let (old, new) = lists(places, withShadow: false)
    let conditions = old.conditions + new.conditions
    // Rules that look alike mean something else of paths that are seen otherwise.
    guard !old.isSame(as: new) || seesPathsOtherwise(places, conditions) else { return }
    if let obstacle = obstacle(places, conditions) { return add(undecided: places.name, obstacle) }
    var joint = JointConditions()
    let left = joint.add(old.conditions)
    let right = joint.add(new.conditions)
    let host = joint.add([hostCondition(places)])
    let question = Question(
      conditions: joint.all, lists: [left, right, host], context: context(places),
      pivots: DecisionList.pivots((old, left, left.map { _ in 0 }), (new, right, right.map { _ in 0 }))
    ) { $0[2] == 0 && Self.isChange(old.outcomes[$0[0]], new.outcomes[$0[1]]) }
    let (candidates, reason) = question.candidates(asterisk: asterisk(places), limits: limits)
    if let reason { add(undecided: places.name, reason) }
    for group in grouped(candidates, by: { [old.outcomes[$0.firsts[0]], new.outcomes[$0.firsts[1]]] }) {
      settle(
        group, proposal(.access, places, old.outcomes[group[0].firsts[0]], new.outcomes[group[0].firsts[1]]))
    }
  }

  /// A place that is new and allows nothing changes nothing.
  private static func isChange(_ old: DiffOutcome, _ new: DiffOutcome) -> Bool {
    if old.effect == .missing { return new.effect == .allow }
    if new.effect == .missing { return old.effect == .allow }
    return !old.isSame(as: new)
  }

  /// What shadow rules would have changed, where the rules that are enforced did not change as much.
  private mutating func compareShadow(_ places: PlacePair) {
    guard let oldPlace = places.old, let newPlace = places.new else { return }
    let scopes = [pair.old.scope(oldPlace), pair.new.scope(newPlace)]
    guard scopes.contains(where: { $0?.rules.contains(where: \.isShadow) ?? false }) else { return }
    let (old, new) = lists(places, withShadow: true)
    let enforced = lists(places, withShadow: false)
    let all = [old, new, enforced.old, enforced.new]
    let conditions = all.flatMap(\.conditions)
    guard !old.isSame(as: new) || seesPathsOtherwise(places, conditions) else { return }
    if let obstacle = obstacle(places, conditions) {
      return add(undecided: "shadow rules of \(places.name)", obstacle)
    }
    var joint = JointConditions()
    let entries = all.map { joint.add($0.conditions) }
    let pivots = DecisionList.pivots(
      (old, entries[0], entries[0].map { _ in 0 }), (new, entries[1], entries[1].map { _ in 0 }))
    let question = Question(
      conditions: joint.all, lists: entries, context: context(places), pivots: pivots
    ) { firsts in
      let isAllowed = zip(all, firsts).map { $0.outcomes[$1].effect == .allow }
      return isAllowed[0] != isAllowed[1] && isAllowed[2] == isAllowed[3]
    }
    let (candidates, reason) = question.candidates(asterisk: asterisk(places), limits: limits)
    if let reason { add(undecided: "shadow rules of \(places.name)", reason) }
    for group in grouped(candidates, by: { [old.outcomes[$0.firsts[0]], new.outcomes[$0.firsts[1]]] }) {
      settle(
        group, proposal(.shadow, places, old.outcomes[group[0].firsts[0]], new.outcomes[group[0].firsts[1]]))
    }
  }

  func proposal(
    _ subject: DiffClass.Subject, _ places: PlacePair, _ old: DiffOutcome, _ new: DiffOutcome, name: String? = nil
  ) -> Proposal {
    Proposal(
      subject: subject, place: places.name, name: name, view: places.view, old: old, new: new,
      targets: (places.old?.target, places.new?.target),
      effect: { _, _ in
        guard subject == .access else { return .neutral }
        switch (old.effect == .allow, new.effect == .allow) {
        case (false, true): return .widening
        case (true, false): return .narrowing
        case (true, true), (false, false): return .neutral
        }
      },
      observe: { [pair] isNew, facts, verdict in
        guard let place = isNew ? places.new : places.old else { return nil }
        return (isNew ? pair.new : pair.old).observed(subject, name, place, facts, verdict, isNew ? new : old)
      },
      expect: { verdict, _, _ in
        switch subject {
        case .access, .route, .limit: [TestSuite.Expectation(outcomeOf: verdict)]
        case .shadow: [TestSuite.Expectation(outcomeOf: verdict), .shadow(allow: verdict.shadowOutcome == .allow)]
        case .audit:
          [TestSuite.Expectation(outcomeOf: verdict)] + (new.effect == .marked ? [.audit(name ?? "")] : [])
        }
      })
  }

  // MARK: - Audit rules

  private mutating func compareAudit(_ places: PlacePair) {
    // Of a place that only one side has, the rules that allow are told.
    guard let oldPlace = places.old, let newPlace = places.new else { return }
    let old = pair.old.scope(oldPlace)?.rules.filter { $0.effect == .audit } ?? []
    let new = pair.new.scope(newPlace)?.rules.filter { $0.effect == .audit } ?? []
    let names = new.map(\.name) + old.map(\.name).filter { name in !new.contains { $0.name == name } }
    for name in names {
      let left = old.first { $0.name == name }
      let right = new.first { $0.name == name }
      let conditions = [left?.condition ?? .constant(false), right?.condition ?? .constant(false)]
      guard conditions[0] != conditions[1] || seesPathsOtherwise(places, conditions) else { continue }
      if let obstacle = obstacle(places, conditions) {
        add(undecided: "audit rule \(name) of \(places.name)", obstacle)
        continue
      }
      let question = Question(conditions: conditions, lists: [[0], [1]], context: context(places)) {
        $0[0] != $0[1]
      }
      let (candidates, reason) = question.candidates(asterisk: asterisk(places), limits: limits)
      if let reason { add(undecided: places.name, reason) }
      func outcome(_ isMarked: Bool, _ rule: Rule?, _ side: PolicyPair.Side) -> DiffOutcome {
        DiffOutcome(isMarked ? .marked : .unmarked, by: name, place: rule.map { side.place($0.position) })
      }
      for isMarked in [true, false] {
        let group = candidates.filter { ($0.firsts[1] == 0) == isMarked }
        guard !group.isEmpty else { continue }
        settle(
          group,
          proposal(.audit, places, outcome(!isMarked, left, pair.old), outcome(isMarked, right, pair.new), name: name))
      }
    }
  }
}

extension PolicyPair {
  /// In the order of the new policy, then what only the old one has.
  var placePairs: [PlacePair] {
    var left = old.places
    var result: [PlacePair] = []
    for place in new.places {
      let match =
        left.firstIndex { $0.key == place.key }
        ?? left.firstIndex { $0.isOnly && place.isOnly && $0.sole == place.sole }
      result.append(
        PlacePair(old: match.map { left[$0].place }, new: place.place, name: place.name, view: place.view))
      if let match { left.remove(at: match) }
    }
    return result + left.map { PlacePair(old: $0.place, new: nil, name: $0.name, view: $0.view) }
  }
}

extension PolicyPair.Side {
  /// A place, what it is found by on the other side, and what it is called.
  struct NamedPlace {
    let place: DecidingPlace
    let key: String
    /// Without the name of the port, for a service that has one.
    let sole: String
    let isOnly: Bool
    let name: String
    let view: DiffView
  }

  /// Every port of every service, then gateways.
  var places: [NamedPlace] {
    var result: [NamedPlace] = []
    for (index, service) in shared.services.enumerated() {
      for (number, port) in service.ports.enumerated() {
        let layer = port.protocol.isHTTP ? "http" : "tcp"
        let place = DecidingPlace.service(index, port: number)
        result.append(
          NamedPlace(
            place: place, key: "\(layer) \(service.name) \(port.name)", sole: "\(layer) \(service.name)",
            isOnly: service.ports.count == 1, name: CaseText(policy: shared).place(place.target),
            view: .service(service.name, port: port.name)))
      }
    }
    for (index, gateway) in shared.gateways.enumerated() {
      result.append(
        NamedPlace(
          place: .gateway(index), key: "gateway \(gateway.name)", sole: "", isOnly: false, name: gateway.name,
          view: .gateway(gateway.name)))
    }
    return result
  }

  /// What an enforced rule or a limit there reads as one value.
  func singleReads(_ place: DecidingPlace) -> Set<Attribute> {
    var found = Set(scope(place)?.singleReads ?? [])
    if case .service(let service, let port) = place {
      for limit in shared.limits where limit.service == service && (limit.port ?? port) == port {
        found.formUnion(limit.singleReads)
      }
    }
    return found
  }

  /// How the reference evaluator decides: by its verdict, or for a gateway, whose verdict has the destination in it, rule
  /// by rule.
  func observed(
    _ subject: DiffClass.Subject, _ name: String?, _ place: DecidingPlace, _ facts: RequestFacts, _ verdict: Verdict,
    _ expected: DiffOutcome
  ) -> DiffOutcome? {
    switch subject {
    case .access, .route, .limit:
      switch place {
      // Doubt names the rule that it is about, which did not decide.
      case .service: return verdict.isInDoubt ? nil : DiffOutcome(verdict)
      case .gateway(let gateway): return admission(gateway, facts, withShadow: false)
      }
    case .shadow:
      let isAllowed: Bool
      switch place {
      case .service: isAllowed = verdict.shadowOutcome == .allow
      case .gateway(let gateway):
        isAllowed = admission(gateway, facts, withShadow: true)?.effect == .allow
      }
      return isAllowed == (expected.effect == .allow) ? expected : nil
    case .audit:
      return DiffOutcome(verdict.audit.contains(name ?? "") ? .marked : .unmarked, by: name)
    }
  }

  private func admission(
    _ gateway: Int, _ facts: RequestFacts, withShadow: Bool
  ) -> DiffOutcome? {
    if let alone = admitting.decide(facts), alone.outcome == .reject { return DiffOutcome(alone) }
    guard let scope = original.gateways[gateway].authz else { return DiffOutcome(.allow) }
    let rules = original.authz[scope].rules.filter { withShadow || !$0.isShadow }
    // A token that only services behind the gateway know is none for its rules.
    var tokenless = facts
    tokenless.token = .none
    for effect in [Rule.Effect.deny, .allow] {
      for rule in rules where rule.effect == effect {
        let value =
          reference.evaluate(rule.condition, scope: scope, facts)
          ?? reference.evaluate(rule.condition, scope: scope, tokenless)
        switch value {
        case .yes: return outcome(rule)
        case .no: continue
        case .undetermined, nil: return nil
        }
      }
    }
    return DiffOutcome(.deny)
  }
}

extension DiffOutcome {
  init(_ verdict: Verdict) {
    switch verdict.outcome {
    case .allow: self.init(.allow, by: verdict.by)
    case .deny: self.init(.deny, by: verdict.by)
    case .reject: self.init(.reject, by: verdict.reason)
    }
  }
}

extension Condition {
  /// Whether it depends on how paths are seen.
  var readsPath: Bool {
    attributes.contains { attribute in
      switch attribute {
      case .path: true
      case .capture(_, let bindings): bindings.contains { $0.source == .path }
      default: false
      }
    }
  }
}
