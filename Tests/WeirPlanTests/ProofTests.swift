import Testing
import WeirAnalysis
import WeirPlan
import WeirPolicy
import WeirReference

/// Claims about random rules, beside random requests that would break them.
@Suite struct ProofTests {
  @Test(arguments: 0..<15) func noRequestBreaksWhatIsProved(round: UInt64) throws {
    var world = World(seed: 7_000 + round)
    world.policy.authz[0].rules = (0..<5).map { number in
      Rule(
        name: "r\(number)", effect: world.pick([.allow, .allow, .deny]), isShadow: false,
        condition: world.condition(depth: 2), until: nil, module: "m", annotations: Annotations(), documentation: "",
        position: Position(file: 0, line: 1, column: 1))
    }
    let start = Position(file: 0, line: 1, column: 1)
    let conditions = (0..<8).map { _ in world.condition(depth: 2) }
    world.policy.proofs = [
      Proof(
        name: "p", module: "m",
        claims: (conditions.map { .never(.allow(authz: 0, $0)) } + conditions.map { .always(.allow(authz: 0, $0)) })
          .map { Proof.Claim($0, position: start) }, position: start)
    ]
    let results = Prover(policy: world.policy).results()
    let reference = ReferenceEvaluator(policy: world.policy)
    for result in results {
      if case .contradicted(let test) = result.answer { Issue.record("seed \(round): \(test)") }
    }
    for _ in 0..<60 {
      var request = world.request()
      guard request.isComplete else { continue }
      if request.facts.caller == .unavailable { request.facts.caller = .absent }
      let verdict = try #require(reference.decide(request.facts))
      guard verdict.outcome != .reject else { continue }
      for (index, condition) in conditions.enumerated()
      where reference.evaluate(condition, scope: 0, request.facts) == .yes {
        let broken = verdict.outcome == .allow ? index : index + conditions.count
        #expect(!results[broken].answer.isProved, "seed \(round): \(condition) on \(request.facts)")
      }
    }
  }
}
