import WeirPolicy
import WeirRequest

extension Enforcer {
  /// The view of one service: its authz decides the request as given. What the routes would do is told and changes nothing.
  mutating func inbound(
    _ service: Int, _ port: Int, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Verdict {
    let table =
      state.host.flatMap { bundle.hosts.table(for: state.bytes.span.extracting($0)) }
      ?? bundle.tableOfService[service]
    let caller = state.caller
    // The service's own alone: what a table names must not make the service take a token that it does not know.
    issuers.removeAll(keepingCapacity: true)
    var verdict = try authorize(service: service, port: port, facts, bundle)
    guard state.isHTTP, let table else { return verdict }
    state.caller = caller
    beginView()
    issuers.append(contentsOf: bundle.topology.tables[table].tokens)
    do throws(Reject) {
      let routed = try route(entering: table, facts, bundle)
      verdict.route = describe(routed, table, bundle)
    } catch {
      verdict.route = nil
    }
    return verdict
  }

  /// Phases *identify*, *authenticate*, *refuse repeats*, *authorise* and *limit* for one port of a service.
  ///
  /// `issuers` holds those that blocks before this one name.
  mutating func authorize(
    service: Int, port: Int, _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Verdict {
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
    if looksAtToken { try state.authenticate(facts.token, issuers: issuers, bundle.topology.tokens) }
    try refuseRepeats(bundle.scopes[place.authz].singleReads, bundle.names.bytes)
    let decision = authorize(place.authz, bundle)
    var verdict = verdict(decision, place.authz, bundle)
    if verdict.outcome == .allow { verdict.limits = try charges(service: service, port: port, bundle) }
    return verdict
  }
}
