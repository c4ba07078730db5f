import Testing
import WeirAnalysis
import WeirPolicy
import WeirReference

/// What is said of the meaning of random rules, beside random requests that would show it wrong.
@Suite struct MeaningTests {
  @Test(arguments: 0..<20) func noRequestShowsAFindingWrong(round: UInt64) throws {
    var world = World(seed: 9_000 + round)
    world.policy.authz[0].rules = (0..<6).map { number in
      Rule(
        name: "r\(number)", effect: world.pick([.allow, .allow, .deny]), isShadow: false,
        condition: world.condition(depth: 1), until: nil, module: "m", annotations: Annotations(), documentation: "",
        position: Position(file: 0, line: number + 1, column: 1))
    }
    let rules = world.policy.authz[0].rules
    let findings = MeaningAnalysis(policy: world.policy).findings()
    let reference = ReferenceEvaluator(policy: world.policy)
    var without = world.policy
    let unneeded = Set(
      findings.filter { [.neverTrue, .denied, .redundant, .sameMeaning].contains($0.kind) }.map(\.item.name))
    without.authz[0].rules.removeAll { unneeded.contains($0.name) }
    let reduced = ReferenceEvaluator(policy: without)
    for _ in 0..<60 {
      var request = world.request()
      guard request.isComplete else { continue }
      if request.facts.caller == .unavailable { request.facts.caller = .absent }
      let verdict = try #require(reference.decide(request.facts))
      guard verdict.outcome != .reject else { continue }
      // All that was found at once can go at once.
      #expect(reduced.decide(request.facts)?.outcome == verdict.outcome, "seed \(round): \(request.facts)")
      for finding in findings {
        let rule = try #require(rules.first { $0.name == finding.item.name })
        let value = reference.evaluate(rule.condition, scope: 0, request.facts)
        switch finding.kind {
        case .alwaysTrue: #expect(value == .yes, "seed \(round): \(rule.condition) on \(request.facts)")
        case .neverTrue: #expect(value == .no, "seed \(round): \(rule.condition) on \(request.facts)")
        case .denied, .redundant, .sameMeaning, .unreachable, .refusedRoute, .neverCharged, .neverRefuses,
          .deniedRoute, .unreachedAllow:
          break
        }
      }
    }
  }
}
