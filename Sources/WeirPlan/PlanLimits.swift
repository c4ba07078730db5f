/// Bounds on what building a plan may cost, so that no policy makes build time or memory explode.
///
/// Work is counted, never timed: the same policy is cut at the same place on every machine.
public struct PlanLimits: Hashable, Sendable {
  /// Conjunctive clauses of one rule; a rule with more is one Boolean variable.
  public var clausesPerRuleMax = 16
  /// Edges of a graph for each of its clauses, and what even a small scope may have.
  public var edgesPerClauseMax = 16
  public var edgesMin = 4_096
  /// Clauses looked at while a graph is built.
  public var graphStepsMax = 60_000_000
  /// States of the determinised segment patterns of one slot, for each segment of the patterns, and in any case.
  public var tokenStatesPerSegmentMax = 2
  public var tokenStatesMin = 4_096
  /// Pieces that these states know, likewise.
  public var tokenEdgesPerSegmentMax = 2
  /// States of the merged regexes of one slot; to decide, as many for each state of the regexes alone, and what even few
  /// may have.
  public var regexStatesMax = 16_384
  public var regexStatesPerStateMax = 4
  public var regexStatesMin = 1_024
  /// Transitions of the regexes of one slot that are looked at while they are merged.
  public var regexStepsMax = 8_000_000
  /// Pairs of both kinds of states that are looked at for what can occur together.
  public var jointStatesMax = 262_144
  /// Entries of all lists that say which predicates hold in a class of one slot.
  public var membershipsMax = 4_000_000
  /// To decide, the same for each predicate of the slot, and what even few may have.
  public var membershipsPerAtomMax = 64
  public var membershipsMin = 131_072
  /// Classifiers that one slot may have, each with some of its predicates.
  public var groupsPerSlotMax = 5
  /// Pairs of nodes that one question over graphs may look at.
  public var pairsMax = 4_000_000

  public init() {}

  /// A decision does better with several small classifiers; a proof has one, and may use all the room there is.
  func suiting(_ purpose: Space.Purpose) -> PlanLimits {
    guard purpose == .proving else { return self }
    var limits = self
    limits.regexStatesMin = regexStatesMax
    limits.membershipsMin = membershipsMax
    return limits
  }

  func memberships(ofAtoms count: Int) -> Int {
    min(membershipsMax, max(membershipsMin, count * membershipsPerAtomMax))
  }
}
