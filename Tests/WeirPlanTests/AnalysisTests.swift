import PropertyTesting
import Testing
import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

@Suite struct AnalysisTests {
  /// Every terminal has a request, and that request ends there: by the graph, by the bitmaps, by the reference.
  @Test(arguments: 0..<40) func everyTerminalHasItsRequest(round: UInt64) throws {
    var world = World(seed: 5_000 + round)
    world.policy.authz[0].rules = (0..<6).map { number in
      Rule(
        name: "r\(number)", effect: .allow, isShadow: false, condition: world.condition(depth: 2), until: nil,
        module: "m", annotations: Annotations(), documentation: "", position: Position(file: 0, line: 1, column: 1))
    }
    let plan = ScopePlan(authz: 0, of: world.policy, purpose: .proving)
    let graph = try #require(plan.graph)
    let reference = ReferenceEvaluator(policy: world.policy)
    guard case .found(let witnesses) = Analysis(plan.space).witnesses(graph) else {
      Issue.record("seed \(round): no terminal at all")
      return
    }
    for (entry, region) in witnesses {
      let expected: ScopePlan.Decision = entry < graph.entries.count ? .by(graph.entries[entry]) : .none
      #expect(plan.decide(region.point) == expected, "seed \(round)")
      #expect(plan.decide(plan.bitmaps.matches(at: region.point)) == expected, "seed \(round)")
      guard let facts = world.facts(region, plan.space) else { continue }
      let verdict = try #require(reference.decide(facts))
      #expect(verdict.by == (entry < graph.entries.count ? "r\(graph.entries[entry])" : nil), "seed \(round): \(facts)")
    }
    // No request of which everything is known decides by a rule of which the analysis says that none does.
    for _ in 0..<30 {
      var request = world.request()
      guard request.isComplete else { continue }
      request.facts.caller = .absent
      guard let verdict = reference.decide(request.facts), verdict.outcome == .allow, let by = verdict.by else {
        continue
      }
      #expect(witnesses.contains { $0.entry < 6 && "r\(graph.entries[$0.entry])" == by }, "seed \(round): \(by)")
    }
  }

  private static let here = Position(file: 0, line: 1, column: 1)

  private func path(_ predicate: Predicate, not isNegated: Bool = false) -> Condition {
    .test(
      Test(attribute: .path, predicate: predicate, isNegated: isNegated, whenAbsent: isNegated, position: Self.here))
  }

  private func analysis(_ conditions: Condition...) -> Analysis {
    let world = World(seed: 0)
    return Analysis(Space(conditions, context: PlanContext(authz: world.policy.authz[0], of: world.policy)))
  }

  @Test func oneConditionCoversAnother() {
    let analysis = analysis(path(.isUnder("/a")), path(.equals(.string("/a/b"))), path(.matchesRegex("/a/[b-c]")))
    guard case .never = analysis.isSatisfiable([1], without: [0]) else { return #expect(Bool(false)) }
    guard case .never = analysis.isSatisfiable([2], without: [0]) else { return #expect(Bool(false)) }
    guard case .found(let region) = analysis.isSatisfiable([2], without: [1]) else { return #expect(Bool(false)) }
    #expect(region.values(in: analysis.space) == [.value(.string("/a/c"))])
    guard case .never = analysis.isReached(1, after: [0]) else { return #expect(Bool(false)) }
  }

  /// What a set of exact texts leaves nothing of cannot occur.
  @Test func listedTextsExhaustARegex() {
    let listed = path(.isIn(["/x0", "/x1", "/x2"].map(Value.string)))
    let all = analysis(path(.matchesRegex("/x[0-2]")), listed)
    guard case .never = all.difference(0, 1) else { return #expect(Bool(false)) }
    let most = analysis(path(.matchesRegex("/x[0-3]")), listed)
    guard case .found(let region) = most.difference(0, 1) else { return #expect(Bool(false)) }
    #expect(region.values(in: most.space) == [.value(.string("/x3"))])
  }

  /// Paths that no canonical request has are in no class.
  @Test(arguments: ["/a/../b", "/a//b", "/.", "/%2F", "/%41", "/a%25 41", "/a;b", "/%C3", "/\\"])
  func pathsThatAreNotCanonicalDoNotOccur(text: String) {
    let analysis = analysis(path(.equals(.string(text))))
    guard case .never = analysis.isSatisfiable([0]) else { return #expect(Bool(false)) }
  }

  /// Claims are there exactly with their token.
  @Test func claimsNeedTheirToken() {
    func test(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
      .test(Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: Self.here))
    }
    let level = test(.claim(token: 0, name: "level"), .isPresent)
    let team = test(.claim(token: 0, name: "team"), .isPresent)
    let analysis = analysis(test(.token(0), .isPresent), level, team)
    guard case .never = analysis.difference(0, 1) else { return #expect(Bool(false)) }
    guard case .never = analysis.isSatisfiable([2], without: [1]) else { return #expect(Bool(false)) }
    guard case .found = analysis.isSatisfiable([1], without: [2]) else { return #expect(Bool(false)) }
  }
}
