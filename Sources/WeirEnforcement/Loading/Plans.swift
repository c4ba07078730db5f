import WeirISA
import WeirPolicy
import WeirVM

/// A port of a service or a gateway, made ready for decisions.
struct ScopePlan: Sendable {
  var id: ScopeID
  /// Single-valued headers, parameters and cookies that enforced rules read.
  var singleReads: [ValueSource]
  /// Shadow or audit rules are among its rules.
  var hasUnenforcedRules: Bool
}

struct TablePlan: Sendable {
  var id: ScopeID
  var singleReads: [ValueSource]
  /// Issuers that the destinations of its forwards name: indices into `Topology.tokens`. Before a destination is chosen their tokens
  /// are absent, not refused.
  var issuersBeyond: [Int]
  var routes: [RoutePlan]
}

struct LimitPlan: Sendable {
  var id: ScopeID
  var singleReads: [ValueSource]
  var key: KeySource?
}

/// Where a key, or a header's new value, comes from.
enum KeySource: Sendable {
  case value(ValueSource)
  case capture(CaptureSource)
}

/// What a route does, made ready: names looked up, templates cut into pieces.
struct RoutePlan: Sendable {
  enum Piece: Sendable {
    case text([UInt8])
    case capture(CaptureSource)
    case wholePath
  }

  struct Change: Sendable {
    enum Value: Sendable {
      case text([UInt8])
      case key(KeySource)
    }

    enum Operation: Sendable {
      case set(Value)
      case add(Value)
      case remove
    }

    var header: Range<Int>
    var operation: Operation
  }

  /// Tells the splits of different routes apart, in every bundle alike.
  var salt: UInt64
  var rewritePath: [Piece]?
  var rewriteHost: [UInt8]?
  /// Those of the request's side.
  var changes: [Change]
  var sticky: KeySource?
  /// Of a `respond`: a place in the `NameTable`.
  var body: Range<Int>
  /// Of a redirect.
  var location: [Piece]
  /// The redirect's template has a query of its own.
  var locationHasQuery: Bool
}
