import PropertyTesting
import Testing
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// Families of rules made to explode. Work is counted against limits while it is done, so what is looked at here is that a
/// program comes out, that it is small, and that all ways to decide agree on it.
struct AdversaryTests {
  private static let here = Position(file: 0, line: 1, column: 1)

  private static func test(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
    .test(Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: here))
  }

  private static func policy(_ conditions: [Condition]) -> Policy {
    var policy = Samples.policy
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [0], pathView: .exact,
        rules: conditions.enumerated().map { index, condition in
          Rule(
            name: "r\(index)", effect: index % 5 == 4 ? .deny : .allow, isShadow: false, condition: condition,
            until: nil, module: "m", annotations: Annotations(), documentation: "", position: here)
        }, singleReads: [], position: here)
    ]
    return policy
  }

  /// - Parameters:
  ///   - bytesPerRuleMax: what a rule may add to the program.
  ///   - worlds: requests of which some hit.
  /// - Returns: how the scope is decided.
  @discardableResult
  private func check(_ conditions: [Condition], bytesPerRuleMax: Int, _ worlds: [World]) throws -> ScopeStatistics {
    let generated = try generateProgram(Self.policy(conditions))
    let bytes = generated.image.sections.reduce(0) { $0 + $1.bytes.count }
    #expect(bytes <= 65_536 + conditions.count * bytesPerRuleMax, "\(bytes) bytes for \(conditions.count) rules")
    let program = try verify(UnverifiedProgram(generated.image))
    let id = program.scope(.authz, 0)
    let scope = try #require(id)
    var frame = Frame(for: program)
    var outcomes: Set<Bool> = []
    for world in worlds {
      world.fill(&frame, for: program)
      let expected = program.decide(scope, &frame, world.dataSets, by: .sequence)
      outcomes.insert(expected.reason == .rule)
      for strategy in [ScopeStrategy.graph, .clauses] {
        let found = program.decide(scope, &frame, world.dataSets, by: strategy)
        #expect(found == expected, "\(strategy) in \(world)")
      }
    }
    #expect(outcomes.count == 2, "requests that hit and that do not")
    return try #require(generated.scopes.first)
  }

  private func worlds(_ attribute: Attribute, _ texts: [String]) -> [World] {
    texts.map { text in
      var world = World()
      world.values[attribute] = .string(text)
      return world
    }
  }

  /// Every pair of two slots of many: a graph would need a node for each subset.
  @Test func crossProducts() throws {
    let conditions = (0..<400).map { number in
      Condition.and([
        Self.test(.query("q\(number % 40)"), .equals(.string("v"))),
        Self.test(.query("q\((number * 7 + 3) % 40)"), .equals(.string("w"))),
      ])
    }
    var worlds = [World()]
    for seed in UInt64(0)..<40 {
      var random = SplitMix64(seed: seed)
      var world = World()
      for number in 0..<40 { world.values[.query("q\(number)")] = .string(random.pick(["v", "w", "x"])) }
      worlds.append(world)
    }
    let statistics = try check(conditions, bytesPerRuleMax: 2_048, worlds)
    #expect(statistics.strategy == .clauses)
    #expect(!statistics.causes.isEmpty)
  }

  /// Merged, these regexes have a state for every subset of the letters seen.
  @Test func regexesThatMultiply() throws {
    let letters = "abcdefghijklmnop".map(String.init)
    let conditions = letters.flatMap { first in
      ["x", "y"].map { Self.test(.path, .matchesRegex(".*\(first).*\($0)")) }
    }
    let statistics = try check(
      conditions, bytesPerRuleMax: 1 << 20, worlds(.path, ["/", "/ax", "/ay", "/hgfy", "/pox", "/q", "*", "a"]))
    #expect(statistics.slots == 1 && statistics.classifiers > 1, "several automata")
  }

  /// `/*/a/*/b` in all places: each segment doubles what may still match.
  @Test func patternsThatMultiply() throws {
    let conditions = (0..<64).map { number in
      let segments = (0..<12).map { place -> SegmentPattern.Segment in
        (number >> (place % 6)) & 1 == 0 ? .capture("") : .literal(place % 2 == 0 ? "a" : "b")
      }
      return Self.test(.path, .matches(SegmentPattern(prefix: "", segments: segments, rest: .any(name: nil), text: "")))
    }
    try check(
      conditions, bytesPerRuleMax: 1 << 16,
      worlds(.path, ["/", "/a/b/a/b/a/b/a/b/a/b/a/b", "/a/x/a/x/a/x/a/x/a/x/a/x/y", "/x", "/a//b", "*"]))
  }

  @Test func prefixesInEachOther() throws {
    let conditions = (1...2_000).map { number in
      let prefix = (1...(number % 40 + 1)).map { "/s\($0 % 7)" }.joined() + (number % 3 == 0 ? "/t\(number)" : "")
      return Self.test(.path, .isUnder(prefix))
    }
    try check(
      conditions, bytesPerRuleMax: 1_024,
      worlds(.path, ["/", "/s1/s2/s3", "/s1/s2/s3/s4/s5/s6/s0/s1/x", "/s2", "/s1/t39", "*"]))
  }

  /// Each regex alone is small; merged, they have more states than one slot may have.
  @Test func wildcardsInManyRegexes() throws {
    let conditions = (0..<2_000).map { Self.test(.path, .matchesRegex("/s\($0 % 50)/[a-z]+/v\($0)")) }
    try check(
      conditions, bytesPerRuleMax: 2_048, worlds(.path, ["/s7/abc/v7", "/s7/abc/v8", "/s49/x/v1999", "/s0//v0", "*"]))
  }

  /// Whole, these regexes have more states than all classifiers of a slot together; what follows their first segments is one of
  /// sixteen, and is written once.
  @Test func regexesThatDifferInTheirFirstSegments() throws {
    let nouns = ["orders", "users", "carts", "items", "stock", "prices", "tokens", "bills"]
    let conditions = (0..<800).map { number in
      Self.test(
        .path, .matchesRegex("/service\(number)/api/v1/.*/\(nouns[number % 8])" + (number % 2 == 0 ? "" : "/.*")))
    }
    let statistics = try check(
      conditions, bytesPerRuleMax: 1_024,
      worlds(
        .path,
        ["/service7/api/v1/x/bills/y", "/service7/api/v1/x/bills", "/service8/api/v1/a/b/orders", "/service8", "*"]))
    #expect(statistics.strategy == .graph && statistics.refusals == 0)
  }

  /// What decides without graph and clauses is in the certificate: every condition, with doubt counted both ways.
  @Test func certificateCoversAskingEveryRule() throws {
    let count: UInt64 = 200
    let image = try generateProgram(
      Self.policy((0..<count).map { Self.test(.path, .isUnder("/s\($0)")) })
    ).image
    /// The least budget within which the program verifies.
    func units(bytes: UInt64) -> UInt64 {
      var (low, high): (UInt64, UInt64) = (0, 1 << 40)
      while low < high {
        let middle = (low + high) / 2
        let budget = HostBudget(bytesMax: bytes, membersMax: 0, unitsMax: middle)
        do throws(Rejection) {
          _ = try verify(UnverifiedProgram(image), within: budget)
          high = middle
        } catch { low = middle + 1 }
      }
      return low
    }
    let facts = Opcode.isUnder.facts
    let constant = units(bytes: 0)
    #expect(constant >= count * (InstructionCost.perRule + InstructionCost.runsMax * UInt64(facts.cost)))
    #expect(units(bytes: 1) - constant >= count * InstructionCost.runsMax * UInt64(facts.costPerByte))
  }

  @Test func identitiesInOneSet() throws {
    let many = (0..<50_000).map { Value.string("spiffe://t.example/ns/n\($0 % 10)/sa/a\($0)") }
    let conditions = [
      Self.test(.caller, .isIn(many)), Self.test(.callerNamespace, .equals(.string("n5"))),
      Self.test(.caller, .isIn(Array(many.prefix(10)))),
    ]
    let texts = [
      "spiffe://t.example/ns/n3/sa/a13", "spiffe://t.example/ns/n5/sa/b", "spiffe://t.example", "spiffe://u/x",
    ]
    let worlds = worlds(.caller, texts).map { world in
      var world = world
      if case .string(let text)? = world.values[.caller], text.contains("/ns/") {
        world.values[.callerNamespace] = .string(String(text.split(separator: "/")[3]))
      }
      return world
    }
    // Nearly all of it are the identities themselves, twice: for the rule and for the classes.
    try check(conditions, bytesPerRuleMax: 4 << 20, worlds)
  }

  /// Networks in each other.
  @Test func networksInEachOther() throws {
    let conditions = (0..<2_000).map { number in
      Self.test(
        .sourceIP,
        .isInNetworks([
          Network(base: IPAddress(ipv4: UInt32(number) << 16), prefixLength: 96 + 16),
          Network(base: IPAddress(ipv4: 0x0A00_0000), prefixLength: 96 + 8 + number % 16),
        ]))
    }
    let worlds = [0x0A00_0001, 0x0001_0000, 0xC000_0001, 0x0A00_8000].map { address in
      var world = World()
      world.values[.sourceIP] = .ip(IPAddress(ipv4: UInt32(address)))
      return world
    }
    try check(conditions, bytesPerRuleMax: 2_048, worlds)
  }
}
