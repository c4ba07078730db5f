import PropertyTesting
import Testing
import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// The plan against the oracle that walks the typed policy.
@Suite struct AgreementTests {
  /// Every condition, in Kleene's logic, on requests in which much is absent or unavailable.
  @Test(arguments: 0..<40) func bitmapsGiveTheValuesOfTheReference(round: UInt64) throws {
    let view = PathView(ignoresCase: false, ignoresTrailingSlash: round % 3 == 0)
    var world = World(seed: round, view: view)
    let conditions = (0..<12).map { _ in world.condition() }
    let space = Space(conditions, context: PlanContext(authz: world.policy.authz[0], of: world.policy))
    try expectValues(of: conditions, in: space, requests: 20, of: &world, seed: round)
  }

  /// Outcome and deciding rule of whole scopes, by the graph and by the bitmaps.
  @Test(arguments: 0..<40) func graphAndBitmapsDecideAsTheReference(round: UInt64) throws {
    var world = World(seed: 1_000 + round)
    world.policy.authz[0].rules = (0..<10).map { number in
      Rule(
        name: "r\(number)", effect: world.pick([.allow, .allow, .deny, .audit]), isShadow: world.chance(15),
        condition: world.condition(), until: nil, module: "m", annotations: Annotations(), documentation: "",
        position: Position(file: 0, line: number + 1, column: 1))
    }
    let plan = ScopePlan(authz: 0, of: world.policy)
    #expect(plan.graph != nil, "seed \(round): \(String(describing: plan.failure))")
    let reference = ReferenceEvaluator(policy: world.policy)
    for _ in 0..<40 {
      var request = world.request()
      if request.facts.caller == .unavailable {
        // On a permissive port, left out is absent.
        request.facts.caller = .absent
        request.values[.caller] = .absent
      }
      let point = try point(plan.space, request, reference)
      let matches = plan.bitmaps.matches(at: point)
      #expect(plan.decide(point) == plan.decide(matches), "seed \(round): \(request.facts)")
      let verdict = try #require(reference.decide(request.facts))
      let rules = world.policy.authz[0].rules
      switch plan.decide(point) {
      case .by(let rule):
        #expect(verdict.by == rules[rule].name, "seed \(round): \(request.facts)")
        #expect((verdict.outcome == .allow) == (rules[rule].effect == .allow), "seed \(round)")
      case .undetermined(let rule):
        #expect(verdict.by == rules[rule].name && verdict.reason == "indeterminate", "seed \(round): \(request.facts)")
      case .none: #expect(verdict.reason == "no_rule", "seed \(round): \(request.facts)")
      }
      let matched = rules.indices.filter { !rules[$0].isShadow && rules[$0].effect != .audit && matches.must[$0] }
      #expect(verdict.matched == matched.map { rules[$0].name }, "seed \(round)")
    }
  }

  /// Regexes that share what follows their first pieces, where there is no room for them whole.
  @Test(arguments: 0..<16) func regexesInTwoPartsGiveTheValuesOfTheReference(round: UInt64) throws {
    var world = World(seed: 2_000 + round, view: PathView(ignoresCase: false, ignoresTrailingSlash: round % 3 == 0))
    let heads = ["", "/a", "/b", "/c", "/x1", "/ab", "/aab", "/d", "/e", "/f", "/a/b", "/c/a", "/b/b", "/g/h"]
    let tails = ["/.*", "/b/.*", "/[a-c]*", "/.*a", "/(a/)?b", "(/.*)?", "/?", "/(b|c)"]
    let conditions = (0..<200).map { _ -> Condition in
      let path = world.pick(heads) + world.pick(tails)
      let caller = "spiffe://" + world.pick(["t.example", "u.example", "t.example/ns/a", "t.example/ns/b"])
      let regex = world.pick([path, path, caller + world.pick(["/.*", "(/.*)?", "/sa/.*b"])])
      return .test(
        Test(
          attribute: regex == path ? .path : .caller, predicate: .matchesRegex(regex), isNegated: world.chance(30),
          whenAbsent: world.chance(40), position: Position(file: 0, line: 1, column: 1)))
    }
    var limits = PlanLimits()
    limits.regexStatesMax = world.pick([32, 48])
    let space = Space(
      conditions, context: PlanContext(authz: world.policy.authz[0], of: world.policy), purpose: .deciding,
      limits: limits)
    let patterns = space.atoms.filter { if case .text(let text) = $0.test { text.machines.isEmpty } else { false } }
    #expect(patterns.count > 4, "seed \(round): regexes are split")
    try expectValues(of: conditions, in: space, requests: 40, of: &world, seed: round)
  }

  private func expectValues(
    of conditions: [Condition], in space: Space, requests: Int, of world: inout World, seed: UInt64
  ) throws {
    let bitmaps = Bitmaps(space)
    let reference = ReferenceEvaluator(policy: world.policy)
    for _ in 0..<requests {
      let request = world.request()
      let matches = bitmaps.matches(at: try point(space, request, reference))
      for (index, condition) in conditions.enumerated() {
        let value = try #require(reference.evaluate(condition, scope: 0, request.facts))
        let plan: Kleene = matches.must[index] ? .yes : matches.may[index] ? .undetermined : .no
        #expect(plan == value, "seed \(seed): condition \(condition) on \(request.facts)")
      }
    }
  }

  private func point(_ space: Space, _ request: World.Request, _ reference: ReferenceEvaluator) throws -> Point {
    let variables = try space.variables.map { variable -> Bool? in
      let condition: Condition =
        switch variable {
        case .test(let test): .test(test)
        case .condition(let condition): condition
        }
      switch try #require(reference.evaluate(condition, scope: 0, request.facts)) {
      case .yes: return true
      case .no: return false
      case .undetermined: return nil
      }
    }
    return Point(space, values: space.slots.map(request.value), variables: variables)
  }
}
