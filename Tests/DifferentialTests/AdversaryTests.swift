import PropertyTesting
import Testing
import WeirCompiler
import WeirEnforcement
import WeirReference
import WeirRequest

/// Policies that are made to be slow keep to their budgets, and are decided as ever.
@Suite struct AdversaryTests {
  static let requests = 60

  @Test(arguments: Adversary.allCases)
  func budgetsHoldAndDecisionsAreExact(family: Adversary) throws {
    let policy = try family.policy()
    let (bytes, statistics) = try buildWithStatistics(policy, generation: 1)
    let scope = try #require(statistics.first)
    #expect(bytes.count <= family.ruleCount * family.bytesPerRuleMax, "\(scope)")
    #expect(scope.edges <= max(4_096, 16 * scope.clauses), "\(scope)")
    // What is left to be tested one by one: patterns hardly ever, regexes that multiply nearly all.
    if family != .regexes, family != .manyStars { #expect(scope.variables == 0, "\(scope)") }

    let bundle = try LoadedBundle.load(bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let reference = ReferenceEvaluator(policy: policy)
    var random = SplitMix64(seed: 7)
    var outcomes: Set<Verdict.Outcome> = []
    for _ in 0..<Self.requests {
      var facts = RequestFacts()
      facts.service = "target"
      facts.caller = .known("spiffe://mesh.local/ns/\(random.pick(["n", "n1"]))/sa/s\(random.next() % 30)")
      facts.http = .init(
        method: random.pick(["GET", "PUT"]), scheme: "https", host: "target", target: family.path(&random),
        headers: [.init("x-env", "e\(random.next() % 30)")])
      let expected = try #require(reference.decide(facts))
      let found: Verdict? = try? enforcer.decide(facts, under: bundle)
      #expect(found == expected, "\(family): \(facts)")
      outcomes.insert(expected.outcome)
    }
    #expect(outcomes.contains(.deny))
  }
}
