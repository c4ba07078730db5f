import WeirPlan
import WeirPolicy
import WeirReference

/// Who may call whom: an edge for each caller of which some request is allowed.
public struct CallGraph: Sendable {
  public struct Edge: Hashable, Sendable {
    /// The name of a service, gateway or principal; `others` for every other identity, `nobody` for a peer without one,
    /// `anybody` for all of them.
    public let caller: String
    /// `payments`, `voting port admin`, `edge`
    public let target: String
    /// The service or gateway that the target belongs to, which calls under the same name.
    public let node: String
    /// Where the node has several.
    public let port: String?
    /// The rules that allow such a request, in the order of `by`; none for a gateway without rules.
    public let rules: [String]
    /// Whether a request was found that the reference evaluator allows. Else none was excluded.
    public let isCertain: Bool
  }

  /// What nobody may call: it is proved that no request is allowed.
  public struct Uncalled: Hashable, Sendable {
    public let target: String
    public let node: String
  }

  /// By target in the order of the policy, then by caller.
  public let edges: [Edge]
  /// In the order of the policy.
  public let uncalled: [Uncalled]

  /// Rules and routes that all questions together about what gateways send may look at.
  private static let conditionsMax = 400_000

  /// - Complexity: a walk for each pair of a caller and a target, each bounded by `limits`.
  public init(policy: Policy, limits: PlanLimits = PlanLimits()) {
    let prover = Prover(policy: policy, limits: limits)
    let callers = Caller.all(policy)
    var left = Self.conditionsMax
    var edges: [Edge] = []
    var uncalled: [Uncalled] = []
    for scope in policy.authz.indices {
      let found = prover.edges(to: scope, from: callers, within: &left)
      edges += found
      let place = prover.place(ofScope: scope)
      if found.isEmpty { uncalled.append(Uncalled(target: place.target, node: place.node)) }
    }
    for gateway in policy.gateways where gateway.authz == nil {
      edges.append(
        Edge(caller: "anybody", target: gateway.name, node: gateway.name, port: nil, rules: [], isCertain: true))
    }
    self.edges = edges
    self.uncalled = uncalled
  }
}

/// A caller and what is true of its requests.
private struct Caller {
  var name: String
  var condition: Condition
  var isNobody = false
  /// One that calls by its routes alone.
  var gateway: Int?

  /// Names first; whatever has none comes last.
  static func all(_ policy: Policy) -> [Caller] {
    var named: [Caller] = []
    for service in policy.services where !service.identities.isEmpty {
      named.append(Caller(name: service.name, condition: test(.isIn(service.identities.map(Value.string).sorted()))))
    }
    for (index, gateway) in policy.gateways.enumerated() {
      guard let identity = gateway.identity else { continue }
      named.append(Caller(name: gateway.name, condition: test(.equals(.string(identity))), gateway: index))
    }
    for principal in policy.principals {
      named.append(
        Caller(name: principal.name, condition: test(.matchesAny(patterns: principal.identities, values: []))))
    }
    let present = test(.isPresent)
    let others = Condition.and([present] + named.map { .not($0.condition) })
    return named + [
      Caller(name: "others", condition: others), Caller(name: "nobody", condition: .not(present), isNobody: true),
    ]
  }

  private static func test(_ predicate: Predicate) -> Condition {
    .test(
      Test(
        attribute: .caller, predicate: predicate, whenAbsent: false, position: .nowhere))
  }
}

extension Prover {
  fileprivate func edges(to scope: Int, from callers: [Caller], within left: inout Int) -> [CallGraph.Edge] {
    let authz = policy.authz[scope]
    let rules = ScopeRules(authz)
    guard !rules.allows.isEmpty else { return [] }
    let target = TestSuite.Target(authz.target)
    let place = place(ofScope: scope)
    let context = PlanContext(authz: authz, of: policy)
    let first = callers.count
    let conditions = callers.map(\.condition) + rules.conditions
    let asterisk = isHTTP(scope: scope) ? Asterisk(reference: reference, scope: scope) : nil
    let forms = Forms(
      conditions, given: policy.answering(scope: scope, asked: conditions), context: context, asterisk: asterisk,
      limits: limits)
    let entries = Array(first..<conditions.count)
    return callers.indices.compactMap { caller in
      // A port with mutual TLS refuses whoever shows no certificate.
      if callers[caller].isNobody, !context.callerCanBeAbsent { return nil }
      var allowing: Set<Int> = []
      var isCertain = false
      var isPossible = false
      for (form, analysis) in forms.analyses.enumerated() {
        switch forms.firsts([[caller], entries], in: analysis, where: { $0[0] == 0 && rules.isAllowed($0[1]) }) {
        case .never: continue
        case .undecided: isPossible = true
        case .found(let found):
          isPossible = true
          for entry in found {
            allowing.insert(entry.firsts[1])
            isCertain = isCertain || isAllowed(entry.region, analysis.space, scope, target, isAsterisk: form > 0)
          }
        }
      }
      guard isPossible, !sendsNothing(callers[caller], to: scope, rules, within: &left) else { return nil }
      return CallGraph.Edge(
        caller: callers[caller].name, target: place.target, node: place.node, port: place.port,
        rules: allowing.sorted().map { rules.allows[$0 - rules.denies.count].name }, isCertain: isCertain)
    }
  }

  /// Whether it is proved that a gateway sends nothing that is allowed.
  private func sendsNothing(
    _ caller: Caller, to scope: Int, _ rules: ScopeRules, within left: inout Int
  ) -> Bool {
    guard let gateway = caller.gateway, case .service(let service, let port) = policy.authz[scope].target,
      isHTTP(scope: scope)
    else { return false }
    let conditions =
      rules.denies.map(\.condition) + rules.allows.map { Condition.and([caller.condition, $0.condition]) }
    return sendsNothing(
      to: service, port: port, from: [gateway], within: &left, where: conditions, rules.isAllowed)
  }

  fileprivate func place(ofScope scope: Int) -> (target: String, node: String, port: String?) {
    let target = policy.authz[scope].target
    let text = CaseText(policy: policy).place(TestSuite.Target(target))
    switch target {
    case .service(let service, let port):
      let declared = policy.services[service]
      return (text, declared.name, declared.ports.count > 1 ? declared.ports[port].name : nil)
    case .gateway(let gateway): return (text, policy.gateways[gateway].name, nil)
    }
  }

  private func isAllowed(
    _ region: Region, _ space: Space, _ scope: Int, _ target: TestSuite.Target, isAsterisk: Bool
  ) -> Bool {
    space.sides(of: region).contains { side in
      guard
        let witness = Witness(region, in: space, of: policy, for: target, isAsterisk: isAsterisk, adapting: side),
        let verdict = reference.decide(witness.facts), verdict.outcome != .reject
      else { return false }
      return isAllowed(witness.facts, scope: scope, verdict)
    }
  }
}
