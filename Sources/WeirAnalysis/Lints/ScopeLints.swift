import WeirPlan
import WeirPolicy
import WeirRequest

/// Findings about the enforced rules of one scope.
struct ScopeLints {
  private let prover: Prover
  private let scope: Int
  private let rules: [Rule]
  private let singleReads: Set<Attribute>
  private let context: PlanContext
  private let asterisk: Asterisk?
  private let forms: Forms

  init(_ prover: Prover, scope: Int) {
    self.prover = prover
    self.scope = scope
    let authz = prover.policy.authz[scope]
    singleReads = Set(authz.singleReads)
    rules = authz.rules
    let conditions = authz.rules.map(\.condition)
    context = PlanContext(authz: authz, of: prover.policy)
    asterisk = prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil
    forms = Forms(
      conditions, given: prover.policy.answering(scope: scope, asked: conditions), context: context, asterisk: asterisk,
      limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    let constants = rules.indices.compactMap(constant)
    let settled = Set(constants.map(\.item.position))
    let enforced = rules.indices.filter { !rules[$0].isShadow && !settled.contains(rules[$0].position) }
    let denies = enforced.filter { rules[$0].effect == .deny }
    let allows = enforced.filter { rules[$0].effect == .allow }
    let found = constants + covered(denies, after: []) + covered(allows, after: denies)
    let named = Set(found.map(\.item.position))
    return found + rules.indices.filter { !named.contains(rules[$0].position) }.flatMap(constantParts)
  }

  /// Parts of a condition that hold for all requests of the scope, or for none.
  private func constantParts(_ rule: Int) -> [MeaningFinding] {
    let whole = rules[rule].condition
    let parts = ConstantParts(of: whole) { part, value in
      (!value || isCertain(part))
        && Forms([part], context: context, asterisk: asterisk, limits: prover.limits).isConstant(0, value)
    }
    return parts.found.map { prover.constant($0.kind, rules[rule].item, $0.condition, of: whole, scope: scope) }
  }

  /// Whether the condition is true or false for every request, whatever the host supplies.
  private func isCertain(_ condition: Condition) -> Bool {
    let question = Question(conditions: [condition], lists: [], context: context) { _ in true }
    return !leavesRepeatedValuesOpen(condition) && question.doubt(where: .constant(true)) == nil
  }

  private func constant(_ rule: Int) -> MeaningFinding? {
    // `always` says what it is.
    guard !rules[rule].condition.tests.isEmpty else { return nil }
    if forms.never([rule]) { return constant(.neverTrue, rule) }
    guard isCertain(rules[rule].condition), forms.always(rule) else { return nil }
    // Where it rests on the hosts of a gateway, `always` would say more: it holds for a request without a host, too.
    let finding = constant(.alwaysTrue, rule)
    return finding.cover.isEmpty ? finding : nil
  }

  /// Whether a value is read that may come twice: a request with both is refused only where an enforced rule reads it.
  private func leavesRepeatedValuesOpen(_ condition: Condition) -> Bool {
    condition.tests.contains { test in
      guard test.quantifier == nil else { return false }
      switch test.attribute {
      case .header, .query, .cookie: return !singleReads.contains(test.attribute)
      case .method, .path, .scheme, .host, .port, .clientIP, .sourceIP, .sourcePort, .sni, .caller,
        .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseStatus,
        .responseHeader:
        return false
      }
    }
  }

  /// Rules of one effect that are never needed. What is found is left out at once, so that of two equal rules one stays.
  private func covered(_ rules: [Int], after denies: [Int]) -> [MeaningFinding] {
    guard rules.count + denies.count > 1, let forward = forms.reached(denies + rules),
      let backward = forms.reached(denies + rules.reversed())
    else { return [] }
    var left = rules
    var result: [MeaningFinding] = []
    for rule in rules.reversed() where !forward.contains(rule) || !backward.contains(rule) {
      if let found = covered(rule, among: left.filter { $0 != rule }, after: denies) {
        result.append(found)
        left.removeAll { $0 == rule }
      }
    }
    return result.reversed()
  }

  private func covered(_ rule: Int, among others: [Int], after denies: [Int]) -> MeaningFinding? {
    if !denies.isEmpty, forms.never([rule], without: denies) {
      return finding(.denied, rule, cover: forms.cover(of: rule, among: denies))
    }
    // Who writes for a service need not know what the mesh says beside it.
    let own = others.filter { other in
      rules[other].module == rules[rule].module
        && (rules[rule].effect == .deny || rules[other].condition.needs.isSubset(of: rules[rule].condition.needs))
    }
    guard !own.isEmpty, forms.never([rule], without: own) else { return nil }
    let cover = forms.cover(of: rule, among: own)
    let isSame = cover.count == 1 && forms.never([cover[0]], without: [rule])
    return finding(isSame ? .sameMeaning : .redundant, rule, cover: cover)
  }

  private func finding(_ kind: MeaningFinding.Kind, _ rule: Int, cover: [Int] = []) -> MeaningFinding {
    let name = rules[rule].name
    // Beside a cover that is always true even a rule that never is may be found.
    let example =
      prover.example(of: rules[rule].condition, scope: scope, named: name)
      ?? cover.first.flatMap { prover.example(of: rules[$0].condition, scope: scope, named: name) }
    var found = MeaningFinding(
      kind: kind, item: rules[rule].item, cover: cover.map { rules[$0].item }, example: example)
    found.refusedRepeats = refusedRepeats(by: rule)
    return found
  }

  /// What the rule alone makes refuse requests that have it twice.
  private func refusedRepeats(by rule: Int) -> [String] {
    let others = rules.indices.filter { $0 != rule && !rules[$0].isShadow && rules[$0].effect != .audit }
    let read = Set(others.flatMap { rules[$0].condition.singleReads })
    var own: [Attribute] = []
    for attribute in rules[rule].condition.singleReads where !read.contains(attribute) && !own.contains(attribute) {
      own.append(attribute)
    }
    return own.map(\.text)
  }

  private func constant(_ kind: MeaningFinding.Kind, _ rule: Int) -> MeaningFinding {
    prover.constant(kind, rules[rule].item, rules[rule].condition, scope: scope)
  }
}

extension Prover {
  /// A finding about a condition that is proved to be constant for all requests of a scope.
  ///
  /// - Parameter whole: the condition that it is a part of; a part that is always true is best seen where the whole holds.
  func constant(
    _ kind: MeaningFinding.Kind, _ item: MeaningFinding.Item, _ condition: Condition, of whole: Condition? = nil,
    scope: Int
  ) -> MeaningFinding {
    let context = PlanContext(authz: policy.authz[scope], of: policy)
    let asterisk = isHTTP(scope: scope) ? Asterisk(reference: reference, scope: scope) : nil
    let given = policy.answering(scope: scope, asked: [condition])
    let reason = ConstantReason(condition, isAlways: kind == .alwaysTrue) { part, value in
      Forms([part], given: given, context: context, asterisk: asterisk, limits: limits).isConstant(0, value)
    }
    let restsOnHosts =
      given != .constant(true)
      && !Forms([condition], context: context, asterisk: asterisk, limits: limits).isConstant(0, kind == .alwaysTrue)
    var cover: [MeaningFinding.Item] = []
    if restsOnHosts, case .gateway(let gateway) = policy.authz[scope].target { cover = [policy.item(gateway)] }
    let nearest = reason.nearest.map { near in
      (kind == .alwaysTrue ? whole : nil).map { [.and([$0, near]), near] } ?? [near]
    }
    let example = ((nearest ?? []) + [.constant(true)]).lazy.compactMap {
      self.example(of: $0, scope: scope, named: item.name)
    }.first
    return MeaningFinding(
      kind: kind, item: item, cover: cover, part: whole == nil ? nil : condition, reason: reason.told(of: policy),
      example: example)
  }

  /// A request that satisfies a condition and how it is decided, as a test on one line.
  func example(of condition: Condition, scope: Int, named name: String) -> String? {
    let target = TestSuite.Target(policy.authz[scope].target)
    let rules = policy.authz[scope].rules.map(\.condition).whereFew
    let question = Question(
      conditions: [condition, policy.answering(scope: scope, asked: [condition] + rules)] + rules, lists: [[0], [1]],
      context: PlanContext(authz: policy.authz[scope], of: policy)
    ) { $0 == [0, 0] }
    let asterisk = isHTTP(scope: scope) ? Asterisk(reference: reference, scope: scope) : nil
    guard case .some(let candidates) = question.search(asterisk: asterisk, limits: limits) else { return nil }
    for candidate in candidates {
      guard let witness = witness(candidate, for: target),
        reference.evaluate(condition, scope: scope, witness.facts) == .yes,
        let verdict = reference.decide(witness.facts)
      else { continue }
      return brief(witness, expecting: [.init(outcomeOf: verdict)], named: name, for: target)
    }
    return nil
  }
}

extension [Condition] {
  /// All of them, so that a request can state what they read, and none is left in doubt; nothing where that would be much work.
  var whereFew: [Condition] { count <= 256 ? self : [] }
}

extension Condition {
  /// What it reads that a host may be unable to supply. An allow whose cover needs more of it is still needed in doubt.
  fileprivate var needs: Set<Attribute> {
    Set(tests.map(\.attribute)).filter { attribute in
      switch attribute {
      case .method, .path, .host, .scheme, .port: false
      case .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
        .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
        true
      }
    }
  }
}

extension Condition {
  /// What it reads as one value though a request can have several.
  fileprivate var singleReads: [Attribute] {
    tests.flatMap { test in test.reads.filter { $0.isLine && ($0 != test.attribute || test.quantifier == nil) } }
  }
}

extension Rule {
  var item: MeaningFinding.Item { .init(name: name, position: position) }
}

extension Policy {
  /// A gateway as the other place of a finding.
  func item(_ gateway: Int) -> MeaningFinding.Item {
    .init(name: gateways[gateway].name, position: gateways[gateway].position)
  }
}
