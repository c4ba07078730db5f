import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// The machine and a direct reading of the typed policy give the same answers.
struct AgreementTests {
  @Test func randomPolicies() throws {
    for seed in UInt64(0)..<500 {
      var random = SplitMix64(seed: seed)
      let policy = Samples.policy(&random, rules: 1 + Int(random.next() % 8), depth: 4)
      let image = try generate(policy)
      let program = try verify(UnverifiedProgram(image))
      let scopeID = program.scope(.authz, 0)
      let scope = try #require(scopeID)
      var frame = Frame(for: program)
      var matches = MatchSet(for: program)
      for _ in 0..<8 {
        let world = Samples.world(&random)
        let model = Model(world: world)
        let truths = policy.authz[0].rules.map { model.truth($0.condition) }
        world.fill(&frame, for: program)
        let data = world.dataSets
        program.match(scope, &frame, data, into: &matches)
        for (index, rule) in policy.authz[0].rules.enumerated() where matches[index] != truths[index] {
          Issue.record("seed \(seed): \(rule.condition) is \(truths[index]), not \(matches[index]), in \(world)")
          return
        }
        let rules = policy.authz[0].rules
        let expected = Self.decision(rules, truths, enforcingShadows: false)
        for strategy in ScopeStrategy.allCases {
          let decided = program.decide(scope, &frame, data, by: strategy)
          #expect(decided.isSame(as: expected), "seed \(seed), \(strategy), in \(world)")
        }
        let enforced = program.decision(scope, matches, enforcingShadows: false)
        #expect(enforced.isSame(as: expected), "seed \(seed)")
        let shadowed = program.decision(scope, matches, enforcingShadows: true)
        #expect(shadowed.isSame(as: Self.decision(rules, truths, enforcingShadows: true)), "seed \(seed)")
      }
    }
  }

  @Test func routesAndLimits() throws {
    for seed in UInt64(0)..<100 {
      var random = SplitMix64(seed: seed)
      var policy = Samples.policy
      let conditions = (0..<5).map { _ in Samples.condition(&random, depth: 3) }
      let position = Position(file: 0, line: 1, column: 1)
      policy.routeTables = [
        RouteTable(
          owner: .hosts([HostPattern(isWildcard: false, name: "h")]), tokens: [], pathView: .exact,
          routes: (conditions + [.constant(true)]).map {
            Route(
              name: "r", mount: nil, condition: $0, action: RouteAction(kind: .respond(status: 200, body: nil)),
              annotations: Annotations(), documentation: "", module: "m", position: position)
          }, singleReads: [], module: "m", position: position)
      ]
      policy.limits = conditions.map {
        Limit(
          name: "l", module: "m", service: 0, port: nil, tokens: [], count: 1, perNanoseconds: 1, burst: 1, key: nil,
          ipv4Prefix: nil, ipv6Prefix: nil, condition: $0, keysMax: nil, pathView: .exact, singleReads: [],
          position: position)
      }
      let program = try verify(UnverifiedProgram(try generate(policy)))
      let tableID = program.scope(.routes, 0)
      let table = try #require(tableID)
      var frame = Frame(for: program)
      for _ in 0..<8 {
        let world = Samples.world(&random)
        let truths = (conditions + [.constant(true)]).map { Model(world: world).truth($0) }
        world.fill(&frame, for: program)
        let first = try #require(truths.firstIndex { $0 != .no })
        for strategy in ScopeStrategy.allCases {
          let choice = program.route(table, &frame, world.dataSets, by: strategy)
          #expect(
            choice == (truths[first] == .yes ? .route(first) : .indeterminate(first)), "seed \(seed), \(strategy)")
        }
        for (index, truth) in truths.dropLast().enumerated() {
          let limitID = program.scope(.limit, index)
          let limit = try #require(limitID)
          let found = program.truth(in: limit, &frame, world.dataSets)
          #expect(found == truth, "seed \(seed)")
        }
      }
    }
  }

  struct Expected {
    var isAllowed: Bool
    var reason: Decision.Reason
    var rule: Int?
  }

  /// Deny true, deny undetermined, allow true, allow undetermined, nothing.
  static func decision(_ rules: [Rule], _ truths: [Truth], enforcingShadows: Bool) -> Expected {
    func first(_ effect: Rule.Effect, _ truth: Truth) -> Int? {
      rules.indices.first {
        rules[$0].effect == effect && (enforcingShadows || !rules[$0].isShadow) && truths[$0] == truth
      }
    }
    if let rule = first(.deny, .yes) { return Expected(isAllowed: false, reason: .rule, rule: rule) }
    if let rule = first(.deny, .undetermined) { return Expected(isAllowed: false, reason: .indeterminate, rule: rule) }
    if let rule = first(.allow, .yes) { return Expected(isAllowed: true, reason: .rule, rule: rule) }
    if let rule = first(.allow, .undetermined) { return Expected(isAllowed: false, reason: .indeterminate, rule: rule) }
    return Expected(isAllowed: false, reason: .noRule, rule: nil)
  }
}

extension Decision {
  func isSame(as expected: AgreementTests.Expected) -> Bool {
    isAllowed == expected.isAllowed && reason == expected.reason && rule == expected.rule
  }
}
