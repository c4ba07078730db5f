import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

struct GenerateTests {
  @Test func equalPoliciesGiveEqualBytes() throws {
    for seed in UInt64(0)..<40 {
      var first = SplitMix64(seed: seed)
      var second = SplitMix64(seed: seed)
      let a = try generate(Samples.policy(&first, rules: 20, depth: 4))
      let b = try generate(Samples.policy(&second, rules: 20, depth: 4))
      #expect(a == b, "seed \(seed)")
    }
  }

  @Test func meshWideRulesAreCompiledOnce() throws {
    var random = SplitMix64(seed: 9)
    var policy = Samples.policy(&random, rules: 5, depth: 3)
    let one = try size(of: .code, in: generate(policy))
    policy.authz += [policy.authz[0], policy.authz[0]]
    #expect(try size(of: .code, in: generate(policy)) == one)
  }

  private func size(of kind: SectionKind, in image: ProgramImage) -> Int? {
    image.sections.first { $0.kind == kind }?.bytes.count
  }

  /// Patterns are matched against the path as the service sees it, captures keep the letters that were sent.
  @Test func capturesKeepTheLettersOfTheRequest() throws {
    let pattern = SegmentPattern(
      prefix: "", segments: [.literal("cart"), .capture("id")], rest: .any(name: "rest"), text: "")
    func capture(_ piece: CaptureBinding.Piece, is text: String) -> Condition {
      .test(
        Test(
          attribute: .capture(name: "x", [CaptureBinding(source: .path, pattern: pattern, piece: piece)]),
          predicate: .equals(.string(text)), whenAbsent: false, position: Position(file: 0, line: 1, column: 1)))
    }
    var policy = Samples.policy
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [], pathView: PathView(ignoresCase: true, ignoresTrailingSlash: true),
        rules: [
          Rule(
            name: "r", effect: .allow, isShadow: false,
            condition: .and([capture(.segment(1), is: "Ab"), capture(.rest, is: "X/y")]), until: nil, module: "m",
            annotations: Annotations(), documentation: "", position: Position(file: 0, line: 1, column: 1))
        ], singleReads: [], position: Position(file: 0, line: 1, column: 1))
    ]
    let program = try verify(UnverifiedProgram(try generate(policy)))
    let scopeID = program.scope(.authz, 0)
    let scope = try #require(scopeID)
    var frame = Frame(for: program)
    for place in 0..<program.slotCount(of: scope) {
      let number = program.slotNumber(place, of: scope)
      let isView = program.slot(number).ignoresCase
      let value = frame.append(Array((isView ? "/cart/ab/x/y" : "/Cart/Ab/X/y/").utf8))
      frame.set(number, to: value)
    }
    let decision = program.decide(scope, &frame, DataSets(unloaded: 2))
    #expect(decision.isAllowed)
  }

  @Test func explanationNamesTheFirstFailingTest() throws {
    func test(_ name: String, line: Int) -> Condition {
      .test(
        Test(
          attribute: .query(name), predicate: .equals(.string("1")), whenAbsent: false,
          position: Position(file: 0, line: line, column: 5)))
    }
    var policy = Samples.policy
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [], pathView: .exact,
        rules: [
          Rule(
            name: "r", effect: .allow, isShadow: false,
            condition: .and([test("a", line: 11), test("b", line: 12), test("c", line: 13)]), until: nil, module: "m",
            annotations: Annotations(), documentation: "", position: Position(file: 0, line: 10, column: 1))
        ], singleReads: [], position: Position(file: 0, line: 1, column: 1))
    ]
    let program = try verify(UnverifiedProgram(try generate(policy)))
    let scopeID = program.scope(.authz, 0)
    let scope = try #require(scopeID)
    var frame = Frame(for: program)
    var world = World()
    world.values = [.query("a"): .string("1"), .query("b"): .string("2"), .query("c"): .string("1")]
    world.fill(&frame, for: program)
    let explanation = program.explanation(of: 0, in: scope, &frame, DataSets(unloaded: 2))
    #expect(explanation.truth == .no)
    #expect(explanation.test?.line == 12)
    #expect(explanation.test?.column == 5)
  }

  @Test func mistypedTestsAreRefused() throws {
    var policy = Samples.policy
    let position = Position(file: 0, line: 3, column: 4)
    policy.retries = [
      Retry(
        name: "r", tries: 1, causes: [],
        condition: .test(
          Test(attribute: .path, predicate: .equals(.int(1)), whenAbsent: false, position: position)),
        perTryTimeoutNanoseconds: nil, backoffMinNanoseconds: 0, backoffMaxNanoseconds: 0, budget: 0,
        evenUnsafe: false, idempotencyHeader: nil, position: position)
    ]
    #expect(throws: CodegenError.mistyped(position)) { try generate(policy) }
  }
}
