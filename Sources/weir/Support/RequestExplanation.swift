import WeirAnalysis
import WeirEnforcement
import WeirJSON
import WeirPolicy
import WeirRequest

/// What was looked at for one request, and what the nearest miss lacks.
struct RequestExplanation {
  struct FailingPart {
    let text: String
    let place: String?
    let isUndetermined: Bool
  }

  let verdict: Verdict
  let scopes: [ScopeExplanation]
  /// For each scope, the parts of its nearest miss that do not hold.
  let failing: [[FailingPart]]
  /// The files of the bundle by the names that they were given by.
  private let shown: [(file: String, name: String)]
  /// How the service that was asked sees paths.
  private let pathView: PathView

  /// - Throws: `RequestError` when the request names what the policy does not have.
  init(_ facts: RequestFacts, under source: PolicySource) throws {
    let bundle = try Self.load(source.bundle)
    // Of sources, the bundle has its files by shorter names.
    let policy = try source.policyOfBundle()
    pathView =
      policy.authz.first { scope in
        guard case .service(let service, _) = scope.target else { return false }
        return policy.services[service].name == facts.service
      }?.pathView ?? .exact
    shown = zip(policy.files, source.policy.files).map { ($0, $1) }
    var enforcer = Enforcer(for: bundle)
    (verdict, scopes) = try enforcer.explain(facts, under: bundle)
    var failing: [[FailingPart]] = []
    for (index, scope) in scopes.enumerated() {
      failing.append(try scope.nearestMiss.map { try Self.parts(of: scope.rules[$0], index, facts, policy) } ?? [])
    }
    self.failing = failing
  }

  private static func load(_ bytes: [UInt8]) throws -> LoadedBundle {
    do throws(LoadError) { return try LoadedBundle.load(bytes, trust: .anybody) } catch {
      throw Failure("the bundle is refused: \(error) [\(error.code)]")
    }
  }

  /// The machine says of a rule whether it holds; of its parts it says so when they are rules.
  private static func parts(
    of rule: ScopeExplanation.RuleLine, _ scope: Int, _ facts: RequestFacts, _ policy: Policy
  ) throws -> [FailingPart] {
    guard let dissection = Dissection(of: policy, rule: rule.name, place: rule.place) else { return [] }
    let bundle = try load(try Build.compile(dissection.policy, generation: 0))
    var enforcer = Enforcer(for: bundle)
    let lines = try enforcer.explain(facts, under: bundle).scopes[scope].rules
    return dissection.parts.compactMap { part in
      guard let line = lines.first(where: { $0.name == part.name }), line.outcome != .holds else { return nil }
      return FailingPart(
        text: part.text, place: line.failingTest ?? part.place, isUndetermined: line.outcome == .undetermined)
    }
  }

  var json: JSONValue {
    .object(
      verdict.members + [
        .init(
          "explain",
          .array(
            zip(scopes, failing).map { scope, parts in
              guard case .object(let members) = scope.json else { return scope.json }
              return .object(members + [.init("failing", .array(parts.map(\.json)))])
            }))
      ])
  }

  var text: String {
    var paragraphs = [head]
    for (scope, parts) in zip(scopes, failing) {
      var rows = scope.rules.map { rule in
        ["  \(rule.effect)", rule.name, name(rule.place), status(of: rule)]
      }
      if rows.isEmpty { rows = [["  no rules"]] }
      var text = "\(scope.scope)\n" + Table(rows).text
      if let miss = scope.nearestMiss.map({ scope.rules[$0] }) {
        text += "  nearest miss: \(miss.effect) \(miss.name), \(name(miss.place))\n"
        for part in parts {
          let what = part.isUndetermined ? "cannot be decided" : "does not hold"
          text += "    \(what): \(part.text)" + (part.place.map { ", \(name($0))" } ?? "") + "\n"
        }
      }
      paragraphs.append(text)
    }
    return paragraphs.joined(separator: "\n")
  }

  /// A place by the name that its file was given by.
  private func name(_ place: String) -> String {
    guard let file = shown.first(where: { place.hasPrefix("\($0.file):") }) else { return place }
    return file.name + place.dropFirst(file.file.count)
  }

  /// `holds`, `fails at payments.weir:15:5`
  private func status(of rule: ScopeExplanation.RuleLine) -> String {
    switch rule.outcome {
    case .holds: "holds"
    case .fails: "fails" + (rule.failingTest.map { " at \(name($0))" } ?? "")
    case .undetermined: "cannot be decided" + (rule.failingTest.map { " at \(name($0))" } ?? "")
    }
  }

  private var head: String {
    let answer = ReplayChanges.Answer(outcome: verdict.outcome, by: verdict.by, reason: verdict.reason).text
    var text = "\(answer)\n"
    if let canonical = verdict.canonical {
      let query = canonical.query.map { "?\($0)" } ?? ""
      text += "as the rules see it: \(canonical.host.map { "\($0) " } ?? "")\(canonical.path)\(query)\(pathView.note)\n"
    }
    if let route = verdict.route { text += "route: \(route.name)\n" }
    return text
  }
}

extension PathView {
  /// What rules do not look at in a path.
  fileprivate var note: String {
    let ignored = (ignoresCase ? ["case"] : []) + (ignoresTrailingSlash ? ["a final slash"] : [])
    return ignored.isEmpty ? "" : ", without regard to \(ignored.joined(separator: " and "))"
  }
}

extension RequestExplanation.FailingPart {
  fileprivate var json: JSONValue {
    .object([
      .init("condition", .string(text)), .init("place", .string(orNull: place)),
      .init("outcome", .string((isUndetermined ? ScopeExplanation.RuleLine.Outcome.undetermined : .fails).rawValue)),
    ])
  }
}
