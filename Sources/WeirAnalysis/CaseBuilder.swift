import WeirPlan
import WeirPolicy

/// Makes requests of regions. A request is a test case, so that what was run is what is printed.
///
/// Everything that the conditions of the space could read is stated; what is free gets a usual value. Variables are made
/// true where one value more does it, and the time is searched for; whoever asks runs the request to see whether it does
/// what its region promises.
struct CaseBuilder {
  let policy: Policy
  let space: Space
  let target: TestSuite.Target
  /// Whether the request is `OPTIONS *`, of which no slot tells.
  let isAsterisk: Bool

  /// Of two attributes that are compared.
  enum Side { case subject, other }

  /// Which one gets the value of the other.
  var side = Side.subject

  var result = TestSuite.Case(
    method: nil, target: "", caller: .nobody, facts: [], tokenError: nil, draw: nil, expectations: [],
    position: .nowhere)
  var path = "/"
  var scalars: [(attribute: Attribute, value: Value)] = []
  /// Values of what may come several times: headers, cookies, query parameters.
  var lines: [(attribute: Attribute, values: [Value])] = []
  var sets: [(attribute: Attribute, members: [Value])] = []
  var data: [Int: [Value]] = [:]
  var token: Int?

  init(policy: Policy, space: Space, target: TestSuite.Target, isAsterisk: Bool) {
    self.policy = policy
    self.space = space
    self.target = target
    self.isAsterisk = isAsterisk
  }

  /// - Returns: `nil` when the region cannot be written as one request.
  func testCase(of region: Region) -> TestSuite.Case? {
    var builder = self
    return builder.build(region)
  }

  private mutating func build(_ region: Region) -> TestSuite.Case? {
    if isHTTP { result.method = isAsterisk ? "OPTIONS" : "GET" }
    result.caller = isCallerKnown ? .identity(stranger) : .nobody
    for (index, slot) in space.slots.enumerated() {
      guard let place = region.point.classOf[index],
        set(slot, space.classes[index], place, isFree: !region.asked.contains(index))
      else { return nil }
    }
    for (index, variable) in space.variables.enumerated() {
      addData(of: variable)
      if case .test(let test) = variable, region.point.classOf[space.slots.count + index] == 1 { satisfy(test) }
    }
    addLines(region)
    joinCookies()
    addSurroundings()
    guard addTime(region), addToken(), addTarget() else { return nil }
    result.facts = facts
    return result
  }

  var facts: [TestSuite.Fact] {
    scalars.map { .init(subject: .attribute($0.attribute), value: .single($0.value)) }
      + lines.compactMap { line in
        if case .query = line.attribute { return nil }
        return .init(
          subject: .attribute(line.attribute),
          value: line.values.count == 1 ? .single(line.values[0]) : .several(line.values))
      }
      + sets.map { .init(subject: .attribute($0.attribute), value: .several($0.members)) }
      + data.keys.sorted().map { .init(subject: .data($0), value: .several(data[$0] ?? [])) }
  }

  // MARK: - The place

  var port: Service.Port? {
    guard case .service(let service, let port) = target else { return nil }
    return policy.services[service].ports[port ?? 0]
  }

  var isHTTP: Bool { port?.protocol.isHTTP ?? true }

  /// Whether nobody gets through without a certificate.
  var isCallerKnown: Bool { port.map { !$0.isPermissive } ?? false }

  /// Who calls when it matters little: services first, then identities that no rule is likely to name.
  var usualCallers: [String] {
    policy.services.flatMap(\.identities) + [stranger, "spiffe://stranger.example/ns/default/sa/stranger"]
  }

  /// An identity that no rule is likely to name.
  var stranger: String { "spiffe://\(policy.mesh?.trustDomain ?? "other.example")/ns/default/sa/stranger" }
}

extension Attribute {
  /// Whether a request can have it several times.
  var isLine: Bool {
    switch self {
    case .header, .cookie, .query: true
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
      .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
      false
    }
  }
}
