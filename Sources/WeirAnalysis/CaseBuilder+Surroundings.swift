import WeirPolicy

/// What the routes of a gateway read and no condition of the space: unstated it would be unknown, and the request refused for
/// that.
extension CaseBuilder {
  mutating func addSurroundings() {
    guard case .gateway(let gateway) = target else { return }
    let tests = policy.routeTables.filter { $0.owner == .gateway(gateway) }.flatMap(\.routes)
      .flatMap(\.condition.tests)
    for test in tests { if case .isInData(let set) = test.predicate { data[set, default: []] += [] } }
    let reads = Set(tests.flatMap(\.reads))
    let usual: [(attribute: Attribute, value: Value)] = [
      (.scheme, .string("https")), (.host, .string(policy.gateways[gateway].hosts.first?.example ?? "other.example")),
      (.port, .int(443)),
      (.clientIP, Self.address), (.sourceIP, Self.address), (.sourcePort, .int(40_000)),
    ]
    scalars += usual.filter { fact in
      reads.contains(fact.attribute) && !space.slots.contains { $0.attribute == fact.attribute }
    }
    if reads.contains(where: \.isOfTheClock), !space.slots.contains(where: \.attribute.isOfTheClock) {
      scalars.append((.time(.instant, zone: nil), .int(Self.today)))
    }
  }

  /// One for documentation (RFC 5737).
  static let address = Value.ip(IPAddress(ipv4: 0xC000_0201))
}

extension Attribute {
  fileprivate var isOfTheClock: Bool { if case .time = self { true } else { false } }
}
