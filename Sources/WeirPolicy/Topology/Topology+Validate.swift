extension Topology {
  /// Checks every index, count and range that a data plane relies on, so that a decoded topology can be used without traps.
  ///
  /// - Throws: `WireError.outOfRange` with the name of the field.
  /// - Complexity: O(size).
  public func validate() throws(WireError) {
    let indices = PolicyIndices(self)
    for service in services { try indices.check(service) }
    for (index, service) in services.enumerated() {
      for (port, declared) in service.ports.enumerated() {
        guard scopes.indices.contains(declared.authz), scopes[declared.authz].target == .service(index, port: port)
        else { throw .outOfRange("port.authz") }
      }
    }
    for (index, gateway) in gateways.enumerated() {
      try indices.check(gateway.position)
      guard let authz = gateway.authz else { continue }
      guard scopes.indices.contains(authz), scopes[authz].target == .gateway(index) else {
        throw .outOfRange("gateway.authz")
      }
    }
    for issuer in tokens { try indices.check(issuer) }
    for set in dataSets {
      try indices.check(set.position)
      guard set.membersMax >= 0, set.staleNanoseconds >= 0 else { throw .outOfRange("data") }
    }
    for retry in retries { try indices.check(retry) }
    for scope in scopes {
      try indices.check(scope.target)
      try indices.check(scope.position)
      try indices.check(tokens: scope.tokens)
      for attribute in scope.singleReads { try indices.check(attribute) }
      for rule in scope.rules { try indices.check(rule.position) }
    }
    for table in tables { try check(table, indices) }
    for action in actions { try indices.check(action) }
    for limit in limits { try indices.check(limit) }
    if let mesh { try indices.check(mesh.position) }
  }

  private func check(_ table: Table, _ indices: PolicyIndices) throws(WireError) {
    switch table.owner {
    case .gateway(let gateway): try indices.check(gateway: gateway)
    case .service(let service): try indices.check(service: service, port: nil)
    case .hosts(let hosts): guard !hosts.isEmpty else { throw .outOfRange("hosts") }
    }
    try indices.check(table.position)
    try indices.check(tokens: table.tokens)
    for attribute in table.singleReads { try indices.check(attribute) }
    guard !table.routes.isEmpty else { throw .outOfRange("routes") }
    for route in table.routes {
      try indices.check(route.position)
      guard actions.indices.contains(route.action) else { throw .outOfRange("route.action") }
    }
  }
}
