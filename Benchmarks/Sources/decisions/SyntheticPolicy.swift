import WeirPolicy

/// Policies of any size with a mix of conditions as real ones have: exact paths, prefixes, patterns with captures, regexes, networks,
/// claims; one in eight rules denies.
enum SyntheticPolicy {
  static func policy(rules count: Int) -> Policy {
    var policy = Policy()
    policy.files = ["synthetic.weir"]
    policy.tokens = [
      TokenIssuer(
        name: "staff", module: "m", issuer: "https://id", audiences: ["m"], keys: .file("keys"), algorithms: [.EdDSA],
        claims: [
          TokenIssuer.Claim(name: "groups", type: .stringSet, isOptional: false, path: ["groups"], separator: nil)
        ], position: Position(file: 0, line: 1, column: 1))
    ]
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [0], pathView: .exact, rules: (0..<count).map(rule), singleReads: [],
        position: Position(file: 0, line: 1, column: 1))
    ]
    return policy
  }

  private static func rule(_ number: Int) -> Rule {
    let position = Position(file: 0, line: number + 2, column: 3)
    func test(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
      .test(Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: position))
    }
    let caller = test(
      .caller, .isIn((0..<3).map { .string("spiffe://m/ns/prod/sa/service-\(number % 100)-\($0)") }))
    let method = test(.method, .equals(.string(number % 2 == 0 ? "GET" : "POST")))
    let path: Condition =
      switch number % 8 {
      case 0, 1: test(.path, .equals(.string("/api/v1/resource-\(number)")))
      case 2, 3: test(.path, .isUnder("/api/v2/tree-\(number)"))
      case 4, 5:
        test(
          .path,
          .matches(
            SegmentPattern(
              prefix: "", segments: [.literal("shop"), .capture("id"), .literal("part-\(number)")],
              rest: .any(name: "rest"), text: "")))
      case 6: test(.path, .matchesRegex("/files/[a-z]+-\(number % 50)\\.json"))
      default: test(.path, .isUnder("/internal-\(number)"))
      }
    let extra: Condition =
      switch number % 8 {
      case 1:
        test(.sourceIP, .isInNetworks([Network(base: IPAddress(ipv4: 0x0A00_0000), prefixLength: 104)]))
      case 3: test(.claim(token: 0, name: "groups"), .has(.string("team-\(number % 20)")))
      default: .constant(true)
      }
    let isDeny = number % 8 == 7
    return Rule(
      name: "rule-\(number)", effect: isDeny ? .deny : .allow, isShadow: false,
      condition: isDeny ? path : .and([method, path, caller, extra]), until: nil, module: "m",
      annotations: Annotations(), documentation: "", position: position)
  }
}
