import WeirSource

/// Who may do what.
extension Parser {
  mutating func authz() throws(SyntaxFailure) -> AuthzDeclaration {
    let target = try name("the name of a service, a gateway or the mesh")
    let port = try portClause()
    var layer: Spanned<AuthzDeclaration.Layer>?
    if accept(.for) {
      let place = currentSpan
      if accept(.http) {
        layer = Spanned(.http, place)
      } else if accept(.tcp) {
        layer = Spanned(.tcp, place)
      } else {
        throw expectedError("`http` or `tcp`")
      }
    }
    let token = try tokenClause()
    let block = try block(.authz) { parser throws(SyntaxFailure) in try parser.rule() }
    return AuthzDeclaration(target: target, port: port, layer: layer, token: token, rules: block.items.map(\.kind))
  }

  /// `port admin`
  mutating func portClause() throws(SyntaxFailure) -> Name? {
    accept(.port) ? try name("the name of a port") : nil
  }

  /// `with token customers`
  mutating func tokenClause() throws(SyntaxFailure) -> Name? {
    guard accept(.with) else { return nil }
    try expect(.token)
    return try name("the name of a jwt")
  }

  private mutating func rule() throws(SyntaxFailure) -> RuleSyntax {
    let start = position
    let documentation = documentation(before: start)
    let annotations = try annotations()
    let shadowSpan = word == .shadow ? currentSpan : nil
    if shadowSpan != nil { keyword() }
    let effect: RuleSyntax.Effect
    if accept(.allow) {
      effect = .allow
    } else if accept(.deny) {
      effect = .deny
    } else if accept(.audit) {
      effect = .audit
    } else if shadowSpan != nil || !annotations.isEmpty {
      throw expectedError("`allow`, `deny` or `audit`")
    } else {
      throw unknownWord(in: .authz)
    }
    let name = try name("the name of the rule")
    let until = accept(.until) ? try date("a date") : nil
    let condition = try condition(of: "the rule `\(name.text)`")
    return RuleSyntax(
      documentation: documentation, annotations: annotations, shadowSpan: shadowSpan, effect: effect, name: name,
      until: until, condition: condition, span: span(from: start))
  }

  /// `ceiling shop.cart when …`
  mutating func ceiling() throws(SyntaxFailure) -> CeilingDeclaration {
    let module = try path("the module that the ceiling is over")
    open(.condition)
    try expect(.when)
    let condition = try expression()
    close()
    return CeilingDeclaration(module: module, condition: condition)
  }
}
