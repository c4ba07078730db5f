import Testing
import WeirCodegen
import WeirPolicy
import WeirVM

/// Every small formula over three values, compared with the tables of Kleene's logic.
struct KleeneTests {
  private static let variables: [Attribute] = [.query("a"), .query("b")]

  private static func variable(_ index: Int) -> Condition {
    .test(
      Test(
        attribute: variables[index], predicate: .equals(.string("1")), whenAbsent: false,
        position: Position(file: 0, line: 1, column: index + 1)))
  }

  /// All formulas of this depth over two variables and the constants.
  private static func formulas(depth: Int) -> [Condition] {
    let leaves = [variable(0), variable(1), .constant(true), .constant(false)]
    guard depth > 0 else { return leaves }
    let smaller = formulas(depth: depth - 1)
    var all = smaller + smaller.map { Condition.not($0) }
    for a in smaller {
      for b in leaves + leaves.map({ Condition.not($0) }) { all += [.and([a, b]), .or([a, b]), .or([b, a])] }
    }
    return all
  }

  @Test func everyFormula() throws {
    let formulas = Self.formulas(depth: 2)
    #expect(formulas.count > 2_000)
    var policy = Policy()
    policy.files = ["a.weir"]
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [], pathView: .exact,
        rules: formulas.enumerated().map { index, condition in
          Rule(
            name: "r\(index)", effect: .audit, isShadow: false, condition: condition, until: nil, module: "m",
            annotations: Annotations(), documentation: "", position: Position(file: 0, line: 1, column: 1))
        }, singleReads: [], position: Position(file: 0, line: 1, column: 1))
    ]
    let program = try verify(UnverifiedProgram(try generate(policy)))
    let scopeID = program.scope(.authz, 0)
    let scope = try #require(scopeID)
    var frame = Frame(for: program)
    var matches = MatchSet(for: program)
    let states: [World.Value] = [.string("0"), .unavailable, .string("1")]
    for a in states {
      for b in states {
        var world = World()
        world.values = [Self.variables[0]: a, Self.variables[1]: b]
        world.fill(&frame, for: program)
        program.match(scope, &frame, DataSets(unloaded: 0), into: &matches)
        for (index, formula) in formulas.enumerated() {
          let found = matches[index]
          if found != Model(world: world).truth(formula) { Issue.record("\(formula) with \(a), \(b) is not \(found)") }
        }
      }
    }
  }

  @Test func longConditions() throws {
    // More words than a short jump reaches, in every shape.
    let many = (0..<1_500).map { index in
      Condition.test(
        Test(
          attribute: .query("q\(index % 3)"), predicate: .equals(.string("\(index)")), isNegated: index % 2 == 0,
          whenAbsent: false, position: Position(file: 0, line: index + 1, column: 1)))
    }
    let conditions: [Condition] = [
      .and(many), .or(many), .not(.and(many)),
      .or(stride(from: 0, to: many.count, by: 3).map { .and(Array(many[$0..<($0 + 3)])) }),
      .and(stride(from: 0, to: many.count, by: 3).map { .or([.not(many[$0]), many[$0 + 1], many[$0 + 2]]) }),
    ]
    var policy = Policy()
    policy.files = ["a.weir"]
    for condition in conditions {
      policy.retries.append(
        Retry(
          name: "r", tries: 1, causes: [], condition: condition, perTryTimeoutNanoseconds: nil,
          backoffMinNanoseconds: 0, backoffMaxNanoseconds: 0, budget: 0, evenUnsafe: false, idempotencyHeader: nil,
          position: Position(file: 0, line: 1, column: 1)))
    }
    let program = try verify(UnverifiedProgram(try generate(policy)))
    var frame = Frame(for: program)
    for values in [["1", "2", "3"], ["1499", "1", "x"], ["0", "1", "2"], ["1497", "1498", "1499"]] {
      for unavailable in [nil, 0, 1, 2] {
        var world = World()
        for index in 0..<3 {
          world.values[.query("q\(index)")] = index == unavailable ? .unavailable : .string(values[index])
        }
        world.fill(&frame, for: program)
        for (index, condition) in conditions.enumerated() {
          let scopeID = program.scope(.retry, index)
          let scope = try #require(scopeID)
          let truth = program.truth(in: scope, &frame, DataSets(unloaded: 0))
          #expect(
            truth == Model(world: world).truth(condition),
            "condition \(index) with \(values), unavailable \(String(describing: unavailable))")
        }
      }
    }
  }
}
