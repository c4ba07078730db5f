extension Topology {
  /// What is left of a policy without its conditions, tests and proofs. Complexity: O(size of the policy).
  public init(_ policy: Policy) {
    files = policy.files
    mesh = policy.mesh
    services = policy.services
    gateways = policy.gateways
    tokens = policy.tokens
    headers = policy.headers
    dataSets = policy.dataSets
    retries = policy.retries.map(Retry.init)
    scopes = policy.authz.map(Scope.init)
    limits = policy.limits.map(Limit.init)
    tables = []
    actions = []
    var known: [RouteAction: Int] = [:]
    for table in policy.routeTables {
      var routes: [Route] = []
      for route in table.routes {
        let action = known[route.action] ?? actions.count
        if action == actions.count {
          known[route.action] = action
          actions.append(route.action)
        }
        routes.append(Route(name: route.name, mount: route.mount, action: action, position: route.position))
      }
      tables.append(
        Table(
          owner: table.owner, tokens: table.tokens, pathView: table.pathView, routes: routes,
          singleReads: table.singleReads, position: table.position))
    }
  }
}

extension Topology.Scope {
  init(_ scope: AuthzScope) {
    self.init(
      target: scope.target, tokens: scope.tokens, pathView: scope.pathView,
      rules: scope.rules.map {
        Topology.Rule(name: $0.name, effect: $0.effect, isShadow: $0.isShadow, position: $0.position)
      },
      singleReads: scope.singleReads, position: scope.position)
  }
}

extension Topology.Limit {
  init(_ limit: Limit) {
    self.init(
      name: limit.name, service: limit.service, port: limit.port, tokens: limit.tokens, count: limit.count,
      perNanoseconds: limit.perNanoseconds, burst: limit.burst, key: limit.key, ipv4Prefix: limit.ipv4Prefix,
      ipv6Prefix: limit.ipv6Prefix, keysMax: limit.keysMax, pathView: limit.pathView, singleReads: limit.singleReads,
      position: limit.position)
  }
}

extension Topology.Retry {
  init(_ retry: Retry) {
    self.init(
      name: retry.name, tries: retry.tries, causes: retry.causes, isConditional: retry.condition != nil,
      perTryTimeoutNanoseconds: retry.perTryTimeoutNanoseconds, backoffMinNanoseconds: retry.backoffMinNanoseconds,
      backoffMaxNanoseconds: retry.backoffMaxNanoseconds, budget: retry.budget, evenUnsafe: retry.evenUnsafe,
      idempotencyHeader: retry.idempotencyHeader, position: retry.position)
  }
}
