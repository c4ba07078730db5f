import WeirPolicy
import WeirRequest

extension Enforcer {
  /// An outcome in names, with the rules that `told` holds.
  func verdict(_ outcome: Outcome, _ bundle: borrowing LoadedBundle) -> Verdict {
    guard outcome.kind != .reject else { return Verdict(rejected: outcome.reason) }
    var verdict = Verdict(
      outcome: outcome.kind == .deny ? .deny : .allow, by: nil, reason: nil, shadowOutcome: outcome.shadow.told)
    switch outcome.kind {
    case .deny, .local: verdict.reason = outcome.reason.text
    case .allow, .reject: break
    }
    if outcome.rule >= 0 { verdict.by = bundle.topology.scopes[outcome.scope].rules[outcome.rule].name }
    for told in (told ?? []).prefix(outcome.toldScopes) {
      let rules = bundle.topology.scopes[told.scope].rules
      for place in told.held {
        switch rules[place].effect {
        case .audit: verdict.audit.append(rules[place].name)
        case .allow, .deny:
          if rules[place].isShadow {
            verdict.shadow.append(rules[place].name)
          } else if told.scope == outcome.scope {
            verdict.matched.append(rules[place].name)
          }
        }
      }
    }
    if outcome.kind == .allow, outcome.scope >= 0 {
      verdict.limits = charged.map { charge in
        let limit = bundle.topology.limits[charge.limit]
        return Verdict.Charge(limit: limit.name, key: key(of: charge, limit))
      }
    }
    return verdict
  }

  /// What was routed, in the words of the contract.
  func describe(_ routed: Routed, _ table: Int, _ bundle: borrowing LoadedBundle) -> Verdict.Route? {
    let name = bundle.topology.tables[table].routes[routed.route].name
    switch routed.kind {
    case .respond(let status): return Verdict.Route(name: name, action: .respond(status: status))
    case .redirect(let status, let location):
      return Verdict.Route(name: name, action: .redirect(status: status, location: state.text(location)))
    case .forward(let branch):
      guard let destination = bundle.topology.destination(routed.route, branch, of: table) else { return nil }
      let plan = bundle.topology.branches(routed.route, of: table).map {
        Verdict.PlanEntry(destination: bundle.topology.name(of: $0.destination), weight: $0.weight)
      }
      return Verdict.Route(
        name: name,
        action: .forward(
          service: bundle.topology.services[destination.service].name, subset: destination.subset, plan: plan,
          path: state.text(state.path)))
    }
  }
}

extension Verdict {
  init(rejected reason: ReasonCode) {
    self.init(outcome: .reject, by: nil, reason: reason.text, shadowOutcome: .reject)
  }
}

extension Outcome.Kind {
  /// The word of the contract.
  fileprivate var told: Verdict.Outcome {
    switch self {
    case .allow, .local: .allow
    case .deny: .deny
    case .reject: .reject
    }
  }
}
