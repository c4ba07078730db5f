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
        issuers.removeAll(keepingCapacity: true)
        return try authorize(service: service, port: port, bundle)
      case .gateway(let gateway):
        return try forwarded(answers(gateway, bundle) ? bundle.tableOfGateway[gateway] : nil, draw: draw, bundle)
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
    guard let host = state.host, !bundle.hostsOfGateway[gateway].isEmpty else { return true }
    return bundle.hostsOfGateway[gateway].table(for: state.bytes.extracting(host)) != nil
  }

  /// The view of a gateway or of whoever calls a host: routes choose, and the destination's authz decides the request as forwarded.
  private mutating func forwarded(
    _ table: Int?, draw: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    guard let table else { throw .decision(.noRoute) }
    let gateway = bundle.topology.gateway(of: table)
    let scope = gateway.flatMap { bundle.topology.gateways[$0].authz }
    nameIssuers(of: table, bundle)
    var edge = Outcome.admitted
    if let scope {
      // A client without a certificate is a client; only a service behind strict mutual TLS can tell the two apart.
      if case .unavailable = state.caller { state.caller = .absent }
      try authenticate(before: table, bundle)
      try refuseRepeats(bundle.scopes[scope].singleReads, bundle.names.bytes)
      try refuseRepeats(bundle.tables[table].singleReads, bundle.names.bytes)
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

  /// What the gateway denied: the decision stands. Where the request would have gone is told when it can be, and when the gateway's
  /// shadow rules would have let it through, what comes after them has the shadow outcome.
  private mutating func goOn(
    denied edge: Outcome, _ table: Int, _ gateway: Int?, draw: Int, _ bundle: borrowing LoadedBundle
  ) -> Outcome {
    var outcome = edge
    guard told != nil || edge.shadow == .allow else { return outcome }
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
  private mutating func nameIssuers(of table: Int, _ bundle: borrowing LoadedBundle) {
    issuers.removeAll(keepingCapacity: true)
    if let gateway = bundle.topology.gateway(of: table), let scope = bundle.topology.gateways[gateway].authz {
      issuers.append(contentsOf: bundle.topology.scopes[scope].tokens)
    }
    issuers.append(contentsOf: bundle.topology.tables[table].tokens)
  }

  /// Phase *authenticate* where no destination is chosen yet: a good token that only a destination knows is absent, not refused.
  private mutating func authenticate(before table: Int, _ bundle: borrowing LoadedBundle) throws(Reject) {
    guard !issuers.isEmpty else { return }
    issuers.append(contentsOf: bundle.tables[table].issuersBeyond)
    try state.authenticate(presented, issuers: issuers, bundle.topology.tokens)
  }

  /// Chooses a route with the client as caller.
  ///
  /// `issuers` holds those that the view's blocks name.
  mutating func route(
    entering table: Int, draw: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Routed {
    if bundle.topology.gateway(of: table) != nil, case .unavailable = state.caller { state.caller = .absent }
    if !bundle.topology.tables[table].tokens.isEmpty { try authenticate(before: table, bundle) }
    try refuseRepeats(bundle.tables[table].singleReads, bundle.names.bytes)
    return try route(table, draw: draw, bundle)
  }

  /// The destination's decision, as it would see the request: called by the gateway where one forwards, on its own port.
  private mutating func authorizeForwarded(
    _ route: Int, _ branch: Int, _ table: Int, _ gateway: Int?, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    guard let service = bundle.topology.destination(route, branch, of: table)?.service,
      let port = bundle.topology.services[service].firstPort(isHTTP: true)
    else { throw .decision(.noRoute) }
    if bundle.topology.services[service].isEnforcedBySidecar {
      var outcome = Outcome.admitted
      outcome.service = service
      outcome.port = port
      return outcome
    }
    if let gateway {
      let identity = bundle.topology.gateways[gateway].identity
      state.caller = identity.map { .known(state.bytes.append($0.utf8)) } ?? .absent
    }
    state.port = bundle.topology.services[service].ports[port].number
    beginView()
    nameIssuers(of: table, bundle)
    return try authorize(service: service, port: port, bundle)
  }

  /// Phases *identify*, *authenticate*, *refuse repeats*, *authorise* and *limit* for one port of a service.
  ///
  /// `issuers` holds those that blocks before this one name.
  private mutating func authorize(
    service: Int, port: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Outcome {
    let place = bundle.topology.services[service].ports[port]
    switch (state.caller, place.isPermissive) {
    case (.unavailable, true): state.caller = .absent
    case (.absent, false): throw .decision(.mtlsRequired)
    case (.unavailable, false), (.absent, true), (.known, _): break
    }
    let own = bundle.topology.scopes[place.authz].tokens
    let limits = bundle.limitsOfService[service]
    var looksAtToken = !own.isEmpty
    issuers.append(contentsOf: own)
    for index in limits where (bundle.topology.limits[index].port ?? port) == port {
      looksAtToken = looksAtToken || !bundle.topology.limits[index].tokens.isEmpty
      issuers.append(contentsOf: bundle.topology.limits[index].tokens)
    }
    if looksAtToken { try state.authenticate(presented, issuers: issuers, bundle.topology.tokens) }
    try refuseRepeats(bundle.scopes[place.authz].singleReads, bundle.names.bytes)
    var outcome = authorize(place.authz, bundle)
    outcome.service = service
    outcome.port = port
    if outcome.kind == .allow { try charge(service: service, port: port, bundle) }
    return outcome
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
