import WeirPlan
import WeirPolicy
import WeirRequest

/// Findings about the enforced rules of one scope.
struct ScopeLints {
  private let prover: Prover
  private let scope: Int
  private let rules: [Rule]
  private let forms: Forms

  init(_ prover: Prover, scope: Int) {
    self.prover = prover
    self.scope = scope
    let authz = prover.policy.authz[scope]
    rules = authz.rules
    forms = Forms(
      authz.rules.map(\.condition), context: PlanContext(authz: authz, of: prover.policy),
      asterisk: prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil,
      limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    let constants = rules.indices.compactMap(constant)
    let settled = Set(constants.map(\.item.position))
    let enforced = rules.indices.filter { !rules[$0].isShadow && !settled.contains(rules[$0].position) }
    let denies = enforced.filter { rules[$0].effect == .deny }
    let allows = enforced.filter { rules[$0].effect == .allow }
    return constants + covered(denies, after: []) + covered(allows, after: denies)
  }

  private func constant(_ rule: Int) -> MeaningFinding? {
    // `always` says what it is.
    guard !rules[rule].isShadow, !rules[rule].condition.tests.isEmpty else { return nil }
    if forms.never([rule]) { return finding(.neverTrue, rule) }
    let question = Question(
      conditions: [rules[rule].condition], lists: [],
      context: PlanContext(
        authz: prover.policy.authz[scope], of: prover.policy)
    ) { _ in true }
    guard question.doubt(where: .constant(true)) == nil, forms.always(rule) else { return nil }
    return finding(.alwaysTrue, rule)
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
    MeaningFinding(
      kind: kind, item: rules[rule].item, cover: cover.map { rules[$0].item },
      example: kind == .neverTrue ? nil : example(rule))
  }

  /// A request that the rule covers.
  private func example(_ rule: Int) -> String? {
    let target = TestSuite.Target(prover.policy.authz[scope].target)
    guard let analysis = forms.analyses.first, case .found(let region) = analysis.isSatisfiable([rule]),
      let witness = Witness(region, in: analysis.space, of: prover.policy, for: target),
      prover.reference.evaluate(rules[rule].condition, scope: scope, witness.facts) == .yes,
      let verdict = prover.reference.decide(witness.facts)
    else { return nil }
    return prover.line(witness, expecting: [.init(outcomeOf: verdict)])
  }
}

/// Findings about the routes of one table.
struct RouteLints {
  private let routes: [Route]
  private let forms: Forms

  init(_ prover: Prover, table: Int) {
    let table = prover.policy.routeTables[table]
    routes = table.routes
    let scope = prover.policy.authz.indices.first
    forms = Forms(
      table.routes.map(\.condition),
      context: PlanContext(policy: prover.policy, pathView: table.pathView, callerCanBeAbsent: true),
      asterisk: scope.map { Asterisk(reference: prover.reference, scope: $0) }, limits: prover.limits)
  }

  func findings() -> [MeaningFinding] {
    // Every table ends in an `otherwise`, wanted or not.
    let asked = routes.indices.dropLast().filter { !routes[$0].condition.tests.isEmpty }
    guard let reached = forms.reached(Array(routes.indices)) else { return [] }
    return asked.compactMap { route in
      guard !reached.contains(route) else { return nil }
      if forms.never([route]) { return finding(.neverTrue, route, cover: []) }
      let earlier = Array(0..<route)
      guard forms.never([route], without: earlier) else { return nil }
      return finding(.unreachable, route, cover: forms.cover(of: route, among: earlier))
    }
  }

  private func finding(_ kind: MeaningFinding.Kind, _ route: Int, cover: [Int]) -> MeaningFinding {
    MeaningFinding(kind: kind, item: routes[route].item, cover: cover.map { routes[$0].item }, example: nil)
  }
}

extension Forms {
  /// Whether it is proved that every request satisfies the condition.
  func always(_ condition: Int) -> Bool {
    analyses.allSatisfy { analysis in
      if case .never = analysis.counterexample(to: condition, beingAlways: true) { return true }
      return false
    }
  }
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

extension Rule {
  fileprivate var item: MeaningFinding.Item { .init(name: name, position: position) }
}

extension Route {
  fileprivate var item: MeaningFinding.Item { .init(name: name, position: position) }
}
