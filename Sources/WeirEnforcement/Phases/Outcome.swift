import WeirRequest

/// What was decided about one request, in places of the bundle's tables: a `Ruling` is made of it, and a `Verdict` told from it.
struct Outcome {
  enum Kind: BitwiseCopyable {
    case allow, deny, reject
    /// Admitted, and answered by a route itself.
    case local
  }

  var kind: Kind
  var reason: ReasonCode
  /// Whose rules decided; -1: none did.
  var scope = -1
  /// The deciding rule; -1: none.
  var rule = -1
  /// Had the shadow rules been enforced.
  var shadow: Kind
  var isAudited = false
  /// What the routes made of it; -1: no table was entered, or none of its routes was taken.
  var table = -1
  var routed: Routed?
  /// Where it goes.
  var service = -1
  var port = -1
  /// How many of the scopes that were decided count for what is told of it.
  var toldScopes = 0

  /// Let through without a decision: a gateway without authz, a service that decides itself.
  static let admitted = Outcome(kind: .allow, reason: .forwarded, shadow: .allow)

  static func rejected(_ reject: Reject) -> Outcome { Outcome(kind: .reject, reason: reject.reason, shadow: .reject) }
}

/// One scope that was decided, for the lists of a verdict.
struct ToldScope {
  var scope: Int
  /// Places of the rules that hold.
  var held: [Int]
}

/// A limit that is charged.
struct Charge {
  /// An index of `Topology.limits`.
  var limit: Int
  var key: Reading
}
