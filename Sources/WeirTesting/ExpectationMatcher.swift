import WeirPolicy
import WeirRequest

/// Compares a verdict with what a case expects of it.
struct ExpectationMatcher {
  let policy: Policy
  let test: TestSuite.Case
  let verdict: Verdict

  /// What was expected and what was got; `nil` when the expectation holds.
  func failure(_ expectation: TestSuite.Expectation) -> String? {
    holds(expectation) ? nil : "expected \(text(expectation)), got \(got(expectation))"
  }

  private func holds(_ expectation: TestSuite.Expectation) -> Bool {
    switch expectation {
    case .allow(let by): verdict.outcome == .allow && (by == nil || verdict.by == by)
    case .denyBy(let rule): verdict.outcome == .deny && verdict.reason == "rule" && verdict.by == rule
    case .denyNoRule: verdict.outcome == .deny && verdict.reason == "no_rule"
    case .denyIndeterminate: verdict.outcome == .deny && verdict.reason == "indeterminate"
    case .reject(let code): verdict.outcome == .reject && verdict.reason == code
    case .shadow(let allow): verdict.shadowOutcome == (allow ? .allow : .deny)
    case .audit(let rule): verdict.audit.contains(rule)
    case .limit(let name): verdict.limits.contains { $0.limit == name }
    case .route(let name): verdict.route?.name == name
    case .to(let plan): goes(to: plan)
    case .redirect(let status, let location): verdict.route?.action == .redirect(status: status, location: location)
    case .respond(let status): verdict.route?.action == .respond(status: status)
    }
  }

  /// With `draw`, one destination is the branch that is picked; else the whole plan is compared.
  private func goes(to plan: [WeightedDestination]) -> Bool {
    guard case .forward(let service, let subset, let actual, path: _)? = verdict.route?.action else { return false }
    if test.draw != nil, plan.count == 1 {
      return policy.name(of: plan[0].destination)
        == (subset.map { "\(service).\($0)" } ?? service)
    }
    return actual == policy.plan(plan)
  }

  private func text(_ expectation: TestSuite.Expectation) -> String {
    switch expectation {
    case .allow(let by): by.map { "allow by \($0)" } ?? "allow"
    case .denyBy(let rule): "deny by \(rule)"
    case .denyNoRule: "deny no_rule"
    case .denyIndeterminate: "deny indeterminate"
    case .reject(let code): "reject \(code)"
    case .shadow(let allow): "shadow \(allow ? "allow" : "deny")"
    case .audit(let rule): "audit \(rule)"
    case .limit(let name): "limit \(name)"
    case .route(let name): "route \(name)"
    case .to(let plan):
      "to \(policy.plan(plan).text)"
    case .redirect(let status, let location): "redirect \(status) to \"\(location)\""
    case .respond(let status): "respond \(status)"
    }
  }

  /// The part of the verdict that the expectation is about.
  private func got(_ expectation: TestSuite.Expectation) -> String {
    switch expectation {
    case .allow, .denyBy, .denyNoRule, .denyIndeterminate, .reject: decision
    case .shadow: "shadow \(verdict.shadowOutcome.rawValue)"
    case .audit: verdict.audit.isEmpty ? "no audit" : "audit \(verdict.audit.joined(separator: ", "))"
    case .limit: verdict.limits.isEmpty ? "no limit" : "limit \(verdict.limits.map(\.limit).joined(separator: ", "))"
    case .route, .to, .redirect, .respond: route
    }
  }

  private var decision: String {
    switch (verdict.outcome, verdict.reason) {
    case (.deny, "rule"?): "deny by \(verdict.by ?? "")"
    case (let outcome, let reason?): "\(outcome.rawValue) \(reason)" + (verdict.by.map { " (\($0))" } ?? "")
    case (let outcome, nil): outcome.rawValue + (verdict.by.map { " by \($0)" } ?? "")
    }
  }

  private var route: String {
    guard let route = verdict.route else { return verdict.outcome == .reject ? decision : "no route" }
    let action =
      switch route.action {
      case .forward(let service, let subset, let plan, path: _):
        test.draw == nil ? "to \(plan.text)" : "to \(subset.map { "\(service).\($0)" } ?? service)"
      case .redirect(let status, let location): "redirect \(status) to \"\(location)\""
      case .respond(let status): "respond \(status)"
      }
    return "route \(route.name) \(action)"
  }
}
