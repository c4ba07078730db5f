import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// The verifier refuses what is not a program; what it lets through runs without a trap and ends.
struct VerifierTests {
  /// Runs every scope of a program with a random request; only that it ends matters.
  private static func runAll(_ program: borrowing VerifiedProgram, _ random: inout SplitMix64) {
    var frame = Frame(for: program)
    var matches = MatchSet(for: program)
    let world = Samples.world(&random)
    for number in 0..<program.slotCount {
      let value = World.slotValue(randomValue(world, &random), &frame)
      frame.set(number, to: value)
    }
    let data = world.dataSets
    for kind in ScopeKind.allCases {
      var number = 0
      while let scope = program.scope(kind, number) {
        number += 1
        _ = program.decide(scope, &frame, data)
        _ = program.route(scope, &frame, data)
        program.match(scope, &frame, data, into: &matches)
        _ = program.decision(scope, matches, enforcingShadows: true)
        for rule in 0..<program.ruleCount(of: scope) {
          _ = program.explanation(of: rule, in: scope, &frame, data)
          _ = program.text(Int(program.rule(rule, of: scope).name))
        }
      }
    }
  }

  /// A value of any type, whatever the slot wants.
  private static func randomValue(_ world: World, _ random: inout SplitMix64) -> World.Value {
    random.chance(2)
      ? random.pick(Array(world.values.values)) : random.pick(Array(world.lists.values))
  }

  private static func image(seed: UInt64) throws -> ProgramImage {
    var random = SplitMix64(seed: seed)
    return try generate(Samples.policy(&random, rules: 6, depth: 4))
  }

  @Test func flippedBytes() throws {
    var accepted = 0
    var refused = 0
    for seed in UInt64(0)..<6 {
      let image = try Self.image(seed: seed)
      var random = SplitMix64(seed: seed)
      for _ in 0..<800 {
        var mutant = image
        for _ in 0...(random.next() % 3) {
          let section = Int(random.next() % UInt64(mutant.sections.count))
          guard !mutant.sections[section].bytes.isEmpty else { continue }
          let byte = Int(random.next() % UInt64(mutant.sections[section].bytes.count))
          mutant.sections[section].bytes[byte] =
            random.chance(2)
            ? mutant.sections[section].bytes[byte] ^ (1 << UInt8(random.next() % 8))
            : UInt8(truncatingIfNeeded: random.next())
        }
        do {
          let program = try verify(UnverifiedProgram(mutant))
          Self.runAll(program, &random)
          accepted += 1
        } catch {
          refused += 1
        }
      }
    }
    #expect(accepted > 0)
    #expect(refused > 1_000)
  }

  @Test func replacedInstructions() throws {
    var accepted = 0
    for seed in UInt64(0)..<6 {
      let image = try Self.image(seed: seed)
      var random = SplitMix64(seed: seed ^ 0xC0DE)
      let section = try #require(image.sections.firstIndex { $0.kind == .code })
      for _ in 0..<800 {
        var mutant = image
        let word = Int(random.next() % UInt64(mutant.sections[section].bytes.count / 8))
        let instruction = Instruction(
          random.pick(Opcode.allCases), flags: Instruction.Flags(rawValue: UInt8(random.next() % 32)),
          jump: Int(random.next() % 4), register: Int(random.next() % 12), operand: Int(random.next() % 4))
        var bytes: [UInt8] = []
        instruction.rawValue.appendLittleEndian(to: &bytes)
        mutant.sections[section].bytes.replaceSubrange((8 * word)..<(8 * word + 8), with: bytes)
        do {
          let program = try verify(UnverifiedProgram(mutant))
          Self.runAll(program, &random)
          accepted += 1
        } catch {
          // Refused: as good.
        }
      }
    }
    #expect(accepted > 0)
  }

  /// Words of classifiers, clauses, rows and graphs, replaced by what such words are: small numbers, marks, far places.
  @Test func replacedDecisionWords() throws {
    var accepted = 0
    for seed in UInt64(0)..<6 {
      let image = try Self.image(seed: seed)
      var random = SplitMix64(seed: seed ^ 0xDEC1)
      let section = try #require(image.sections.firstIndex { $0.kind == .decisions })
      for _ in 0..<800 {
        var mutant = image
        let word = Int(random.next() % UInt64(mutant.sections[section].bytes.count / 4))
        let marks: [UInt32] = [
          0, DecisionFormat.endBit, DecisionFormat.endBit | DecisionFormat.clauseBit, DecisionFormat.rowBit,
          DecisionFormat.noClass, DecisionFormat.noRule,
        ]
        let value = random.pick(marks) | UInt32(truncatingIfNeeded: random.next() % random.pick([2, 16, 1_000]))
        var bytes: [UInt8] = []
        value.appendLittleEndian(to: &bytes)
        mutant.sections[section].bytes.replaceSubrange((4 * word)..<(4 * word + 4), with: bytes)
        do {
          let program = try verify(UnverifiedProgram(mutant))
          Self.runAll(program, &random)
          accepted += 1
        } catch {
          // Refused: as good.
        }
      }
    }
    #expect(accepted > 0)
  }

  @Test func truncatedSections() throws {
    let image = try Self.image(seed: 3)
    for index in image.sections.indices {
      var without = image
      let section = without.sections.remove(at: index)
      expectRejection(without, "without \(section.kind)") { $0 == .missingSection(section.kind) }
      var twice = image
      twice.sections.append(section)
      expectRejection(twice, "\(section.kind) twice") { $0 == .repeatedSection(section.kind) }
      guard section.bytes.count >= section.kind.elementBytes else { continue }
      var short = image
      short.sections[index].bytes.removeLast(section.kind.elementBytes)
      // An entry that nothing refers to may be missed by nobody.
      if let program = try? verify(UnverifiedProgram(short)) {
        var random = SplitMix64(seed: 3)
        Self.runAll(program, &random)
      }
      guard section.kind.elementBytes > 1 else { continue }
      short = image
      short.sections[index].bytes.removeLast()
      expectRejection(short, "\(section.kind) one byte short") { $0 == .malformedSection(section.kind) }
    }
  }

  @Test func unsupportedFeatureNamesItsPlace() throws {
    var policy = Samples.policy
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [], pathView: .exact,
        rules: [
          Rule(
            name: "r", effect: .allow, isShadow: false,
            condition: .test(
              Test(
                attribute: .path, predicate: .matchesRegex("a*b?"), whenAbsent: false,
                position: Position(file: 0, line: 42, column: 7))), until: nil, module: "m",
            annotations: Annotations(), documentation: "", position: Position(file: 0, line: 41, column: 1))
        ], singleReads: [], position: Position(file: 0, line: 40, column: 1))
    ]
    let image = try generate(policy)
    #expect(image.features.contains(.regexes))
    var supported = FeatureSet.all
    supported.remove(.regexes)
    do {
      let program = try verify(UnverifiedProgram(image), supporting: supported)
      Issue.record("accepted with \(program.scopeCount) scopes")
    } catch {
      #expect(error == .unsupportedFeature(.regexes, file: Array("sample.weir".utf8), line: 42))
    }
  }

  @Test func budgetIsEnforced() throws {
    let image = try Self.image(seed: 5)
    let budget = HostBudget(bytesMax: 65_536, membersMax: 1_024, unitsMax: 10)
    do {
      let program = try verify(UnverifiedProgram(image), within: budget)
      Issue.record("accepted with \(program.scopeCount) scopes")
    } catch {
      #expect(error == .overBudget(scope: 0))
    }
  }

  @Test func reasonsAreInPlainWords() {
    #expect("\(Rejection.malformedRecord(.patterns, index: 0))" == "the table of patterns is malformed at entry 0")
    #expect("\(Rejection.badJump(word: 7))" == "word 7 of the code jumps out of its condition")
    let file = Array("shop.weir".utf8)
    #expect(
      "\(Rejection.unsupportedFeature(.regexes, file: file, line: 3))"
        == "this build cannot honour regular expressions (shop.weir:3)")
    for kind in SectionKind.allCases {
      let text = "\(Rejection.malformedSection(kind))"
      #expect(text.hasPrefix("the ") && text.hasSuffix(" is malformed"))
    }
  }

  private func expectRejection(
    _ image: ProgramImage, _ what: String, _ isExpected: (Rejection) -> Bool
  ) {
    do {
      let program = try verify(UnverifiedProgram(image))
      Issue.record("accepted \(what): \(program.scopeCount) scopes")
    } catch {
      if !isExpected(error) { Issue.record("\(what): \(error)") }
    }
  }
}
