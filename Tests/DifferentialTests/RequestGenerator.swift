import PropertyTesting
import WeirPolicy
import WeirRequest

/// Draws requests from the vocabulary of `ProgramGenerator`, whole and broken ones.
struct RequestGenerator {
  private var random: SplitMix64
  private let dataSets: [DataSet]

  init(seed: UInt64, dataSets: [DataSet]) {
    random = SplitMix64(seed: seed)
    self.dataSets = dataSets
  }

  mutating func request() -> RequestFacts {
    var facts = RequestFacts()
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<5: facts.service = random.pick(Vocabulary.services)
    case 5..<8: facts.gateway = "edge"
    default: break
    }
    facts.caller =
      random.chance(80) ? .known(random.pick(Vocabulary.identities)) : random.chance(50) ? .absent : .unavailable
    facts.sourceIP = random.chance(90) ? address().map { .known($0) } ?? .unavailable : .unavailable
    if random.chance(30) { facts.clientIP = address() }
    if random.chance(85) { facts.time = random.pick(Vocabulary.times) }
    facts.draw = Int.random(in: 0...9_999, using: &random)
    if random.chance(10) { facts.withheld = RequestFacts.Withheld(rawValue: UInt8.random(in: 1...7, using: &random)) }
    facts.http = http(toGateway: facts.gateway != nil)
    facts.token = token()
    for (index, set) in dataSets.enumerated() where random.chance(80) {
      facts.data[index] = random.some(set.member == .ip ? Vocabulary.addresses : Vocabulary.identities, 0...3)
    }
    return facts
  }

  private mutating func address() -> IPAddress? { IPAddress(random.pick(Vocabulary.addresses)) }

  /// A gateway is mostly asked for a host of its own.
  private mutating func host(toGateway: Bool) -> String? {
    guard random.chance(92) else { return nil }
    guard toGateway else { return random.pick(Vocabulary.hosts) }
    return random.pick(random.chance(85) ? ["wild.example", "a.b.wild.example"] : Vocabulary.hosts)
  }

  private mutating func http(toGateway: Bool) -> RequestFacts.HTTP {
    RequestFacts.HTTP(
      method: random.pick(Vocabulary.methods), scheme: random.chance(90) ? random.pick(["http", "https"]) : nil,
      host: host(toGateway: toGateway),
      target: random.pick(random.chance(75) ? Vocabulary.paths : Vocabulary.wildTargets), headers: headers())
  }

  private mutating func headers() -> [RequestFacts.Header] {
    var headers: [RequestFacts.Header] = []
    if random.chance(50) { headers.append(.init("X-One", random.pick(Vocabulary.words))) }
    if random.chance(8) { headers.append(.init("x-one", random.pick(Vocabulary.words))) }
    if random.chance(40) { headers.append(.init("x-two", " " + random.pick(Vocabulary.words) + "\t")) }
    if random.chance(50) { headers.append(.init("x-count", random.pick(["1", "3", "5", "-2", "x", ""]))) }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      headers.append(.init("x-list", random.pick(Vocabulary.words)))
    }
    if random.chance(40) {
      headers.append(.init("cookie", random.pick(["sid=ana", "a=b; sid=eu", "sid=1; sid=2", "sid", "x=\"q\""])))
    }
    return headers
  }

  private mutating func token() -> RequestFacts.Token {
    if random.chance(35) { return .none }
    if random.chance(6) { return .invalid(random.pick(TokenError.allCases)) }
    var members: [JSONValue.Member] = []
    if random.chance(95) {
      members.append(.init("iss", .string(random.chance(92) ? "https://id.example" : "https://x.example")))
    }
    if random.chance(95) { members.append(.init("tenant", random.chance(95) ? .string("t") : .int(4))) }
    if random.chance(95) {
      members.append(.init("scope", .string(random.some(Vocabulary.words, 0...3).joined(separator: " "))))
    }
    if random.chance(70) { members.append(.init("sub", .string(random.pick(Vocabulary.words)))) }
    if random.chance(50) { members.append(.init("level", .int(random.pick([0, 2, 3, 9])))) }
    if random.chance(50) { members.append(.init("mfa", .bool(random.chance(50)))) }
    if random.chance(10) {
      members.append(.init("aud", random.chance(70) ? .string("shop") : .array([.string("other")])))
    }
    if random.chance(10) { members.append(.init("exp", .int(random.pick(Vocabulary.times)))) }
    return .verified(.object(members))
  }
}
