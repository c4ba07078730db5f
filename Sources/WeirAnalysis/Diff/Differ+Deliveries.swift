import WeirPlan
import WeirPolicy
import WeirRequest

/// A route of one side.
struct PlacedRoute {
  let list: RouteList
  /// `nil` for a request that is refused before routes are looked at.
  let index: Int?

  init(_ list: RouteList, _ index: Int?) {
    self.list = list
    self.index = index
  }

  /// `nil` also where the request is not routed.
  var action: RouteAction? { index.flatMap { list.actions[$0] } }
}

/// What the services say of what routes send them: a route that leads elsewhere or rewrites otherwise lets in more for some
/// requests, less for others.
extension Differ {
  /// Requests that one pair of routes takes, by which services take them; with each of them there are no others.
  struct Deliveries {
    var groups: [(outcome: DeliveryOutcome, candidates: [Candidate])] = []
    /// Why that may not be all.
    var undecided: String?
  }

  /// - Parameter condition: of the requests that are looked at.
  mutating func deliveries(
    _ tables: TablePair, _ old: PlacedRoute, _ new: PlacedRoute, condition: Condition, _ context: PlanContext
  ) -> Deliveries {
    guard deliveriesLeft > 0 else { return Deliveries(undecided: Self.tooManyDeliveries) }
    let issuers = (tables.old.map(pair.old.issuers(beyondTable:)) ?? []).union(
      tables.new.map(pair.new.issuers(beyondTable:)) ?? [])
    var joint = JointConditions()
    var lists = [joint.add([condition])]
    var pivots: [Int] = []
    struct Part {
      var route: (list: Int, index: Int)?
      var admission: (list: Int, decisions: DecisionList)?
      var sent: [(list: Int, delivery: Delivery)] = []

      func takers(_ firsts: [Int], copies: Bool) -> [String] {
        if let admission, admission.decisions.outcomes[firsts[admission.list]].effect != .allow { return [] }
        let taken = sent.filter { list, delivery in
          delivery.isCopy == copies && delivery.decisions.outcomes[firsts[list]].effect == .allow
        }
        return Set(taken.map(\.delivery.service)).sorted()
      }
    }
    func part(_ side: PolicyPair.Side, _ table: Int?, _ route: PlacedRoute, _ name: String) -> Part {
      var part = Part()
      guard let index = route.index else { return part }
      let places = joint.add(route.list.decisions.conditions)
      part.route = (lists.count, index)
      lists.append(places)
      if index < places.count, pivots.isEmpty { pivots = [places[index]] }
      guard let table, let number = route.list.number(of: index) else { return part }
      let admission = side.admission(table: table, issuers: issuers, named: name)
      part.admission = (lists.count, admission)
      lists.append(joint.add(admission.conditions))
      for delivery in side.deliveries(of: number, table: table, issuers: issuers, named: name, limits: limits) {
        part.sent.append((lists.count, delivery))
        lists.append(joint.add(delivery.decisions.conditions))
      }
      return part
    }
    let before = part(pair.old, tables.old, old, "old")
    let after = part(pair.new, tables.new, new, "new")
    deliveriesLeft -= joint.all.count
    guard deliveriesLeft > 0 else { return Deliveries(undecided: Self.tooManyDeliveries) }
    let question = Question(
      conditions: joint.all, lists: lists, context: context, pivots: pivots.isEmpty ? nil : pivots
    ) { firsts in
      firsts[0] == 0 && [before, after].allSatisfy { part in part.route.map { firsts[$0.list] == $0.index } ?? true }
    }
    let rewrites = [old, new].contains { $0.action?.rewritePath != nil }
    // A rewritten path is a path, whatever it was before.
    let (candidates, reason) = question.candidates(asterisk: rewrites ? nil : asterisk, limits: limits)
    var found = Deliveries(undecided: reason)
    for candidate in candidates {
      let outcome = DeliveryOutcome(
        old: before.takers(candidate.firsts, copies: false), new: after.takers(candidate.firsts, copies: false),
        oldCopies: before.takers(candidate.firsts, copies: true),
        newCopies: after.takers(candidate.firsts, copies: true))
      if let index = found.groups.firstIndex(where: { $0.outcome == outcome }) {
        found.groups[index].candidates.append(candidate)
      } else {
        found.groups.append((outcome, [candidate]))
      }
    }
    return found
  }

  /// Tells classes of requests that one pair of routes takes, by what becomes of them where they lead.
  ///
  /// - Parameter plain: what the pair is told as, whatever becomes of them.
  /// - Returns: whether it was told what is wider, or nothing is; then, whether anything was told.
  mutating func compareDeliveries(
    _ tables: TablePair, _ old: PlacedRoute, _ new: PlacedRoute, _ plain: Proposal, condition: Condition,
    _ context: PlanContext
  ) -> (isExact: Bool, isTold: Bool) {
    let found = deliveries(tables, old, new, condition: condition, context)
    // `OPTIONS *` alone is not looked at behind a rewrite.
    guard found.undecided == nil, !found.groups.isEmpty else { return (false, false) }
    var told: Set<DeliveryOutcome.Kind> = []
    // What is allowed shows more than what is not.
    let groups = found.groups.filter { !$0.outcome.new.isEmpty } + found.groups.filter { $0.outcome.new.isEmpty }
    for (outcome, candidates) in groups where !told.contains(outcome.kind) {
      // What nobody takes is worth telling where nothing else is.
      if outcome == DeliveryOutcome(), !told.isEmpty { continue }
      guard let shown = show(outcome, candidates, plain, old, new) else { continue }
      told.insert(outcome.kind)
      add(shown.proposal, shown.found)
    }
    if told.contains(where: { $0.effect == .widening }) { return (true, true) }
    // What was foreseen and is nowhere so may be something else.
    var isExact =
      canTellDeliveries(tables, old, new)
      && groups.allSatisfy { $0.outcome == DeliveryOutcome() || told.contains($0.outcome.kind) }
    if isExact { isExact = compareRepetitions(found, plain, old, new) }
    return (isExact, !told.isEmpty)
  }

  private func canTellDeliveries(_ tables: TablePair, _ old: PlacedRoute, _ new: PlacedRoute) -> Bool {
    let views = Set(
      [
        tables.old.map { pair.old.shared.routeTables[$0].pathView },
        tables.new.map { pair.new.shared.routeTables[$0].pathView },
      ].compactMap(\.self))
    return views.count < 2 && (tables.old.map { pair.old.canTell(old.action, table: $0) } ?? true)
      && (tables.new.map { pair.new.canTell(new.action, table: $0) } ?? true)
  }

  private static let tooManyDeliveries = "too many rules stand behind the routes"

  /// Requests with a repeated value, that the old destination refuses for it and the new one does not.
  ///
  /// - Returns: whether nothing is left that was not told.
  private mutating func compareRepetitions(
    _ found: Deliveries, _ plain: Proposal, _ old: PlacedRoute, _ new: PlacedRoute
  ) -> Bool {
    // Refused by one branch at least before, and by not every one now.
    let (before, after) = (pair.old.singleReads(beyond: old.action), pair.new.singleReads(beyond: new.action))
    let refused = after.dropFirst().reduce(after.first ?? []) { $0.intersection($1) }
    let attributes = before.reduce(into: Set()) { $0.formUnion($1) }.subtracting(refused)
    var isComplete = true
    for attribute in attributes.sorted(by: { $0.text < $1.text }) {
      let taken = found.groups.filter { !$0.outcome.new.isEmpty }
      guard !taken.isEmpty else { continue }
      let shown = taken.lazy.compactMap { [self] outcome, candidates in
        var outcome = outcome
        outcome.old = []
        return show(outcome, candidates, plain, old, new, attribute.repetition)
      }.first
      guard let shown else {
        isComplete = false
        continue
      }
      add(shown.proposal, shown.found)
    }
    return isComplete
  }

  private func show(
    _ outcome: DeliveryOutcome, _ candidates: [Candidate], _ plain: Proposal, _ old: PlacedRoute, _ new: PlacedRoute,
    _ change: (inout TestSuite.Case) -> Void = { _ in }
  ) -> (proposal: Proposal, found: (witness: DiffWitness, effect: DiffClass.Effect))? {
    var proposal = plain
    proposal.effect = { _, _ in outcome.effect }
    proposal.observe = { [pair] isNew, facts, verdict in
      let (side, action) = isNew ? (pair.new, new.action) : (pair.old, old.action)
      guard side.takers(facts, action) == (isNew ? outcome.new : outcome.old) else { return nil }
      return plain.observe(isNew, facts, verdict)
    }
    let gained = Set(outcome.new).subtracting(outcome.old)
    let lost = Set(outcome.old).subtracting(outcome.new)
    let wanted = gained.isEmpty && lost.isEmpty ? Set(outcome.new) : gained
    let draw =
      new.action?.draw { wanted.contains(pair.new.shared.services[$0].name) }
      ?? old.action?.draw { lost.contains(pair.old.shared.services[$0].name) }
    for candidate in candidates.prefix(Self.triesMax) {
      let found = show(candidate, proposal) { item in
        if let draw, draw > 0 { item.draw = draw }
        change(&item)
      }
      // Of a request that both refuse alike nobody sees the route.
      guard let found, found.witness.old != found.witness.new || found.witness.new?.route != nil else { continue }
      return (proposal, found)
    }
    return nil
  }

  static let triesMax = 32
}
