import WeirPolicy

/// What was decided about one request, in the terms of the `eval` contract.
public struct Verdict: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable { case allow, deny, reject }

  public struct Charge: Hashable, Sendable {
    public var limit: String
    /// `nil`: the bucket that requests without a key share.
    public var key: String?

    public init(limit: String, key: String?) {
      self.limit = limit
      self.key = key
    }
  }

  public struct PlanEntry: Hashable, Sendable {
    /// `payments` or `payments.canary`
    public var destination: String
    /// Hundredths of a percent.
    public var weight: Int

    public init(destination: String, weight: Int) {
      self.destination = destination
      self.weight = weight
    }
  }

  public struct Route: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
      /// `path` is the path as it is forwarded, after rewrites, canonical.
      case forward(service: String, subset: String?, plan: [PlanEntry], path: String)
      case redirect(status: Int, location: String)
      case respond(status: Int)
    }

    public var name: String
    public var action: Action

    public init(name: String, action: Action) {
      self.name = name
      self.action = action
    }
  }

  public struct Canonical: Hashable, Sendable {
    public var host: String?
    public var path: String
    public var query: String?

    public init(host: String?, path: String, query: String?) {
      self.host = host
      self.path = path
      self.query = query
    }
  }

  public var outcome: Outcome
  /// The deciding rule.
  public var by: String?
  /// `local`, `rule`, `no_rule`, `indeterminate`, or a reject code.
  public var reason: String?
  public var matched: [String] = []
  public var shadow: [String] = []
  public var audit: [String] = []
  public var shadowOutcome: Outcome
  public var limits: [Charge] = []
  public var route: Route?
  public var canonical: Canonical?

  public init(outcome: Outcome, by: String?, reason: String?, shadowOutcome: Outcome) {
    self.outcome = outcome
    self.by = by
    self.reason = reason
    self.shadowOutcome = shadowOutcome
  }

  /// Whether something that was not supplied decided.
  public var isInDoubt: Bool {
    reason == "indeterminate" || reason == DecisionReject.routeIndeterminate.rawValue
  }
}
