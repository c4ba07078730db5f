import WeirPolicy

/// A policy in which the parts of one rule's condition can be looked at by themselves: audit rules beside it, which take
/// no part in decisions. Whoever explains a request decides it again with this policy.
public struct Dissection: Sendable {
  /// What has to hold, together with the other parts, for the rule to hold.
  public struct Part: Sendable {
    /// Of the audit rule that stands for it.
    public let name: String
    /// In the words of the language, names and functions replaced by what they stand for.
    public let text: String
    /// `file:line:column` of its first test; `nil` for a constant.
    public let place: String?
  }

  public let policy: Policy
  /// In the order of the text.
  public let parts: [Part]

  /// - Parameters:
  ///   - place: `file:line` where the rule stands.
  /// - Returns: `nil` when no such rule is there.
  public init?(of policy: Policy, rule: String, place: String) {
    func isMeant(_ candidate: Rule) -> Bool {
      candidate.name == rule && "\(policy.files[candidate.position.file]):\(candidate.position.line)" == place
    }
    var result = policy
    var parts: [Part] = []
    for scope in policy.authz.indices {
      guard let rule = policy.authz[scope].rules.first(where: isMeant) else { continue }
      let conditions = rule.condition.conjuncts
      if parts.isEmpty {
        parts = conditions.enumerated().map { index, condition in
          let position = condition.tests.first?.position
          return Part(
            name: "\(rule.name)/\(index + 1)", text: ConditionText(policy: policy).text(condition),
            place: position.map { "\(policy.files[$0.file]):\($0.line):\($0.column)" })
        }
      }
      result.authz[scope].rules += zip(parts, conditions).map { part, condition in
        var stand = rule
        stand.name = part.name
        stand.effect = .audit
        stand.isShadow = false
        stand.condition = condition
        return stand
      }
    }
    guard !parts.isEmpty else { return nil }
    self.policy = result
    self.parts = parts
  }
}
