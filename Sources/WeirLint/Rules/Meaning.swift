import WeirAnalysis
import WeirPolicy
import WeirSource
import WeirSyntax

/// What is proved of rules and routes: they hold always, never, or for nothing that is not settled already.
func meanings(_ program: LintedProgram) -> [Diagnostic] {
  let conditions = program.units.flatMap(\.conditionSpans)
  let findings = program.meaning.findings().filter { $0.part == nil || $0.isWritten(within: conditions, program) }
  return findings.map { finding in
    let name = finding.item.name
    let condition = finding.part == nil ? "the condition" : "a part of the condition"
    let others = finding.cover.map { "`\($0.name)`" }.joined(separator: ", ")
    let kind: DiagnosticKind
    let message: String
    let help: String
    switch finding.kind {
    case .alwaysTrue:
      kind = .alwaysTrueCondition
      message = "\(condition) of `\(name)` is true for every request"
      help =
        finding.part == nil
        ? "write `always` if that is meant; a limit has no `when` then"
        : "it keeps nobody out: remove it or correct it"
    case .neverTrue:
      kind = .neverTrueCondition
      message =
        "\(condition) of `\(name)` is true for no request" + (others.isEmpty ? "" : " that \(others) answers for")
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
      message =
        (finding.refusedRepeats.isEmpty ? "`\(name)` changes no outcome" : "`\(name)` decides no request")
        + ": whatever it covers is covered by \(others)"
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
      notes: (finding.reason.map { [$0.text] } ?? []) + (finding.restsOnKeys ? [keysNote] : [])
        + finding.refusedRepeats.prefix(1).map(repeatsNote), help: help,
      witness: finding.example)
  }
}

private let keysNote = "this is so while each key has a bucket of its own"

private func repeatsNote(_ attribute: String) -> String {
  "no other rule here reads `\(attribute)`: without this one, requests with two of it are no longer refused for that"
}

extension MeaningFinding {
  /// Whether what makes a part constant is said by one condition itself, not by a function that others call as well: all tests of a
  /// function stand where it is called.
  fileprivate func isWritten(within conditions: [SourceSpan], _ program: LintedProgram) -> Bool {
    let places = (reason?.parts ?? []).flatMap(\.tests).map { program.span($0) }
    guard let first = places.first, let span = conditions.first(where: { $0.covers(first) }) else { return false }
    return places.allSatisfy(span.covers) && Set(places).count == places.count
  }
}

extension SourceSpan {
  fileprivate func covers(_ other: SourceSpan) -> Bool {
    file == other.file && start <= other.start && other.end <= end
  }
}

extension SourceUnit {
  /// Of rules, routes and limits.
  fileprivate var conditionSpans: [SourceSpan] {
    declarations.flatMap { declaration -> [SourceSpan] in
      switch declaration.kind {
      case .authz(let authz): authz.rules.compactMap(\.condition.span)
      case .routes(let routes):
        routes.items.compactMap { if case .route(let route) = $0 { route.condition.span } else { nil } }
      case .limit(let limit):
        limit.items.compactMap { if case .when(let condition) = $0.kind { condition.span } else { nil } }
      case .mesh, .gateway, .principal, .jwt, .header, .data, .service, .ceiling, .retry, .headers, .let, .fn, .test,
        .prove:
        []
      }
    }
  }
}

extension ConditionSyntax {
  fileprivate var span: SourceSpan? {
    if case .when(let expression) = self { expression.span } else { nil }
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
