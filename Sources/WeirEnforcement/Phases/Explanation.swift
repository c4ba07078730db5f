import WeirPolicy
import WeirVM

/// What was looked at in one place of decision, for `--explain`.
public struct ScopeExplanation: Hashable, Sendable {
  public struct RuleLine: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable { case holds, fails, undetermined }

    public var name: String
    /// `allow`, `deny`, `audit`, with `shadow` before it; `route`.
    public var effect: String
    /// `file:line`
    public var place: String
    public var outcome: Outcome
    /// Where the first test that failed, or could not be decided, stands: `file:line:column`. `nil` for a rule that holds.
    public var failingTest: String?
  }

  /// The service, gateway or hosts whose rules these are.
  public var scope: String
  /// In the order of `by`, or of the routes.
  public var rules: [RuleLine]
  /// The allow that came closest to holding when none did: an index into `rules`.
  public var nearestMiss: Int?
}

extension Enforcer {
  /// Looks again at every rule of a scope that was just decided.
  mutating func explain(
    _ scope: Int, _ decision: ScopeDecision, _ bundle: borrowing LoadedBundle
  ) -> ScopeExplanation {
    let declared = bundle.topology.scopes[scope]
    var explanation = ScopeExplanation(scope: bundle.topology.name(of: declared.target), rules: [], nearestMiss: nil)
    // A test that stands before its rule, in an `fn`, says nothing about how far the rule got.
    var nearest = (-1, Int.max)
    var nearestRule: Int?
    for (place, rule) in declared.rules.enumerated() {
      let (line, test) = explain(
        place, in: bundle.plans.scopes[scope].id, rule.name, (rule.isShadow ? "shadow " : "") + "\(rule.effect)",
        rule.position, bundle)
      explanation.rules.append(line)
      guard rule.effect == .allow, !rule.isShadow, line.outcome != .holds else { continue }
      // How far into its condition an allow got; tests are looked at in the order of the source.
      // Lines have 32 bits in the program and fewer in a validated topology: their difference is a number.
      let distance = test.map { ($0.line - rule.position.line, $0.column) } ?? (0, 0)
      guard distance > nearest else { continue }
      nearest = distance
      nearestRule = place
    }
    if !decision.enforced.isAllowed, decision.enforced.reason != .rule { explanation.nearestMiss = nearestRule }
    return explanation
  }

  /// The routes down to the one that was chosen.
  mutating func explainRoutes(_ table: Int, upTo last: Int, _ bundle: borrowing LoadedBundle) -> ScopeExplanation {
    let declared = bundle.topology.tables[table]
    var explanation = ScopeExplanation(scope: bundle.topology.name(of: declared.owner), rules: [], nearestMiss: nil)
    for place in 0...last {
      let route = declared.routes[place]
      explanation.rules.append(
        explain(place, in: bundle.plans.tables[table].id, route.name, "route", route.position, bundle).line)
    }
    return explanation
  }

  private mutating func explain(
    _ place: Int, in scope: ScopeID, _ name: String, _ effect: String, _ position: Position,
    _ bundle: borrowing LoadedBundle
  ) -> (line: ScopeExplanation.RuleLine, test: SourcePlace?) {
    let (truth, test) = bundle.program.explanation(of: place, in: scope, &frame, data)
    let outcome: ScopeExplanation.RuleLine.Outcome =
      switch truth {
      case .yes: .holds
      case .no: .fails
      case .undetermined: .undetermined
      }
    let failing = test.map { "\(bundle.program.text($0.file)):\($0.line):\($0.column)" }
    return (
      ScopeExplanation.RuleLine(
        name: name, effect: effect, place: bundle.topology.place(of: position), outcome: outcome,
        failingTest: outcome == .holds ? nil : failing), test
    )
  }
}
