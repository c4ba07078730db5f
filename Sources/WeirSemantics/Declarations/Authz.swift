import WeirPolicy
import WeirSource
import WeirSyntax

/// Which scopes a block of rules lands in, and how its expressions stand there.
private struct Landing {
  /// An index into `Policy.authz`.
  var scope: Int
  var context: ExpressionContext
}

extension DeclarationChecker {
  /// One scope a port, in order, then one for each gateway that has rules.
  mutating func makeScopes() {
    for service in program.policy.services.indices {
      let declared = program.policy.services[service]
      for port in declared.ports.indices {
        program.policy.services[service].ports[port].authz = program.policy.authz.count
        program.policy.authz.append(
          AuthzScope(
            target: .service(service, port: port), tokens: [], pathView: declared.pathView, rules: [], singleReads: [],
            position: declared.position))
      }
    }
  }

  mutating func checkAuthz() {
    let blocks = authz.map { ($0, landings: landings(of: $0)) }
    for (block, landings) in blocks where landings.contains(where: \.context.callerIsOptional) {
      if block.syntax.rules.contains(where: { $0.effect == .allow }) { modulesOfUncertainCallers.insert(block.module) }
    }
    for (block, landings) in blocks {
      for rule in block.syntax.rules { check(rule, of: block, in: landings) }
    }
    for scope in program.policy.authz.indices {
      let enforced = program.policy.authz[scope].rules.filter { !$0.isShadow && $0.effect != .audit }
      program.policy.authz[scope].singleReads = ExpressionChecker.singleReads(of: enforced.map(\.condition))
    }
  }

  private mutating func landings(of block: Placed<AuthzDeclaration>) -> [Landing] {
    let syntax = block.syntax
    guard let symbol = expressions.resolve(syntax.target, in: block.module) else { return stray(block) }
    let token = tokenIndex(syntax.token, in: block.module)
    let title = "authz \(syntax.target.text)"
    var landings: [Landing]
    switch symbol {
    case .service(let service):
      guard checkOwner(of: service, syntax.target, module: block.module, what: "rules") else {
        return stray(block)
      }
      reportLayer(syntax)
      landings = serviceLandings(service, block, token: token, title: title)
    case .gateway(let gateway):
      guard checkGatewayOwner(gateway, syntax.target, module: block.module, what: "rules") else {
        return stray(block)
      }
      reportLayer(syntax)
      reportPort(syntax, "a gateway has no ports of its own")
      let context = clientContext(use: .allow, module: block.module, token: token, scopeName: title)
      landings = [Landing(scope: gatewayScope(gateway), context: context)]
    case .mesh:
      guard let mesh = program.policy.mesh, mesh.module == block.module else {
        report(
          .notOwner, at: syntax.target.span,
          "rules of the mesh stand in module `\(program.policy.mesh?.module ?? "")` alone, which declares it",
          notes: ["they hold for every service"])
        return stray(block)
      }
      reportPort(syntax, "the mesh has no ports of its own")
      landings = meshLandings(block, token: token, title: title)
    case .principal, .token, .dataSet, .let, .function, .retry, .headers, .routes, .limit, .module:
      expressions.reportWrongKind(syntax.target, symbol, expected: "a service, a gateway or the mesh")
      return stray(block)
    }
    if let token {
      for landing in landings { program.policy.authz[landing.scope].admit(token) }
    }
    // A rule is one text for all its scopes: what it says of an absent caller is meant for those that have one.
    let callerIsOptional = landings.contains(where: \.context.callerIsOptional)
    for index in landings.indices { landings[index].context.callerIsOptional = callerIsOptional }
    return landings
  }

  /// A block that lands nowhere: tests may speak of its rules without a second finding.
  private mutating func stray(_ block: Placed<AuthzDeclaration>) -> [Landing] {
    strayNames.formUnion(block.syntax.rules.map(\.name.text))
    return []
  }

  private mutating func serviceLandings(
    _ service: Int, _ block: Placed<AuthzDeclaration>, token: Int?, title: String
  ) -> [Landing] {
    let ports = program.policy.services[service].ports
    var indices = Array(ports.indices)
    if let port = block.syntax.port {
      guard let index = portIndex(port, of: service) else { return stray(block) }
      indices = [index]
    }
    reportToken(block.syntax, reaches: indices.allSatisfy { ports[$0].protocol.isHTTP })
    return indices.map { index in
      let name = ports[index].name
      let context = serviceContext(
        service, port: index, use: .allow, module: block.module, token: token,
        scopeName: name.isEmpty ? title : "\(title) port \(name)")
      return Landing(scope: ports[index].authz, context: context)
    }
  }

  private mutating func meshLandings(
    _ block: Placed<AuthzDeclaration>, token: Int?, title: String
  ) -> [Landing] {
    let layer = block.syntax.layer?.value
    reportToken(block.syntax, reaches: layer == .http)
    var landings: [Landing] = []
    for (index, service) in program.policy.services.enumerated() {
      for (portIndex, port) in service.ports.enumerated() where layer == nil || port.protocol.isHTTP == (layer == .http)
      {
        var context = serviceContext(
          index, port: portIndex, use: .allow, module: block.module, token: token, scopeName: title)
        context.layer = layer == .http ? .http : .connection
        landings.append(Landing(scope: port.authz, context: context))
      }
    }
    return landings
  }

  /// The scope of a gateway's own rules, made when its first block comes.
  private mutating func gatewayScope(_ gateway: Int) -> Int {
    if let scope = program.policy.gateways[gateway].authz { return scope }
    let scope = program.policy.authz.count
    program.policy.gateways[gateway].authz = scope
    program.policy.authz.append(
      AuthzScope(
        target: .gateway(gateway), tokens: [], pathView: .exact, rules: [], singleReads: [],
        position: program.policy.gateways[gateway].position))
    return scope
  }

  mutating func checkGatewayOwner(_ gateway: Int, _ name: Name, module: String, what: String) -> Bool {
    let declared = program.policy.gateways[gateway]
    if declared.module == module { return true }
    report(
      .notOwner, at: name.span, "\(what) of gateway `\(declared.name)` stand in module `\(declared.module)` alone",
      labels: [.init(gateways[gateway].syntax.name.span, "declared there")])
    return false
  }

  private mutating func reportLayer(_ syntax: AuthzDeclaration) {
    guard let layer = syntax.layer else { return }
    report(
      .misfitAuthz, at: layer.span, "`for \(layer.value.rawValue)` belongs to rules of the mesh",
      notes: ["what a service speaks, its declaration says"])
  }

  private mutating func reportPort(_ syntax: AuthzDeclaration, _ message: String) {
    guard let port = syntax.port else { return }
    report(.misfitAuthz, at: port.span, message, help: "leave `port \(port.text)` out")
  }

  private mutating func reportToken(_ syntax: AuthzDeclaration, reaches isHTTP: Bool) {
    guard let token = syntax.token, !isHTTP else { return }
    report(
      .misfitAuthz, at: token.span, "no token comes with a connection",
      notes: ["tokens belong to requests: to ports that speak HTTP, and to `for http` on the mesh"])
  }

  // MARK: Rules

  private mutating func check(_ rule: RuleSyntax, of block: Placed<AuthzDeclaration>, in landings: [Landing]) {
    let annotations = annotations(rule.annotations, inherited: block.annotations)
    if let shadow = rule.shadowSpan, rule.effect == .audit {
      report(
        .shadowAudit, at: shadow, "`shadow audit` says nothing: an audit rule acts on nothing",
        fix: Diagnostic.Fix(SourceSpan(file: shadow.file, start: shadow.start, end: shadow.end + 1), ""))
    }
    let effect: (rule: Rule.Effect, use: ExpressionContext.Use) =
      switch rule.effect {
      case .allow: (.allow, .allow)
      case .deny: (.deny, .deny)
      case .audit: (.audit, .audit)
      }
    var clashes: Set<SourceSpan> = []
    for landing in landings {
      if let first = ruleNames[landing.scope]?[rule.name.text] {
        if clashes.insert(first).inserted {
          report(
            .duplicateRule, at: rule.name.span,
            "two rules `\(rule.name.text)` decide about \(title(ofScope: landing.scope))",
            labels: [.init(first, "the other")], notes: ["logs and tests speak of rules by name"])
        }
        continue
      }
      ruleNames[landing.scope, default: [:]][rule.name.text] = rule.name.span
      var context = landing.context
      context.use = effect.use
      context.ruleName = rule.name.text
      guard var condition = expressions.condition(rule.condition, in: context) else { continue }
      if let until = rule.until { condition = .and([condition, upTo(until)]) }
      if rule.effect == .allow { condition = fenced(condition, block.module, context) }
      program.policy.authz[landing.scope].rules.append(
        Rule(
          name: rule.name.text, effect: effect.rule, isShadow: rule.shadowSpan != nil, condition: condition,
          until: rule.until?.value, module: block.module, annotations: annotations,
          documentation: rule.documentation.joined(separator: "\n"), position: position(rule.span)))
    }
  }

  /// ``service `voting` port `admin` ``
  func title(ofScope scope: Int) -> String {
    switch program.policy.authz[scope].target {
    case .gateway(let gateway): return "gateway `\(program.policy.gateways[gateway].name)`"
    case .service(let service, let port):
      let declared = program.policy.services[service]
      let name = declared.ports[port].name
      return name.isEmpty ? "service `\(declared.name)`" : "service `\(declared.name)` port `\(name)`"
    }
  }

  /// True until the end of a day, UTC.
  private func upTo(_ day: Spanned<Int64>) -> Condition {
    .test(
      Test(
        attribute: .time(.instant, zone: nil), predicate: .isInRanges([Int64.min...((day.value + 1) * 86_400 - 1)]),
        whenAbsent: false, position: position(day.span)))
  }

  // MARK: Ceilings

  /// `condition` of an allow of `module`, with every ceiling of that module.
  private mutating func fenced(_ condition: Condition, _ module: String, _ context: ExpressionContext) -> Condition {
    var operands = [condition]
    for (index, ceiling) in ceilings.enumerated() where ceiling.syntax.module.text == module {
      guard mayFence(ceiling) else { continue }
      landedCeilings.insert(index)
      var place = context
      place.module = ceiling.module
      place.use = .ceiling
      place.token = nil
      place.callerIsOptional = modulesOfUncertainCallers.contains(module)
      place.scopeName = "ceiling \(module)"
      if let fence = expressions.condition(ceiling.syntax.condition, in: place) { operands.append(fence) }
    }
    return operands.count == 1 ? condition : .and(operands)
  }

  private func mayFence(_ ceiling: Placed<CeilingDeclaration>) -> Bool {
    program.policy.mesh?.module == ceiling.module
  }

  /// Ceilings stand where the mesh is declared, fence a module that exists, and are read even if nothing is under them.
  mutating func checkCeilings() {
    for (index, ceiling) in ceilings.enumerated() {
      guard mayFence(ceiling) else {
        report(
          .notOwner, at: ceiling.syntax.module.span,
          program.policy.mesh.map { "ceilings stand in module `\($0.module)` alone, which declares the mesh" }
            ?? "a ceiling stands in the module that declares the mesh, and there is no mesh")
        continue
      }
      guard checkModule(ceiling.syntax.module, from: ceiling.module), !landedCeilings.contains(index) else { continue }
      let context = ExpressionContext(
        module: ceiling.module, use: .ceiling, layer: .http, callerIsOptional: false, token: nil, pathView: .exact,
        scopeName: "ceiling \(ceiling.syntax.module.text)")
      _ = expressions.condition(ceiling.syntax.condition, in: context)
    }
  }
}

extension AuthzScope {
  /// Adds an issuer whose tokens a block of the scope reads.
  mutating func admit(_ token: Int) {
    if tokens.contains(token) { return }
    tokens.append(token)
    tokens.sort()
  }
}
