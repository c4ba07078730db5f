import WeirISA
import WeirPolicy
import WeirRequest
import WeirVM

/// What one scope's rules say of a request, as places of rules.
struct ScopeDecision {
  var enforced: Decision
  /// Had the shadow rules been enforced.
  var withShadows: Decision
}

extension Enforcer {
  /// Phase *refuse repeats*: a header, parameter or cookie that is read as one value may occur once.
  mutating func refuseRepeats(_ reads: [ValueSource], _ names: [UInt8]) throws(Reject) {
    guard state.isHTTP else { return }
    for source in reads {
      let reject: DecisionReject
      switch source.kind {
      case .header: reject = .repeatedHeader
      case .query: reject = .repeatedQuery
      case .cookie: reject = .repeatedCookie
      case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
        .callerNamespace, .callerAccount, .claim, .token, .instant, .weekday, .hour, .minute, .date, .responseStatus,
        .responseHeader:
        continue
      }
      try state.lines(source, names, into: &found)
      guard found.count <= 1 else { throw .decision(reject) }
    }
  }

  /// Phase *authorise*: evaluates every rule of a scope; `matches` then tells each.
  mutating func authorize(_ scope: Int, _ bundle: borrowing LoadedBundle) -> ScopeDecision {
    let id = bundle.scopes[scope].id
    load(id, bundle)
    bundle.program.match(id, &frame, data, into: &matches)
    return ScopeDecision(
      enforced: bundle.program.decision(id, matches, enforcingShadows: false),
      withShadows: bundle.program.decision(id, matches, enforcingShadows: true))
  }

  /// The decision in names, with the lists that `matches` holds since `authorize`.
  mutating func verdict(
    _ decision: ScopeDecision, _ scope: Int, _ bundle: borrowing LoadedBundle
  ) -> Verdict {
    let rules = bundle.topology.scopes[scope].rules
    let by = decision.enforced.rule.map { rules[$0].name }
    let shadowOutcome: Verdict.Outcome = decision.withShadows.isAllowed ? .allow : .deny
    var verdict: Verdict
    if decision.enforced.isAllowed {
      verdict = Verdict(outcome: .allow, by: by, reason: nil, shadowOutcome: shadowOutcome)
    } else {
      let reason =
        switch decision.enforced.reason {
        case .rule: "rule"
        case .noRule: "no_rule"
        case .indeterminate: "indeterminate"
        }
      verdict = Verdict(outcome: .deny, by: by, reason: reason, shadowOutcome: shadowOutcome)
    }
    for (place, rule) in rules.enumerated() where matches[place] == .yes {
      switch rule.effect {
      case .audit: verdict.audit.append(rule.name)
      case .allow, .deny:
        if rule.isShadow { verdict.shadow.append(rule.name) } else { verdict.matched.append(rule.name) }
      }
    }
    if explanations != nil {
      let explanation = explain(scope, decision, bundle)
      explanations?.append(explanation)
    }
    return verdict
  }
}
