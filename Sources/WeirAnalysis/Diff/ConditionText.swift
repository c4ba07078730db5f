import WeirPolicy

/// A typed condition in the words of the language. What was written with names, `let` or `fn` is shown as what it stands for.
struct ConditionText {
  let policy: Policy

  func text(_ condition: Condition) -> String {
    switch condition {
    case .constant(let value): value ? "always" : "never"
    case .and(let operands): operands.isEmpty ? "always" : operands.map(nested).joined(separator: " and ")
    case .or(let operands): operands.isEmpty ? "never" : operands.map(nested).joined(separator: " or ")
    case .not(let operand): "not (\(text(operand)))"
    case .test(let test): text(test)
    }
  }

  private func nested(_ condition: Condition) -> String {
    switch condition {
    case .and(let operands) where operands.count > 1: "(\(text(condition)))"
    case .or(let operands) where operands.count > 1: "(\(text(condition)))"
    case .constant, .and, .or, .not, .test: text(condition)
    }
  }

  private func text(_ test: WeirPolicy.Test) -> String {
    let quantifier =
      switch test.quantifier {
      case .any?: "any "
      case .all?: "all "
      case nil: ""
      }
    let predicate = text(test.predicate, test.isNegated, isBare: test.attribute == .method)
    return quantifier + test.attribute.text + " " + predicate
      + (test.hasExplicitElse ? " else \(test.whenAbsent)" : "")
  }

  /// - Parameter isBare: whether values are words of the language.
  private func text(_ predicate: Predicate, _ isNegated: Bool, isBare: Bool) -> String {
    func text(_ value: Value) -> String {
      if isBare, case .string(let word) = value { word } else { self.text(value) }
    }
    func equality(_ value: String) -> String { (isNegated ? "is not " : "is ") + value }
    func relation(_ word: String, _ value: String) -> String { (isNegated ? "not \(word) " : "\(word) ") + value }
    func set(_ texts: [String]) -> String { texts.count == 1 ? texts[0] : "{ \(texts.joined(separator: ", ")) }" }
    return switch predicate {
    case .isPresent: isNegated ? "is absent" : "is present"
    case .equals(let value): equality(text(value))
    case .isIn(let values): relation("in", "{ \(values.map(text).joined(separator: ", ")) }")
    case .isInRanges(let ranges):
      relation("in", set(ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)" }))
    case .isInNetworks(let networks): relation("in", set(networks.map { "\"\($0)\"" }))
    case .isUnder(let prefix): relation("under", "\"\(prefix)\"")
    case .matches(let pattern): relation("matches", "\"\(pattern.text)\"")
    case .matchesAny(let patterns, let values):
      relation("in", set(values.map(text) + patterns.map { "\"\($0.text)\"" }))
    case .matchesRegex(let source): relation("matches", "re\"\(source)\"")
    case .equalsAttribute(let other): equality(other.text)
    case .isInAttribute(let other): relation("in", other.text)
    case .isInData(let set): relation("in", policy.dataSets[set].name)
    case .has(let value): relation("has", text(value))
    case .hasAttribute(let other): relation("has", other.text)
    }
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .string(let text): "\"\(text)\""
    case .int(let number): "\(number)"
    case .ip(let address): "\"\(address)\""
    }
  }
}

extension Attribute {
  /// As it is written in rules.
  var text: String {
    switch self {
    case .method: "request.method"
    case .scheme: "request.scheme"
    case .host: "request.host"
    case .port: "request.port"
    case .path: "request.path"
    case .clientIP: "request.client_ip"
    case .query(let name): "request.query[\"\(name)\"]"
    case .header(let name): "request.header[\"\(name)\"]"
    case .cookie(let name): "request.cookie[\"\(name)\"]"
    case .sourceIP: "source.ip"
    case .sourcePort: "source.port"
    case .sni: "sni"
    case .caller: "caller"
    case .callerTrustDomain: "caller.trust_domain"
    case .callerNamespace: "caller.namespace"
    case .callerAccount: "caller.account"
    case .claim(_, let name): "token.\(name)"
    case .token: "token"
    case .capture(let name, _): "capture.\(name)"
    case .time(.instant, zone: _): "time"
    case .time(let part, let zone): "time.\(part.rawValue)" + (zone.map { " in \"\($0.name)\"" } ?? "")
    case .responseStatus: "response.status"
    case .responseHeader(let name): "response.header[\"\(name)\"]"
    }
  }
}
