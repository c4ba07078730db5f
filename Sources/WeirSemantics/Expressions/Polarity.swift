import WeirPolicy
import WeirSource
import WeirSyntax

/// Where absence would help the request, the author must say so.
extension ExpressionChecker {
  /// Checks every test of a finished draft; `false` after an error.
  mutating func checkPolarity(_ draft: Draft, in context: ExpressionContext) -> Bool {
    checkPolarity(draft, beside: [], in: context)
  }

  /// `beside`: attributes whose presence is asked in the same list.
  private mutating func checkPolarity(_ draft: Draft, beside: Set<Attribute>, in context: ExpressionContext) -> Bool {
    switch draft {
    case .constant: return true
    case .test(let test): return check(test, beside: beside, in: context)
    case .all(let operands), .any(let operands):
      var presence: Set<Attribute> = []
      for case .test(let test) in operands where test.isPresence { presence.insert(test.test.attribute) }
      switch (draft, context.use) {
      case (.all, .allow), (.all, .ceiling): presence.formUnion(impliedPresence(operands, decidingAbsence: false))
      case (.any, .deny): presence.formUnion(impliedPresence(operands, decidingAbsence: true))
      default: break
      }
      var isSound = true
      for operand in operands where !checkPolarity(operand, beside: presence, in: context) { isSound = false }
      return isSound
    }
  }

  /// Namespace and account are there together: where one test of a list decides the list the strict way when they are
  /// absent, absence cannot help by the other.
  private func impliedPresence(_ operands: [Draft], decidingAbsence: Bool) -> Set<Attribute> {
    var implied: Set<Attribute> = []
    for case .test(let test) in operands
    where !test.isPresence && (test.test.whenAbsent != test.isInverted) == decidingAbsence {
      switch test.test.attribute {
      case .callerNamespace: implied.insert(.callerAccount)
      case .callerAccount: implied.insert(.callerNamespace)
      case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
        .caller, .callerTrustDomain, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
        break
      }
    }
    return implied
  }

  private mutating func check(_ draft: DraftTest, beside: Set<Attribute>, in context: ExpressionContext) -> Bool {
    guard !draft.isPresence, !draft.optionals.isEmpty else { return true }
    let unguarded = draft.optionals.first { !isGuarded($0.attribute, by: beside) }
    let helps: Bool
    switch context.use {
    case .allow, .ceiling: helps = draft.absentValue
    case .deny: helps = !draft.absentValue
    case .audit, .route, .limit, .retry, .testFact, .proof, .value: helps = false
    }
    if draft.test.hasExplicitElse {
      let own = draft.absentValue != draft.isInverted
      if draft.test.whenAbsent == own, !helps || unguarded == nil, let otherwise = draft.otherwise, draft.call == nil {
        report(
          .idleElseValue, at: otherwise, "`else \(own)` changes nothing",
          notes: ["a test on an absent value is false, its negation true"], help: "remove it",
          fix: .init(otherwise, ""))
      }
      return true
    }
    guard helps, let unguarded else { return true }
    reportAbsence(draft, unguarded, in: context)
    return false
  }

  private mutating func reportAbsence(_ draft: DraftTest, _ optional: Reading, in context: ExpressionContext) {
    let rule = context.ruleName.map { " `\($0)`" } ?? ""
    let message: String
    let consequence: String
    let (strictWord, looseWord): (String, String)
    switch context.use {
    case .deny:
      message = "deny\(rule) would not hold when `\(optional.text)` is absent"
      consequence = "this test is false on an absent value, so a request without it would pass the deny"
      (strictWord, looseWord) = ("to deny such requests", "to let them pass")
    case .allow, .ceiling, .audit, .route, .limit, .retry, .testFact, .proof, .value:
      let what = context.use == .ceiling ? "the ceiling" : "allow\(rule)"
      message = "\(what) would also hold when `\(optional.text)` is absent"
      consequence = "this test is true on an absent value, so a request without it would be let in"
      (strictWord, looseWord) = ("to keep such requests out", "to let them in")
    }
    // The value of the test itself: a `not` outside turns it.
    let strict = (context.use == .deny) != draft.isInverted
    let labels: [Diagnostic.Label]
    let help: String
    if let call = draft.call {
      labels = [.init(draft.span, "in `fn \(call.name)`")]
      help =
        "write `\(optional.text) is present` or `is absent` beside the call, or let the `fn` take an optional and say `else`"
    } else {
      labels = []
      help =
        "write `else \(strict)` \(strictWord) or `else \(!strict)` \(looseWord); or write `\(optional.text) is present` or `is absent` beside it"
    }
    report(
      .absenceHelps, at: draft.call?.span ?? draft.span, message, labels: labels,
      notes: [consequence, "doubt denies: what makes a decision looser is said in writing"], help: help,
      fix: draft.call == nil ? .init(draft.span.after, " else \(strict)") : nil)
  }

  /// Whether presence that was asked beside a test settles what absence of `attribute` means.
  private func isGuarded(_ attribute: Attribute, by presence: Set<Attribute>) -> Bool {
    if presence.contains(attribute) { return true }
    switch attribute {
    case .callerTrustDomain: return presence.contains(.caller)
    case .claim(let token, let name): return presence.contains(.token(token)) && isRequired(claim: name, ofToken: token)
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerNamespace, .callerAccount, .token, .capture, .time, .responseStatus, .responseHeader:
      return false
    }
  }
}
