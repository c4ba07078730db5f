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

  private var result = TestSuite.Case(
    method: nil, target: "", caller: .nobody, facts: [], tokenError: nil, draw: nil, expectations: [],
    position: Position(file: 0, line: 1, column: 1))
  private var path = "/"
  private var scalars: [(attribute: Attribute, value: Value)] = []
  /// Values of what may come several times: headers, cookies, query parameters.
  private var lines: [(attribute: Attribute, values: [Value])] = []
  private var sets: [(attribute: Attribute, members: [Value])] = []
  private var data: [Int: [Value]] = [:]
  private var token: Int?

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
    for (index, slot) in space.slots.enumerated() where slot.isRepeated && region.point.classOf[index] == 1 {
      if slot.attribute.isLine, !lines.contains(where: { $0.attribute == slot.attribute && !$0.values.isEmpty }) {
        addLine(slot.attribute, isInteger(slot.attribute) ? .int(1) : .string("other"))
      }
    }
    guard addTime(region), addToken(), addTarget() else { return nil }
    result.facts = facts
    return result
  }

  private var facts: [TestSuite.Fact] {
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

  private var port: Service.Port? {
    guard case .service(let service, let port) = target else { return nil }
    return policy.services[service].ports[port ?? 0]
  }

  private var isHTTP: Bool { port?.protocol.isHTTP ?? true }

  /// Whether nobody gets through without a certificate.
  private var isCallerKnown: Bool { port.map { !$0.isPermissive } ?? false }

  /// An identity that no rule is likely to name.
  private var stranger: String { "spiffe://\(policy.mesh?.trustDomain ?? "other.example")/ns/default/sa/stranger" }

  // MARK: - Slots

  /// - Returns: whether the slot can have this class in a test case.
  private mutating func set(_ slot: Slot, _ classes: SlotClasses, _ place: Int, isFree: Bool) -> Bool {
    let value = classes.witnesses[place]
    func usual(_ candidates: [String]) -> String? {
      candidates.first { classes.classID(of: .value(.string($0))) == place }
    }
    switch (slot.attribute, value) {
    case (.method, .value(.string(let text))):
      if !isAsterisk { result.method = isFree ? "GET" : usual(Self.methods) ?? text }
    case (.path, .value(.string(let text))): if !isFree { path = text }
    case (.caller, .absent):
      // On a port with mutual TLS somebody calls, where nothing else was asked for.
      if !isFree || !isCallerKnown { result.caller = .nobody }
    case (.caller, .value(.string(let text))):
      result.caller = .identity(usual(policy.services.flatMap(\.identities) + [stranger]) ?? text)
    case (.port, .value(let number)):
      guard let number = portNumber(classes, place, number, isFree: isFree) else { return false }
      scalars.append((.port, number))
    case (.claim(_, "aud"), .absent), (.claim, .absent), (.token, .absent), (_, .absent): break
    case (.token(let issuer), .present): token = issuer
    case (.claim(let issuer, _), .present):
      token = issuer
      if !sets.contains(where: { $0.attribute == slot.attribute }) { sets.append((slot.attribute, [])) }
    case (.claim(let issuer, _), .value(let claim)):
      token = issuer
      scalars.append((slot.attribute, claim))
    case (.time, .value): break
    case (_, .present): break
    case (_, .value(let found)) where slot.attribute.isLine: addLine(slot.attribute, found)
    case (.scheme, .value(let found)), (.host, .value(let found)), (.clientIP, .value(let found)),
      (.sourceIP, .value(let found)), (.sourcePort, .value(let found)), (.sni, .value(let found)):
      scalars.append((slot.attribute, found))
    case (_, .value), (_, .unavailable): return false
    }
    return true
  }

  private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]

  /// The port of a service that has several is also what chooses among them.
  private func portNumber(_ classes: SlotClasses, _ place: Int, _ number: Value, isFree: Bool) -> Value? {
    guard case .service(let service, _) = target, policy.services[service].ports.count > 1 else { return number }
    guard let own = port?.number.map({ Value.int(Int64($0)) }) else { return nil }
    return isFree || classes.classID(of: .value(own)) == place ? own : nil
  }

  private mutating func addLine(_ attribute: Attribute, _ value: Value) {
    if let index = lines.firstIndex(where: { $0.attribute == attribute }) {
      if !lines[index].values.contains(value) { lines[index].values.append(value) }
    } else {
      lines.append((attribute, [value]))
    }
  }

  private func isInteger(_ attribute: Attribute) -> Bool {
    guard case .header(let name) = attribute else { return false }
    return policy.headers.first { $0.name == name }?.type == .int
  }

  // MARK: - Variables

  /// Data that is not given is unavailable: what is mentioned is loaded, and empty.
  private mutating func addData(of variable: Variable) {
    let tests: [WeirPolicy.Test] =
      switch variable {
      case .test(let test): [test]
      case .condition(let condition): condition.tests
      }
    for test in tests { if case .isInData(let set) = test.predicate { data[set, default: []] += [] } }
  }

  /// Adds the value that makes the test true, where one does.
  private mutating func satisfy(_ test: WeirPolicy.Test) {
    switch test.predicate {
    case .isInData(let set):
      guard !test.isNegated, let value = known(test.attribute) else { return }
      if !data[set, default: []].contains(value) { data[set, default: []].append(value) }
    case .has(let member):
      guard !test.isNegated else { return }
      if let index = sets.firstIndex(where: { $0.attribute == test.attribute }) { sets[index].members.append(member) }
    case .equals(let value) where test.quantifier != nil:
      addLine(test.attribute, test.isNegated ? .string("other") : value)
    case .isIn(let values) where test.quantifier != nil:
      if let value = values.first { addLine(test.attribute, test.isNegated ? .string("other") : value) }
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .equalsAttribute, .isInAttribute, .hasAttribute:
      break
    }
  }

  private func known(_ attribute: Attribute) -> Value? {
    if case .caller = attribute, case .identity(let text) = result.caller { return .string(text) }
    return scalars.first { $0.attribute == attribute }?.value
      ?? lines.first { $0.attribute == attribute }?.values.first
  }

  // MARK: - What belongs together

  /// One instant for all parts of the clock.
  private mutating func addTime(_ region: Region) -> Bool {
    let clocks = space.slots.indices.compactMap { index -> (Attribute.TimePart, TimeZoneRule?, Int)? in
      if case .time(let part, let zone) = space.slots[index].attribute { (part, zone, index) } else { nil }
    }
    guard !clocks.isEmpty else { return true }
    let asked = clocks.filter { region.asked.contains($0.2) }
    func fits(_ instant: Int64) -> Bool {
      asked.allSatisfy { part, zone, slot in
        let value = SlotValue.value(.int(part.value(of: instant, in: zone)))
        return space.classes[slot].classID(of: value) == region.point.classOf[slot]
      }
    }
    var starts = [Self.today]
    for (part, _, slot) in asked {
      guard let place = region.point.classOf[slot],
        case .value(.int(let value)) = space.classes[slot].witnesses[place], abs(value) < Self.today * 8
      else { continue }
      if part == .instant { starts.insert(value, at: 0) }
      if part == .date { starts.insert(value * 86_400, at: 0) }
    }
    for start in starts {
      // Quarters of an hour of a week, then hours of more than a year, then minutes of an hour.
      let steps: [(seconds: Int64, count: Int64)] = [(900, 4 * 24 * 7), (3_600, 24 * 400), (60, 60)]
      for step in steps {
        for number in 0..<step.count {
          let instant = start + number * step.seconds
          if fits(instant) {
            scalars.append((.time(.instant, zone: nil), .int(instant)))
            return true
          }
        }
      }
    }
    return false
  }

  /// 2026-01-01, a day like any other: a proof never reads the clock.
  private static let today: Int64 = 20_454 * 86_400

  /// What a token of this issuer must have.
  private mutating func addToken() -> Bool {
    guard let token else { return true }
    let issuer = policy.tokens[token]
    let named = scalars.map(\.attribute) + sets.map(\.attribute)
    if !named.contains(.claim(token: token, name: "iss")) {
      scalars.append((.claim(token: token, name: "iss"), .string(issuer.issuer)))
    }
    let audience = Attribute.claim(token: token, name: "aud")
    if let index = sets.firstIndex(where: { $0.attribute == audience }) {
      sets[index].members += issuer.audiences.prefix(1).map(Value.string)
    } else if space.slots.contains(where: { $0.attribute == audience }), !issuer.audiences.isEmpty {
      // A case states the audience of the issuer in any case.
      return false
    }
    for claim in issuer.claims where !claim.isOptional {
      let attribute = Attribute.claim(token: token, name: claim.name)
      guard !named.contains(attribute) else { continue }
      switch claim.type {
      case .stringSet: sets.append((attribute, []))
      case .int, .bool, .time: scalars.append((attribute, .int(0)))
      case .string, .identity, .ip, .host, .path: scalars.append((attribute, .string("other")))
      }
    }
    return true
  }

  private mutating func addTarget() -> Bool {
    guard isHTTP else { return true }
    if isAsterisk {
      result.target = "*"
      return !lines.contains { if case .query = $0.attribute { true } else { false } }
    }
    var parameters: [String] = []
    for line in lines {
      guard case .query(let name) = line.attribute else { continue }
      for value in line.values {
        guard case .string(let text) = value else { return false }
        parameters.append("\(escaped(name))=\(escaped(text))")
      }
    }
    result.target = path + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    return true
  }

  /// Everything but unreserved characters as escapes (RFC 3986 section 2.1).
  private func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
      default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }.joined()
  }
}

extension Attribute {
  /// Whether a request can have it several times.
  fileprivate var isLine: Bool {
    switch self {
    case .header, .cookie, .query: true
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
      .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
      false
    }
  }
}

extension Condition {
  /// In the order of the text.
  var tests: [WeirPolicy.Test] {
    switch self {
    case .constant: []
    case .and(let operands), .or(let operands): operands.flatMap(\.tests)
    case .not(let operand): operand.tests
    case .test(let test): [test]
    }
  }
}
