import CCounters
import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// A decision asks nothing of the allocator, whatever the rules are. (Reference counts are counted by `make bench`, in a release build:
/// without optimisation the compiler adds its own.)
struct AllocationTests {
  @Test(.enabled(if: weir_counts())) func decisionsAllocateNothing() throws {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      let program = try verify(UnverifiedProgram(try generate(Samples.policy(&random, rules: 30, depth: 4))))
      let scopeID = program.scope(.authz, 0)
      let scope = try #require(scopeID)
      var frame = Frame(for: program)
      var matches = MatchSet(for: program)
      let world = Samples.world(&random)
      let data = world.dataSets
      world.fill(&frame, for: program)
      let before = weir_allocations()
      for _ in 0..<10 {
        _ = program.decide(scope, &frame, data)
        _ = program.route(scope, &frame, data)
        program.match(scope, &frame, data, into: &matches)
        _ = program.decision(scope, matches, enforcingShadows: true)
      }
      let allocations = weir_allocations() - before
      #expect(allocations == 0, "seed \(seed)")
    }
  }

  @Test(.enabled(if: weir_counts())) func theCounterCounts() {
    let before = weir_allocations()
    let kept = Array(repeating: before, count: 100)
    #expect(weir_allocations() > before && kept.count == 100)
  }
}
