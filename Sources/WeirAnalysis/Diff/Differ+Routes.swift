import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Routes of one side, as they are tried.
struct RouteList {
  var decisions: DecisionList
  /// For each outcome what is done; `nil` where the request is not routed.
  var actions: [RouteAction?]
  var settings: [[Setting]]

  /// Which route of the table an outcome is of; `nil` for one of none.
  func number(of outcome: Int) -> Int? {
    guard actions[outcome] != nil else { return nil }
    return actions[..<outcome].count { $0 != nil }
  }
}

extension Differ {
  /// Requests that go elsewhere, or have something else done with them on the way.
  mutating func compareRoutes() {
    for tables in pair.tablePairs { compare(tables) }
  }

  private mutating func compare(_ tables: TablePair) {
    let known = (tables.old.map(pair.old.issuers(ofTable:)) ?? []).union(
      tables.new.map(pair.new.issuers(ofTable:)) ?? [])
    let old = pair.old.routes(tables.old, tables.view, issuers: known)
    let new = pair.new.routes(tables.new, tables.view, issuers: known)
    let scrutiny = (pair.old.scrutiny(table: tables.old), pair.new.scrutiny(table: tables.new))
    let isSame = old.decisions.isSame(as: new.decisions) && old.settings == new.settings
    let views = [(pair.old, tables.old), (pair.new, tables.new)].compactMap { side, table in
      table.map { side.shared.routeTables[$0].pathView }
    }
    let conditions =
      [tables.hosts.isEmpty ? .constant(true) : pair.condition(tables.hosts)]
      + old.decisions.conditions + new.decisions.conditions
    // Routes that look alike mean something else of paths that are seen otherwise.
    let areUnlike = Set(views).count > 1 && conditions.contains(where: \.readsPath)
    guard !isSame || scrutiny.0 != scrutiny.1 || areUnlike else { return }
    if areUnlike {
      return add(undecided: "routes of \(tables.name)", Self.unlikePaths)
    }
    if let conflict = pair.conflict(conditions) { return add(undecided: "routes of \(tables.name)", conflict) }
    let context = PlanContext(
      policy: pair.new.shared, pathView: views.first ?? .exact, callerCanBeAbsent: true)
    if tables.old != nil, tables.new != nil {
      compareRefusals(
        scrutiny.0, scrutiny.1, at: "routes of \(tables.name)", (old.decisions, new.decisions),
        condition: conditions[0], context, isEach: true,
        prefer: { differ, isNewly, index in
          let (left, right) = isNewly ? (index, nil) : (nil, index)
          let found = differ.deliveries(
            tables, PlacedRoute(old, left), PlacedRoute(new, right), condition: conditions[0], context)
          return found.groups.filter { $0.outcome != DeliveryOutcome() }.flatMap(\.candidates)
        }
      ) { differ, left, right in
        let place = (old: old.decisions.index(of: left), new: new.decisions.index(of: right))
        return differ.proposal(
          tables, PlacedRoute(old, place.old), PlacedRoute(new, place.new), outcomes: (left, right))
      }
    }
    if isSame { return }
    var joint = JointConditions()
    let entries = [[conditions[0]], old.decisions.conditions, new.decisions.conditions].map { joint.add($0) }
    // Routes that do something else are others.
    var kinds: [[Setting]: Int] = [:]
    func marks(_ list: RouteList) -> [Int] {
      list.settings.map { settings in
        let known = kinds[settings] ?? kinds.count
        kinds[settings] = known
        return known
      }
    }
    let question = Question(
      conditions: joint.all, lists: entries, context: context,
      pivots: DecisionList.pivots((old.decisions, entries[1], marks(old)), (new.decisions, entries[2], marks(new)))
    ) { firsts in
      firsts[0] == 0
        && (!old.decisions.outcomes[firsts[1]].isSame(as: new.decisions.outcomes[firsts[2]])
          || old.settings[firsts[1]] != new.settings[firsts[2]])
    }
    let (candidates, reason) = question.candidates(asterisk: asterisk, limits: limits)
    if let reason { add(undecided: "routes of \(tables.name)", reason) }
    var seen: Set<[Int]> = []
    for candidate in candidates where seen.insert(candidate.firsts).inserted {
      let (left, right) = (PlacedRoute(old, candidate.firsts[1]), PlacedRoute(new, candidate.firsts[2]))
      var proposal = proposal(tables, left, right)
      if leadsElsewhere(tables, left, right) {
        let (isExact, isTold) = compareDeliveries(tables, left, right, proposal, condition: conditions[0], context)
        if isExact, isTold { continue }
        let effect = proposal.effect
        // The one request that is asked does not show what rules say of all the others.
        proposal.effect =
          isExact
          ? { before, after in
            if before?.outcome != .allow, after?.outcome == .allow { return .widening }
            return effect(before, after) == .narrowing ? .narrowing : .neutral
          } : { _, _ in .widening }
      }
      settle(candidates.filter { $0.firsts == candidate.firsts }, proposal)
    }
  }

  /// Whether services where the new route leads may take what they did not, and verdicts can show it: what a service's own
  /// routes send is decided elsewhere.
  private func leadsElsewhere(_ tables: TablePair, _ old: PlacedRoute, _ new: PlacedRoute) -> Bool {
    if case .service = tables.view { return false }
    let reached = (
      pair.old.servicesReached(old.action, tables.view), pair.new.servicesReached(new.action, tables.view)
    )
    guard let action = new.action, !reached.1.isEmpty else { return false }
    let branches = (pair.old.branches(of: old.action), pair.new.branches(of: action))
    return reached.0 != reached.1 || branches.0 != branches.1
      || old.action.map(RequestChange.init) != RequestChange(action)
  }

  var asterisk: Asterisk? {
    for side in [pair.new, pair.old] {
      guard let scope = side.shared.authz.indices.first else { continue }
      return Asterisk(reference: ReferenceEvaluator(policy: side.shared), scope: scope)
    }
    return nil
  }

  /// - Parameters:
  ///   - old: the place of the route; `nil` for a request that is refused before routes are looked at.
  ///   - outcomes: where they are not those of the routes.
  func proposal(
    _ tables: TablePair, _ old: PlacedRoute, _ new: PlacedRoute,
    outcomes: (old: DiffOutcome, new: DiffOutcome)? = nil
  ) -> Proposal {
    let before = old.index.map { pair.old.servicesReached(old.list.actions[$0], tables.view) } ?? []
    let after = new.index.map { pair.new.servicesReached(new.list.actions[$0], tables.view) } ?? []
    let refused = DiffOutcome(.reject)
    let left = outcomes?.old ?? old.index.map { old.list.decisions.outcomes[$0] } ?? refused
    let right = outcomes?.new ?? new.index.map { new.list.decisions.outcomes[$0] } ?? refused
    let settings = (old.index.map { old.list.settings[$0] } ?? [], new.index.map { new.list.settings[$0] } ?? [])
    var isByHost = false
    if case .hosts = tables.view { isByHost = true }
    let isSeenOtherwise = mayBeSeenOtherwise(old.action, new.action)
    return Proposal(
      subject: .route, place: "routes of \(tables.name)", view: tables.view,
      old: left, new: right, changes: settings.0.changes(to: settings.1),
      draws: Set([old, new].flatMap { $0.action?.branches.map(\.draw) ?? [] } + [0]).sorted(),
      targets: (
        pair.old.target(tables.view, of: tables.old, old.action),
        pair.new.target(tables.view, of: tables.new, new.action)
      ), isByHost: isByHost,
      effect: { beforeVerdict, afterVerdict in
        let isAllowed = (beforeVerdict?.outcome == .allow, afterVerdict?.outcome == .allow)
        if after.isEmpty, !before.isEmpty { return .narrowing }
        if !after.isSubset(of: before) || (!isAllowed.0 && isAllowed.1) { return .widening }
        // The one request that was asked does not show what rules say of all that is rewritten otherwise.
        if !after.isEmpty, isSeenOtherwise { return .widening }
        return isAllowed.0 && !isAllowed.1 ? .narrowing : .neutral
      },
      observe: { [pair] isNew, facts, verdict in
        let side = isNew ? pair.new : pair.old
        return side.chosen(
          isNew ? tables.new : tables.old, tables.view, facts, verdict, expecting: isNew ? right : left)
      },
      expect: { verdict, before, after in
        guard let route = verdict.route else { return [TestSuite.Expectation(outcomeOf: verdict)] }
        var expectations = [TestSuite.Expectation.route(route.name)]
        if let before, let after, before.outcome != after.outcome {
          expectations.insert(TestSuite.Expectation(outcomeOf: verdict), at: 0)
        }
        // One that has no such side is asked of the old policy.
        let action = after == nil ? old.action : new.action
        if before?.route?.name == after?.route?.name, before?.route?.action != after?.route?.action {
          expectations += [TestSuite.Expectation(route.action, of: action)].compactMap(\.self)
        }
        return expectations
      })
  }
}

extension Differ {
  /// Whether rules where the new route leads may see another request than before.
  private func mayBeSeenOtherwise(_ old: RouteAction?, _ new: RouteAction?) -> Bool {
    guard let new, old.map(RequestChange.init) != RequestChange(new) else { return false }
    let changes = [old, new].compactMap { $0.map(RequestChange.init) }
    return new.destinations.contains { destination in
      pair.new.shared.services[destination.service].ports.contains { port in
        let reads = pair.new.shared.authz[port.authz].rules.flatMap(\.condition.attributes)
        return reads.contains { attribute in changes.contains { $0.touches(attribute) } }
      }
    }
  }
}

extension PolicyPair.Side {
  /// Issuers whose tokens are looked at to choose among the routes of a table.
  func issuers(ofTable table: Int) -> Set<Int> {
    let own = Set(shared.routeTables[table].tokens)
    guard !own.isEmpty else { return [] }
    let found = own.union(issuers(beyondTable: table))
    switch shared.routeTables[table].owner {
    case .gateway(let gateway): return found.union(scope(.gateway(gateway))?.tokens ?? [])
    case .hosts: return found
    case .service(let service):
      guard let port = shared.services[service].httpPort else { return found }
      return found.union(issuers(.service(service, port: port)))
    }
  }

  fileprivate func routes(_ table: Int?, _ view: DiffView, issuers: Set<Int>) -> RouteList {
    guard let table else {
      var otherwise = DiffOutcome(.reject, by: DecisionReject.noRoute.rawValue)
      // What has no routes of its own goes to the service as it is.
      if case .service = view { otherwise = DiffOutcome(.missing) }
      if case .gateway = view, target(view) == nil { otherwise = DiffOutcome(.missing) }
      return RouteList(decisions: DecisionList(otherwise: otherwise), actions: [nil], settings: [[]])
    }
    var list = DecisionList(otherwise: DiffOutcome(.reject, by: DecisionReject.noRoute.rawValue))
    list.refuse(tokensOf: issuers, but: self.issuers(ofTable: table))
    let routes = shared.routeTables[table].routes
    var actions = [RouteAction?](repeating: nil, count: list.conditions.count)
    for route in routes {
      list.append(route.condition, DiffOutcome(.route, by: route.name, place: place(route.position)))
      actions.append(route.action)
    }
    actions.append(nil)
    let text = SettingText(policy: shared)
    return RouteList(decisions: list, actions: actions, settings: actions.map { $0.map(text.settings) ?? [] })
  }

  /// Services that a request may come to, by a branch or as a copy.
  fileprivate func servicesReached(_ action: RouteAction?, _ view: DiffView) -> Set<String> {
    guard let action else {
      if case .service(let name, _) = view { return [name] }
      return []
    }
    var found = action.mirrors.filter { $0.share > 0 }.map(\.destination.service)
    if case .forward(let split, _) = action.kind { found += split.filter { $0.weight > 0 }.map(\.destination.service) }
    return Set(found.map { shared.services[$0].name })
  }

  /// Where a request is sent to ask for its route; for a host it is the gateway that answers it, or anybody who takes requests.
  fileprivate func target(_ view: DiffView, of table: Int? = nil, _ action: RouteAction? = nil) -> TestSuite.Target? {
    switch view {
    case .gateway(let name): return shared.gateways.firstIndex { $0.name == name }.map { .gateway($0) }
    case .service(let name, _):
      return shared.services.firstIndex { $0.name == name }.flatMap(requestPort)
    case .hosts:
      if let table, case .gateway(let gateway) = shared.routeTables[table].owner { return .gateway(gateway) }
      if case .forward(let split, _)? = action?.kind, let first = split.first?.destination.service {
        return requestPort(first)
      }
      return shared.services.indices.lazy.compactMap(requestPort).first
    }
  }

  private func requestPort(_ service: Int) -> TestSuite.Target? {
    shared.services[service].ports.firstIndex { $0.protocol.isHTTP }.map { .service(service, port: $0) }
  }

  /// The route that the reference evaluator takes.
  func chosen(
    _ table: Int?, _ view: DiffView, _ facts: RequestFacts, _ verdict: Verdict, expecting expected: DiffOutcome
  ) -> DiffOutcome? {
    if case .service = view { return chosen(ofService: table, facts, verdict, expecting: expected) }
    var asked = facts
    asked.service = nil
    guard let told = routing.decide(asked) else { return DiffOutcome(.missing) }
    return told.route.map { DiffOutcome(.route, by: $0.name) } ?? DiffOutcome(told)
  }

  /// Of a service's own routes the conditions are asked one by one, with the table's view of paths and tokens: the service
  /// may refuse what its callers route. The verdict must not say another.
  private func chosen(
    ofService table: Int?, _ facts: RequestFacts, _ verdict: Verdict, expecting expected: DiffOutcome
  ) -> DiffOutcome? {
    guard let table else { return DiffOutcome(.missing) }
    // A request whose routes refuse it has no route.
    if verdict.outcome != .reject, verdict.route == nil { return expected.effect == .reject ? expected : nil }
    var asked = original
    let own = original.routeTables[table]
    asked.authz.append(
      AuthzScope(
        target: .gateway(0), tokens: issuers(ofTable: table).compactMap { ownToken[$0] }.sorted(),
        pathView: own.pathView, rules: [], singleReads: [], position: own.position))
    let reference = ReferenceEvaluator(policy: asked)
    for route in own.routes {
      switch reference.evaluate(route.condition, scope: asked.authz.count - 1, facts) {
      case .no: continue
      case .yes:
        if let told = verdict.route, told.name != route.name { return nil }
        return DiffOutcome(.route, by: route.name)
      case .undetermined, nil: return nil
      }
    }
    return nil
  }
}

extension TestSuite.Expectation {
  /// What a route does with a request.
  ///
  /// - Parameter action: its declaration.
  fileprivate init?(_ seen: Verdict.Route.Action, of action: RouteAction?) {
    switch seen {
    case .forward:
      guard case .forward(let split, _)? = action?.kind else { return nil }
      self = .to(split)
    case .redirect(let status, let location): self = .redirect(status: status, location: location)
    case .respond(let status): self = .respond(status: status)
    }
  }
}
