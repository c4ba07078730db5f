import WeirPolicy
import WeirRequest

/// A typed condition in the words of the language. What was written with names, `let` or `fn` is shown as what it stands for.
struct ConditionText {
  let policy: Policy
  /// Whether identities are shown as the names of what declares them: not where texts of two policies are compared.
  var namesCallers = true

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
    if let day = test.lastDay { return (test.isNegated ? "after " : "until ") + day }
    let quantifier =
      switch test.quantifier {
      case .any?: "any "
      case .all?: "all "
      case nil: ""
      }
    let predicate =
      callers(test) ?? text(test.predicate, test.isNegated, words: Self.words(for: test.attribute))
    // Presence is asked once for all values.
    return (test.predicate == .isPresent ? "" : quantifier) + test.attribute.text + " " + predicate
      + (test.hasExplicitElse ? " else \(test.whenAbsent)" : "")
  }

  /// The words of the language for values of an attribute; `nil` where there are none.
  private static func words(for attribute: Attribute) -> (Value) -> String? {
    { value in
      switch (attribute, value) {
      case (.method, .string(let word)): word
      case (.time(let part, zone: _), .int(let number)): part.word(for: number)
      default: nil
      }
    }
  }

  /// `in { checkout, billing }` for identities of which some have names.
  private func callers(_ test: WeirPolicy.Test) -> String? {
    guard namesCallers, test.attribute == .caller else { return nil }
    var texts: [String] = []
    switch test.predicate {
    case .equals(.string(let identity)): texts = [identity]
    case .isIn(let values): texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    case .matches(let pattern): texts = [pattern.text]
    case .matchesAny(let patterns, let values):
      texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } } + patterns.map(\.text)
    default: return nil
    }
    let asked = Set(texts)
    var named: Set<String> = []
    var names: [String] = []
    for (name, identities) in policy.callers where !identities.isEmpty && asked.isSuperset(of: identities) {
      guard !named.isSuperset(of: identities) else { continue }
      names.append(name)
      named.formUnion(identities)
    }
    guard !names.isEmpty else { return nil }
    let all = names + texts.filter { !named.contains($0) }.map { "\"\($0)\"" }
    if all.count == 1 { return (test.isNegated ? "is not " : "is ") + all[0] }
    return (test.isNegated ? "not in " : "in ") + "{ \(all.joined(separator: ", ")) }"
  }

  /// - Parameter words: how a value is written where it is no text or number.
  private func text(_ predicate: Predicate, _ isNegated: Bool, words: (Value) -> String?) -> String {
    func text(_ value: Value) -> String { words(value) ?? self.text(value) }
    func text(_ range: ClosedRange<Int64>) -> String {
      let (lower, upper) = (text(.int(range.lowerBound)), text(.int(range.upperBound)))
      // Their distance need not be a number.
      return range.lowerBound == range.upperBound ? lower : "\(lower)..\(upper)"
    }
    func equality(_ value: String) -> String { (isNegated ? "is not " : "is ") + value }
    func relation(_ word: String, _ value: String) -> String { (isNegated ? "not \(word) " : "\(word) ") + value }
    func set(_ texts: [String]) -> String { texts.count == 1 ? texts[0] : "{ \(texts.joined(separator: ", ")) }" }
    return switch predicate {
    case .isPresent: isNegated ? "is absent" : "is present"
    case .equals(let value): equality(text(value))
    case .isIn(let values): relation("in", "{ \(values.map(text).joined(separator: ", ")) }")
    case .isInRanges(let ranges):
      relation("in", set(ranges.map(text)))
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

extension WeirPolicy.Test {
  /// Of what `until 2026-12-31` stands for: that day.
  fileprivate var lastDay: String? {
    guard attribute == .time(.instant, zone: nil), case .isInRanges(let ranges) = predicate, ranges.count == 1,
      ranges[0].lowerBound == .min, ranges[0].upperBound < .max, (ranges[0].upperBound + 1) % 86_400 == 0
    else { return nil }
    return Attribute.TimePart.date.word(for: (ranges[0].upperBound + 1) / 86_400 - 1)
  }
}

extension Attribute.TimePart {
  /// As literals of the language say it; `nil` for what is a number there, or has no literal.
  func word(for number: Int64) -> String? {
    switch self {
    case .instant: Timestamp.text(number)
    case .date: CivilDate(daysSinceEpoch: number).description
    case .weekday: Weekdays.name(of: number)
    case .hour, .minute: nil
    }
  }
}

extension Policy {
  /// Who has a name as a caller, and all its identities.
  fileprivate var callers: [(name: String, identities: [String])] {
    services.map { ($0.name, $0.identities) } + gateways.map { ($0.name, $0.identity.map { [$0] } ?? []) }
      + principals.map { ($0.name, $0.identities.map(\.text)) }
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
