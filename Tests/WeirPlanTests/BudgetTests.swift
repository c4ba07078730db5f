import Testing
import WeirPlan
import WeirPolicy

/// Families of rules that would explode: the budget holds, what did not fit is named, and decisions stay exact.
@Suite struct BudgetTests {
  private static let here = Position(file: 0, line: 1, column: 1)

  private func test(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
    .test(Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: Self.here))
  }

  private func space(
    _ conditions: [Condition], _ limits: PlanLimits, _ purpose: Space.Purpose = .proving
  ) -> Space {
    let policy = World(seed: 0).policy
    let context = PlanContext(authz: policy.authz[0], of: policy)
    return Space(conditions, context: context, purpose: purpose, limits: limits)
  }

  @Test func regexesThatMultiplyBecomeVariables() {
    var limits = PlanLimits()
    limits.regexStatesMax = 64
    let letters = "abcdefghij".map(String.init)
    let space = space(letters.map { test(.path, .matchesRegex(".*\($0).*x")) }, limits)
    #expect(!space.refusals.isEmpty)
    #expect(space.variables.count == space.refusals.count)
    #expect(space.atoms.count > 1, "what fits stays")
  }

  /// Merged, these have a state for every set of letters that came after an x. Deciding, a slot has small automata.
  @Test func aProofHasAllTheRoomForRegexes() {
    let conditions = "abcdefghijkl".map { test(.query("q"), .matchesRegex(".*x\($0).*")) }
    #expect(space(conditions, PlanLimits(), .proving).refusals.isEmpty)
    #expect(!space(conditions, PlanLimits(), .deciding).refusals.isEmpty)
  }

  @Test func patternsThatMultiplyBecomeVariables() {
    var limits = PlanLimits()
    limits.tokenStatesMin = 64
    limits.tokenStatesPerSegmentMax = 1
    let conditions = (0..<24).map { number in
      let segments = (0..<8).map { bit -> SegmentPattern.Segment in
        (number >> (bit % 5)) & 1 == 0 ? .capture("") : .literal(bit % 2 == 0 ? "a" : "b")
      }
      return test(.path, .matches(SegmentPattern(prefix: "", segments: segments, rest: .any(name: nil), text: "")))
    }
    let space = space(conditions, limits)
    #expect(!space.refusals.isEmpty && space.refusals.count < conditions.count)
  }

  /// Each header is asked for by one rule: a graph would need a node for every subset.
  @Test func independentSlotsGoToTheBitmaps() {
    var limits = PlanLimits()
    limits.edgesMin = 100
    limits.edgesPerClauseMax = 4
    let conditions = (0..<24).map { number in
      Condition.and([
        test(.query("q\(number)"), .equals(.string("v"))),
        test(.query("q\((number * 7 + 3) % 24)"), .equals(.string("w"))),
      ])
    }
    let space = space(conditions, limits)
    do throws(GraphFailure) {
      _ = try DecisionGraph(space, entries: Array(conditions.indices), limits: limits)
      Issue.record("the budget was not kept")
    } catch {
      guard case .tooManyEdges(let named) = error else { return #expect(Bool(false)) }
      #expect(!named.isEmpty)
    }
  }

  /// Each prefix lies below the one before: a class as deep as that holds in all of them.
  @Test func nestedPrefixesKeepToTheirMemberships() {
    var limits = PlanLimits()
    limits.membershipsMax = 20_000
    let conditions = (1...400).map { test(.path, .isUnder(String(repeating: "/a", count: $0))) }
    let space = space(conditions, limits)
    #expect(!space.refusals.isEmpty && space.refusals.count < conditions.count)
    #expect(space.variables.count == space.refusals.count)
  }

  @Test func overlappingPrefixesNeedFewEdges() throws {
    let conditions = (0..<10_000).map { number in
      test(.path, .isUnder(number % 10 == 9 ? "/t\(number / 10)" : "/t\(number / 10)/u\(number % 10)"))
    }
    let space = space(conditions, PlanLimits())
    let graph = try DecisionGraph(space, entries: Array(conditions.indices))
    #expect(space.refusals.isEmpty && graph.edgeCount <= 2 * conditions.count)
  }

  @Test func overlappingNetworksNeedFewEdges() throws {
    // From /8 to /31, each within the one before, in 40 families.
    let conditions = (0..<960).map { number in
      let base = IPAddress(ipv4: UInt32(number / 24 + 1) << 24)
      return test(.sourceIP, .isInNetworks([Network(base: base, prefixLength: 96 + 31 - number % 24)]))
    }
    let space = space(conditions, PlanLimits())
    let graph = try DecisionGraph(space, entries: Array(conditions.indices))
    #expect(space.refusals.isEmpty && graph.edgeCount <= 3 * conditions.count)
  }

  /// The lists of the names are longer than what patterns may have, and the first text that nobody would name is named.
  @Test(arguments: [
    (Attribute.query("q"), ["other", "other1"]), (.path, ["/", "/other"]),
  ])
  func namesAreNoBurdenOfPatterns(attribute: Attribute, taken: [String]) {
    var limits = PlanLimits()
    limits.membershipsMin = 64
    let names = taken + (0..<48).map { "/n\($0)" }
    let conditions = (0..<20).map { rule in
      test(attribute, .isIn((0..<10).map { .string(names[(rule + $0 * 7) % names.count]) }))
    }
    for purpose in [Space.Purpose.proving, .deciding] {
      let space = space(conditions, limits, purpose)
      #expect(space.refusals.isEmpty && space.classes.count == 1)
    }
  }

  @Test func patternsWithTooManyJointStatesBecomeVariables() {
    var limits = PlanLimits()
    limits.jointStatesMax = 100
    let conditions = (0..<200).map { number in
      test(
        .path,
        .matches(
          SegmentPattern(
            prefix: "", segments: [.literal("s\(number)"), .literal("a"), .capture("id"), .literal("b")], rest: .none,
            text: "")))
    }
    let space = space(conditions, limits, .proving)
    #expect(!space.refusals.isEmpty && space.refusals.count < conditions.count)
    // In groups, each of them with little.
    #expect(self.space(conditions, limits, .deciding).classes.count > 1)
  }

  /// Texts alone, so many of the kind of the open class that telling them apart is too much.
  @Test func namesWithTooManyJointStatesBecomeVariables() {
    var limits = PlanLimits()
    limits.jointStatesMax = 20
    let conditions = (0..<100).map { test(.path, .equals(.string($0 == 0 ? "/" : "/n\($0)"))) }
    let space = space(conditions, limits, .proving)
    #expect(!space.refusals.isEmpty && space.refusals.count < conditions.count)
  }

  @Test func withoutAnyRoomEverythingIsAVariable() {
    var limits = PlanLimits()
    limits.jointStatesMax = -1
    for purpose in [Space.Purpose.proving, .deciding] {
      let space = space([test(.path, .isUnder("/a")), test(.query("q"), .isPresent)], limits, purpose)
      #expect(space.refusals.count >= 2 && space.variables.count == 2)
    }
  }

  @Test func identitiesInTheSameSetsAreOneClass() {
    let many = (0..<2_000).map { Value.string("spiffe://t.example/ns/n\($0 % 10)/sa/a\($0)") }
    let space = space(
      [test(.caller, .isIn(many)), test(.callerNamespace, .equals(.string("n5")))], PlanLimits())
    // Absent, in neither, in one of each, in both.
    #expect(space.classes.map(\.count) == [5])
  }
}
