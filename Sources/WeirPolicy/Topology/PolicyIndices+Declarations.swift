extension PolicyIndices {
  func check(_ service: Service) throws(WireError) {
    try check(service.position)
    guard !service.ports.isEmpty else { throw .outOfRange("ports") }
    for port in service.ports { try Self.check(port: port.number) }
    switch service.endpoints {
    case .none, .dns, .srv, .file: break
    case .static(let endpoints): for endpoint in endpoints { try Self.check(port: endpoint.port) }
    }
    switch service.balance {
    case .p2c, .roundRobin: break
    case .maglev(let key): try check(key)
    }
    if let capacity = service.capacity {
      try Self.check(natural: capacity.connections, capacity.pending, capacity.requests, capacity.retries)
    }
    if let ejection = service.ejection {
      try Self.check(natural: ejection.errors)
      try Self.check(natural: ejection.everyNanoseconds, ejection.forNanoseconds)
      try Self.check(share: ejection.atMost)
    }
    if let health = service.health {
      try Self.check(natural: health.everyNanoseconds, health.timeoutNanoseconds)
      try Self.check(natural: health.upAfter, health.downAfter)
    }
    try Self.check(natural: service.connectTimeoutNanoseconds, service.idleTimeoutNanoseconds)
  }

  func check(_ issuer: TokenIssuer) throws(WireError) {
    try check(issuer.position)
    for claim in issuer.claims { guard !claim.path.isEmpty else { throw .outOfRange("claim.path") } }
  }

  func check(_ retry: Topology.Retry) throws(WireError) {
    try check(retry.position)
    guard retry.tries >= 1 else { throw .outOfRange("tries") }
    try Self.check(natural: retry.perTryTimeoutNanoseconds, retry.backoffMinNanoseconds)
    guard retry.backoffMinNanoseconds <= retry.backoffMaxNanoseconds else { throw .outOfRange("backoff") }
    try Self.check(share: retry.budget)
  }

  func check(_ limit: Topology.Limit) throws(WireError) {
    try check(limit.position)
    try check(service: limit.service, port: limit.port)
    try check(tokens: limit.tokens)
    guard limit.count >= 1, limit.perNanoseconds >= 1, limit.burst >= 1 else { throw .outOfRange("rate") }
    if let key = limit.key { try check(key) }
    guard (0...32).contains(limit.ipv4Prefix ?? 0) else { throw .outOfRange("ipv4Prefix") }
    guard (0...128).contains(limit.ipv6Prefix ?? 0) else { throw .outOfRange("ipv6Prefix") }
    try Self.check(natural: limit.keysMax)
    for attribute in limit.singleReads { try check(attribute) }
  }

  func check(_ action: RouteAction) throws(WireError) {
    switch action.kind {
    case .forward(let branches, let sticky):
      var sum = 0
      for branch in branches {
        try check(branch.destination)
        try Self.check(share: branch.weight)
        sum += branch.weight
        guard sum <= 10_000 else { throw .outOfRange("weights") }
      }
      guard sum == 10_000 else { throw .outOfRange("weights") }
      try check(sticky)
    case .redirect(let status, _), .respond(let status, _): try Self.check(status: status)
    }
    for change in action.headerChanges {
      switch change.operation {
      case .set(.attribute(let attribute)), .add(.attribute(let attribute)): try check(attribute)
      case .set(.text), .add(.text), .remove: break
      }
    }
    for mirror in action.mirrors {
      try check(mirror.destination)
      try Self.check(share: mirror.share)
    }
    if let delay = action.delay {
      try Self.check(natural: delay.nanoseconds)
      try Self.check(share: delay.share)
    }
    if let abort = action.abort {
      try Self.check(status: abort.status)
      try Self.check(share: abort.share)
    }
    try Self.check(natural: action.timeoutNanoseconds, action.idleTimeoutNanoseconds, action.cors?.maxAgeNanoseconds)
    try check(retry: action.retry)
  }

  private static func check(port: Int?) throws(WireError) {
    guard (0...65_535).contains(port ?? 0) else { throw .outOfRange("port") }
  }
}
