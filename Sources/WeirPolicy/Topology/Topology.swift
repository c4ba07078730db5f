/// What a data plane must know of a policy beside its compiled conditions: where requests can go, what is done on the way, and the
/// names that verdicts and logs speak of.
///
/// Conditions are not here, since the program of the bundle has them: rule `i` of scope `s`, route `i` of table `t`, and so on, have
/// the same indices there. Equal route actions are kept once.
public struct Topology: Hashable, Sendable {
  public struct Rule: Hashable, Sendable {
    public var name: String
    public var effect: WeirPolicy.Rule.Effect
    public var isShadow: Bool
    public var position: Position
  }

  public struct Scope: Hashable, Sendable {
    public var target: AuthzScope.Target
    public var tokens: [Int]
    public var pathView: PathView
    public var rules: [Rule]
    public var singleReads: [Attribute]
    public var position: Position
  }

  public struct Route: Hashable, Sendable {
    public var name: String
    public var mount: String?
    /// An index into `actions`.
    public var action: Int
    public var position: Position
  }

  public struct Table: Hashable, Sendable {
    public var owner: RouteTable.Owner
    public var tokens: [Int]
    public var pathView: PathView
    public var routes: [Route]
    public var singleReads: [Attribute]
    public var position: Position
  }

  /// A `WeirPolicy.Limit` without its condition.
  public struct Limit: Hashable, Sendable {
    public var name: String
    public var service: Int
    public var port: Int?
    public var tokens: [Int]
    public var count: Int64
    public var perNanoseconds: Int64
    public var burst: Int64
    public var key: Attribute?
    public var ipv4Prefix: Int?
    public var ipv6Prefix: Int?
    public var keysMax: Int?
    public var pathView: PathView
    public var singleReads: [Attribute]
    public var position: Position
  }

  /// A `WeirPolicy.Retry` without its condition.
  public struct Retry: Hashable, Sendable {
    public var name: String
    public var tries: Int
    public var causes: [WeirPolicy.Retry.Cause]
    /// The program has a condition for it.
    public var isConditional: Bool
    public var perTryTimeoutNanoseconds: Int64?
    public var backoffMinNanoseconds: Int64
    public var backoffMaxNanoseconds: Int64
    /// Hundredths of a percent.
    public var budget: Int
    public var evenUnsafe: Bool
    public var idempotencyHeader: String?
    public var position: Position
  }

  public var files: [String]
  public var mesh: Mesh?
  public var services: [Service]
  public var gateways: [Gateway]
  public var tokens: [TokenIssuer]
  public var headers: [HeaderType]
  public var dataSets: [DataSet]
  public var retries: [Retry]
  public var scopes: [Scope]
  public var tables: [Table]
  public var actions: [RouteAction]
  public var limits: [Limit]
}
