import WeirISA
import WeirPolicy
import WeirVM

extension LoadedBundle {
  static func scopePlans(
    _ program: borrowing VerifiedProgram, _ topology: Topology, _ names: inout NameTable
  ) throws(LoadError) -> [ScopePlan] {
    var plans: [ScopePlan] = []
    for (index, scope) in topology.scopes.enumerated() {
      guard let id = program.scope(.authz, index) else { throw .inconsistent("number of scopes") }
      plans.append(
        ScopePlan(
          id: id, singleReads: sources(scope.singleReads, topology, &names),
          hasUnenforcedRules: scope.rules.contains { $0.isShadow || $0.effect == .audit }))
    }
    return plans
  }

  static func tablePlans(
    _ program: borrowing VerifiedProgram, _ topology: Topology, _ names: inout NameTable
  ) throws(LoadError) -> [TablePlan] {
    var plans: [TablePlan] = []
    let issuersOfServices = topology.issuersOfServices
    for (index, table) in topology.tables.enumerated() {
      guard let id = program.scope(.routes, index) else { throw .inconsistent("number of route tables") }
      var routes: [RoutePlan] = []
      for route in table.routes {
        let identity = "\(topology.name(of: table.owner))\n\(route.mount ?? "")\n\(route.name)"
        routes.append(
          RoutePlan(
            topology.actions[route.action], identity: identity, pathView: table.pathView, topology, &names))
      }
      plans.append(
        TablePlan(
          id: id, singleReads: sources(table.singleReads, topology, &names),
          issuersBeyond: topology.issuersBeyond(index, issuersOfServices), routes: routes))
    }
    return plans
  }

  static func limitPlans(
    _ program: borrowing VerifiedProgram, _ topology: Topology, _ names: inout NameTable
  ) throws(LoadError) -> [LimitPlan] {
    var plans: [LimitPlan] = []
    for (index, limit) in topology.limits.enumerated() {
      guard let id = program.scope(.limit, index) else { throw .inconsistent("number of limits") }
      let key = limit.key.flatMap { KeySource($0, limit.pathView, topology, &names) }
      guard (key == nil) == (limit.key == nil) else { throw .inconsistent("key of limit \(limit.name)") }
      plans.append(LimitPlan(id: id, singleReads: sources(limit.singleReads, topology, &names), key: key))
    }
    return plans
  }

  private static func sources(
    _ attributes: [Attribute], _ topology: Topology, _ names: inout NameTable
  ) -> [ValueSource] {
    var sources: [ValueSource] = []
    for attribute in attributes {
      if let source = ValueSource(attribute, topology, &names) { sources.append(source) }
    }
    return sources
  }
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

  /// The issuers of every service that a table can forward to, ascending.
  fileprivate func issuersBeyond(_ table: Int, _ issuersOfServices: [Set<Int>]) -> [Int] {
    var issuers: Set<Int> = []
    for route in tables[table].routes.indices {
      for branch in branches(route, of: table) { issuers.formUnion(issuersOfServices[branch.destination.service]) }
    }
    return issuers.sorted()
  }
}

extension KeySource {
  init?(
    _ attribute: Attribute, _ pathView: PathView, _ topology: Topology, _ names: inout NameTable
  ) {
    if case .capture(_, let bindings) = attribute {
      self = .capture(CaptureSource(bindings, pathView))
    } else if let source = ValueSource(attribute, topology, &names) {
      self = .value(source)
    } else {
      return nil
    }
  }
}

extension RoutePlan {
  init(
    _ action: RouteAction, identity: String, pathView: PathView, _ topology: Topology,
    _ names: inout NameTable
  ) {
    salt = XXH3.hash(Array(identity.utf8).span, seed: 0)
    rewritePath = action.rewritePath.map { Self.pieces($0, pathView) }
    rewriteHost = action.rewriteHost.map { Array($0.utf8) }
    location = []
    body = 0..<0
    locationHasQuery = false
    switch action.kind {
    case .forward(_, .cookie(let name)): sticky = KeySource(.cookie(name), pathView, topology, &names)
    case .forward(_, .attribute(let attribute)): sticky = KeySource(attribute, pathView, topology, &names)
    case .forward(_, .none): sticky = nil
    case .respond(_, let text):
      sticky = nil
      if let text { body = names.insert(text) }
    case .redirect(_, let template):
      sticky = nil
      location = Self.pieces(template, pathView)
      locationHasQuery = template.text.utf8.contains(UInt8(ascii: "?"))
    }
    changes = []
    for change in action.headerChanges where change.side == .request {
      let operation: Change.Operation
      switch change.operation {
      case .set(let value): operation = .set(Change.Value(value, pathView, topology, &names))
      case .add(let value): operation = .add(Change.Value(value, pathView, topology, &names))
      case .remove: operation = .remove
      }
      changes.append(Change(header: names.insert(change.header), operation: operation))
    }
  }

  private static func pieces(_ template: Template, _ pathView: PathView) -> [Piece] {
    template.parts.map { part in
      switch part {
      case .text(let text): .text(Array(text.utf8))
      case .capture(_, let bindings): .capture(CaptureSource(bindings, pathView))
      case .wholePath: .wholePath
      }
    }
  }
}

extension RoutePlan.Change.Value {
  init(
    _ value: HeaderChange.Value, _ pathView: PathView, _ topology: Topology, _ names: inout NameTable
  ) {
    switch value {
    case .text(let text): self = .text(Array(text.utf8))
    case .attribute(let attribute):
      // Total for what a validated topology holds; a value that cannot be had is an absent one.
      self = .key(KeySource(attribute, pathView, topology, &names) ?? .capture(CaptureSource([], pathView)))
    }
  }
}
