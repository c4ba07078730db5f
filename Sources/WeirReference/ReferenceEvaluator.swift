import HTTPCanonical
import WeirPolicy
import WeirRequest

/// Decides requests by walking the typed policy: slow, plain, and the oracle that the bytecode is compared with.
///
/// It shares the canonical form of requests with the other implementations, and nothing else.
public struct ReferenceEvaluator {
  let policy: Policy

  public init(policy: Policy) { self.policy = policy }

  /// The value of one condition for a service's view of a request: for tests of single conditions.
  ///
  /// - Returns: `nil` when the request is refused before conditions are looked at.
  public func evaluate(_ condition: Condition, scope: Int, _ facts: RequestFacts) -> Kleene? {
    let scope = policy.authz[scope]
    do throws(Rejected) {
      let http = try canonical(facts)
      let token = try typedToken(facts, issuers: scope.tokens)
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
    guard let http = facts.http else { return nil }
    return try CanonicalHTTP(http, mode: policy.mesh?.mergesAndDecodesPaths == true ? .mergeAndDecode : .strict)
  }

  // MARK: - The view of one service

  private func inbound(_ name: String, _ facts: RequestFacts, _ http: CanonicalHTTP?) throws(Rejected) -> Verdict? {
    guard let service = policy.services.firstIndex(where: { $0.name == name }),
      let port = policy.services[service].port(number: facts.port, isHTTP: http != nil)
    else { return nil }
    var verdict = try authorize(service: service, port: port, facts, http, caller: facts.caller)
    if let http {
      let table = self.table(host: http.host) ?? table(service: service)
      // Informational here: what cannot be routed is no route.
      verdict.route = table.flatMap { table in
        try? route(table, facts, http, clientIsAbsentWhenUnstated: isGateway(table))?.verdict
      }
    }
    return verdict
  }

  private func authorize(
    service: Int, port: Int, _ facts: RequestFacts, _ http: CanonicalHTTP?, caller: Fact<String>
  ) throws(Rejected) -> Verdict {
    let place = policy.services[service].ports[port]
    var caller = caller
    if place.isPermissive {
      if case .unavailable = caller { caller = .absent }
    } else if case .absent = caller {
      throw Rejected("mtls_required")
    }
    let scope = policy.authz[place.authz]
    let reader = try self.reader(
      facts, http, caller: caller, issuers: scope.tokens, view: scope.pathView, single: scope.singleReads)
    var verdict = Verdict(AuthzVerdict(scope.rules, scope.rules.map { reader.evaluate($0.condition) }))
    if verdict.outcome == .allow {
      verdict.limits = try charges(service: service, port: port, facts, http, caller: caller)
    }
    return verdict
  }

  private func charges(
    service: Int, port: Int, _ facts: RequestFacts, _ http: CanonicalHTTP?, caller: Fact<String>
  ) throws(Rejected) -> [Verdict.Charge] {
    var charges: [Verdict.Charge] = []
    for limit in policy.limits where limit.service == service && (limit.port ?? port) == port {
      let reader = try self.reader(
        facts, http, caller: caller, issuers: limit.tokens, view: limit.pathView, single: limit.singleReads)
      // Doubt charges: it can only make the decision stricter.
      guard reader.evaluate(limit.condition) != .no else { continue }
      charges.append(Verdict.Charge(limit: limit.name, key: limit.key.flatMap { reader.key($0, limit) }))
    }
    return charges
  }

  func reader(
    _ facts: RequestFacts, _ http: CanonicalHTTP?, caller: Fact<String>, issuers: [Int], view: PathView,
    single: [Attribute]
  ) throws(Rejected) -> AttributeReader {
    let token = try typedToken(facts, issuers: issuers)
    if let http {
      for attribute in single { try http.refuseRepeated(attribute) }
    }
    return AttributeReader(
      policy: policy, facts: facts, http: http, caller: caller, token: token, pathView: view)
  }

  private func typedToken(_ facts: RequestFacts, issuers: [Int]) throws(Rejected) -> TypedToken? {
    guard !issuers.isEmpty else { return nil }
    switch facts.token {
    case .none: return nil
    case .invalid(let error): throw Rejected(error.rawValue)
    case .verified(let claims): return try TypedToken(claims, issuers: issuers, policy: policy, time: facts.time)
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
      table = found
    } else {
      guard let found = self.table(host: http.host) else { throw Rejected("no_route") }
      table = found
    }

    var gatewayVerdict: Verdict?
    var caller = facts.caller
    if case .gateway(let index) = table.owner {
      let gateway = policy.gateways[index]
      if let scope = gateway.authz.map({ policy.authz[$0] }) {
        var client = caller
        if case .unavailable = client { client = .absent }
        let reader = try self.reader(
          facts, http, caller: client, issuers: scope.tokens, view: scope.pathView, single: scope.singleReads)
        gatewayVerdict = Verdict(AuthzVerdict(scope.rules, scope.rules.map { reader.evaluate($0.condition) }))
      }
      caller = gateway.identity.map { .known($0) } ?? .absent
    }

    guard let chosen = try route(table, facts, http, clientIsAbsentWhenUnstated: isGateway(table)) else { return nil }
    if var denied = gatewayVerdict, denied.outcome != .allow {
      denied.route = chosen.verdict
      return denied
    }
    guard let forward = chosen.forward else {
      var local = gatewayVerdict ?? Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow)
      local.by = nil
      local.reason = "local"
      local.route = chosen.verdict
      return local
    }
    let service = policy.services[forward.service]
    guard let port = service.port(number: nil, isHTTP: true) else { throw Rejected("no_route") }
    var verdict: Verdict
    if service.isEnforcedBySidecar {
      verdict = Verdict(outcome: .allow, by: nil, reason: nil, shadowOutcome: .allow)
    } else {
      var facts = facts
      facts.port = service.ports[port].number
      verdict = try authorize(service: forward.service, port: port, facts, forward.http, caller: caller)
    }
    verdict.route = chosen.verdict
    return verdict
  }

  private func isGateway(_ table: RouteTable) -> Bool {
    if case .gateway = table.owner { true } else { false }
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
  fileprivate func refuseRepeated(_ attribute: Attribute) throws(Rejected) {
    switch attribute {
    case .header(let name): if values(ofHeader: name).count > 1 { throw Rejected("repeated_header") }
    case .query(let name): if try values(ofQuery: name).count > 1 { throw Rejected("repeated_query") }
    case .cookie(let name): if try values(ofCookie: name).count > 1 { throw Rejected("repeated_cookie") }
    default: break
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
