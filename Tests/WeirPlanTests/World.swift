import PropertyTesting
import WeirPlan
import WeirPolicy
import WeirRequest

/// A small mesh and random conditions and requests over it: few names, so that much coincides.
struct World {
  var random: SplitMix64
  var policy = Policy()
  static let service = "svc"

  init(seed: UInt64, view: PathView = .exact) {
    random = SplitMix64(seed: seed)
    let here = Position(file: 0, line: 1, column: 1)
    policy.files = ["a.weir"]
    policy.mesh = Mesh(
      name: "m", module: "m", trustDomain: "t.example", mergesAndDecodesPaths: false, position: here)
    policy.services = [
      Service(
        name: World.service, module: "m", owner: "m", identities: ["spiffe://t.example/ns/a/sa/svc"],
        ports: [.init(name: "", number: nil, protocol: .http, isPermissive: true, authz: 0)], endpoints: .none,
        subsets: [], balance: .p2c, capacity: nil, ejection: nil, health: nil, connectTimeoutNanoseconds: nil,
        idleTimeoutNanoseconds: nil, tls: nil, isExternal: false, isEnforcedBySidecar: false,
        ignoresPathCase: view.ignoresCase, ignoresTrailingSlash: view.ignoresTrailingSlash, position: here)
    ]
    policy.tokens = [
      TokenIssuer(
        name: "staff", module: "m", issuer: "https://id.example", audiences: ["svc"], keys: .file("k"),
        algorithms: [.ES256],
        claims: [
          .init(name: "level", type: .int, isOptional: false, path: ["level"], separator: nil),
          .init(name: "scopes", type: .stringSet, isOptional: true, path: ["scopes"], separator: nil),
          .init(name: "team", type: .string, isOptional: true, path: ["team"], separator: nil),
        ], position: here)
    ]
    policy.headers = [HeaderType(name: "x-a", type: .string), HeaderType(name: "x-n", type: .int)]
    policy.dataSets = [
      DataSet(name: "d", module: "m", member: .string, membersMax: 10, staleNanoseconds: 1, position: here)
    ]
    policy.authz = [
      AuthzScope(
        target: .service(0, port: 0), tokens: [0], pathView: view, rules: [], singleReads: [], position: here)
    ]
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  static let paths = [
    "/", "/a", "/a/", "/a/b", "/a/b/c", "/b", "/b/a", "/b/b/b", "/c/a/b", "/ab", "/aab", "/a/x1", "/x1/a", "/a/b/",
  ]
  static let callers = [
    "spiffe://t.example/ns/a/sa/web", "spiffe://t.example/ns/b/sa/web", "spiffe://t.example/ns/a/sa/job",
    "spiffe://t.example/web", "spiffe://u.example/ns/a/sa/web", "spiffe://u.example",
  ]
  static let texts = ["a", "b", "x1", "ab", ""]
  static let addresses = ["10.0.0.1", "10.1.2.3", "192.168.1.1", "fd00::1", "8.8.8.8"]
  static let regexes = ["a+b?", ".*a.*b", "[a-c]*", "/a/.*", "/[a-b]+(/.*)?", ".*1", "x[0-9]", "spiffe://t.*web"]

  // MARK: - Conditions

  mutating func condition(depth: Int = 3) -> Condition {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3 where depth > 0: .and((0..<2).map { _ in condition(depth: depth - 1) })
    case 3..<5 where depth > 0: .or((0..<2).map { _ in condition(depth: depth - 1) })
    case 5 where depth > 0: .not(condition(depth: depth - 1))
    case 6 where depth > 2: .constant(chance(50))
    default: .test(test())
    }
  }

  mutating func test() -> Test {
    let (attribute, predicate, quantifier) = question()
    return Test(
      attribute: attribute, quantifier: quantifier, predicate: predicate, isNegated: chance(30),
      whenAbsent: chance(40), position: Position(file: 0, line: 1, column: 1))
  }

  private mutating func string() -> Value { .string(pick(World.texts)) }

  private mutating func textPredicate() -> Predicate {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: .isPresent
    case 1: .isIn([string(), string()])
    case 2: .matchesRegex(pick(World.regexes))
    default: .equals(string())
    }
  }

  mutating func pattern() -> SegmentPattern {
    let segments = (0..<Int.random(in: 0...3, using: &random)).map { _ -> SegmentPattern.Segment in
      chance(40) ? .capture("c") : .literal(pick(["a", "b", "c", "x1"]))
    }
    return SegmentPattern(
      prefix: "", segments: segments, rest: chance(40) || segments.isEmpty ? .any(name: "rest") : .none, text: "")
  }

  private mutating func question() -> (Attribute, Predicate, Test.Quantifier?) {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return (.method, .isIn([.string("GET"), .string(pick(["PUT", "HEAD"]))]), nil)
    case 1: return (.path, .equals(.string(pick(World.paths))), nil)
    case 2: return (.path, .isUnder(pick(["/", "/a", "/a/b", "/b"])), nil)
    case 3, 4: return (.path, .matches(pattern()), nil)
    case 5: return (.path, .matchesRegex(pick(World.regexes)), nil)
    case 6: return (.caller, .isIn([.string(pick(World.callers)), .string(pick(World.callers))]), nil)
    case 7:
      let pattern = SegmentPattern(
        prefix: "spiffe://t.example", segments: [.literal("ns"), .capture("n"), .literal("sa"), .capture("a")],
        rest: .none, text: "")
      return (
        .caller, chance(50) ? .matches(pattern) : .matchesAny(patterns: [pattern], values: [.string(World.callers[4])]),
        nil
      )
    case 8: return (pick([.callerNamespace, .callerAccount, .callerTrustDomain]), textPredicate(), nil)
    case 9: return (.header("x-a"), textPredicate(), nil)
    case 10: return (.header("x-a"), .equals(string()), pick([.any, .all]))
    case 11: return (.header("x-n"), .isInRanges([-5 ... -1, 3...8]), nil)
    case 12:
      let networks = [
        try? Network.parse("10.0.0.0/8"), try? Network.parse("fd00::/8"), try? Network.parse("10.1.0.0/16"),
      ]
      return (.sourceIP, .isInNetworks([pick(networks.compactMap { $0 })]), nil)
    case 13: return (.time(pick([.instant, .hour, .weekday, .date]), zone: nil), .isInRanges([3...12, 15...20]), nil)
    case 14: return (.claim(token: 0, name: "team"), textPredicate(), nil)
    case 15: return (.claim(token: 0, name: "level"), chance(50) ? .equals(.int(3)) : .isPresent, nil)
    case 16:
      return (.claim(token: 0, name: "scopes"), chance(30) ? .isPresent : .has(.string(pick(["a", "b"]))), nil)
    case 17: return (.claim(token: 0, name: "team"), chance(50) ? .isInData(0) : .equalsAttribute(.header("x-a")), nil)
    case 18: return (.token(0), .isPresent, nil)
    default:
      let source: CaptureBinding.Source = chance(80) ? .path : .caller
      let bindings = (0..<Int.random(in: 1...2, using: &random)).map { _ -> CaptureBinding in
        var pattern = pattern()
        if source == .caller { pattern.prefix = "spiffe://t.example" }
        let captures = pattern.segments.indices.filter { pattern.segments[$0] == .capture("c") }
        let piece: CaptureBinding.Piece = captures.isEmpty ? .rest : .segment(pick(captures))
        if piece == .rest { pattern.rest = .any(name: "rest") }
        return CaptureBinding(source: source, pattern: pattern, piece: piece)
      }
      return (.capture(name: "c", bindings), textPredicate(), nil)
    }
  }

  // MARK: - Requests

  /// What a request has, once for the reference and once for the slots.
  struct Request {
    var facts = RequestFacts()
    var values: [Attribute: SlotValue] = [:]

    /// Nothing that a condition could ask is unavailable.
    var isComplete: Bool {
      facts.time != nil && facts.data[0] != nil && !values.values.contains(.unavailable)
    }

    func value(of slot: Slot) -> SlotValue {
      if case .time(let part, let zone) = slot.attribute {
        return facts.time.map { .value(.int(part.value(of: $0, in: zone))) } ?? .unavailable
      }
      let value = values[slot.attribute] ?? .absent
      // Several lines are there, whatever is in them.
      if slot.isRepeated, value == .unavailable { return .present }
      return value
    }
  }

  mutating func request() -> Request {
    var request = Request()
    let method = pick(["GET", "PUT", "HEAD", "POST"])
    let path = pick(World.paths)
    var headers: [RequestFacts.Header] = []
    request.facts.service = World.service
    request.values[.method] = .value(.string(method))
    let view = policy.authz[0].pathView
    let seen = view.ignoresTrailingSlash && path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    request.values[.path] = .value(.string(seen))

    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      request.facts.caller = .unavailable
      request.values[.caller] = .unavailable
    case 1: request.facts.caller = .absent
    default:
      let caller = pick(World.callers)
      request.facts.caller = .known(caller)
      request.values[.caller] = .value(.string(caller))
    }
    request.values[.sourceIP] = .unavailable
    if chance(90), let address = IPAddress(pick(World.addresses)) {
      request.facts.sourceIP = .known(address)
      request.values[.sourceIP] = .value(.ip(address))
    }
    request.facts.time = chance(85) ? Int64.random(in: -100_000...3_000_000, using: &random) : nil
    let lines = pick([0, 1, 1, 2])
    for _ in 0..<lines {
      let text = pick(World.texts)
      headers.append(.init("X-A", text))
      request.values[.header("x-a")] = lines == 1 ? .value(.string(text)) : .unavailable
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: break
    case 1:
      headers.append(.init("x-n", "many"))
      request.values[.header("x-n")] = .unavailable
    default:
      let number = Int64.random(in: -6...9, using: &random)
      headers.append(.init("x-n", String(number)))
      request.values[.header("x-n")] = .value(.int(number))
    }
    if chance(70) {
      let level = Int64.random(in: 2...4, using: &random)
      var claims: [JSONValue.Member] = [
        .init("iss", .string("https://id.example")), .init("level", .int(level)),
      ]
      request.values[.token(0)] = .present
      request.values[.claim(token: 0, name: "level")] = .value(.int(level))
      if chance(60) {
        let team = pick(World.texts)
        claims.append(.init("team", .string(team)))
        request.values[.claim(token: 0, name: "team")] = .value(.string(team))
      }
      if chance(60) {
        claims.append(.init("scopes", .array(["a", "b"].filter { _ in chance(50) }.map { .string($0) })))
        request.values[.claim(token: 0, name: "scopes")] = .present
      }
      request.facts.token = .verified(.object(claims))
    }
    if chance(80) { request.facts.data[0] = World.texts.filter { _ in chance(50) } }
    request.facts.http = .init(method: method, scheme: "http", host: "svc", target: path, headers: headers)
    return request
  }
}
