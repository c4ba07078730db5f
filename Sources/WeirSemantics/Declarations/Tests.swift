import HTTPCanonical
import WeirPolicy
import WeirRequest
import WeirSource
import WeirSyntax

/// What a test is about, and the names its expectations may use.
private struct Subject {
  var target: TestSuite.Target
  var context: ExpressionContext
  var isHTTP: Bool
  /// Scopes whose rules may decide.
  var scopes: [Int]
  /// Tables whose routes may be taken.
  var tables: [RouteTable]
  var limits: Set<String>
  /// For messages.
  var title: String
}

extension DeclarationChecker {
  mutating func checkTests() {
    var names: [String: SourceSpan] = [:]
    for test in tests {
      let key = test.module + "\n" + test.syntax.name.value
      if let first = names[key] {
        report(
          .duplicateName, at: test.syntax.name.span, "two tests of module `\(test.module)` have this name",
          labels: [.init(first, "the other")])
      }
      names[key] = test.syntax.name.span
      checkTest(test)
    }
  }

  private mutating func checkTest(_ placed: Placed<TestDeclaration>) {
    let syntax = placed.syntax
    if syntax.cases.isEmpty {
      report(.emptyTest, at: syntax.name.span, "test \"\(syntax.name.value)\" has no case")
    }
    guard let symbol = expressions.resolve(syntax.target, in: placed.module) else { return }
    var cases: [TestSuite.Case] = []
    var target: TestSuite.Target?
    for item in syntax.cases {
      guard let subject = subject(symbol, of: syntax, module: placed.module, for: item) else { return }
      target = subject.target
      if let checked = check(item, subject) { cases.append(checked) }
    }
    guard let target else { return }
    program.policy.tests.append(
      TestSuite(
        name: syntax.name.value, module: placed.module, target: target, cases: cases, position: position(placed.span)))
  }

  private mutating func subject(
    _ symbol: Symbol, of syntax: TestDeclaration, module: String, for item: CaseSyntax
  ) -> Subject? {
    switch symbol {
    case .service(let service):
      return serviceSubject(service, syntax, module, item)
    case .gateway(let gateway):
      if let port = syntax.port {
        report(.misfitTest, at: port.span, "a gateway has no ports of its own", help: "leave `port \(port.text)` out")
        return nil
      }
      let tables = program.policy.routeTables.filter { $0.owner == .gateway(gateway) }
      let tokens = tables.flatMap(\.tokens) + program.policy.authz.flatMap(\.tokens)
      let context = clientContext(
        use: .testFact, module: module, token: token(of: item, among: Set(tokens).sorted()),
        scopeName: "gateway \(syntax.target.text)")
      return Subject(
        target: .gateway(gateway), context: context, isHTTP: true, scopes: Array(program.policy.authz.indices),
        tables: tables, limits: Set(limitNames.values.flatMap(\.keys)), title: "gateway `\(syntax.target.text)`")
    case .mesh, .principal, .token, .dataSet, .let, .function, .retry, .headers, .routes, .limit, .module:
      expressions.reportWrongKind(syntax.target, symbol, expected: "a service or a gateway")
      return nil
    }
  }

  private mutating func serviceSubject(
    _ service: Int, _ syntax: TestDeclaration, _ module: String, _ item: CaseSyntax
  ) -> Subject? {
    let declared = program.policy.services[service]
    let port: Int
    if let name = syntax.port {
      guard let index = portIndex(name, of: service) else { return nil }
      port = index
    } else if declared.ports.count == 1 {
      port = 0
    } else {
      let names = declared.ports.map { "`\($0.name)`" }.joined(separator: ", ")
      report(
        .misfitTest, at: syntax.target.span, "`\(declared.name)` has the ports \(names)",
        help: "say which: `for \(declared.name) port \(declared.ports[0].name)`")
      return nil
    }
    let scope = declared.ports[port].authz
    let tables = program.policy.routeTables.filter { table in
      switch table.owner {
      case .service(let index): index == service
      case .gateway, .hosts: item.isURL
      }
    }
    let tokens = Set(program.policy.authz[scope].tokens + tables.flatMap(\.tokens)).sorted()
    let context = serviceContext(
      service, port: port, use: .testFact, module: module, token: token(of: item, among: tokens))
    return Subject(
      target: .service(service, port: port), context: context, isHTTP: declared.ports[port].protocol.isHTTP,
      scopes: [scope], tables: tables,
      limits: Set((limitNames[service] ?? [:]).keys),
      title: title(ofScope: scope))
  }

  /// The issuer whose claims the facts give: the only one, or the one that `token.iss is "…"` names.
  private func token(of item: CaseSyntax, among tokens: [Int]) -> Int? {
    if tokens.count == 1 { return tokens[0] }
    for fact in item.facts {
      guard case .reference(let reference) = fact.subject, reference.names == ["token", "iss"],
        case .operand(.string(let issuer, _)) = fact.value
      else { continue }
      return tokens.first { program.policy.tokens[$0].issuer == issuer }
    }
    return nil
  }

  // MARK: Cases

  private mutating func check(_ item: CaseSyntax, _ subject: Subject) -> TestSuite.Case? {
    let count = expressions.diagnostics.count
    var result = TestSuite.Case(
      method: nil, target: "", caller: .unstated, facts: [], tokenError: nil, draw: nil, expectations: [],
      position: position(item.span))
    switch item.request {
    case .http(let method, let target):
      if !subject.isHTTP {
        report(
          .misfitTest, at: method.span, "\(subject.title) speaks tcp; nothing sends it \(method.text)",
          help: "write `connect`")
        return nil
      }
      switch method {
      case .word(let name): result.method = self.method(name)
      case .quoted(let text): result.method = expressions.method(text)
      }
      result.target = target.value
      if !target.value.hasPrefix("/"), !item.isURL, target.value != "*" {
        report(
          .malformedTarget, at: target.span, "\"\(target.value)\" is neither a path nor a URL",
          help: "a path begins with `/`, a URL with `http://` or `https://`",
          fix: target.value.isEmpty ? Diagnostic.Fix(target.span, "\"/\"") : nil)
      }
    case .connect(let span):
      if subject.isHTTP {
        report(
          .misfitTest, at: span, "\(subject.title) takes requests, not bare connections",
          help: "write a request: `GET \"/\"`")
        return nil
      }
    }
    switch item.caller {
    case nil: break
    case .nobody: result.caller = .nobody
    case .operand(let operand):
      if let identity = expressions.callerIdentity(operand, in: subject.context) { result.caller = .identity(identity) }
    }
    checkFacts(item.facts, subject, into: &result)
    if let draw = item.draw {
      result.draw = inRange(draw, 0...9_999, "a draw").map(Int.init)
    }
    result.expectations = expectations(item, subject)
    return expressions.diagnostics.count == count ? result : nil
  }

  private mutating func checkFacts(_ facts: [CaseSyntax.Fact], _ subject: Subject, into result: inout TestSuite.Case) {
    var seen: [String: SourceSpan] = [:]
    var claim: SourceSpan?
    var invalid: SourceSpan?
    for fact in facts {
      let text = program.sources.text(of: fact.subject.span)
      if let first = seen[text] {
        report(.contradictingFacts, at: fact.span, "`\(text)` is given twice", labels: [.init(first, "first here")])
        continue
      }
      seen[text] = fact.subject.span
      if case .reference(let reference) = fact.subject, reference.names.first == "token", reference.parts.count > 1 {
        claim = claim ?? fact.span
      }
      switch fact.value {
      case .invalid:
        invalid = fact.span
        if let code = expressions.tokenError(fact, in: subject.context) { result.tokenError = code }
      case .operand:
        if let checked = expressions.fact(fact, in: subject.context) { result.facts.append(checked) }
      }
    }
    if let claim, let invalid {
      report(
        .contradictingFacts, at: claim, "a token that is not valid has no claims",
        labels: [.init(invalid, "said to be invalid")])
    }
  }
}

extension CaseSyntax {
  /// Whether the request names its host.
  var isURL: Bool {
    guard case .http(_, let target) = request else { return false }
    return target.value.hasPrefix("http://") || target.value.hasPrefix("https://")
  }
}

extension Reference {
  /// The parts that are names.
  var names: [String] {
    parts.compactMap { if case .name(let name) = $0 { name.text } else { nil } }
  }
}

// MARK: Expectations

extension DeclarationChecker {
  private mutating func expectations(_ item: CaseSyntax, _ subject: Subject) -> [TestSuite.Expectation] {
    if item.expectations.isEmpty { report(.emptyTest, at: item.span, "this case expects nothing") }
    var result: [TestSuite.Expectation] = []
    var outcome: SourceSpan?
    var action: SourceSpan?
    for expectation in item.expectations {
      switch expectation.kind {
      case .allow, .denyBy, .denyNoRule, .denyIndeterminate, .reject:
        reportSecond(expectation.span, after: &outcome, "a case has one outcome")
      case .route(_, nil), .shadow, .audit, .limit: break
      case .route, .to, .redirect, .respond:
        reportSecond(expectation.span, after: &action, "a request is sent to one place or answered")
      }
      result += check(expectation, subject)
    }
    return result
  }

  private mutating func reportSecond(_ span: SourceSpan, after first: inout SourceSpan?, _ message: String) {
    if let first { report(.contradictingExpectations, at: span, message, labels: [.init(first, "the first")]) }
    first = first ?? span
  }

  private mutating func check(
    _ item: Item<CaseSyntax.Expectation>, _ subject: Subject
  ) -> [TestSuite.Expectation] {
    let module = subject.context.module
    switch item.kind {
    case .allow(let rule):
      guard let rule else { return [.allow(by: nil)] }
      return checkRule(rule, .allow, subject) ? [.allow(by: rule.text)] : []
    case .denyBy(let rule): return checkRule(rule, .deny, subject) ? [.denyBy(rule.text)] : []
    case .denyNoRule: return [.denyNoRule]
    case .denyIndeterminate: return [.denyIndeterminate]
    case .reject(let code):
      guard rejectCodes.contains(code.text) else {
        expressions.reportUnknown(
          code, "there is no reject code `\(code.text)`", among: rejectCodes, as: .unknownRejectCode)
        return []
      }
      return [.reject(code.text)]
    case .shadow(let allow): return [.shadow(allow: allow)]
    case .audit(let rule): return checkRule(rule, .audit, subject) ? [.audit(rule.text)] : []
    case .limit(let name):
      if subject.limits.contains(name.text) || strayNames.contains(name.text) { return [.limit(name.text)] }
      expressions.reportUnknown(
        name, "\(subject.title) has no limit `\(name.text)`", among: subject.limits.sorted(), as: .unknownExpectation)
      return []
    case .route(let name, let destinations):
      let names = subject.tables.reduce(into: Set<String>()) { $0.formUnion(routeNames[$1.owner] ?? []) }
      guard names.contains(name.text) || strayNames.contains(name.text) else {
        expressions.reportUnknown(
          name,
          names.isEmpty ? "\(subject.title) has no routes" : "no route of \(subject.title) is named `\(name.text)`",
          among: names.sorted(), as: .unknownExpectation)
        return []
      }
      guard let destinations else { return [.route(name.text)] }
      return expectedPlan(destinations, module: module).map { [.route(name.text), .to($0)] } ?? []
    case .to(let destinations): return expectedPlan(destinations, module: module).map { [.to($0)] } ?? []
    case .redirect(let status, let location):
      return inRange(status, 300...399, "a redirect's status").map {
        [.redirect(status: Int($0), location: location.value)]
      } ?? []
    case .respond(let status):
      return inRange(status, 200...599, "a status").map { [.respond(status: Int($0))] } ?? []
    }
  }

  /// Whether an enforced (or audit) rule of that name and effect may decide.
  private mutating func checkRule(_ name: Name, _ effect: Rule.Effect, _ subject: Subject) -> Bool {
    let rules = subject.scopes.flatMap { program.policy.authz[$0].rules }
    let named = rules.filter { $0.name == name.text }
    if named.contains(where: { $0.effect == effect && !$0.isShadow }) { return true }
    // A rule with an error of its own is there; that it is not in the policy would be said a second time.
    if named.isEmpty,
      strayNames.contains(name.text) || subject.scopes.contains(where: { ruleNames[$0]?[name.text] != nil })
    {
      return true
    }
    if let other = named.first {
      report(
        .unknownExpectation, at: name.span,
        "`\(name.text)` is \(other.isShadow ? "a shadow rule, which never decides" : other.effect.described)",
        help: other.isShadow ? "expect `shadow allow` or `shadow deny`" : nil)
      return false
    }
    let candidates = rules.filter { $0.effect == effect && !$0.isShadow }.map(\.name).sorted()
    expressions.reportUnknown(
      name, "\(subject.title) has no \(effect.spelling) rule `\(name.text)`", among: candidates, as: .unknownExpectation
    )
    return false
  }
}

extension Rule.Effect {
  var spelling: String {
    switch self {
    case .allow: "allow"
    case .deny: "deny"
    case .audit: "audit"
    }
  }

  /// For messages.
  fileprivate var described: String {
    switch self {
    case .allow: "an allow rule"
    case .deny: "a deny rule"
    case .audit: "an audit rule"
    }
  }
}

/// Every code of a refusal that a case can expect.
private let rejectCodes: [String] =
  (RejectReason.allCases.map(\.code) + DecisionReject.allCases.map(\.rawValue) + TokenError.allCases.map(\.rawValue))
  .sorted()
