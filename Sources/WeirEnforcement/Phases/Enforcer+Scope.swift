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
  ///
  /// - Parameter reads: among the sources of the plans.
  mutating func refuseRepeats(_ reads: Place, _ plans: borrowing PlanTables) throws(Reject) {
    guard state.isHTTP else { return }
    for index in reads.range {
      let source = plans.sources[index]
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
      try state.lines(source, plans, into: &found)
      guard found.count <= 1 else { throw .decision(reject) }
    }
  }

  /// Phase *authorise*: the decision of a scope. Shadow and audit rules, and all that hold, are looked at where somebody asks.
  mutating func authorize(_ scope: Int, _ bundle: borrowing LoadedBundle) -> Outcome {
    let plan = bundle.plans.scopes[scope]
    let id = plan.id
    load(id, bundle)
    guard told != nil || plan.hasUnenforcedRules else {
      let decision = bundle.program.decide(id, &frame, data)
      return Outcome(decision, of: scope, shadow: decision)
    }
    bundle.program.match(id, &frame, data, into: &matches)
    let decision = ScopeDecision(
      enforced: bundle.program.decision(id, matches, enforcingShadows: false),
      withShadows: bundle.program.decision(id, matches, enforcingShadows: true))
    var outcome = Outcome(decision.enforced, of: scope, shadow: decision.withShadows)
    var held = matches.firstHeld(from: 0)
    while let place = held, !outcome.isAudited {
      outcome.isAudited = bundle.program.rule(place, of: id).effect == .audit
      held = matches.firstHeld(from: place + 1)
    }
    if told != nil { tell(scope) }
    if explanations != nil {
      let explanation = explain(scope, decision, bundle)
      explanations?.append(explanation)
    }
    return outcome
  }

  /// Keeps what holds, before another scope is matched.
  private mutating func tell(_ scope: Int) {
    var places: [Int] = []
    while let place = matches.firstHeld(from: places.last.map { $0 + 1 } ?? 0) { places.append(place) }
    told?.append(ToldScope(scope: scope, held: places))
  }
}

extension Outcome {
  init(_ decision: Decision, of scope: Int, shadow: Decision) {
    let reason: ReasonCode =
      switch decision.reason {
      case .rule: decision.isAllowed ? .forwarded : .rule
      case .noRule: .noRule
      case .indeterminate: .indeterminate
      }
    self.init(
      kind: decision.isAllowed ? .allow : .deny, reason: reason, scope: scope, rule: decision.rule ?? -1,
      shadow: shadow.isAllowed ? .allow : .deny, toldScopes: 1)
  }
}
