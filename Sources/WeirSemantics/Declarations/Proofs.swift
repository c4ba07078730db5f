import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  mutating func checkProofs() {
    var names: [String: SourceSpan] = [:]
    for proof in proofs {
      let name = proof.syntax.name
      let key = proof.module + "\n" + name.value
      if let first = names[key] {
        report(
          .duplicateName, at: name.span, "two proofs of module `\(proof.module)` have this name",
          labels: [.init(first, "the other")])
      }
      names[key] = name.span
      if proof.syntax.claims.isEmpty {
        report(.emptyTest, at: name.span, "proof \"\(name.value)\" claims nothing")
      }
      let claims = proof.syntax.claims.flatMap { item in
        let position = position(item.span)
        return statements(item.kind, module: proof.module).map { Proof.Claim($0, position: position) }
      }
      program.policy.proofs.append(
        Proof(name: name.value, module: proof.module, claims: claims, position: position(proof.span)))
    }
  }

  /// One for each port that is meant.
  private mutating func statements(_ syntax: ProveDeclaration.Claim, module: String) -> [Proof.Statement] {
    switch syntax {
    case .never(let outcome): return outcomes(outcome, module: module).map { .never($0) }
    case .always(let outcome): return outcomes(outcome, module: module).map { .always($0) }
    case .equivalent(let left, let right, let condition):
      let first = scopes(left, module: module)
      let second = scopes(right, module: module)
      guard let leftScope = first.first, let rightScope = second.first else { return [] }
      for (name, scopes) in [(left.name, first), (right.name, second)] where scopes.count > 1 {
        report(
          .misfitProof, at: name.span, "`\(name.text)` has several ports",
          notes: ["`equivalent` compares two sets of rules"], help: "say which: `\(name.text) port …`")
        return []
      }
      // What holds for both is looked at through both.
      guard let checked = self.condition(condition, scope: leftScope, module: module),
        self.condition(condition, scope: rightScope, module: module) != nil
      else { return [] }
      return [.equivalent(leftScope, rightScope, checked)]
    }
  }

  private mutating func outcomes(_ syntax: ProveDeclaration.Outcome, module: String) -> [Proof.Outcome] {
    switch syntax {
    case .allow(let place, let condition):
      return scopes(place, module: module).compactMap { scope in
        self.condition(condition, scope: scope, module: module).map { .allow(authz: scope, $0) }
      }
    case .deny(let place, let condition):
      return scopes(place, module: module).compactMap { scope in
        self.condition(condition, scope: scope, module: module).map { .deny(authz: scope, $0) }
      }
    case .route(let owner, let destination, let condition):
      guard let table = table(owner, module: module),
        let target = expressions.destination(destination, in: module)
      else { return [] }
      let draft = program.policy.routeTables[table]
      var context = clientContext(
        use: .proof, module: module, token: draft.tokens.count == 1 ? draft.tokens[0] : nil,
        scopeName: "routes \(owner.text)")
      context.pathView = draft.pathView
      return expressions.condition(condition, in: context).map { [.route(table: table, to: target, $0)] } ?? []
    }
  }

  private mutating func condition(_ syntax: ConditionSyntax?, scope: Int, module: String) -> Condition? {
    guard let syntax else { return .constant(true) }
    let authz = program.policy.authz[scope]
    let token = authz.tokens.count == 1 ? authz.tokens[0] : nil
    switch authz.target {
    case .service(let service, let port):
      let context = serviceContext(
        service, port: port, use: .proof, module: module, token: token)
      return expressions.condition(syntax, in: context)
    case .gateway(let gateway):
      let name = program.policy.gateways[gateway].name
      let context = clientContext(use: .proof, module: module, token: token, scopeName: "gateway \(name)")
      return expressions.condition(syntax, in: context)
    }
  }

  /// The scopes of a service, of all its ports when none is said, or of a gateway.
  private mutating func scopes(_ place: ProveDeclaration.Place, module: String) -> [Int] {
    let (name, port) = (place.name, place.port)
    guard let symbol = expressions.resolve(name, in: module) else { return [] }
    switch symbol {
    case .service(let service):
      guard let port else { return program.policy.services[service].ports.map(\.authz) }
      return portIndex(port, of: service).map { [program.policy.services[service].ports[$0].authz] } ?? []
    case .gateway(let gateway):
      if let port {
        report(.misfitProof, at: port.span, "a gateway has no ports of its own")
        return []
      }
      if let scope = program.policy.gateways[gateway].authz { return [scope] }
      report(
        .misfitProof, at: name.span, "gateway `\(name.text)` has no rules of its own: it admits everybody",
        help: "prove it of the services behind")
      return []
    case .mesh, .principal, .token, .dataSet, .let, .function, .retry, .headers, .routes, .limit, .module:
      expressions.reportWrongKind(name, symbol, expected: "a service or a gateway")
      return []
    }
  }

  private mutating func table(_ owner: ProveDeclaration.Table, module: String) -> Int? {
    switch owner {
    case .name(let name): table(name, module: module)
    case .host(let text): table(ofHost: text)
    }
  }

  private mutating func table(ofHost text: Spanned<String>) -> Int? {
    guard let host = expressions.hostPattern(text) else { return nil }
    for (index, table) in program.policy.routeTables.enumerated() {
      if case .hosts(let hosts) = table.owner, hosts.contains(host) { return index }
    }
    let gateway = program.policy.gateways.first { $0.hosts.contains(host) }
    report(
      .misfitProof, at: text.span, "no `routes` names \"\(host.spelling)\"",
      help: gateway.map { "name the gateway that answers for it: `\($0.name)`" })
    return nil
  }

  private mutating func table(_ name: Name, module: String) -> Int? {
    guard let symbol = expressions.resolve(name, in: module) else { return nil }
    let owner: RouteTable.Owner
    switch symbol {
    case .service(let service): owner = .service(service)
    case .gateway(let gateway): owner = .gateway(gateway)
    case .mesh, .principal, .token, .dataSet, .let, .function, .retry, .headers, .routes, .limit, .module:
      expressions.reportWrongKind(name, symbol, expected: "a gateway or a service")
      return nil
    }
    if let table = program.policy.routeTables.firstIndex(where: { $0.owner == owner }) { return table }
    report(.misfitProof, at: name.span, "`\(name.text)` has no routes")
    return nil
  }
}

extension ProveDeclaration.Table {
  /// As it is written.
  fileprivate var text: String {
    switch self {
    case .name(let name): name.text
    case .host(let text): "\"\(text.value)\""
    }
  }
}
