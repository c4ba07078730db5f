import WeirPolicy
import WeirRequest

extension Enforcer {
  /// The view of a gateway or of whoever calls a host: routes choose, and the destination's authz decides the request as forwarded.
  mutating func forwarded(
    _ table: Int?, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Verdict {
    guard let table else { throw .decision(.noRoute) }
    let gateway = bundle.topology.gateway(of: table)
    let scope = gateway.flatMap { bundle.topology.gateways[$0].authz }
    nameIssuers(of: table, bundle)
    var edge: Verdict?
    if let scope {
      // A client without a certificate is a client; only a service behind strict mutual TLS can tell the two apart.
      if case .unavailable = state.caller { state.caller = .absent }
      try authenticate(before: table, facts, bundle)
      try refuseRepeats(bundle.scopes[scope].singleReads, bundle.names.bytes)
      try refuseRepeats(bundle.tables[table].singleReads, bundle.names.bytes)
      let decision = authorize(scope, bundle)
      edge = verdict(decision, scope, bundle)
    }
    if let edge, edge.outcome != .allow { return goOn(denied: edge, table, gateway, facts, bundle) }
    let routed = try route(entering: table, facts, bundle)
    var verdict: Verdict
    switch routed.kind {
    case .respond, .redirect:
      verdict = edge ?? Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow)
      verdict.by = nil
      verdict.reason = "local"
    case .forward(let branch):
      verdict = try authorizeForwarded(routed.route, branch, table, gateway, facts, bundle)
      if let edge { verdict.add(edge) }
    }
    verdict.route = describe(routed, table, bundle)
    return verdict
  }

  /// What the gateway denied: the decision stands. Where the request would have gone is told when it can be, and when the gateway's
  /// shadow rules would have let it through, what comes after them has the shadow outcome.
  private mutating func goOn(
    denied edge: Verdict, _ table: Int, _ gateway: Int?, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) -> Verdict {
    var verdict = edge
    do throws(Reject) {
      let routed = try route(entering: table, facts, bundle)
      verdict.route = describe(routed, table, bundle)
      guard edge.shadowOutcome == .allow, case .forward(let branch) = routed.kind else { return verdict }
      let beyond = try authorizeForwarded(routed.route, branch, table, gateway, facts, bundle)
      verdict.shadowOutcome = beyond.shadowOutcome
    } catch {
      if edge.shadowOutcome == .allow { verdict.shadowOutcome = .reject }
    }
    return verdict
  }

  /// Sets `issuers` to those that a table and the gateway in front of it name themselves.
  private mutating func nameIssuers(of table: Int, _ bundle: borrowing LoadedBundle) {
    issuers.removeAll(keepingCapacity: true)
    if let gateway = bundle.topology.gateway(of: table), let scope = bundle.topology.gateways[gateway].authz {
      issuers.append(contentsOf: bundle.topology.scopes[scope].tokens)
    }
    issuers.append(contentsOf: bundle.topology.tables[table].tokens)
  }

  /// Phase *authenticate* where no destination is chosen yet: a good token that only a destination knows is absent, not refused.
  private mutating func authenticate(
    before table: Int, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) {
    guard !issuers.isEmpty else { return }
    issuers.append(contentsOf: bundle.tables[table].issuersBeyond)
    try state.authenticate(facts.token, issuers: issuers, bundle.topology.tokens)
  }

  /// Chooses a route with the client as caller.
  ///
  /// `issuers` holds those that the view's blocks name.
  mutating func route(
    entering table: Int, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Routed {
    if bundle.topology.gateway(of: table) != nil, case .unavailable = state.caller { state.caller = .absent }
    if !bundle.topology.tables[table].tokens.isEmpty { try authenticate(before: table, facts, bundle) }
    try refuseRepeats(bundle.tables[table].singleReads, bundle.names.bytes)
    return try route(table, draw: facts.draw, bundle)
  }

  /// The destination's decision, as it would see the request: called by the gateway where one forwards, on its own port.
  private mutating func authorizeForwarded(
    _ route: Int, _ branch: Int, _ table: Int, _ gateway: Int?, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Verdict {
    guard let service = bundle.topology.destination(route, branch, of: table)?.service,
      let port = bundle.topology.services[service].firstPort(isHTTP: true)
    else { throw .decision(.noRoute) }
    if bundle.topology.services[service].isEnforcedBySidecar {
      return Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow)
    }
    if let gateway {
      let identity = bundle.topology.gateways[gateway].identity
      state.caller = identity.map { .known(state.append($0.utf8)) } ?? .absent
    }
    state.port = bundle.topology.services[service].ports[port].number
    beginView()
    nameIssuers(of: table, bundle)
    return try authorize(service: service, port: port, facts, bundle)
  }

  /// What was routed, in the words of the contract.
  func describe(_ routed: Routed, _ table: Int, _ bundle: borrowing LoadedBundle) -> Verdict.Route? {
    let name = bundle.topology.tables[table].routes[routed.route].name
    switch routed.kind {
    case .respond(let status): return Verdict.Route(name: name, action: .respond(status: status))
    case .redirect(let status, let location):
      return Verdict.Route(name: name, action: .redirect(status: status, location: state.text(location)))
    case .forward(let branch):
      guard let destination = bundle.topology.destination(routed.route, branch, of: table) else { return nil }
      let plan = bundle.topology.branches(routed.route, of: table).map {
        Verdict.PlanEntry(destination: bundle.topology.name(of: $0.destination), weight: $0.weight)
      }
      return Verdict.Route(
        name: name,
        action: .forward(
          service: bundle.topology.services[destination.service].name, subset: destination.subset, plan: plan,
          path: state.text(state.path)))
    }
  }
}

extension Verdict {
  /// What the gateway's own rules said of a request that they let through to this decision.
  mutating func add(_ edge: Verdict) {
    shadow = edge.shadow + shadow
    audit = edge.audit + audit
    // Had the gateway's shadow rules been enforced, the destination would not have been asked.
    if edge.shadowOutcome == .deny { shadowOutcome = .deny }
  }
}

extension Topology {
  /// The gateway that a table belongs to.
  func gateway(of table: Int) -> Int? {
    switch tables[table].owner {
    case .gateway(let gateway): gateway
    case .service, .hosts: nil
    }
  }

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
