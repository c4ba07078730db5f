import WeirSyntax

/// Which names a module's text uses, wherever a name may stand for a declaration.
///
/// Purely by text: a parameter that has the name of a `let` counts as a use of it, so that nothing used is ever reported.
struct NameUses {
  /// By module: names used anywhere.
  private(set) var anywhere: [String: Set<String>] = [:]
  /// By module: names used outside tests.
  private(set) var outsideTests: [String: Set<String>] = [:]
  /// By module: full names of modules that a `mount`, `ceiling` or `owned by` speaks of.
  private(set) var modules: [String: Set<String>] = [:]

  private var module = ""
  private var isInTest = false

  init(_ units: [SourceUnit]) {
    for unit in units {
      module = unit.module?.text ?? ""
      for declaration in unit.declarations { visit(declaration) }
    }
  }

  private mutating func use(_ name: String) {
    anywhere[module, default: []].insert(name)
    if !isInTest { outsideTests[module, default: []].insert(name) }
  }

  private mutating func use(_ name: Name?) { if let name { use(name.text) } }

  private mutating func use(module path: Path) {
    // `shop.cart.tree` speaks of the module `shop.cart`, and so perhaps of one named like the whole.
    var parts = path.parts.map(\.text)
    while !parts.isEmpty {
      modules[module, default: []].insert(parts.joined(separator: "."))
      parts.removeLast()
    }
  }

  private mutating func visit(_ declaration: Declaration) {
    switch declaration.kind {
    case .mesh, .gateway, .principal, .jwt, .header, .data: break
    case .service(let service): visit(service)
    case .authz(let authz):
      use(authz.target)
      use(authz.token)
      for rule in authz.rules { visit(rule.condition) }
    case .ceiling(let ceiling):
      use(module: ceiling.module)
      visit(ceiling.condition)
    case .routes(let routes): visit(routes)
    case .retry(let retry): visit(retry.items)
    case .headers(let headers): for change in headers.changes { visit(change.kind) }
    case .limit(let limit): visit(limit)
    case .let(let constant): visit(constant.value)
    case .fn(let function): visit(function.body)
    case .test(let test):
      isInTest = true
      visit(test)
      isInTest = false
    case .prove(let proof): for claim in proof.claims { visit(claim.kind) }
    }
  }

  private mutating func visit(_ service: ServiceDeclaration) {
    if let owner = service.owner { use(module: owner) }
    for item in service.items {
      if case .balance(.maglev(let key)) = item.kind { visit(key) }
    }
  }

  private mutating func visit(_ limit: LimitDeclaration) {
    use(limit.target)
    use(limit.token)
    for item in limit.items {
      switch item.kind {
      case .rate(_, burst: _, let by, prefixes: _): if let by { visit(by) }
      case .when(let condition): visit(condition)
      case .keys: break
      }
    }
  }

  mutating func visit(_ condition: ConditionSyntax) {
    switch condition {
    case .when(let expression): visit(expression)
    case .always: break
    }
  }

  mutating func visit(_ expression: Expression) {
    switch expression {
    case .and(let operands, _), .or(let operands, _): for operand in operands { visit(operand) }
    case .not(let inner, _), .parenthesized(let inner, _): visit(inner)
    case .comparison(let comparison):
      visit(comparison.subject)
      switch comparison.predicate {
      case .is(let operand)?, .in(let operand)?, .has(let operand)?, .matches(let operand)?, .under(let operand)?:
        visit(operand)
      case .isPresent?, .isAbsent?, nil: break
      }
    case .missing: break
    }
  }

  mutating func visit(_ operand: Operand) {
    switch operand {
    case .set(let members, _): for member in members { visit(member) }
    case .range(let lower, let upper, _):
      visit(lower)
      visit(upper)
    case .reference(let reference):
      if case .name(let name)? = reference.parts.first { use(name) }
      for argument in reference.arguments ?? [] { visit(argument) }
    case .string, .regex, .int, .bool, .duration, .size, .percent, .rate, .time, .date, .missing: break
    }
  }

  mutating func visit(_ key: KeySyntax) {
    switch key {
    case .operand(let operand): visit(operand)
    case .cookie, .header: break
    }
  }

  mutating func visit(_ destination: DestinationSyntax) { use(destination.service) }

  mutating func visit(_ destinations: DestinationsSyntax) {
    switch destinations {
    case .single(let destination): visit(destination)
    case .split(let parts, _): for part in parts { visit(part.destination) }
    }
  }

  mutating func visit(_ change: HeaderChangeSyntax) {
    switch change {
    case .set(let header, let value), .add(let header, let value):
      visit(header)
      visit(value)
    case .remove(let header): visit(header)
    }
  }

  mutating func visit(_ retry: [Item<RetryField>]) {
    for item in retry {
      if case .when(let condition) = item.kind { visit(condition) }
    }
  }
}

extension NameUses {
  private mutating func visit(_ routes: RoutesDeclaration) {
    if case .name(let name) = routes.target { use(name) }
    use(routes.token)
    for item in routes.items {
      switch item {
      case .route(let route):
        visit(route.condition)
        visit(route.statements)
      case .mount(prefix: _, let from, let mayUse, _):
        use(module: from)
        for part in from.parts.suffix(1) { use(part) }
        for name in mayUse { use(name) }
      case .otherwise(let statements, _): visit(statements)
      }
    }
  }

  private mutating func visit(_ statements: [Item<StatementSyntax>]) {
    for statement in statements {
      switch statement.kind {
      case .forward(let destinations, let sticky):
        visit(destinations)
        if let sticky { visit(sticky) }
      case .mirror(let destination, share: _): visit(destination)
      case .change(let change): visit(change)
      case .headers(let name), .retry(.named(let name)): use(name)
      case .retry(.inline(let items)): visit(items)
      case .rewritePath, .rewriteHost, .redirect, .respond, .cors, .delay, .abort, .timeout, .idleTimeout,
        .upgradeWebSocket:
        break
      }
    }
  }

  private mutating func visit(_ test: TestDeclaration) {
    use(test.target)
    for item in test.cases {
      if case .operand(let caller)? = item.caller { visit(caller) }
      for fact in item.facts {
        visit(fact.subject)
        if case .operand(let value) = fact.value { visit(value) }
      }
      for expectation in item.expectations {
        switch expectation.kind {
        case .to(let destinations), .route(_, to: let destinations?): visit(destinations)
        case .route(_, to: nil), .allow, .denyBy, .denyNoRule, .denyIndeterminate, .reject, .shadow, .audit, .limit,
          .redirect, .respond:
          break
        }
      }
    }
  }

  private mutating func visit(_ claim: ProveDeclaration.Claim) {
    switch claim {
    case .never(let outcome), .always(let outcome):
      switch outcome {
      case .allow(let place, let condition), .deny(let place, let condition):
        use(place.name)
        visit(condition)
      case .route(let table, let destination, let condition):
        if case .name(let name) = table { use(name) }
        visit(destination)
        visit(condition)
      }
    case .equivalent(let left, let right, let condition):
      use(left.name)
      use(right.name)
      if let condition { visit(condition) }
    }
  }
}
