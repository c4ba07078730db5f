import WeirPolicy

/// What one scope's rules say, as language.md's list of outcomes has it.
struct AuthzVerdict: Hashable {
  enum Outcome: Hashable {
    case allow(by: String)
    case deny(by: String)
    /// By the first undetermined rule that mattered.
    case indeterminate(by: String)
    case noRule
  }

  var outcome: Outcome
  /// Had the shadow rules been enforced.
  var shadowOutcome: Outcome
  var matched: [String]
  var shadow: [String]
  var audit: [String]

  /// `values` are the rules' values, in the order of the rules.
  init(_ rules: [Rule], _ values: [Kleene]) {
    // Rules that are false say nothing.
    let judged = rules.indices.filter { values[$0] != .no }.map { (rules[$0], values[$0]) }
    func names(_ isWanted: (Rule) -> Bool) -> [String] {
      judged.filter { isWanted($0.0) && $0.1 == .yes }.map(\.0.name)
    }
    outcome = Self.outcome(judged.filter { !$0.0.isShadow })
    shadowOutcome = Self.outcome(judged)
    matched = names { !$0.isShadow && $0.effect != .audit }
    shadow = names { $0.isShadow }
    audit = names { $0.effect == .audit }
  }

  private static func outcome(_ judged: [(Rule, Kleene)]) -> Outcome {
    func first(_ effect: Rule.Effect, _ value: Kleene) -> String? {
      judged.first { $0.0.effect == effect && $0.1 == value }?.0.name
    }
    if let rule = first(.deny, .yes) { return .deny(by: rule) }
    if let rule = first(.deny, .undetermined) { return .indeterminate(by: rule) }
    if let rule = first(.allow, .yes) { return .allow(by: rule) }
    if let rule = first(.allow, .undetermined) { return .indeterminate(by: rule) }
    return .noRule
  }
}
