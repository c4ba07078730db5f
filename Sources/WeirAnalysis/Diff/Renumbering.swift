import WeirPolicy

/// Rewrites what one policy says to a numbering of token issuers and data sets that two policies share, and forgets where
/// conditions stand: what means the same is equal.
struct Renumbering {
  /// By an index of the policy, the shared one.
  var tokens: [Int]
  var dataSets: [Int]

  func policy(_ policy: Policy, tokens: [TokenIssuer], dataSets: [DataSet], headers: [HeaderType]) -> Policy {
    var result = policy
    result.tokens = tokens
    result.dataSets = dataSets
    result.headers = headers
    result.tests = []
    result.proofs = []
    for index in result.services.indices {
      if case .maglev(let key) = result.services[index].balance {
        result.services[index].balance = .maglev(sticky(key))
      }
    }
    for index in result.authz.indices { rewrite(&result.authz[index]) }
    for index in result.routeTables.indices { rewrite(&result.routeTables[index]) }
    for index in result.limits.indices { rewrite(&result.limits[index]) }
    for index in result.retries.indices {
      result.retries[index].condition = result.retries[index].condition.map(condition)
    }
    return result
  }

  private func rewrite(_ scope: inout AuthzScope) {
    scope.tokens = scope.tokens.map { tokens[$0] }
    for index in scope.rules.indices { scope.rules[index].condition = condition(scope.rules[index].condition) }
  }

  private func rewrite(_ table: inout RouteTable) {
    table.tokens = table.tokens.map { tokens[$0] }
    for index in table.routes.indices {
      table.routes[index].condition = condition(table.routes[index].condition)
      rewrite(&table.routes[index].action)
    }
  }

  private func rewrite(_ action: inout RouteAction) {
    if case .forward(let split, let key?) = action.kind { action.kind = .forward(split, sticky: sticky(key)) }
    for index in action.headerChanges.indices {
      switch action.headerChanges[index].operation {
      case .set(.attribute(let source)): action.headerChanges[index].operation = .set(.attribute(attribute(source)))
      case .add(.attribute(let source)): action.headerChanges[index].operation = .add(.attribute(attribute(source)))
      case .set(.text), .add(.text), .remove: break
      }
    }
  }

  private func rewrite(_ limit: inout Limit) {
    limit.tokens = limit.tokens.map { tokens[$0] }
    limit.key = limit.key.map(attribute)
    limit.condition = condition(limit.condition)
  }

  private func sticky(_ key: StickyKey) -> StickyKey {
    switch key {
    case .cookie: key
    case .attribute(let source): .attribute(attribute(source))
    }
  }

  private func condition(_ condition: Condition) -> Condition {
    condition.mapTests { test in
      var test = test
      test.attribute = attribute(test.attribute)
      test.predicate = predicate(test.predicate)
      test.hasExplicitElse = false
      test.position = .nowhere
      return .test(test)
    }
  }

  private func predicate(_ predicate: Predicate) -> Predicate {
    switch predicate {
    case .isInData(let set): .isInData(dataSets[set])
    case .equalsAttribute(let other): .equalsAttribute(attribute(other))
    case .isInAttribute(let other): .isInAttribute(attribute(other))
    case .hasAttribute(let other): .hasAttribute(attribute(other))
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex, .has:
      predicate
    }
  }

  private func attribute(_ attribute: Attribute) -> Attribute {
    switch attribute {
    case .claim(let token, let name): .claim(token: tokens[token], name: name)
    case .token(let token): .token(tokens[token])
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .capture, .time, .responseStatus, .responseHeader:
      attribute
    }
  }
}
