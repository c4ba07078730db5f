import Testing
import WeirPolicy

@Suite struct ValidationTests {
  /// A policy whose indices are all in range, and what breaks when one of them is not.
  private static let breakages: [(String, @Sendable (inout Topology) -> Void)] = [
    ("ports", { $0.services[0].ports = [] }),
    ("port.authz", { $0.services[0].ports[0].authz = 99 }),
    ("port.authz", { $0.services[0].ports[0].authz = -1 }),
    ("gateway.authz", { $0.gateways[0].authz = 0 }),
    (
      "service",
      {
        $0.scopes.append($0.scopes[0]); $0.scopes[$0.scopes.count - 1].target = .service(99, port: 0)
      }
    ),
    ("token", { $0.scopes[0].tokens = [7] }),
    ("token", { $0.scopes[0].singleReads = [.token(-1)] }),
    ("claim", { $0.scopes[0].singleReads = [.claim(token: 0, name: "no such claim")] }),
    ("routes", { $0.tables[0].routes = [] }),
    ("route.action", { $0.tables[0].routes[0].action = $0.actions.count }),
    ("gateway", { $0.tables[0].owner = .gateway(9) }),
    ("hosts", { $0.tables[0].owner = .hosts([]) }),
    ("weights", { $0.actions[0] = RouteAction(kind: .forward([], sticky: nil)) }),
    ("status", { $0.actions[0] = RouteAction(kind: .respond(status: 99, body: nil)) }),
    ("retry", { $0.actions[0].retry = 9 }),
    ("share", { $0.actions[0].delay = RouteAction.Delay(nanoseconds: 1, share: 10_001) }),
    ("negative", { $0.actions[0].timeoutNanoseconds = -1 }),
    ("position", { $0.services[0].position.file = 2 }),
    ("position", { $0.services[0].position.line = .max }),
    ("position", { $0.services[0].position.line = .min }),
    ("position", { $0.services[0].position.column = 1 << 24 }),
    ("data", { $0.dataSets[0].membersMax = -1 }),
  ]

  @Test(arguments: breakages.indices)
  func `an index out of range is refused`(index: Int) throws {
    var topology = Topology(RandomPolicy.make(seed: 3))
    try topology.validate()
    Self.breakages[index].1(&topology)
    #expect(throws: WireError.outOfRange(Self.breakages[index].0)) { try topology.validate() }
    #expect(throws: WireError.outOfRange(Self.breakages[index].0)) { try Topology(wireBytes: topology.wireBytes) }
  }

  @Test func `conditions are looked through`() throws {
    var policy = RandomPolicy.make(seed: 3)
    let position = Position(file: 0, line: 1, column: 1)
    let test = Test(attribute: .path, predicate: .isInData(99), whenAbsent: false, position: position)
    policy.authz[0].rules = [
      Rule(
        name: "r", effect: .allow, isShadow: false, condition: .not(.and([.or([.test(test)])])), until: nil,
        module: "m", annotations: Annotations(), documentation: "", position: position)
    ]
    #expect(throws: WireError.outOfRange("data")) { try policy.validate() }
  }

  @Test func `equal actions are kept once`() {
    var policy = RandomPolicy.make(seed: 3)
    policy.routeTables[0].routes += policy.routeTables[0].routes
    let once = Topology(RandomPolicy.make(seed: 3))
    let twice = Topology(policy)
    #expect(twice.actions == once.actions)
    #expect(twice.tables[0].routes.count == 2 * once.tables[0].routes.count)
  }
}
