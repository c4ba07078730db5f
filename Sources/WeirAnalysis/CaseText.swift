import WeirPolicy
import WeirRequest

/// A test case as one writes it.
struct CaseText {
  let policy: Policy

  /// A `test` with one case.
  ///
  /// - Returns: `nil` when a value cannot be written in Weir.
  func test(named name: String, _ target: TestSuite.Target, _ item: TestSuite.Case) -> String? {
    line(item).map { "\(head(named: name, target)) {\n  \($0)\n}\n" }
  }

  /// The same on one line.
  func brief(named name: String, _ target: TestSuite.Target, _ item: TestSuite.Case) -> String? {
    line(item).map { "\(head(named: name, target)) { \($0) }" }
  }

  private func head(named name: String, _ target: TestSuite.Target) -> String {
    "test \(quoted(name) ?? "\"counterexample\"") for \(place(target))"
  }

  /// `payments`, `voting port admin`, `edge`
  func place(_ target: TestSuite.Target) -> String {
    switch target {
    case .gateway(let gateway): policy.gateways[gateway].name
    case .service(let service, let port):
      policy.services[service].name + (port.map { self.port(service, $0) } ?? "")
    }
  }

  private func port(_ service: Int, _ port: Int) -> String {
    let ports = policy.services[service].ports
    return ports.count > 1 ? " port \(ports[port].name)" : ""
  }

  /// The case without the `test` around it.
  func line(_ item: TestSuite.Case) -> String? {
    var parts: [String] = []
    if let method = item.method {
      guard let target = quoted(item.target), let word = Methods.names.contains(method) ? method : quoted(method) else {
        return nil
      }
      parts.append("\(word) \(target)")
    } else {
      parts.append("connect")
    }
    switch item.caller {
    case .unstated: break
    case .nobody: parts.append("from nobody")
    case .identity(let identity):
      guard let identity = quoted(identity) else { return nil }
      parts.append("from \(identity)")
    }
    if !item.facts.isEmpty || item.tokenError != nil {
      var facts: [String] = []
      for fact in item.facts {
        guard let text = text(fact) else { return nil }
        facts.append(text)
      }
      if let code = item.tokenError {
        let prefix = "token_"
        facts.append("token is invalid \(code.hasPrefix(prefix) ? String(code.dropFirst(prefix.count)) : code)")
      }
      parts.append("with { \(facts.joined(separator: ", ")) }")
    }
    if let draw = item.draw { parts.append("draw \(draw)") }
    parts.append("=> \(item.expectations.map(text).joined(separator: ", "))")
    return parts.joined(separator: " ")
  }

  private func text(_ fact: TestSuite.Fact) -> String? {
    let subject: String
    var type: ScalarType?
    switch fact.subject {
    case .data(let set): subject = policy.dataSets[set].name
    case .attribute(let attribute):
      guard let name = name(attribute) else { return nil }
      subject = name
      type = self.type(attribute)
    }
    switch fact.value {
    case .single(let value): return text(value, type).map { "\(subject) is \($0)" }
    case .several(let values):
      let texts = values.compactMap { text($0, type == .int ? type : nil) }
      guard texts.count == values.count else { return nil }
      return "\(subject) is { \(texts.joined(separator: ", "))\(texts.isEmpty ? "" : " ")}"
    }
  }

  private func name(_ attribute: Attribute) -> String? {
    switch attribute {
    case .scheme: "request.scheme"
    case .host: "request.host"
    case .port: "request.port"
    case .clientIP: "request.client_ip"
    case .header(let name): quoted(name).map { "request.header[\($0)]" }
    case .cookie(let name): quoted(name).map { "request.cookie[\($0)]" }
    case .sourceIP: "source.ip"
    case .sourcePort: "source.port"
    case .sni: "sni"
    case .claim(_, let name): "token.\(name)"
    case .time(.instant, zone: _): "time"
    case .method, .path, .query, .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .token, .capture, .time,
      .responseStatus, .responseHeader:
      nil
    }
  }

  private func type(_ attribute: Attribute) -> ScalarType? {
    switch attribute {
    case .time: .time
    case .claim(let token, let name): policy.tokens[token].claims.first { $0.name == name }?.type
    case .header(let name): policy.headers.first { $0.name == name }?.type
    default: nil
    }
  }

  private func text(_ value: Value, _ type: ScalarType?) -> String? {
    switch (value, type) {
    // A header is text, and one that is declared as a number is written as one.
    case (.string(let text), .int): Int64(text).flatMap { self.text(.int($0), type) }
    case (.string(let text), _): quoted(text)
    case (.ip(let address), _): quoted(address.description)
    case (.int(let number), .bool): number == 0 ? "false" : "true"
    case (.int(let number), .time): Timestamp.text(number)
    // The least has no literal.
    case (.int(let number), _): number == .min ? nil : String(number)
    }
  }

  private func text(_ expectation: TestSuite.Expectation) -> String {
    switch expectation {
    case .allow(let by): by.map { "allow by \($0)" } ?? "allow"
    case .denyBy(let rule): "deny by \(rule)"
    case .denyNoRule: "deny no_rule"
    case .denyIndeterminate: "deny indeterminate"
    case .reject(let code): "reject \(code)"
    case .shadow(let allow): allow ? "shadow allow" : "shadow deny"
    case .audit(let rule): "audit \(rule)"
    case .limit(let name): "limit \(name)"
    case .route(let name): "route \(name)"
    case .to(let plan): "to \(policy.plan(plan).text)"
    case .redirect(let status, let location): "redirect \(status) to \"\(location)\""
    case .respond(let status): "respond \(status)"
    }
  }

  /// Strings know two escapes; controls cannot be written.
  private func quoted(_ text: String) -> String? {
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && $0.isASCII }) else { return nil }
    var result = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { result += "\\" }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }
}
