import Testing
import WeirAnalysis
import WeirCompiler
import WeirEnforcement
import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// Every terminal of every graph of the policies here: a request that ends there, decided alike by reference and machine.
@Suite struct TerminalTests {
  @Test(arguments: ShippedPolicies.folders)
  func everyTerminalHasItsRequest(folder: String) throws {
    let policy = try #require(ShippedPolicies.policy(folder))
    let bundle = try LoadedBundle.load(build(policy, generation: 1), trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    for (index, scope) in policy.authz.enumerated() where !scope.rules.isEmpty {
      let target: TestSuite.Target =
        switch scope.target {
        case .service(let service, let port): .service(service, port: port)
        case .gateway(let gateway): .gateway(gateway)
        }
      let plan = ScopePlan(authz: index, of: policy, purpose: .proving)
      try reach(plan, of: policy, for: target, bundle, &enforcer, "scope \(index)", host: host(of: target, policy)) {
        verdict, entry in
        if verdict.outcome == .reject { return false }
        let rule = entry.map { scope.rules[$0] }
        // Whom a gateway lets in, the rules of the destination decide.
        if case .gateway = target, rule?.effect == .allow { return true }
        return verdict.by == rule?.name
      }
    }
    for (index, table) in policy.routeTables.enumerated() {
      guard let target = target(of: table, in: policy) else { continue }
      let plan = ScopePlan(routes: index, of: policy, purpose: .proving)
      try reach(plan, of: policy, for: target, bundle, &enforcer, "routes \(index)", host: host(of: table, policy)) {
        verdict, entry in
        verdict.route?.name == entry.map { table.routes[$0].name }
      }
    }
  }

  /// - Parameters:
  ///   - enforcer: of the bundle.
  ///   - host: asked for where the request names none.
  ///   - isAtEnd: whether a verdict is that of this rule or route, or of none.
  private func reach(
    _ plan: ScopePlan, of policy: Policy, for target: TestSuite.Target, _ bundle: borrowing LoadedBundle,
    _ enforcer: inout Enforcer, _ place: String, host: String? = nil, _ isAtEnd: (Verdict, Int?) -> Bool
  ) throws {
    let reference = ReferenceEvaluator(policy: policy)
    guard let graph = plan.graph, case .found(let ends) = Analysis(plan.space).witnesses(graph) else {
      Issue.record("\(place) has no graph")
      return
    }
    for (entry, region) in ends {
      guard var facts = Witness(region, in: plan.space, of: policy, for: target)?.facts else {
        Issue.record("\(place), terminal \(entry): no request")
        continue
      }
      // What asks for routes comes with a host and a scheme, whether rules read them or not.
      if let host, facts.http?.host == nil { facts.http?.host = host }
      if host != nil, facts.http?.scheme == nil { facts.http?.scheme = "https" }
      let expected = reference.decide(facts)
      let found: Verdict? = try? enforcer.decide(facts, under: bundle)
      #expect(expected == found, "\(place), terminal \(entry): \(facts)")
      let condition = entry < graph.entries.count ? graph.entries[entry] : nil
      #expect(found.map { isAtEnd($0, condition) } ?? false, "\(place), terminal \(entry): \(facts)")
    }
  }

  /// Where a request asks for the routes of a table.
  private func target(of table: RouteTable, in policy: Policy) -> TestSuite.Target? {
    func port(_ service: Int) -> TestSuite.Target? {
      policy.services[service].ports.firstIndex { $0.protocol.isHTTP }.map { .service(service, port: $0) }
    }
    switch table.owner {
    case .gateway(let gateway): return .gateway(gateway)
    case .service(let service): return port(service)
    case .hosts: return policy.services.indices.lazy.compactMap(port).first
    }
  }

  private func host(of table: RouteTable, _ policy: Policy) -> String? {
    switch table.owner {
    case .hosts(let hosts): hosts.first?.example
    case .gateway(let gateway): host(of: .gateway(gateway), policy)
    case .service: nil
    }
  }

  private func host(of target: TestSuite.Target, _ policy: Policy) -> String? {
    switch target {
    case .gateway(let gateway): policy.gateways[gateway].hosts.first?.example
    case .service: nil
    }
  }
}

extension HostPattern {
  /// A host that it covers.
  fileprivate var example: String { isWildcard ? "x.\(name)" : name }
}
