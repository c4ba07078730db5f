import WeirAnalysis
import WeirPolicy
import WeirSource

/// What is proved of rules and routes: they hold always, never, or for nothing that is not settled already.
func meanings(_ program: LintedProgram) -> [Diagnostic] {
  program.meaning.findings().map { finding in
    let name = finding.item.name
    let others = finding.cover.map { "`\($0.name)`" }.joined(separator: ", ")
    let kind: DiagnosticKind
    let message: String
    let help: String
    switch finding.kind {
    case .alwaysTrue:
      kind = .alwaysTrueCondition
      message = "the condition of `\(name)` is true for every request"
      help = "write `always` if that is meant; a limit has no `when` then"
    case .neverTrue:
      kind = .neverTrueCondition
      message =
        "the condition of `\(name)` is true for no request" + (others.isEmpty ? "" : " that \(others) answers for")
      help =
        others.isEmpty
        ? "what it asks for excludes itself: remove it or correct it"
        : "a gateway answers for its `hosts` alone: add the host there or correct it"
    case .denied:
      kind = .allowThatIsDenied
      message = "`\(name)` allows nothing: whatever it covers is denied by \(others)"
      help = "deny overrides allow: remove the allow or narrow the deny"
    case .redundant:
      kind = .redundantRule
      message = "`\(name)` changes no outcome: whatever it covers is covered by \(others)"
      help = "remove it, or say what it adds"
    case .sameMeaning:
      kind = .rulesOfOneMeaning
      message = "`\(name)` covers the same requests as \(others)"
      help = "keep one of them"
    case .unreachable:
      kind = .unreachedRoute
      message = "route `\(name)` is never reached: whatever it covers goes to \(others)"
      help = "put it further up or remove it"
    case .refusedRoute:
      kind = .unreachedRoute
      message = "route `\(name)` is never reached: whatever it covers is denied before, by \(others)"
      help = "rules of a gateway come before its routes: allow what the route is for, or remove it"
    case .neverCharged:
      kind = .limitWithoutRequests
      message = "limit `\(name)` is never charged: nothing that it covers is allowed"
      help = "a limit is charged after an allow: cover what some rule allows"
    case .neverRefuses:
      kind = .limitBelowAnother
      message = "limit `\(name)` never refuses a request: \(others) counts all that it counts and refuses sooner"
      help = "all limits that apply are charged, or none: remove it, or make it the stricter one"
    case .deniedRoute:
      kind = .routeThatIsDenied
      message = "nothing that route `\(name)` sends to \(others) is allowed there"
      help = "allow what the route sends, or send it elsewhere; rules see requests as they are forwarded"
    case .unreachedAllow:
      kind = .allowWithoutRequests
      message = "`\(name)` allows \(others) alone, which sends no request that it covers"
      help = "a gateway sends what its routes send: add a route, or correct the rule"
    }
    let places =
      finding.cover.map { (position: $0.position, text: $0.name) }
      + (finding.reason?.parts ?? []).map { (position: $0.position, text: $0.text) }
    return Diagnostic(
      kind, at: program.span(finding.item.position), message,
      labels: places.prefix(2).map { .init(program.span($0.position), "`\($0.text)`") },
      notes: finding.reason.map { [$0.text] } ?? [], help: help, witness: finding.example)
  }
}

extension MeaningFinding.Reason {
  /// `a` and `b` never hold together
  fileprivate var text: String {
    let names = parts.map { "`\($0.text)`" }
    guard let last = names.last, names.count > 1 else {
      return "\(names.joined()) \(isAlways ? "always" : "never") holds"
    }
    let list = names.dropLast().joined(separator: ", ")
    return isAlways ? "\(list) or \(last) always holds" : "\(list) and \(last) never hold together"
  }
}
