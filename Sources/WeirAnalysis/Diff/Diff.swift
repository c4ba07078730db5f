import WeirPlan
import WeirPolicy

extension PolicyDiff {
  /// Compares two policies.
  ///
  /// - Parameter limits: for the questions of each place; what they do not suffice for is undecided.
  /// - Complexity: that of the spaces of both policies together, each bounded by `limits`; what is word for word the same
  ///   costs nothing.
  public init(from old: Policy, to new: Policy, limits: PlanLimits = PlanLimits()) {
    var differ = Differ(old: old, new: new, limits: limits)
    differ.compareAccess()
    differ.compareRoutes()
    differ.compareLimits()
    let merged = differ.classes.merged
    classes = DiffClass.Effect.inOrder.flatMap { effect in merged.filter { $0.effect == effect } }
    settings = differ.settings()
    undecided = differ.undecided
    contradictions = differ.contradictions
  }
}
