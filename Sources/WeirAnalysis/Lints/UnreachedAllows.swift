import WeirPlan
import WeirPolicy

/// Allows that only gateways satisfy, of which no route of theirs sends such a request.
struct UnreachedAllows {
  let prover: Prover
  /// What is known of a rule already: nothing more is said of it.
  let settled: Set<Position>
  /// Rules and routes that all questions together may look at.
  let conditionsMax: Int

  private var policy: Policy { prover.policy }

  func findings() -> [MeaningFinding] {
    let callers = policy.gateways.indices.compactMap { index in
      policy.gateways[index].identity.map { (gateway: index, condition: Condition.caller(is: $0)) }
    }
    guard !callers.isEmpty else { return [] }
    var left = conditionsMax
    var order: [Position] = []
    var findings: [Position: [MeaningFinding?]] = [:]
    for scope in policy.authz.indices {
      guard case .service = policy.authz[scope].target else { continue }
      for rule in policy.authz[scope].rules where rule.effect == .allow && !rule.isShadow {
        guard !settled.contains(rule.position) else { continue }
        if findings[rule.position] == nil { order.append(rule.position) }
        findings[rule.position, default: []].append(unreached(rule, scope: scope, callers, &left))
      }
    }
    return order.compactMap { position in
      let found = findings[position] ?? []
      let certain = found.compactMap(\.self)
      return certain.count == found.count ? certain.first : nil
    }
  }

  private func unreached(
    _ rule: Rule, scope: Int, _ callers: [(gateway: Int, condition: Condition)], _ left: inout Int
  ) -> MeaningFinding? {
    let authz = policy.authz[scope]
    guard case .service(let service, let port) = authz.target,
      rule.condition.tests.contains(where: { $0.reads.contains { $0.isOfTheCaller } })
    else { return nil }
    let forms = Forms(
      [rule.condition] + callers.map(\.condition), context: PlanContext(authz: authz, of: policy),
      asterisk: prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil,
      limits: prover.limits)
    // Whoever else it allows may simply call.
    guard forms.never([0], without: Array(1...callers.count)) else { return nil }
    let waited = callers.indices.filter { !forms.neverTogether([0, $0 + 1]) }
    guard !waited.isEmpty else { return nil }
    let gateways = Set(waited.map { callers[$0].gateway })
    let identified = Condition.and([rule.condition, .or(waited.map { callers[$0].condition })])
    guard
      prover.sendsNothing(to: service, port: port, from: gateways, within: &left, where: [identified], { $0 == 0 })
    else { return nil }
    let names = gateways.sorted().map { policy.gateways[$0] }
    return MeaningFinding(
      kind: .unreachedAllow, item: .init(name: rule.name, position: rule.position),
      cover: names.map { .init(name: $0.name, position: $0.position) },
      example: prover.example(of: rule.condition, scope: scope, named: rule.name))
  }
}

extension Attribute {
  var isOfTheCaller: Bool {
    switch self {
    case .caller, .callerTrustDomain, .callerNamespace, .callerAccount: true
    case .capture(_, let bindings): bindings.contains { $0.source == .caller }
    case .method, .path, .scheme, .host, .port, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .claim, .token, .time, .responseStatus, .responseHeader:
      false
    }
  }
}

extension Condition {
  fileprivate static func caller(is identity: String) -> Condition {
    .test(
      Test(attribute: .caller, predicate: .equals(.string(identity)), whenAbsent: false, position: .nowhere))
  }
}
