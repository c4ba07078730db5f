import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirVM

/// Makes the plans of a bundle from its program and topology, whose indices are in range.
struct PlanBuilder: ~Copyable {
  /// What routes with one action share: captures depend on how their table sees paths.
  private struct ActionKey: Hashable {
    var action: Int
    var pathView: PathView
  }

  let topology: Topology
  private(set) var tables = PlanTables()
  private var texts: [String: Place] = [:]
  private var actions: [ActionKey: Int] = [:]

  init(_ topology: Topology) { self.topology = topology }

  /// - Throws: `inconsistent` where the program lacks what the topology speaks of.
  static func plans(
    _ program: borrowing VerifiedProgram, _ topology: Topology
  ) throws(LoadError) -> PlanTables {
    var builder = PlanBuilder(topology)
    try builder.addSlots(program)
    try builder.addScopes(program)
    try builder.addLimits(program)
    builder.addServices()
    try builder.addTables(program)
    builder.addGateways()
    for index in topology.retries.indices {
      guard let id = program.scope(.retry, index) else { throw .inconsistent("number of retries") }
      builder.tables.retries.append(id)
    }
    return builder.finish()
  }

  private consuming func finish() -> PlanTables { tables }

  /// Where the bytes of a text lie; equal ones lie at one place.
  mutating func insert(_ text: String) -> Place {
    if let place = texts[text] { return place }
    let start = tables.text.count
    tables.text.append(contentsOf: text.utf8)
    let place = Place(start..<tables.text.count)
    texts[text] = place
    return place
  }

  mutating func insert(issuers: some Sequence<Int>) -> Place {
    append(Array(issuers), to: &tables.issuers)
  }

  mutating func insert(reads: [Attribute]) -> Place {
    var sources: [ValueSource] = []
    for attribute in reads {
      if let source = source(attribute) { sources.append(source) }
    }
    return append(sources, to: &tables.sources)
  }

  mutating func addSlot(_ source: ValueSource) { tables.slots.append(source) }
  mutating func insert(_ source: ValueSource) -> Int { append([source], to: &tables.sources).range.lowerBound }
  mutating func insert(_ capture: CapturePlan) -> Int { append([capture], to: &tables.captures).range.lowerBound }
  mutating func insert(_ branches: [BranchPlan]) -> Place { append(branches, to: &tables.branches) }
  mutating func insert(_ pieces: [PiecePlan]) -> Place { append(pieces, to: &tables.pieces) }
  mutating func insert(_ changes: [ChangePlan]) -> Place { append(changes, to: &tables.changes) }
  mutating func insert(_ bindings: [BindingPlan]) -> Place { append(bindings, to: &tables.bindings) }
  mutating func insert(_ segments: [SegmentPlan]) -> Place { append(segments, to: &tables.segments) }

  private mutating func addScopes(_ program: borrowing VerifiedProgram) throws(LoadError) {
    for (index, scope) in topology.scopes.enumerated() {
      guard let id = program.scope(.authz, index) else { throw .inconsistent("number of scopes") }
      let plan = ScopePlan(
        id: id, reads: insert(reads: scope.singleReads), issuers: insert(issuers: scope.tokens),
        hasUnenforcedRules: scope.rules.contains { $0.isShadow || $0.effect == .audit })
      tables.scopes.append(plan)
    }
  }

  private mutating func addLimits(_ program: borrowing VerifiedProgram) throws(LoadError) {
    for (index, limit) in topology.limits.enumerated() {
      guard let id = program.scope(.limit, index) else { throw .inconsistent("number of limits") }
      var key = KeyPlan.none
      if let attribute = limit.key {
        guard let found = self.key(attribute, limit.pathView) else {
          throw .inconsistent("key of limit \(limit.name)")
        }
        key = found
      }
      let plan = LimitPlan(
        id: id, reads: insert(reads: limit.singleReads), issuers: insert(issuers: limit.tokens), key: key,
        port: limit.port ?? -1)
      tables.limits.append(plan)
    }
  }

  private mutating func addServices() {
    for (index, service) in topology.services.enumerated() {
      let firstPort = tables.ports.count
      for port in service.ports {
        tables.ports.append(
          PortPlan(number: port.number ?? -1, isPermissive: port.isPermissive, scope: port.authz))
      }
      let firstLimit = tables.limitsOfServices.count
      for (number, limit) in topology.limits.enumerated() where limit.service == index {
        tables.limitsOfServices.append(number)
      }
      tables.services.append(
        ServicePlan(
          ports: Place(firstPort..<tables.ports.count), httpPort: service.firstPort(isHTTP: true) ?? -1,
          isEnforcedBySidecar: service.isEnforcedBySidecar,
          limits: Place(firstLimit..<tables.limitsOfServices.count), table: -1))
    }
  }

  private mutating func addGateways() {
    for gateway in topology.gateways {
      let plan = GatewayPlan(
        scope: gateway.authz ?? -1, table: -1, hasIdentity: gateway.identity != nil,
        identity: insert(gateway.identity ?? ""))
      tables.gateways.append(plan)
    }
    for (index, table) in topology.tables.enumerated() {
      switch table.owner {
      case .service(let service):
        if tables.services[service].table < 0 { tables.services[service].table = index }
      case .gateway(let gateway):
        if tables.gateways[gateway].table < 0 { tables.gateways[gateway].table = index }
      case .hosts: break
      }
    }
  }

  private mutating func addTables(_ program: borrowing VerifiedProgram) throws(LoadError) {
    let issuersOfServices = topology.issuersOfServices
    for (index, table) in topology.tables.enumerated() {
      guard let id = program.scope(.routes, index) else { throw .inconsistent("number of route tables") }
      let firstRoute = tables.routes.count
      let owner = topology.name(of: table.owner)
      var beyond: Set<Int> = []
      for route in table.routes {
        let identity = "\(owner)\n\(route.mount ?? "")\n\(route.name)"
        let action = try self.action(route.action, table.pathView)
        tables.routes.append(RoutePlan(action: action, salt: XXH3.hash(Array(identity.utf8).span, seed: 0)))
        for branch in tables.actions[action].branches.range {
          beyond.formUnion(issuersOfServices[tables.branches[branch].service])
        }
      }
      let gateway: Int =
        switch table.owner {
        case .gateway(let gateway): gateway
        case .service, .hosts: -1
        }
      let plan = TablePlan(
        id: id, reads: insert(reads: table.singleReads), issuers: insert(issuers: table.tokens),
        issuersBeyond: insert(issuers: beyond.sorted()), firstRoute: firstRoute, gateway: gateway)
      tables.tables.append(plan)
    }
  }

  private mutating func action(_ number: Int, _ pathView: PathView) throws(LoadError) -> Int {
    let key = ActionKey(action: number, pathView: pathView)
    if let known = actions[key] { return known }
    let plan = try plan(of: topology.actions[number], pathView)
    actions[key] = tables.actions.count
    tables.actions.append(plan)
    return tables.actions.count - 1
  }
}

private func append<Element>(_ elements: [Element], to table: inout [Element]) -> Place {
  let start = table.count
  table.append(contentsOf: elements)
  return Place(start..<table.count)
}

extension Topology {
  /// By service, the issuers that its authz and its limits name at the port that forwards go to.
  fileprivate var issuersOfServices: [Set<Int>] {
    var issuers: [Set<Int>] = []
    for service in services {
      guard let port = service.firstPort(isHTTP: true) else {
        issuers.append([])
        continue
      }
      issuers.append(Set(scopes[service.ports[port].authz].tokens))
    }
    for limit in limits {
      guard let port = services[limit.service].firstPort(isHTTP: true), (limit.port ?? port) == port else { continue }
      issuers[limit.service].formUnion(limit.tokens)
    }
    return issuers
  }
}
