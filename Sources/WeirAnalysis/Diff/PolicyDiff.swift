import WeirPlan
import WeirPolicy
import WeirRequest

/// What changes from one policy to another, for every request: classes of requests that are decided otherwise, each with
/// a request that was decided by the reference evaluator on both sides, and settings that differ.
///
/// Requests are canonical, not refused for their form, and everything that rules read is supplied: data sets are loaded
/// with any content, the clock has any time.
public struct PolicyDiff: Sendable {
  /// Newly allowed first, then what is no longer allowed, then the rest; each in the order of the new policy.
  public internal(set) var classes: [DiffClass]
  /// Declarations that say something else, apart from their rules and routes.
  public let settings: [DiffSetting]
  /// What could not be compared.
  public let undecided: [DiffUndecided]
  /// What the analysis and the reference evaluator disagree about: mistakes of Weir, and no findings.
  public let contradictions: [String]
  /// Of the recorded requests that the classes were weighed by.
  public internal(set) var weights: DiffWeights?

  /// Whether anything that was refused may be allowed now: found, or not excluded.
  public var mayWiden: Bool {
    classes.contains { $0.effect == .widening } || settings.contains(where: \.mayWiden)
      || undecided.contains(where: \.mayWiden) || !contradictions.isEmpty
  }

  public var isEmpty: Bool { classes.isEmpty && settings.isEmpty && isCertain }

  /// Whether everything was compared.
  public var isCertain: Bool { undecided.isEmpty && contradictions.isEmpty }
}

/// Requests that one place decides in one way under the old policy and in another under the new one.
public struct DiffClass: Sendable {
  public enum Subject: String, Hashable, Sendable {
    /// Whether a request is allowed, and by which rule.
    case access
    /// The same, had shadow rules been enforced.
    case shadow
    /// Whether an audit rule marks a request.
    case audit
    /// Where a request goes, and what is done with it on the way.
    case route
    /// Whether an allowed request is charged to a limit.
    case limit
  }

  public enum Effect: String, Hashable, Sendable {
    /// Something is allowed, reaches a service or escapes a limit that was not, did not or could not before.
    case widening
    case narrowing
    case neutral
  }

  public let subject: Subject
  public let effect: Effect
  /// The service (with its port when it has several), the gateway, or the quoted hosts that decide.
  public let place: String
  /// The audit rule or the limit; `nil` for the others.
  public let name: String?
  public let old: DiffOutcome
  public let new: DiffOutcome
  /// How the old policy decided further requests that are now decided alike, where neither is a change of what is allowed:
  /// of many rules that gave way to one, one class is told. Each was shown by a request of its own.
  public internal(set) var alsoOld: [DiffOutcome] = []
  /// How two routes differ in what they do.
  public let changes: [SettingChange]
  public let witness: DiffWitness
  /// How many recorded requests are of this class; `nil` when none were looked at.
  public internal(set) var recorded: Int?
  /// Which recorded requests are of this class.
  let view: DiffView
}

/// How requests of a class are decided by one policy.
public struct DiffOutcome: Hashable, Sendable {
  public enum Effect: String, Hashable, Sendable {
    case allow, deny, reject, route, charged, uncharged, marked, unmarked
    /// The policy has no such service, gateway or routes.
    case missing
  }

  public let effect: Effect
  /// The rule, route or reject code; `nil` where no rule decides.
  public let by: String?
  /// `file:line` of the rule or route.
  public let place: String?

  init(_ effect: Effect, by: String? = nil, place: String? = nil) {
    self.effect = effect
    self.by = by
    self.place = place
  }

  /// Whether a request is decided alike, wherever that is written.
  func isSame(as other: DiffOutcome) -> Bool { effect == other.effect && by == other.by }
}

/// One request of a class.
public struct DiffWitness: Sendable {
  /// A `test` to paste into the new policy, or into the old one where only that has the place; it passes there. `nil` when
  /// the request cannot be written as one.
  public let test: String?
  /// The same request as a line for `weir eval` with either bundle.
  public let request: JSONValue
  /// `nil` where the policy has no such place.
  public let old: Verdict?
  public let new: Verdict?
}

/// What could not be compared, and why.
public struct DiffUndecided: Sendable {
  public let place: String
  public let reason: String
  /// The change that could not be shown by a request and not be excluded either.
  public let possible: (old: DiffOutcome, new: DiffOutcome)?
  let view: DiffView?

  /// Whether something that was refused may be allowed now.
  var mayWiden: Bool {
    guard let possible else { return true }
    switch possible.new.effect {
    case .allow: return possible.old.effect != .allow
    case .route, .uncharged, .missing: return true
    case .deny, .reject, .charged, .marked, .unmarked: return false
    }
  }
}

/// Who is asked.
enum DiffView: Hashable, Sendable {
  /// Names; the port is empty for one without a name.
  case service(String, port: String)
  case gateway(String)
  case hosts([HostPattern])
}
