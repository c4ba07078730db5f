import WeirPolicy
import WeirSource
import WeirSyntax

/// Facts of test cases.
extension ExpressionChecker {
  /// A fact of a test case. `token is invalid …` is not one: see `tokenError`.
  mutating func fact(_ fact: CaseSyntax.Fact, in context: ExpressionContext) -> TestSuite.Fact? {
    guard case .operand(let value) = fact.value else {
      fail(.notAFact, at: fact.span, "`invalid` is said of `token` alone")
      return nil
    }
    let scope = Scope(context)
    guard let subject = term(fact.subject, in: scope) else { return nil }
    switch subject {
    case .data(let index, let member, _):
      let purpose = "the data set holds \(member.name)"
      return values(value, of: member, because: purpose, in: scope)
        .map { TestSuite.Fact(subject: .data(index), value: .several($0)) }
    case .reading(let reading):
      if let instead = reading.attribute.statedElsewhere {
        fail(.notAFact, at: fact.subject.span, "`\(reading.text)` is not stated as a fact", help: instead)
        return nil
      }
      return self.fact(reading, value, in: scope)
    case .literal, .constant, .word:
      fail(
        .notAFact, at: fact.subject.span, "a fact is about an attribute or a data set",
        notes: ["facts are written as in rules: `request.header[\"x\"] is \"v\"`"])
      return nil
    }
  }

  private mutating func fact(_ reading: Reading, _ value: Operand, in scope: Scope) -> TestSuite.Fact? {
    let subject = TestSuite.Fact.Subject.attribute(reading.attribute)
    let purpose = "`\(reading.text)` is \(reading.typeName)"
    if case .set(let member) = reading.type {
      return values(value, of: member, because: purpose, in: scope)
        .map { TestSuite.Fact(subject: subject, value: .several($0)) }
    }
    if case .set = value, reading.occurrence != .once {
      // Several lines of one header, or a parameter that comes twice.
      return values(value, of: reading.type, because: purpose, in: scope)
        .map { TestSuite.Fact(subject: subject, value: .several($0)) }
    }
    guard let term = term(value, in: scope),
      let constant = constant(term, as: reading.type, because: purpose, in: scope),
      checkPossible(constant.single.map { .equals($0) } ?? .isPresent, of: reading, at: value.span)
    else { return nil }
    guard let single = constant.single else {
      fail(.notAFact, at: value.span, "one value is expected here")
      return nil
    }
    return TestSuite.Fact(subject: subject, value: .single(single))
  }

  /// The members of a set, which may be empty here and keep their order.
  private mutating func values(
    _ operand: Operand, of member: Type, because purpose: String, in scope: Scope
  ) -> [Value]? {
    if case .set(let elements, _) = operand, elements.isEmpty { return [] }
    guard let term = term(operand, in: scope),
      let constant = constant(term, as: .set(member), because: purpose, in: scope),
      case .set(let set) = constant.payload
    else { return nil }
    guard set.ranges.isEmpty, set.networks.isEmpty, set.patterns.isEmpty else {
      fail(.notAFact, at: operand.span, "a fact lists its values one by one")
      return nil
    }
    return set.values
  }

  /// The reject code of `token is invalid expired`; `nil` also when the fact says something else.
  mutating func tokenError(_ fact: CaseSyntax.Fact, in context: ExpressionContext) -> String? {
    guard case .invalid(let defect) = fact.value else { return nil }
    guard case .reference(let reference) = fact.subject, reference.text == "token", reference.arguments == nil else {
      fail(.notAFact, at: fact.span, "`invalid` is said of `token` alone")
      return nil
    }
    let defects = [
      "algorithm", "audience", "claim", "expired", "key", "malformed", "not_yet", "repeated", "signature",
      "unknown_issuer",
    ]
    guard defects.contains(defect.text) else {
      let suggestion = Spelling.suggestion(for: defect.text, among: defects)
      fail(
        .unknownTokenDefect, at: defect.span, "a token is not invalid in the way of `\(defect.text)`",
        notes: ["it can be \(defects.map { "`\($0)`" }.joined(separator: ", "))"],
        help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion.map { .init(defect.span, $0) })
      return nil
    }
    return "token_\(defect.text)"
  }

  /// The identity in `from "spiffe://…"` or of `from checkout`: of a service with several, the first.
  mutating func callerIdentity(_ operand: Operand, in context: ExpressionContext) -> String? {
    let scope = Scope(context)
    guard let term = term(operand, in: scope),
      let constant = constant(term, as: .identity, because: "a caller is an identity", in: scope),
      case .identities(let set) = constant.payload
    else { return nil }
    guard let first = set.exact.first else {
      fail(
        .badIdentity, at: operand.span, "`\(program.sources.text(of: operand.span))` has patterns of identities alone",
        help: "write the identity of one caller: `from \"spiffe://…\"`")
      return nil
    }
    return first
  }
}

extension Constant {
  /// The value of a scalar; the identity when there is one.
  var single: Value? {
    switch payload {
    case .value(let value): value
    case .identities(let set): set.exact.count == 1 && set.patterns.isEmpty ? .string(set.exact[0]) : nil
    case .network, .pattern, .set, .destination, .quantity: nil
    }
  }
}

extension Attribute {
  /// Where a test case says this instead; `nil` when it can be a fact.
  fileprivate var statedElsewhere: String? {
    switch self {
    case .method, .path, .query: "the line of the request says it: `GET \"/v1?x=1\"`"
    case .caller, .callerTrustDomain, .callerNamespace, .callerAccount: "write `from` and the caller"
    case .token: "state its claims: `token.sub is \"u1\"`, or `token is invalid expired`"
    case .capture: "captures follow from the path"
    case .time(.instant, _), .scheme, .host, .port, .clientIP, .header, .cookie, .sourceIP, .sourcePort, .sni, .claim:
      nil
    case .time: "state the instant: `time is 2026-11-21T10:00:00Z`"
    case .responseStatus, .responseHeader: "a case is about a request"
    }
  }
}
