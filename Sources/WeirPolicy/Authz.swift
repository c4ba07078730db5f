/// How paths are compared in a scope: what the service declares of its upstream.
public struct PathView: Hashable, Sendable {
  /// Rules hold ASCII lower-case paths and see them so; captures keep the letters of the request.
  public var ignoresCase: Bool
  /// Rules hold paths without a final slash (but `/`) and see them so.
  public var ignoresTrailingSlash: Bool

  public init(ignoresCase: Bool, ignoresTrailingSlash: Bool) {
    self.ignoresCase = ignoresCase
    self.ignoresTrailingSlash = ignoresTrailingSlash
  }

  public static let exact = PathView(ignoresCase: false, ignoresTrailingSlash: false)
}

public struct Annotations: Hashable, Sendable {
  public var owner: String?
  public var reason: String?
  public var ticket: String?
  /// Days since the epoch.
  public var expires: Int64?

  public init(owner: String? = nil, reason: String? = nil, ticket: String? = nil, expires: Int64? = nil) {
    self.owner = owner
    self.reason = reason
    self.ticket = ticket
    self.expires = expires
  }
}

public struct Rule: Hashable, Sendable {
  public enum Effect: UInt8, CaseIterable, Hashable, Sendable { case allow, deny, audit }

  public var name: String
  public var effect: Effect
  public var isShadow: Bool
  /// With `until`, ceilings and path views worked in: nothing else has to be looked at to decide.
  public var condition: Condition
  /// Days since the epoch; the last day on which the rule holds (UTC). Already part of `condition`.
  public var until: Int64?
  public var module: String
  public var annotations: Annotations
  public var documentation: String
  public var position: Position

  public init(
    name: String, effect: Effect, isShadow: Bool, condition: Condition, until: Int64?, module: String,
    annotations: Annotations, documentation: String, position: Position
  ) {
    self.name = name
    self.effect = effect
    self.isShadow = isShadow
    self.condition = condition
    self.until = until
    self.module = module
    self.annotations = annotations
    self.documentation = documentation
    self.position = position
  }
}

/// What decides at one place: a port of a service, or a gateway. The mesh's rules are among the rules.
public struct AuthzScope: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    /// Indices into `Policy.services` and its ports.
    case service(Int, port: Int)
    case gateway(Int)
  }

  public var target: Target
  /// Issuers that the scope's blocks name: indices into `Policy.tokens`, ascending.
  public var tokens: [Int]
  public var pathView: PathView
  /// In the order of `by`: module name, file name, line.
  public var rules: [Rule]
  /// Single-valued attributes (`header`, `query`, `cookie` without `any` or `all`) that enforced rules read: a request that
  /// carries one of them twice is refused. Sorted by kind and name.
  public var singleReads: [Attribute]
  public var position: Position

  public init(
    target: Target, tokens: [Int], pathView: PathView, rules: [Rule], singleReads: [Attribute], position: Position
  ) {
    self.target = target
    self.tokens = tokens
    self.pathView = pathView
    self.rules = rules
    self.singleReads = singleReads
    self.position = position
  }
}
