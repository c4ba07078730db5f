import WeirISA
import WeirPolicy
import WeirVM

// What phases look up, made ready when a bundle is loaded. Plain bits all of it: whatever has a length is a `Place` in one of the
// tables of `PlanTables`, so that a request touches no reference count.

/// A port of a service or a gateway, made ready for decisions.
struct ScopePlan: BitwiseCopyable, Sendable {
  var id: ScopeID
  /// Single-valued headers, parameters and cookies that enforced rules read: among `sources`.
  var reads: Place
  /// Among `issuers`.
  var issuers: Place
  /// Shadow or audit rules are among its rules.
  var hasUnenforcedRules: Bool
}

struct TablePlan: BitwiseCopyable, Sendable {
  var id: ScopeID
  /// As of a scope.
  var reads: Place
  var issuers: Place
  /// Those that the destinations of its forwards name. Before a destination is chosen their tokens are absent, not refused.
  var issuersBeyond: Place
  /// Among `routes`.
  var firstRoute: Int
  /// The gateway that it belongs to; -1: none.
  var gateway: Int
}

struct LimitPlan: BitwiseCopyable, Sendable {
  var id: ScopeID
  var reads: Place
  var issuers: Place
  var key: KeyPlan
  /// -1: all ports.
  var port: Int
}

struct ServicePlan: BitwiseCopyable, Sendable {
  /// Among `ports`.
  var ports: Place
  /// Where forwards go; -1: none takes HTTP.
  var httpPort: Int
  var isEnforcedBySidecar: Bool
  /// The limits declared for it, in order: among `limitsOfServices`.
  var limits: Place
  /// Its own table; -1: none.
  var table: Int
}

struct PortPlan: BitwiseCopyable, Sendable {
  /// -1: the sources do not say.
  var number: Int
  var isPermissive: Bool
  var scope: Int
}

struct GatewayPlan: BitwiseCopyable, Sendable {
  /// -1: admits everybody.
  var scope: Int
  /// -1: none.
  var table: Int
  var hasIdentity: Bool
  /// In `text`.
  var identity: Place
}

struct RoutePlan: BitwiseCopyable, Sendable {
  /// Among `actions`.
  var action: Int
  /// Tells the splits of different routes apart, in every bundle alike.
  var salt: UInt64
}

/// What routes do: names looked up, templates cut into pieces.
struct ActionPlan: BitwiseCopyable, Sendable {
  enum Kind: BitwiseCopyable, Sendable { case forward, redirect, respond }

  var kind: Kind
  /// Of a redirect or a respond.
  var status: UInt16 = 0
  /// Of a respond, in `text`.
  var body = Place.empty
  /// Of a redirect, among `pieces`.
  var location = Place.empty
  /// The redirect's template has a query of its own.
  var locationHasQuery = false
  /// Of a forward, among `branches`.
  var branches = Place.empty
  var sticky = KeyPlan.none
  var rewritesPath = false
  /// Among `pieces`.
  var path = Place.empty
  var rewritesHost = false
  /// In `text`.
  var host = Place.empty
  /// Among `changes`.
  var requestChanges = Place.empty
  var responseChanges = Place.empty
  /// Among `Topology.retries`; -1: none.
  var retry: Int32 = -1
  /// 0: none.
  var timeoutNanoseconds: Int64 = 0
  /// 0: none.
  var idleTimeoutNanoseconds: Int64 = 0
  var allowsWebSocket = false
}

struct BranchPlan: BitwiseCopyable, Sendable {
  /// Hundredths of a percent.
  var weight: Int
  var service: Int
  /// Among the service's subsets; -1: none.
  var subset: Int32
}

/// A piece of a template.
enum PiecePlan: BitwiseCopyable, Sendable {
  /// In `text`.
  case text(Place, hasQuestionMark: Bool)
  /// Among `captures`.
  case capture(Int)
  case wholePath
}

struct ChangePlan: BitwiseCopyable, Sendable {
  enum Operation: BitwiseCopyable, Sendable { case set, add, remove }

  /// In `text`, lower case.
  var header: Place
  var operation: Operation
  /// `none` for a removal.
  var value: KeyPlan
}

/// Where a key, or a header's new value, comes from.
enum KeyPlan: BitwiseCopyable, Sendable {
  case none
  /// In `text`.
  case text(Place)
  /// Among `sources`.
  case value(Int)
  /// Among `captures`.
  case capture(Int)
}

/// A captured piece of the path or of the caller: the first pattern that matches gives it.
struct CapturePlan: BitwiseCopyable, Sendable {
  /// Among `bindings`.
  var bindings: Place
  /// How the scope sees paths: patterns match that view, pieces keep the letters of the request.
  var ignoresCase: Bool
  var ignoresTrailingSlash: Bool
}

struct BindingPlan: BitwiseCopyable, Sendable {
  /// Of the caller's identity instead of the path.
  var isOfCaller: Bool
  /// In `text`: what stands before the first segment.
  var prefix: Place
  /// Among `segments`.
  var segments: Place
  var hasRest: Bool
  /// The segment that is taken; -1: the rest.
  var piece: Int
}

struct SegmentPlan: BitwiseCopyable, Sendable {
  var isFree: Bool
  /// In `text`.
  var literal: Place
}
