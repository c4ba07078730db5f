import WeirPolicy
import WeirSource
import WeirSyntax

extension Service {
  var pathView: PathView { PathView(ignoresCase: ignoresPathCase, ignoresTrailingSlash: ignoresTrailingSlash) }
}

extension DeclarationChecker {
  /// Where an expression about calls to a service stands.
  ///
  /// Without a port it must hold for every port: HTTP only if all are, the caller optional if it is at one of them.
  func serviceContext(
    _ service: Int, port: Int?, use: ExpressionContext.Use, module: String, token: Int? = nil, scopeName: String? = nil
  ) -> ExpressionContext {
    let declared = program.policy.services[service]
    let ports = port.map { [declared.ports[$0]] } ?? declared.ports
    return ExpressionContext(
      module: module, use: use, layer: ports.allSatisfy(\.protocol.isHTTP) ? .http : .connection,
      callerIsOptional: ports.contains(where: \.isPermissive), token: token, pathView: declared.pathView,
      scopeName: scopeName ?? "service \(declared.name)")
  }

  /// Where an expression about requests that come to a gateway or to quoted hosts stands: clients need no certificate.
  func clientContext(
    use: ExpressionContext.Use, module: String, token: Int?, scopeName: String
  ) -> ExpressionContext {
    ExpressionContext(
      module: module, use: use, layer: .http, callerIsOptional: true, token: token, pathView: .exact,
      scopeName: scopeName)
  }

  /// The issuer of `with token NAME`.
  mutating func tokenIndex(_ name: Name?, in module: String) -> Int? {
    guard let name else { return nil }
    let symbol = expressions.resolve(name, in: module)
    if case .token(let index) = symbol { return index }
    if let symbol { expressions.reportWrongKind(name, symbol, expected: "a jwt") }
    expressions.hasUnresolvedIssuer = true
    return nil
  }

  /// The index of the service that `name` means.
  mutating func serviceIndex(_ name: Name, in module: String) -> Int? {
    guard let symbol = expressions.resolve(name, in: module) else { return nil }
    if case .service(let index) = symbol { return index }
    expressions.reportWrongKind(name, symbol, expected: "a service")
    return nil
  }

  /// The index of a service's port by name.
  mutating func portIndex(_ port: Name, of service: Int) -> Int? {
    let ports = program.policy.services[service].ports
    if !port.text.isEmpty, let index = ports.firstIndex(where: { $0.name == port.text }) { return index }
    reportUnknownPort(port, ports: ports)
    return nil
  }

  /// Whether `module` may write for a service: its owner.
  mutating func checkOwner(of service: Int, _ name: Name, module: String, what: String) -> Bool {
    let declared = program.policy.services[service]
    if declared.owner == module { return true }
    report(
      .notOwner, at: name.span, "\(what) of `\(declared.name)` stand in module `\(declared.owner)` alone",
      labels: [.init(services[service].syntax.owner?.span ?? services[service].syntax.name.span, "its owner")],
      help: "declare it `owned by \(module)`, or move this there")
    return false
  }
}
