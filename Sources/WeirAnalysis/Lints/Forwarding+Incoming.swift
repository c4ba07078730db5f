import WeirPolicy

/// The other way round: what a service asks of the request that is sent, in terms of the one that came in.
extension Forwarding {
  /// Conditions of the service, as conditions of what came in; what cannot be said of that stands for itself.
  func incoming(_ conditions: [Condition], _ unknown: inout Unknowns) -> [Condition] {
    conditions.map { $0.mapTests { incoming($0, &unknown) } }
  }

  /// That the route can send what came in: a piece that is missing refuses it.
  var canBeSent: Condition {
    .and(table.routes[route].action.rewritePath?.captures.map { .isPresent($0) } ?? [])
  }

  private func incoming(_ test: Test, _ unknown: inout Unknowns) -> Condition {
    guard case .test(let test) = asSeen(test) else { return asSeen(test) }
    if test.reads.allSatisfy({ fate($0) == .same }) { return .test(test) }
    switch test.attribute {
    case .path: return path(test) ?? unknown.stands(for: test)
    case .header(let name): return header(name, test).map { .test($0) } ?? unknown.stands(for: test)
    default: return unknown.stands(for: test)
    }
  }

  private func path(_ test: Test) -> Condition? {
    guard let patterns = test.predicate.pathPatterns, table.pathView == .exact else { return nil }
    let view = prover.policy.authz[scope].pathView
    let positive: Condition
    if let template = table.routes[route].action.rewritePath {
      guard view == .exact, let path = TemplatePath(template) else { return nil }
      positive = .or(patterns.map(path.fits))
    } else {
      positive = .path(fits: patterns, seenIn: view)
    }
    return test.isNegated ? .not(positive) : positive
  }

  /// A test of a header that the route sets to something that came in.
  private func header(_ name: String, _ test: Test) -> Test? {
    let changes = table.routes[route].action.requestHeaders.filter { $0.header == name }
    guard case .set(.attribute(let source))? = changes.last?.operation, isText(.header(name)), isText(source) else {
      return nil
    }
    switch test.predicate {
    case .isPresent, .equals, .isIn, .matchesRegex: break
    default: return nil
    }
    var result = test
    result.attribute = source
    result.quantifier = nil
    return result
  }

  /// Whether its one value is the text that is sent.
  private func isText(_ attribute: Attribute) -> Bool {
    switch attribute {
    case .method, .host, .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .capture: true
    case .header(let name):
      prover.policy.headers.first { $0.name == name }.map { $0.type == .string } ?? true
    default: false
    }
  }
}

extension Template {
  fileprivate var captures: [Attribute] {
    parts.compactMap { part in
      if case .capture(let name, let bindings) = part { .capture(name: name, bindings) } else { nil }
    }
  }
}
