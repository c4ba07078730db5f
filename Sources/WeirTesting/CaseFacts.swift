import WeirJSON
import WeirPolicy
import WeirRequest

/// The request that a test case describes, as a host would hand it over.
///
/// What a case does not say is absent, but for what a real request always has (an address, a time, loaded data, a caller or its
/// absence): that is unavailable.
struct CaseFacts {
  let policy: Policy
  let suite: TestSuite
  let test: TestSuite.Case
  private(set) var facts = RequestFacts()
  private var claims: [(issuer: Int, path: [String], value: JSONValue)] = []

  init(policy: Policy, suite: TestSuite, test: TestSuite.Case) {
    self.policy = policy
    self.suite = suite
    self.test = test
    addTarget()
    addRequest()
    switch test.caller {
    case .unstated: break
    case .nobody: facts.caller = .absent
    case .identity(let identity): facts.caller = .known(identity)
    }
    for fact in test.facts { add(fact) }
    addToken()
    facts.draw = test.draw ?? 0
  }

  private mutating func addTarget() {
    switch suite.target {
    case .service(let index, let port):
      let service = policy.services[index]
      facts.service = service.name
      facts.port = port.flatMap { service.ports[$0].number }
    case .gateway(let index): facts.gateway = policy.gateways[index].name
    }
  }

  private mutating func addRequest() {
    guard let method = test.method else { return }
    let url = URLParts(test.target)
    facts.http = RequestFacts.HTTP(
      method: method, scheme: url.scheme, host: url.authority, target: url.target, headers: [])
  }

  private mutating func add(_ fact: TestSuite.Fact) {
    let values: [Value] =
      switch fact.value {
      case .single(let value): [value]
      case .several(let values): values
      }
    switch fact.subject {
    case .data(let index): facts.data[index] = values.map(\.text)
    case .attribute(let attribute): set(attribute, values, isSet: fact.value.isSet)
    }
  }

  private mutating func set(_ attribute: Attribute, _ values: [Value], isSet: Bool) {
    let texts = values.map(\.text)
    switch attribute {
    case .header(let name):
      for text in texts { facts.http?.headers.append(RequestFacts.Header(name, text)) }
    case .cookie(let name):
      for text in texts { facts.http?.headers.append(RequestFacts.Header("cookie", "\(name)=\(text)")) }
    case .scheme: facts.http?.scheme = texts.first
    case .host: facts.http?.host = texts.first
    case .port: facts.port = values.first?.integer
    case .clientIP: facts.clientIP = values.first?.address
    case .sourceIP: facts.sourceIP = values.first?.address.map(Fact.known) ?? .absent
    case .sourcePort: facts.sourcePort = values.first?.integer
    case .sni: facts.sni = texts.first
    case .time(.instant, zone: _): if case .int(let seconds)? = values.first { facts.time = seconds }
    case .claim(let issuer, let name): addClaim(issuer, name, values, isSet: isSet)
    // The checker refuses these as facts: the line of the request says them, or they follow from others.
    case .method, .path, .query, .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .token, .capture, .time,
      .responseStatus, .responseHeader:
      break
    }
  }

  // MARK: - Tokens

  private mutating func addClaim(_ issuer: Int, _ name: String, _ values: [Value], isSet: Bool) {
    let claim = policy.tokens[issuer].claims.first { $0.name == name }
    var value: JSONValue
    if isSet {
      value = .array(values.map(\.json))
      if let separator = claim?.separator { value = .string(values.map(\.text).joined(separator: separator)) }
    } else {
      value = values.first?.json ?? .null
      if claim?.type == .bool, case .int(let number) = value { value = .bool(number != 0) }
    }
    claims.append((issuer, claim?.path ?? [name], value))
  }

  /// A case that states a claim has a valid token: its issuer and audience are those of the `jwt` unless stated otherwise.
  private mutating func addToken() {
    if let code = test.tokenError {
      facts.token = TokenError(rawValue: code).map(RequestFacts.Token.invalid) ?? .none
      return
    }
    guard let issuer = claims.first?.issuer else { return }
    let declaration = policy.tokens[issuer]
    var members: [JSONValue.Member] = []
    if !claims.contains(where: { $0.path == ["iss"] }) {
      members.append(JSONValue.Member("iss", .string(declaration.issuer)))
    }
    if let audience = declaration.audiences.first, !claims.contains(where: { $0.path == ["aud"] }) {
      members.append(JSONValue.Member("aud", .string(audience)))
    }
    for claim in claims { members.put(claim.value, at: claim.path[...]) }
    facts.token = .verified(.object(members))
  }
}

extension [JSONValue.Member] {
  /// Sets a value in nested objects, which are made as needed.
  fileprivate mutating func put(_ value: JSONValue, at path: ArraySlice<String>) {
    guard let name = path.first else { return }
    let index = firstIndex { $0.name == name }
    var inner = value
    if path.count > 1 {
      var members: [JSONValue.Member] = []
      if let index, case .object(let existing) = self[index].value { members = existing }
      members.put(value, at: path.dropFirst())
      inner = .object(members)
    }
    if let index { self[index].value = inner } else { append(JSONValue.Member(name, inner)) }
  }
}

extension TestSuite.Fact.Value {
  fileprivate var isSet: Bool { if case .several = self { true } else { false } }
}

extension Value {
  fileprivate var text: String {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .ip(let address): address.description
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .int(let number): .int(number)
    case .ip(let address): .string(address.description)
    }
  }

  fileprivate var integer: Int? { if case .int(let number) = self { Int(exactly: number) } else { nil } }

  fileprivate var address: IPAddress? { if case .ip(let address) = self { address } else { nil } }
}
