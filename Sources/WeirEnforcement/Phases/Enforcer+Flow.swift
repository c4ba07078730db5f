import WeirPolicy
import WeirRequest

extension Enforcer {
  /// Decides the request that `state` holds: the one flow of `eval` and of the request path.
  ///
  /// - Parameter draw: 0 to 9,999, for every split without a sticky key.
  mutating func flow(_ entry: Entry, draw: Int, _ bundle: borrowing LoadedBundle) -> Outcome {
    beginView()
    do throws(Reject) {
      switch entry {
      case .service(let service, let port):
        // The service's own alone: what a table names must not make the service take a token that it does not know.
        clear(&issuers)
        return try authorize(service: service, port: port, bundle)
      case .gateway(let gateway):
        let table = bundle.plans.gateways[gateway].table
        return try forwarded(table >= 0 && answers(gateway, bundle) ? table : nil, draw: draw, bundle)
      case .anyHost: return try forwarded(tableOfHost(bundle), draw: draw, bundle)
      }
    } catch { return .rejected(error) }
  }

  /// The table that is responsible for the host.
  func tableOfHost(_ bundle: borrowing LoadedBundle) -> Int? {
    guard let host = state.host else { return nil }
    return bundle.hosts.table(for: state.bytes.extracting(host))
  }

  /// Whether a gateway answers for the host of the request; one without a host is for whomever it was sent to.
  private func answers(_ gateway: Int, _ bundle: borrowing LoadedBundle) -> Bool {
    guard let host = state.host else { return true }
    return bundle.hosts.gateway(gateway, answersFor: state.bytes.extracting(host))
  }

  /// The view of a gateway or of whoever calls a host: routes choose, and the destination's authz decides the request as forwarded.
  private mutating func forwarded(
    _ table: Int?, draw: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    guard let table else { throw .decision(.noRoute) }
    let gateway = bundle.plans.tables[table].gateway
    let scope = gateway < 0 ? -1 : bundle.plans.gateways[gateway].scope
    nameIssuers(of: table, bundle.plans)
    var edge = Outcome.admitted
    if scope >= 0 {
      // A client without a certificate is a client; only a service behind strict mutual TLS can tell the two apart.
      if case .unavailable = state.caller { state.caller = .absent }
      try authenticate(before: table, bundle)
      try refuseRepeats(bundle.plans.scopes[scope].reads, bundle.plans)
      try refuseRepeats(bundle.plans.tables[table].reads, bundle.plans)
      edge = authorize(scope, bundle)
      guard edge.kind == .allow else { return goOn(denied: edge, table, gateway, draw: draw, bundle) }
    }
    let routed = try route(entering: table, draw: draw, bundle)
    var outcome = edge
    switch routed.kind {
    case .respond, .redirect:
      outcome.kind = .local
      outcome.reason = .local
      outcome.rule = -1
    case .forward(let branch):
      outcome = try authorizeForwarded(routed.route, branch, table, gateway, bundle)
      outcome.isAudited = outcome.isAudited || edge.isAudited
      outcome.toldScopes += edge.toldScopes
      // Had the gateway's shadow rules been enforced, the destination would not have been asked.
      if edge.shadow == .deny { outcome.shadow = .deny }
    }
    outcome.table = table
    outcome.routed = routed
    return outcome
  }

  /// What the gateway denied: the decision stands. Where the request would have gone is told all the same, when it can be, and when the
  /// gateway's shadow rules would have let it through, what comes after them has the shadow outcome.
  private mutating func goOn(
    denied edge: Outcome, _ table: Int, _ gateway: Int, draw: Int, _ bundle: borrowing LoadedBundle
  ) -> Outcome {
    var outcome = edge
    do throws(Reject) {
      let routed = try route(entering: table, draw: draw, bundle)
      outcome.table = table
      outcome.routed = routed
      guard edge.shadow == .allow, case .forward(let branch) = routed.kind else { return outcome }
      outcome.shadow = try authorizeForwarded(routed.route, branch, table, gateway, bundle).shadow
    } catch {
      if edge.shadow == .allow { outcome.shadow = .reject }
    }
    return outcome
  }

  /// Sets `issuers` to those that a table and the gateway in front of it name themselves.
  private mutating func nameIssuers(of table: Int, _ plans: borrowing PlanTables) {
    clear(&issuers)
    let plan = plans.tables[table]
    if plan.gateway >= 0, plans.gateways[plan.gateway].scope >= 0 {
      add(plans.scopes[plans.gateways[plan.gateway].scope].issuers, plans)
    }
    add(plan.issuers, plans)
  }

  /// - Parameter named: among the issuers of the plans.
  mutating func add(_ named: Place, _ plans: borrowing PlanTables) {
    for index in named.range { issuers.append(plans.issuers[index]) }
  }

  /// Phase *authenticate* where no destination is chosen yet: a good token that only a destination knows is absent, not refused.
  private mutating func authenticate(before table: Int, _ bundle: borrowing LoadedBundle) throws(Reject) {
    guard !issuers.isEmpty else { return }
    add(bundle.plans.tables[table].issuersBeyond, bundle.plans)
    try state.authenticate(presented, issuers: issuers, bundle.topology.tokens)
  }

  /// Chooses a route with the client as caller.
  ///
  /// `issuers` holds those that the view's blocks name.
  mutating func route(
    entering table: Int, draw: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Routed {
    let plan = bundle.plans.tables[table]
    if plan.gateway >= 0, case .unavailable = state.caller { state.caller = .absent }
    if !plan.issuers.isEmpty { try authenticate(before: table, bundle) }
    try refuseRepeats(plan.reads, bundle.plans)
    return try route(table, draw: draw, bundle)
  }

  /// The destination's decision, as it would see the request: called by the gateway where one forwards, on its own port.
  private mutating func authorizeForwarded(
    _ route: Int, _ branch: Int, _ table: Int, _ gateway: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    let branches = bundle.plans.action(route, of: table).branches
    guard branch < branches.count else { throw .decision(.noRoute) }
    let service = bundle.plans.branches[Int(branches.start) + branch].service
    let plan = bundle.plans.services[service]
    guard plan.httpPort >= 0 else { throw .decision(.noRoute) }
    if plan.isEnforcedBySidecar {
      var outcome = Outcome.admitted
      outcome.service = service
      outcome.port = plan.httpPort
      return outcome
    }
    if gateway >= 0 {
      let gateway = bundle.plans.gateways[gateway]
      state.caller =
        gateway.hasIdentity ? .known(state.bytes.append(bundle.plans.bytes(gateway.identity))) : .absent
    }
    let number = bundle.plans.ports[Int(plan.ports.start) + plan.httpPort].number
    state.port = number < 0 ? nil : number
    beginView()
    nameIssuers(of: table, bundle.plans)
    return try authorize(service: service, port: plan.httpPort, bundle)
  }

  /// Phases *identify*, *authenticate*, *refuse repeats*, *authorise* and *limit* for one port of a service.
  ///
  /// `issuers` holds those that blocks before this one name.
  private mutating func authorize(
    service: Int, port: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    let plan = bundle.plans.services[service]
    let place = bundle.plans.ports[Int(plan.ports.start) + port]
    switch (state.caller, place.isPermissive) {
    case (.unavailable, true): state.caller = .absent
    case (.absent, false): throw .decision(.mtlsRequired)
    case (.unavailable, false), (.absent, true), (.known, _): break
    }
    let scope = bundle.plans.scopes[place.scope]
    var looksAtToken = !scope.issuers.isEmpty
    add(scope.issuers, bundle.plans)
    for index in plan.limits.range {
      let limit = bundle.plans.limits[bundle.plans.limitsOfServices[index]]
      guard limit.port < 0 || limit.port == port else { continue }
      looksAtToken = looksAtToken || !limit.issuers.isEmpty
      add(limit.issuers, bundle.plans)
    }
    if looksAtToken { try state.authenticate(presented, issuers: issuers, bundle.topology.tokens) }
    try refuseRepeats(scope.reads, bundle.plans)
    var outcome = authorize(place.scope, bundle)
    outcome.service = service
    outcome.port = port
    if outcome.kind == .allow { try charge(service: service, port: port, bundle) }
    return outcome
  }
}

extension Topology {
  func branches(_ route: Int, of table: Int) -> [WeightedDestination] {
    switch actions[tables[table].routes[route].action].kind {
    case .forward(let branches, _): branches
    case .redirect, .respond: []
    }
  }

  func destination(_ route: Int, _ branch: Int, of table: Int) -> Destination? {
    let branches = branches(route, of: table)
    return branches.indices.contains(branch) ? branches[branch].destination : nil
  }
}
