import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// Texts and segments are read, hashed and compared in words: every length around whole words, every place of a difference.
struct TextLengthTests {
  private static let lengths = [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40]

  private static func name(_ length: Int, _ letter: Character) -> String { String(repeating: letter, count: length) }

  /// The name, and names that differ from it in one byte or in length.
  private static func neighbours(_ name: String) -> [String] {
    var result = [name, name + "a", name + "/", name + "\0", String(name.dropLast())]
    for place in name.indices {
      result.append(name[..<place] + "z" + name[name.index(after: place)...])
    }
    return result
  }

  private static func test(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
    .test(
      Test(
        attribute: attribute, predicate: predicate, whenAbsent: false,
        position: Position(file: 0, line: 1, column: 1)))
  }

  private static func policy(_ conditions: [Condition]) -> Policy {
    var policy = Samples.policy
    let rules = conditions.enumerated().map { number, condition in
      Rule(
        name: "r\(number)", effect: .allow, isShadow: false, condition: condition, until: nil, module: "m",
        annotations: Annotations(), documentation: "", position: Position(file: 0, line: number + 1, column: 1))
    }
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [], pathView: .exact, rules: rules, singleReads: [],
        position: Position(file: 0, line: 1, column: 1))
    ]
    return policy
  }

  /// Every way of deciding says of each value what the model says.
  private static func compare(_ attribute: Attribute, _ conditions: [Condition], _ values: [String]) throws {
    let policy = policy(conditions)
    let program = try verify(UnverifiedProgram(generate(policy)))
    let scope = program.scope(.authz, 0)
    guard let scope else {
      Issue.record("there is no scope")
      return
    }
    var frame = Frame(for: program)
    var matches = MatchSet(for: program)
    for value in values {
      let world = World(values: [attribute: .string(value)])
      let truths = conditions.map { Model(world: world).truth($0) }
      let expected = truths.firstIndex(of: .yes)
      world.fill(&frame, for: program)
      let data = world.dataSets
      for strategy in ScopeStrategy.allCases {
        #expect(program.decide(scope, &frame, data, by: strategy).rule == expected, "\(strategy), \(value)")
        program.match(scope, &frame, data, by: strategy, into: &matches)
        #expect(truths.indices.allSatisfy { matches[$0] == truths[$0] }, "\(strategy), \(value)")
      }
    }
  }

  @Test func wholeTexts() throws {
    let names = Self.lengths.map { Self.name($0, "a") }
    try Self.compare(
      .header("x-text"), names.map { Self.test(.header("x-text"), .equals(.string($0))) },
      names.flatMap(Self.neighbours) + [""])
    try Self.compare(
      .header("x-text"), [Self.test(.header("x-text"), .isIn(names.map { .string($0) }))],
      names.flatMap(Self.neighbours) + [""])
  }

  @Test func segments() throws {
    let names = Self.lengths.map { Self.name($0, "a") }
    let conditions = names.flatMap { name in
      [
        Self.test(.path, .equals(.string("/x/\(name)"))),
        Self.test(
          .path,
          .matches(
            SegmentPattern(
              prefix: "", segments: [.literal(name), .capture("id"), .literal(name + "b")], rest: .none, text: ""))),
        Self.test(
          .path,
          .matches(
            SegmentPattern(prefix: "", segments: [.literal(name), .literal("end")], rest: .any(name: "r"), text: ""))),
      ]
    }
    let paths = names.flatMap(Self.neighbours).flatMap { name in
      ["/x/\(name)", "/\(name)/v/\(name)b", "/\(name)/end/more", "/\(name)/\(name)/\(name)b", "/\(name)", name]
    }
    try Self.compare(.path, conditions, paths + ["", "/", "//", "/x/"])
  }

  @Test func identities() throws {
    let names = Self.lengths.map { Self.name($0, "a") }
    let conditions = names.flatMap { name in
      [
        Self.test(.caller, .equals(.string("spiffe://m/ns/\(name)"))),
        Self.test(
          .caller,
          .matches(
            SegmentPattern(
              prefix: "spiffe:/", segments: [.literal("m"), .literal(name), .literal("sa")], rest: .any(name: "r"),
              text: ""))),
      ]
    }
    let callers = names.flatMap(Self.neighbours).flatMap { name in
      ["spiffe://m/ns/\(name)", "spiffe://m/\(name)/sa/x", "spiffe:/m/\(name)/sa", "spiffe://\(name)/sa", name]
    }
    try Self.compare(.caller, conditions, callers + ["spiffe://", "spiffe:/", "spiffe://m"])
  }
}
