import WeirISA
import WeirPolicy

/// A feature and the first place in the sources that needs it.
public struct FeatureUse: Hashable, Sendable {
  public var feature: Feature
  public var position: Position
}

struct FeatureCollector {
  private var first: [Feature: Position] = [:]
  /// Indices of files that come with the compiler.
  private var standardFiles: Set<Int> = []

  /// Ascending by feature.
  var uses: [FeatureUse] {
    Feature.allCases.compactMap { feature in first[feature].map { FeatureUse(feature: feature, position: $0) } }
  }

  mutating func use(_ feature: Feature, _ position: Position, when isUsed: Bool = true) {
    guard isUsed else { return }
    guard let known = first[feature] else {
      first[feature] = position
      return
    }
    let isEarlier =
      (position.file, position.line, position.column) < (known.file, known.line, known.column)
    if isEarlier { first[feature] = position }
  }

  mutating func collect(_ policy: Policy) {
    standardFiles = Set(policy.files.indices.filter { policy.files[$0].hasPrefix("std/") })
    if let mesh = policy.mesh { use(.mergeAndDecodePaths, mesh.position, when: mesh.mergesAndDecodesPaths) }
    for service in policy.services { collect(service) }
    for gateway in policy.gateways {
      use(.gateways, gateway.position)
      if let scope = gateway.authz { use(.gatewayAuthz, policy.authz[scope].firstPosition) }
    }
    for token in policy.tokens {
      use(.tokens, token.position)
      if case .url = token.keys { use(.tokenKeysByURL, token.position) }
    }
    for set in policy.dataSets { use(.dataSets, set.position) }
    for scope in policy.authz { collect(scope) }
    // Every port has a scope, with rules or without.
    let ruled = policy.authz.filter { !$0.rules.isEmpty }
    for scope in ruled.isEmpty ? policy.authz : ruled { use(.authz, scope.firstPosition) }
    for table in policy.routeTables {
      use(.routes, table.position)
      collect(table.pathView, table.position)
      for route in table.routes {
        collect(route.condition, route.position)
        collect(route.action, route.position)
        if let retry = route.action.retry { collect(policy.retries[retry], route.position) }
      }
    }
    for limit in policy.limits {
      use(.limits, limit.position)
      collect(limit.pathView, limit.position)
      if let key = limit.key {
        use(.limitKeys, limit.position)
        collect(key, limit.position)
      }
      use(.addressPrefixKeys, limit.position, when: limit.ipv4Prefix != nil || limit.ipv6Prefix != nil)
      collect(limit.condition, limit.position)
    }
  }

  private mutating func collect(_ service: Service) {
    let position = service.position
    for port in service.ports {
      use(.permissiveCallers, position, when: port.isPermissive)
      switch port.protocol {
      case .http: break
      case .http2: use(.http2, position)
      case .grpc: use(.grpc, position)
      case .tcp: use(.tcp, position)
      }
    }
    switch service.endpoints {
    case .none: break
    case .static: use(.staticEndpoints, position)
    case .dns: use(.dnsEndpoints, position)
    case .srv: use(.srvEndpoints, position)
    case .file: use(.fileEndpoints, position)
    }
    switch service.balance {
    case .p2c: break
    case .roundRobin: use(.roundRobin, position)
    case .maglev: use(.maglev, position)
    }
    use(.subsets, position, when: !service.subsets.isEmpty)
    use(.capacity, position, when: service.capacity != nil)
    use(.ejection, position, when: service.ejection != nil)
    use(.healthChecks, position, when: service.health != nil)
    use(.connectTimeouts, position, when: service.connectTimeoutNanoseconds != nil)
    use(.idleTimeouts, position, when: service.idleTimeoutNanoseconds != nil)
    use(.upstreamTLS, position, when: service.tls != nil)
    use(.externalServices, position, when: service.isExternal)
    use(.sidecarEnforcement, position, when: service.isEnforcedBySidecar)
    use(.pathViews, position, when: service.ignoresPathCase || service.ignoresTrailingSlash)
  }

  /// - Parameter position: of the route that uses it.
  private mutating func collect(_ retry: Retry, _ position: Position) {
    let own = ownPlace(retry.position, within: position)
    use(.retries, own)
    use(.unsafeRetries, own, when: retry.evenUnsafe)
    use(.idempotencyHeaders, own, when: retry.idempotencyHeader != nil)
    if let condition = retry.condition { collect(condition, own) }
  }

  /// Where the author of the policy can look: what stands in the standard library is needed where it is used.
  private func ownPlace(_ position: Position, within place: Position) -> Position {
    standardFiles.contains(position.file) ? place : position
  }

  private mutating func collect(_ scope: AuthzScope) {
    collect(scope.pathView, scope.position)
    for rule in scope.rules {
      use(.shadowRules, rule.position, when: rule.isShadow)
      use(.auditRules, rule.position, when: rule.effect == .audit)
      use(.expiringRules, rule.position, when: rule.until != nil)
      collect(rule.condition, rule.position)
    }
  }

  private mutating func collect(_ view: PathView, _ position: Position) {
    use(.pathViews, position, when: view != .exact)
  }

  private mutating func collect(_ action: RouteAction, _ position: Position) {
    switch action.kind {
    case .forward(let destinations, let sticky):
      use(.splits, position, when: destinations.count > 1)
      use(.stickySplits, position, when: sticky != nil)
      if case .attribute(let attribute) = sticky { collect(attribute, position) }
    case .redirect: use(.redirects, position)
    case .respond: use(.responses, position)
    }
    use(.pathRewrites, position, when: action.rewritePath != nil)
    use(.hostRewrites, position, when: action.rewriteHost != nil)
    use(.headerChanges, position, when: !action.headerChanges.isEmpty)
    for change in action.headerChanges {
      switch change.operation {
      case .set(.attribute(let attribute)), .add(.attribute(let attribute)): collect(attribute, position)
      case .set(.text), .add(.text), .remove: break
      }
    }
    use(.cors, position, when: action.cors != nil)
    use(.mirrors, position, when: !action.mirrors.isEmpty)
    use(.delays, position, when: action.delay != nil)
    use(.aborts, position, when: action.abort != nil)
    use(.timeouts, position, when: action.timeoutNanoseconds != nil)
    use(.idleTimeouts, position, when: action.idleTimeoutNanoseconds != nil)
    use(.webSockets, position, when: action.allowsWebSocket)
  }

  /// - Parameter position: of what the condition belongs to; tests know their own.
  private mutating func collect(_ condition: Condition, _ position: Position) {
    switch condition {
    case .constant: break
    case .and(let operands), .or(let operands): for operand in operands { collect(operand, position) }
    case .not(let operand): collect(operand, position)
    case .test(let test): collect(test, ownPlace(test.position, within: position))
    }
  }

  private mutating func collect(_ test: Test, _ position: Position) {
    collect(test.attribute, position)
    use(.repeatedValues, position, when: test.quantifier != nil)
    switch test.predicate {
    case .isPresent, .equals, .isUnder: break
    case .isIn(let values):
      // An empty set takes the form of the attribute's type; both are asked for.
      for value in values.prefix(1) {
        switch value {
        case .string: use(.stringSets, position)
        case .int: use(.integerRanges, position)
        case .ip: use(.networks, position)
        }
      }
      if values.isEmpty {
        use(.stringSets, position)
        use(.integerRanges, position)
        use(.networks, position)
      }
    case .isInRanges: use(.integerRanges, position)
    case .isInNetworks: use(.networks, position)
    case .matches, .matchesAny: use(.segmentPatterns, position)
    case .matchesRegex: use(.regexes, position)
    case .equalsAttribute(let other), .isInAttribute(let other), .hasAttribute(let other):
      use(.attributeComparisons, position)
      collect(other, position)
    case .isInData: use(.dataSets, position)
    case .has: use(.setMembership, position)
    }
  }

  private mutating func collect(_ attribute: Attribute, _ position: Position) {
    switch attribute {
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerTrustDomain, .callerNamespace, .callerAccount:
      break
    case .claim, .token: use(.tokens, position)
    case .capture: use(.captures, position)
    case .time(_, let zone):
      use(.clock, position)
      use(.timeZones, position, when: zone != nil)
    case .responseStatus, .responseHeader: use(.responseConditions, position)
    }
  }
}

extension AuthzScope {
  /// Of its first rule; of what it belongs to where it has none.
  fileprivate var firstPosition: Position {
    rules.map(\.position).min { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) } ?? position
  }
}
