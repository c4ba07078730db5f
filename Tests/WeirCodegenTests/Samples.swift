import PropertyTesting
import WeirPolicy

/// Random conditions and worlds over few values, so that tests hold about as often as they do not.
enum Samples {
  static let strings = ["", "a", "ab", "aab", "b", "é", "e\u{301}"]
  static let paths = ["/", "/v1", "/v1/", "/v1/a", "/v1/a/b", "/v2/a", "/V1/A", "/v10/x/y/z", "/w"]
  static let identities = [
    "spiffe://t/ns/x/sa/a", "spiffe://t/ns/y/sa/a", "spiffe://t/ns/x/sa/b", "spiffe://u/ns/x/sa/a", "spiffe://t",
  ]
  static let addresses = [
    IPAddress(ipv4: 0x0A00_0001), IPAddress(ipv4: 0x0A01_0001), IPAddress(ipv4: 0xC0A8_0001),
    IPAddress(high: 0x2001_0DB8_0000_0000, low: 1), IPAddress(high: .max, low: .max), IPAddress(high: 0, low: 0),
  ]
  static let integers: [Int64] = [.min, -1, 0, 1, 7, 80, 443, .max]

  static let policy: Policy = {
    var policy = Policy()
    policy.files = ["sample.weir"]
    policy.headers = [
      HeaderType(name: "x-int", type: .int), HeaderType(name: "x-list", type: .stringSet),
      HeaderType(name: "x-text", type: .string),
    ]
    policy.tokens = [
      TokenIssuer(
        name: "staff", module: "m", issuer: "https://id", audiences: ["a"], keys: .file("k"), algorithms: [.EdDSA],
        claims: [
          TokenIssuer.Claim(name: "groups", type: .stringSet, isOptional: true, path: ["groups"], separator: nil),
          TokenIssuer.Claim(name: "level", type: .int, isOptional: true, path: ["level"], separator: nil),
        ], position: Position(file: 0, line: 1, column: 1))
    ]
    for name in ["loaded", "missing"] {
      policy.dataSets.append(
        DataSet(
          name: name, module: "m", member: .string, membersMax: 10, staleNanoseconds: 0,
          position: Position(file: 0, line: 2, column: 1)))
    }
    return policy
  }()

  static let pathPatterns = [
    SegmentPattern(prefix: "", segments: [.literal("v1"), .capture("id")], rest: .none, text: ""),
    SegmentPattern(prefix: "", segments: [.literal("v1")], rest: .any(name: "rest"), text: ""),
    SegmentPattern(prefix: "", segments: [.capture("v"), .capture("id")], rest: .any(name: "rest"), text: ""),
    SegmentPattern(prefix: "", segments: [], rest: .any(name: "rest"), text: ""),
    SegmentPattern(prefix: "", segments: [.literal("")], rest: .none, text: ""),
    SegmentPattern(prefix: "", segments: [.literal("v1"), .literal("")], rest: .none, text: ""),
  ]
  static let callerPatterns = [
    SegmentPattern(
      prefix: "spiffe://t", segments: [.literal("ns"), .capture("ns"), .literal("sa"), .literal("a")], rest: .none,
      text: ""),
    SegmentPattern(prefix: "spiffe://t", segments: [.literal("ns"), .literal("x")], rest: .any(name: nil), text: ""),
  ]

  static let bytesAttributes: [Attribute] = [
    .method, .path, .caller, .header("x-text"), .query("q"), .cookie("c"), .callerNamespace,
    .claim(token: 0, name: "sub"), captured, capturedRest,
  ]
  static let integerAttributes: [Attribute] = [
    .port, .time(.hour, zone: nil), .header("x-int"), .claim(token: 0, name: "level"), .responseStatus,
  ]
  static let listAttributes: [Attribute] = [
    .claim(token: 0, name: "groups"), .claim(token: 0, name: "aud"), .header("x-list"),
  ]
  static let repeatable: [Attribute] = [.header("x-text"), .query("q"), .cookie("c"), .header("x-list")]

  static let captured = Attribute.capture(
    name: "id",
    [
      CaptureBinding(source: .path, pattern: pathPatterns[0], piece: .segment(1)),
      CaptureBinding(source: .caller, pattern: callerPatterns[0], piece: .segment(1)),
    ])
  static let capturedRest = Attribute.capture(
    name: "rest", [CaptureBinding(source: .path, pattern: pathPatterns[1], piece: .rest)])

  static func string(for attribute: Attribute, _ random: inout SplitMix64) -> String {
    switch attribute {
    case .path: random.pick(paths)
    case .caller: random.pick(identities)
    case .callerNamespace: random.pick(["x", "y", "", "z"])
    case .method, .scheme, .host, .port, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .callerTrustDomain, .callerAccount, .claim, .token, .capture, .time, .responseStatus,
      .responseHeader:
      random.pick(strings)
    }
  }

  static func world(_ random: inout SplitMix64) -> World {
    func state(_ value: World.Value, _ random: inout SplitMix64) -> World.Value {
      random.chance(6) ? .unavailable : random.chance(6) ? .absent : value
    }
    var world = World()
    for attribute in bytesAttributes {
      if case .capture = attribute { continue }
      world.values[attribute] = state(.string(string(for: attribute, &random)), &random)
    }
    world.values[.callerNamespace] = namespace(of: world.values[.caller] ?? .absent)
    for attribute in integerAttributes { world.values[attribute] = state(.int(random.pick(integers)), &random) }
    for attribute in [Attribute.sourceIP, .clientIP] {
      world.values[attribute] = state(.ip(random.pick(addresses)), &random)
    }
    world.values[.token(0)] = state(.int(1), &random)
    for attribute in listAttributes + repeatable {
      let members = (0..<Int(random.next() % 4)).map { _ in World.Value.string(random.pick(strings)) }
      world.lists[attribute] = state(.list(members), &random)
    }
    let integers = (0..<Int(random.next() % 4)).map { _ in
      random.chance(5) ? World.Value.unavailable : .int(random.pick(Samples.integers))
    }
    world.lists[.header("x-int")] = state(.list(integers), &random)
    world.data = [strings.filter { _ in random.chance(2) }, nil]
    return world
  }

  /// What a host cuts out of the caller.
  private static func namespace(of caller: World.Value) -> World.Value {
    guard case .string(let identity) = caller else { return caller }
    let pieces = identity.split(separator: "/", omittingEmptySubsequences: false)
    return pieces.count == 7 && pieces[3] == "ns" && pieces[5] == "sa" ? .string(String(pieces[4])) : .absent
  }

  static func condition(_ random: inout SplitMix64, depth: Int) -> Condition {
    switch depth == 0 ? 9 : random.next() % 10 {
    case 0, 1: .and((0..<Int(random.next() % 4)).map { _ in condition(&random, depth: depth - 1) })
    case 2, 3: .or((0..<Int(random.next() % 4)).map { _ in condition(&random, depth: depth - 1) })
    case 4, 5: .not(condition(&random, depth: depth - 1))
    case 6: random.chance(3) ? .constant(random.chance(2)) : .test(test(&random))
    default: .test(test(&random))
    }
  }

  static func test(_ random: inout SplitMix64) -> Test {
    var test = Test(
      attribute: .path, predicate: .isPresent, isNegated: random.chance(2), whenAbsent: random.chance(2),
      position: Position(file: 0, line: Int(random.next() % 100) + 1, column: 1))
    switch random.next() % 7 {
    case 0:
      test.attribute = random.pick(integerAttributes)
      test.predicate = integerPredicate(&random)
    case 1:
      test.attribute = random.pick([.sourceIP, .clientIP])
      test.predicate = addressPredicate(&random)
    case 2:
      test.attribute = random.pick(listAttributes)
      test.predicate = random.pick([
        .has(.string(random.pick(strings))), .hasAttribute(random.pick(bytesAttributes)), .isPresent,
      ])
    case 3:
      test.attribute = random.pick(repeatable)
      test.quantifier = random.pick([.any, .all])
      test.predicate = bytesPredicate(test.attribute, &random)
    case 4:
      test.attribute = .header("x-int")
      test.quantifier = random.pick([.any, .all])
      test.predicate = integerPredicate(&random)
    default:
      test.attribute = random.pick(bytesAttributes)
      test.predicate = bytesPredicate(test.attribute, &random)
    }
    return test
  }

  private static func integerPredicate(_ random: inout SplitMix64) -> Predicate {
    switch random.next() % 4 {
    case 0: .equals(.int(random.pick(integers)))
    case 1: .isIn((0..<Int(random.next() % 4)).map { _ in .int(random.pick(integers)) })
    case 2: .equalsAttribute(random.pick(integerAttributes))
    default:
      .isInRanges(
        (0..<Int(random.next() % 3) + 1).map { _ in
          let ends = [random.pick(integers), random.pick(integers)].sorted()
          return ends[0]...ends[1]
        })
    }
  }

  private static func addressPredicate(_ random: inout SplitMix64) -> Predicate {
    switch random.next() % 4 {
    case 0: .equals(.ip(random.pick(addresses)))
    case 1: .isIn((0..<Int(random.next() % 3)).map { _ in .ip(random.pick(addresses)) })
    case 2: .equalsAttribute(random.pick([.sourceIP, .clientIP]))
    default:
      .isInNetworks(
        (0..<Int(random.next() % 4)).map { _ in
          Network(base: random.pick(addresses), prefixLength: random.pick([0, 7, 64, 96, 104, 112, 127, 128]))
        })
    }
  }

  private static func bytesPredicate(_ attribute: Attribute, _ random: inout SplitMix64) -> Predicate {
    switch random.next() % 11 {
    case 0: return .isPresent
    case 1, 2: return .equals(.string(string(for: attribute, &random)))
    case 3:
      return .isIn((0..<Int(random.next() % 5)).map { _ in .string(string(for: attribute, &random)) })
    case 4: return .isUnder(random.pick(["/", "/v1", "/v1/a"]))
    case 5: return .matches(random.pick(attribute == .caller ? callerPatterns : pathPatterns))
    case 6:
      return .matchesAny(
        patterns: random.chance(2) ? callerPatterns : [], values: [.string(string(for: attribute, &random))])
    case 7: return .matchesRegex(random.pick(["/v[0-9]+/.*", "a*b?"]))
    case 8: return .equalsAttribute(random.pick(bytesAttributes))
    case 9: return .isInAttribute(random.pick(listAttributes))
    default: return .isInData(Int(random.next() % 2))
    }
  }

  static func rule(_ number: Int, _ condition: Condition, _ random: inout SplitMix64) -> Rule {
    Rule(
      name: "r\(number)", effect: random.pick([.allow, .deny, .allow, .deny, .audit]), isShadow: random.chance(4),
      condition: condition, until: nil, module: "m", annotations: Annotations(), documentation: "",
      position: Position(file: 0, line: number + 10, column: 3))
  }

  static func policy(_ random: inout SplitMix64, rules: Int, depth: Int) -> Policy {
    var policy = Self.policy
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [0], pathView: .exact,
        rules: (0..<rules).map { rule($0, condition(&random, depth: depth), &random) }, singleReads: [],
        position: Position(file: 0, line: 1, column: 1))
    ]
    return policy
  }
}
