/// A `limit`: charged after an allow, before an upstream is chosen.
public struct Limit: Hashable, Sendable {
  public var name: String
  public var module: String
  /// An index into `Policy.services`.
  public var service: Int
  /// An index into the service's ports; `nil` for all.
  public var port: Int?
  public var tokens: [Int]
  public var count: Int64
  public var perNanoseconds: Int64
  public var burst: Int64
  /// `nil`: one bucket for all.
  public var key: Attribute?
  /// Prefix lengths that an address key is cut to.
  public var ipv4Prefix: Int?
  public var ipv6Prefix: Int?
  public var condition: Condition
  public var keysMax: Int?
  public var pathView: PathView
  public var singleReads: [Attribute]
  public var position: Position

  public init(
    name: String, module: String, service: Int, port: Int?, tokens: [Int], count: Int64, perNanoseconds: Int64,
    burst: Int64, key: Attribute?, ipv4Prefix: Int?, ipv6Prefix: Int?, condition: Condition, keysMax: Int?,
    pathView: PathView, singleReads: [Attribute], position: Position
  ) {
    self.name = name
    self.module = module
    self.service = service
    self.port = port
    self.tokens = tokens
    self.count = count
    self.perNanoseconds = perNanoseconds
    self.burst = burst
    self.key = key
    self.ipv4Prefix = ipv4Prefix
    self.ipv6Prefix = ipv6Prefix
    self.condition = condition
    self.keysMax = keysMax
    self.pathView = pathView
    self.singleReads = singleReads
    self.position = position
  }
}

/// A type that a claim, a header or a data set's member can have.
public enum ScalarType: UInt8, CaseIterable, Hashable, Sendable {
  case string, int, bool, time
  /// A set of strings.
  case stringSet
  case identity, ip, host, path
}

/// A `jwt`: an issuer of tokens.
public struct TokenIssuer: Hashable, Sendable {
  public enum Algorithm: String, CaseIterable, Hashable, Sendable { case RS256, ES256, EdDSA }

  public enum Keys: Hashable, Sendable {
    case url(String)
    case file(String)
  }

  public struct Claim: Hashable, Sendable {
    public var name: String
    public var type: ScalarType
    public var isOptional: Bool
    /// Members of nested objects from the outside in; at least one.
    public var path: [String]
    /// Splits a string into a set.
    public var separator: String?

    public init(name: String, type: ScalarType, isOptional: Bool, path: [String], separator: String?) {
      self.name = name
      self.type = type
      self.isOptional = isOptional
      self.path = path
      self.separator = separator
    }
  }

  public var name: String
  public var module: String
  public var issuer: String
  public var audiences: [String]
  public var keys: Keys
  public var algorithms: [Algorithm]
  /// Sorted by name. `iss`, `sub` (optional String) and `aud` (Set<String>) are implied.
  public var claims: [Claim]
  public var position: Position

  public init(
    name: String, module: String, issuer: String, audiences: [String], keys: Keys, algorithms: [Algorithm],
    claims: [Claim], position: Position
  ) {
    self.name = name
    self.module = module
    self.issuer = issuer
    self.audiences = audiences
    self.keys = keys
    self.algorithms = algorithms
    self.claims = claims
    self.position = position
  }
}

/// `header "x-region": String`
public struct HeaderType: Hashable, Sendable {
  /// Lower case.
  public var name: String
  /// `stringSet` for a header that may legitimately occur on several lines.
  public var type: ScalarType

  public init(name: String, type: ScalarType) {
    self.name = name
    self.type = type
  }
}

/// `data revoked: Set<Identity> max 100000 stale 10m`
public struct DataSet: Hashable, Sendable {
  public var name: String
  public var module: String
  public var member: ScalarType
  public var membersMax: Int
  public var staleNanoseconds: Int64
  public var position: Position

  public init(
    name: String, module: String, member: ScalarType, membersMax: Int, staleNanoseconds: Int64, position: Position
  ) {
    self.name = name
    self.module = module
    self.member = member
    self.membersMax = membersMax
    self.staleNanoseconds = staleNanoseconds
    self.position = position
  }
}

extension ScalarType {
  /// As it is written in a policy.
  public var spelling: String {
    switch self {
    case .string: "String"
    case .int: "Int"
    case .bool: "Bool"
    case .time: "Time"
    case .stringSet: "Set<String>"
    case .identity: "Identity"
    case .ip: "IP"
    case .host: "Host"
    case .path: "Path"
    }
  }
}
