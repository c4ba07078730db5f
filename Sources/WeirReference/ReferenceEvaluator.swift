import HTTPCanonical
import WeirPolicy
import WeirRequest

/// Decides requests by walking the typed policy: slow, plain, and the oracle that the bytecode is compared with.
///
/// It shares the canonical form of requests with the other implementations, and nothing else.
public struct ReferenceEvaluator {
  let policy: Policy
  /// Who wants to know what a decision looks at.
  let recorder: LookRecorder?

  public init(policy: Policy) { self.init(policy: policy, recorder: nil) }

  init(policy: Policy, recorder: LookRecorder?) {
    self.policy = policy
    self.recorder = recorder
  }

  /// The value of one condition for a service's view of a request: for tests of single conditions.
  ///
  /// - Returns: `nil` when the request is refused before conditions are looked at.
  public func evaluate(_ condition: Condition, scope: Int, _ facts: RequestFacts) -> Kleene? {
    let scope = policy.authz[scope]
    do throws(Rejected) {
      let http = try canonical(facts)
      let token = try typedToken(facts, blocks: [scope.tokens])
      return AttributeReader(
        policy: policy, facts: facts, http: http, caller: facts.caller, token: token, pathView: scope.pathView
      ).evaluate(condition)
    } catch {
      return nil
    }
  }

  /// - Returns: the verdict; `nil` when the facts name something that the policy does not have, which is a mistake of the asker.
  public func decide(_ facts: RequestFacts) -> Verdict? {
    do throws(Rejected) {
      let http = try canonical(facts)
      var verdict: Verdict
      do throws(Rejected) {
        guard let found = try view(facts, http) else { return nil }
        verdict = found
      } catch {
        verdict = Verdict(rejected: error)
      }
      verdict.canonical = http.map { Verdict.Canonical(host: $0.host, path: $0.path, query: $0.query) }
      return verdict
    } catch {
      return Verdict(rejected: error)
    }
  }

  private func view(_ facts: RequestFacts, _ http: CanonicalHTTP?) throws(Rejected) -> Verdict? {
    if let service = facts.service { return try inbound(service, facts, http) }
    return try forwarded(facts, http)
  }

  private func canonical(_ facts: RequestFacts) throws(Rejected) -> CanonicalHTTP? {
    if let name = facts.sni { _ = try canonicalServerName(name) }
    guard let http = facts.http else { return nil }
    return try CanonicalHTTP(http, mode: policy.mesh?.mergesAndDecodesPaths == true ? .mergeAndDecode : .strict)
  }

  // MARK: - The view of one service

  private func inbound(_ name: String, _ facts: RequestFacts, _ http: CanonicalHTTP?) throws(Rejected) -> Verdict? {
    guard let service = policy.services.firstIndex(where: { $0.name == name }),
      let port = policy.services[service].port(number: facts.port, isHTTP: http != nil)
    else { return nil }
    let table = http.flatMap { self.table(host: $0.host) } ?? table(service: service)
    // The service's own issuers alone: what a table names must not make the service take a token that it does not know.
    var verdict = try authorize(service: service, port: port, facts, http, caller: facts.caller, alsoNamed: [])
    if let http, let table {
      let own = issuers(service: service, port: port)
      // Informational here: what cannot be routed is no route.
      verdict.route = try? route(table, facts, http, client: facts.caller, alsoNamed: own)?.verdict
    }
    return verdict
  }

  /// Indices into `Policy.limits`.
  private func limits(service: Int, port: Int) -> [Int] {
    policy.limits.indices.filter {
      policy.limits[$0].service == service && (policy.limits[$0].port ?? port) == port
    }
  }

  /// Those that the authz and the limits of a port name.
  private func issuers(service: Int, port: Int) -> [Int] {
    policy.authz[policy.services[service].ports[port].authz].tokens
      + limits(service: service, port: port).flatMap { policy.limits[$0].tokens }
  }

  /// Those of every service that a table can forward to.
  func issuers(beyond table: RouteTable) -> [Int] {
    var found: [Int] = []
    for route in table.routes {
      guard case .forward(let split, _) = route.action.kind else { continue }
      for service in split.map(\.destination.service) {
        guard let port = policy.services[service].port(number: nil, isHTTP: true) else { continue }
        found += issuers(service: service, port: port)
      }
    }
    return found
  }

  /// `alsoNamed`: issuers that blocks before this one name; their tokens are absent here, not refused.
  private func authorize(
    service: Int, port: Int, _ facts: RequestFacts, _ http: CanonicalHTTP?, caller: Fact<String>, alsoNamed: [Int]
  ) throws(Rejected) -> Verdict {
    let place = policy.services[service].ports[port]
    var caller = caller
    if place.isPermissive {
      if case .unavailable = caller { caller = .absent }
    } else if case .absent = caller {
      throw Rejected("mtls_required")
    }
    let scope = policy.authz[place.authz]
    let limits = limits(service: service, port: port)
    let token = try typedToken(
      facts, blocks: [scope.tokens] + limits.map { policy.limits[$0].tokens }, alsoNamed: alsoNamed)
    try http?.refuseRepeated(scope.singleReads)
    var reader = AttributeReader(
      policy: policy, facts: facts, http: http, caller: caller, token: token, pathView: scope.pathView)
    recorder?.note(.authz(place.authz), reader)
    var verdict = Verdict(AuthzVerdict(scope.rules, scope.rules.map { reader.evaluate($0.condition) }))
    guard verdict.outcome == .allow else { return verdict }
    for index in limits {
      let limit = policy.limits[index]
      try http?.refuseRepeated(limit.singleReads)
      reader.pathView = limit.pathView
      recorder?.note(.limit(index), reader)
      // Doubt charges: it can only make the decision stricter.
      guard reader.evaluate(limit.condition) != .no else { continue }
      verdict.limits.append(Verdict.Charge(limit: limit.name, key: limit.key.flatMap { reader.key($0, limit) }))
    }
    return verdict
  }

  /// The token as the blocks see it; not looked at when none of them names an issuer. Issuers that are named `beyond` them, by the
  /// destinations that may be chosen, are absent here as well.
  func typedToken(
    _ facts: RequestFacts, blocks: [[Int]], alsoNamed: [Int] = [], beyond: [Int] = []
  ) throws(Rejected) -> TypedToken? {
    guard blocks.contains(where: { !$0.isEmpty }) else { return nil }
    switch facts.token {
    case .none: return nil
    case .invalid(let error): throw Rejected(error.rawValue)
    case .verified(let claims):
      let issuers = alsoNamed + blocks.flatMap(\.self) + beyond
      return try TypedToken(claims, issuers: issuers, policy: policy, time: facts.time)
    }
  }

  // MARK: - The view of a gateway or a host

  private func forwarded(_ facts: RequestFacts, _ http: CanonicalHTTP?) throws(Rejected) -> Verdict? {
    guard let http else { return nil }
    let table: RouteTable
    if let name = facts.gateway {
      guard let gateway = policy.gateways.firstIndex(where: { $0.name == name }) else { return nil }
      guard let found = policy.routeTables.first(where: { $0.owner == .gateway(gateway) }) else {
        throw Rejected("no_route")
      }
      let hosts = policy.gateways[gateway].hosts
      if let host = http.host, !hosts.isEmpty, !hosts.contains(where: { $0.covers(host) }) {
        throw Rejected("no_route")
      }
      table = found
    } else {
      guard let found = self.table(host: http.host) else { throw Rejected("no_route") }
      table = found
    }

    var edge: Verdict?
    var client = facts.caller
    var caller = facts.caller
    var named: [Int] = []
    if case .gateway(let index) = table.owner {
      if case .unavailable = client { client = .absent }
      let gateway = policy.gateways[index]
      caller = gateway.identity.map { .known($0) } ?? .absent
      if let scope = gateway.authz.map({ policy.authz[$0] }) {
        named = scope.tokens
        let token = try typedToken(facts, blocks: [scope.tokens, table.tokens], beyond: issuers(beyond: table))
        try http.refuseRepeated(scope.singleReads)
        try http.refuseRepeated(table.singleReads)
        let reader = AttributeReader(
          policy: policy, facts: facts, http: http, caller: client, token: token, pathView: scope.pathView)
        if let authz = gateway.authz { recorder?.note(.authz(authz), reader) }
        edge = Verdict(AuthzVerdict(scope.rules, scope.rules.map { reader.evaluate($0.condition) }))
      }
    }
    if var denied = edge, denied.outcome != .allow {
      // The decision stands; where the request would have gone is told when it can be. What the gateway's shadow rules would have let
      // through has the shadow outcome of what comes after them.
      let isShadowAllowed = denied.shadowOutcome == .allow
      do throws(Rejected) {
        let chosen = try route(table, facts, http, client: client, alsoNamed: named)
        denied.route = chosen?.verdict
        if isShadowAllowed, let forward = chosen?.forward {
          let beyond = try authorize(forward, facts, caller: caller, alsoNamed: named + table.tokens)
          denied.shadowOutcome = beyond.shadowOutcome
        }
      } catch {
        if isShadowAllowed { denied.shadowOutcome = .reject }
      }
      return denied
    }

    guard let chosen = try route(table, facts, http, client: client, alsoNamed: named) else { return nil }
    guard let forward = chosen.forward else {
      var local = edge ?? Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow)
      local.by = nil
      local.reason = "local"
      local.route = chosen.verdict
      return local
    }
    var verdict = try authorize(forward, facts, caller: caller, alsoNamed: named + table.tokens)
    if let edge {
      verdict.shadow = edge.shadow + verdict.shadow
      verdict.audit = edge.audit + verdict.audit
      // Had the gateway's shadow rules been enforced, the destination would not have been asked.
      if edge.shadowOutcome == .deny { verdict.shadowOutcome = .deny }
    }
    verdict.route = chosen.verdict
    return verdict
  }

  /// The destination's decision on the request as forwarded.
  private func authorize(
    _ forward: ChosenRoute.Forward, _ facts: RequestFacts, caller: Fact<String>, alsoNamed: [Int]
  ) throws(Rejected) -> Verdict {
    let service = policy.services[forward.service]
    guard let port = service.port(number: nil, isHTTP: true) else { throw Rejected("no_route") }
    if service.isEnforcedBySidecar { return Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow) }
    var facts = facts
    facts.port = service.ports[port].number
    return try authorize(
      service: forward.service, port: port, facts, forward.http, caller: caller, alsoNamed: alsoNamed)
  }

  private func table(service: Int) -> RouteTable? { policy.routeTables.first { $0.owner == .service(service) } }

  /// Exact before the longest wildcard, over quoted hosts and the hosts of gateways together.
  private func table(host: String?) -> RouteTable? {
    guard let host else { return nil }
    var best: (rank: Int, table: RouteTable)?
    for table in policy.routeTables {
      let hosts: [HostPattern]
      switch table.owner {
      case .hosts(let patterns): hosts = patterns
      case .gateway(let gateway): hosts = policy.gateways[gateway].hosts
      case .service: continue
      }
      for pattern in hosts where pattern.covers(host) {
        let rank = pattern.isWildcard ? pattern.name.utf8.count : Int.max
        if rank > best?.rank ?? -1 { best = (rank, table) }
      }
    }
    return best?.table
  }
}

extension HostPattern {
  fileprivate func covers(_ host: String) -> Bool {
    isWildcard ? host.hasSuffix("." + name) && host.utf8.count > name.utf8.count + 1 : host == name
  }
}

extension Service {
  /// The port that was addressed: by number, else the only one of the layer, else the first of it.
  fileprivate func port(number: Int?, isHTTP: Bool) -> Int? {
    let candidates = ports.indices.filter { ports[$0].protocol.isHTTP == isHTTP }
    if let number {
      if let named = candidates.first(where: { ports[$0].number == number }) { return named }
      // One port, whose number the sources may not say.
      return ports.count == 1 ? candidates.first : nil
    }
    return candidates.first
  }
}

extension CanonicalHTTP {
  /// A value that may occur once and occurs twice is no value.
  func refuseRepeated(_ attributes: [Attribute]) throws(Rejected) {
    for attribute in attributes {
      switch attribute {
      case .header(let name): if values(ofHeader: name).count > 1 { throw Rejected("repeated_header") }
      case .query(let name): if try values(ofQuery: name).count > 1 { throw Rejected("repeated_query") }
      case .cookie(let name): if try values(ofCookie: name).count > 1 { throw Rejected("repeated_cookie") }
      default: break
      }
    }
  }
}

extension Verdict {
  init(rejected: Rejected) {
    self.init(outcome: .reject, by: nil, reason: rejected.code, shadowOutcome: .reject)
  }

  init(_ authz: AuthzVerdict) {
    let shadow: Outcome = if case .allow = authz.shadowOutcome { .allow } else { .deny }
    switch authz.outcome {
    case .allow(let rule): self.init(outcome: .allow, by: rule, reason: nil, shadowOutcome: shadow)
    case .deny(let rule): self.init(outcome: .deny, by: rule, reason: "rule", shadowOutcome: shadow)
    case .indeterminate(let rule):
      self.init(outcome: .deny, by: rule, reason: "indeterminate", shadowOutcome: shadow)
    case .noRule: self.init(outcome: .deny, by: nil, reason: "no_rule", shadowOutcome: shadow)
    }
    matched = authz.matched
    self.shadow = authz.shadow
    audit = authz.audit
  }
}
