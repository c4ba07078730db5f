import WeirPlan
import WeirPolicy

/// Findings about limits: conditions that are constant, and limits that never refuse anything.
struct LimitLints {
  let prover: Prover

  private var policy: Policy { prover.policy }

  func findings() -> [MeaningFinding] {
    var found: [Int: MeaningFinding] = [:]
    for index in policy.limits.indices {
      found[index] = constant(policy.limits[index]) ?? neverCharged(policy.limits[index])
    }
    // Of two that say the same, one stays.
    for index in policy.limits.indices.reversed() where found[index] == nil {
      let others = policy.limits.indices.filter { $0 != index && found[$0] == nil }
      found[index] = neverRefuses(policy.limits[index], beside: others.map { policy.limits[$0] })
    }
    return policy.limits.indices.flatMap { index in found[index].map { [$0] } ?? constantParts(policy.limits[index]) }
  }

  private func constant(_ limit: Limit) -> MeaningFinding? {
    // Without `when` it says what it is.
    guard !limit.condition.tests.isEmpty else { return nil }
    let scopes = scopes(of: limit)
    let asked = scopes.map { forms([limit.condition], scope: $0) }
    let item = MeaningFinding.Item(name: limit.name, position: limit.position)
    if asked.allSatisfy({ $0.never([0]) }) {
      return prover.constant(.neverTrue, item, limit.condition, scope: scopes[0])
    }
    guard scopes.allSatisfy({ isCertain([limit.condition], scope: $0) }), asked.allSatisfy({ $0.always(0) }) else {
      return nil
    }
    return prover.constant(.alwaysTrue, item, limit.condition, scope: scopes[0])
  }

  private func neverCharged(_ limit: Limit) -> MeaningFinding? {
    // An undetermined condition charges, so what leaves doubt is left alone.
    let isSilent = scopes(of: limit).allSatisfy { scope in
      let rules = ScopeRules(policy.authz[scope])
      let question = Question(
        conditions: [limit.condition] + rules.conditions, lists: [[0], Array(1..<(1 + rules.conditions.count))],
        context: PlanContext(authz: policy.authz[scope], of: policy)
      ) { $0[0] == 0 && rules.isAllowed($0[1]) }
      // Who is allowed nothing hears of it elsewhere.
      guard !rules.allows.isEmpty, question.doubt(where: .constant(true)) == nil else { return false }
      if case .none = question.search(asterisk: asterisk(scope), limits: prover.limits) { return true }
      return false
    }
    guard isSilent else { return nil }
    let scope = scopes(of: limit)[0]
    return finding(
      .neverCharged, limit, .init(name: policy.services[limit.service].name, position: policy.authz[scope].position))
  }

  /// Whatever `limit` counts, a stricter one counts too: it refuses first, and then neither is charged.
  private func neverRefuses(_ limit: Limit, beside others: [Limit]) -> MeaningFinding? {
    let stricter = others.first { other in
      other.service == limit.service && (other.port == nil || other.port == limit.port) && other.isStricter(than: limit)
        && scopes(of: limit).allSatisfy { scope in
          let conditions = [limit.condition, other.condition]
          let both = forms(conditions, scope: scope)
          return isCertain(conditions, scope: scope) && both.never([0], without: [1])
        }
    }
    return stricter.map { other in
      var found = finding(.neverRefuses, limit, .init(name: other.name, position: other.position))
      found.restsOnKeys = other.key != nil
      return found
    }
  }

  /// Parts of a condition that hold for all requests of every port, or for none.
  private func constantParts(_ limit: Limit) -> [MeaningFinding] {
    let scopes = scopes(of: limit)
    let item = MeaningFinding.Item(name: limit.name, position: limit.position)
    let parts = ConstantParts(of: limit.condition) { part, value in
      scopes.allSatisfy { scope in
        (!value || isCertain([part], scope: scope)) && forms([part], scope: scope).isConstant(0, value)
      }
    }
    return parts.found.map { prover.constant($0.kind, item, $0.condition, of: limit.condition, scope: scopes[0]) }
  }

  private func finding(
    _ kind: MeaningFinding.Kind, _ limit: Limit, _ cover: MeaningFinding.Item
  ) -> MeaningFinding {
    MeaningFinding(
      kind: kind, item: .init(name: limit.name, position: limit.position), cover: [cover],
      example: (kind == .neverRefuses ? charged(limit) : nil)
        ?? prover.example(of: limit.condition, scope: scopes(of: limit)[0], named: limit.name))
  }

  /// A request that is allowed and charged: a denied one shows nothing of limits.
  private func charged(_ limit: Limit) -> String? {
    for scope in scopes(of: limit) {
      let rules = ScopeRules(policy.authz[scope])
      let question = Question(
        conditions: [limit.condition] + rules.conditions, lists: [[0], Array(1..<(1 + rules.conditions.count))],
        context: PlanContext(authz: policy.authz[scope], of: policy)
      ) { $0[0] == 0 && rules.isAllowed($0[1]) }
      let target = TestSuite.Target(policy.authz[scope].target)
      guard case .some(let candidates) = question.search(asterisk: asterisk(scope), limits: prover.limits) else {
        continue
      }
      for candidate in candidates {
        guard let witness = prover.witness(candidate, for: target),
          let verdict = prover.reference.decide(witness.facts), verdict.outcome == .allow,
          verdict.limits.contains(where: { $0.limit == limit.name })
        else { continue }
        let expectations = [.init(outcomeOf: verdict)] + verdict.limits.map { TestSuite.Expectation.limit($0.limit) }
        return prover.brief(witness, expecting: expectations, named: limit.name, for: target)
      }
    }
    return nil
  }

  private func scopes(of limit: Limit) -> [Int] {
    let ports = policy.services[limit.service].ports
    return ports.indices.filter { limit.port ?? $0 == $0 }.map { ports[$0].authz }
  }

  private func forms(_ conditions: [Condition], scope: Int) -> Forms {
    Forms(
      conditions, context: PlanContext(authz: policy.authz[scope], of: policy), asterisk: asterisk(scope),
      limits: prover.limits)
  }

  private func asterisk(_ scope: Int) -> Asterisk? {
    prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil
  }

  private func isCertain(_ conditions: [Condition], scope: Int) -> Bool {
    Question(
      conditions: conditions, lists: [], context: PlanContext(authz: policy.authz[scope], of: policy)
    ) { _ in true }.doubt(where: .constant(true)) == nil
  }
}

extension Limit {
  /// Whether each bucket of `other` is at least as full as the one of these that counts all that it counts, where each key has a
  /// bucket: what is missing from either was taken by the same requests, and comes back to `other` no slower.
  fileprivate func isStricter(than other: Limit) -> Bool {
    let (rate, otherRate) = (
      count.multipliedFullWidth(by: other.perNanoseconds), other.count.multipliedFullWidth(by: perNanoseconds)
    )
    guard rate <= otherRate, burst <= other.burst else { return false }
    guard let key else { return true }
    guard let otherKey = other.key, key.isDetermined(by: otherKey) else { return false }
    // Beyond `keys N` buckets are shared: a limit that has fewer of them may refuse for that.
    guard (keysMax == nil) == (other.keysMax == nil), (keysMax ?? 0) <= (other.keysMax ?? 0) else { return false }
    return (ipv4Prefix ?? 32) <= (other.ipv4Prefix ?? 32) && (ipv6Prefix ?? 128) <= (other.ipv6Prefix ?? 128)
  }
}

extension Attribute {
  /// Whether two requests that have `other` in common, or both lack it, have this in common.
  fileprivate func isDetermined(by other: Attribute) -> Bool {
    switch self {
    case .callerTrustDomain, .callerNamespace, .callerAccount: other == self || other == .caller
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
      other == self
    }
  }
}
