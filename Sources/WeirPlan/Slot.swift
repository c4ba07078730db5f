import WeirPolicy

/// A place that a decision reads one value from; what is derived from it is a predicate on it.
public struct Slot: Hashable, Sendable {
  /// Never a derived attribute: `caller` stands for its trust domain, namespace and account, `path` for captures.
  public let attribute: Attribute
  /// All lines of a header, query parameter or cookie, or a set-valued claim: only its presence is a class.
  public let isRepeated: Bool
  public let kind: Kind
  public let canBeAbsent: Bool
  /// One whose predicates are too many or too different for one classifier has several, each for some of them; from 0.
  public private(set) var group = 0

  public enum Kind: Hashable, Sendable {
    /// A canonical path as the scope sees it.
    case path(PathView)
    /// A SPIFFE identity.
    case identity
    case text(TextDomain)
    /// One of these and nothing else.
    case finite([String])
    /// Integers, in order and shifted to be unsigned.
    case integer(ClosedRange<Int64>)
    case address
    case presence
  }
}

/// What a slot holds in one request.
public enum SlotValue: Hashable, Sendable {
  case value(Value)
  /// For a slot of which only the presence counts.
  case present
  case absent
  case unavailable
}

/// Texts that can occur in a slot which is not split at slashes.
public enum TextDomain: Hashable, Sendable {
  case method, host, headerValue, cookieValue, any
}

extension Attribute {
  /// Whether a request at the right layer always has it.
  var isAlwaysThere: Bool {
    switch self {
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .time, .responseStatus: true
    case .query, .header, .cookie, .sni, .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token,
      .capture, .responseHeader:
      false
    }
  }
}

extension Attribute {
  /// What cookies are pieces of.
  public static let cookieHeader = Attribute.header("cookie")

  public var isCookie: Bool { if case .cookie = self { true } else { false } }
}

extension Slot {
  func inGroup(_ group: Int) -> Slot {
    var result = self
    result.group = group
    return result
  }

  /// The slot of an attribute that is not derived; `nil` for a derived one.
  init?(_ attribute: Attribute, isRepeated: Bool, context: PlanContext) {
    self.attribute = attribute
    var canBeAbsent = !attribute.isAlwaysThere
    var repeated = isRepeated
    switch attribute {
    case .method: kind = .text(.method)
    case .scheme: kind = .finite(["http", "https"])
    case .host: kind = .text(.host)
    case .port: kind = .integer(1...65_535)
    case .path: kind = .path(context.pathView)
    case .clientIP, .sourceIP: kind = .address
    case .sourcePort: kind = .integer(0...65_535)
    case .sni: kind = .text(.any)
    case .query: kind = isRepeated ? .presence : .text(.any)
    case .cookie: kind = isRepeated ? .presence : .text(.cookieValue)
    case .header(let name):
      let type = context.policy.headers.first { $0.name == name }?.type
      kind = isRepeated ? .presence : type == .int ? .integer(.min ... .max) : .text(.headerValue)
    case .responseHeader: kind = isRepeated ? .presence : .text(.headerValue)
    case .responseStatus: kind = .integer(100...999)
    case .caller:
      kind = .identity
      canBeAbsent = context.callerCanBeAbsent
    case .token: kind = .presence
    case .claim(let token, let name):
      let issuer = context.policy.tokens.indices.contains(token) ? context.policy.tokens[token] : nil
      if name == "iss" {
        kind = .finite(issuer.map { [$0.issuer] } ?? [])
      } else {
        let type: ScalarType? =
          name == "aud" ? .stringSet : name == "sub" ? .string : issuer?.claims.first { $0.name == name }?.type
        switch type {
        case .bool: kind = .integer(0...1)
        case .int, .time: kind = .integer(.min ... .max)
        case .stringSet:
          kind = .presence
          repeated = true
        case .string, .identity, .ip, .host, .path, nil: kind = .text(.any)
        }
      }
    case .time(let part, _):
      switch part {
      case .instant, .date: kind = .integer(.min ... .max)
      case .weekday: kind = .integer(1...7)
      case .hour: kind = .integer(0...23)
      case .minute: kind = .integer(0...59)
      }
    case .callerTrustDomain, .callerNamespace, .callerAccount, .capture: return nil
    }
    self.isRepeated = repeated
    self.canBeAbsent = canBeAbsent
  }
}

/// What the meaning of conditions depends on besides themselves.
public struct PlanContext: Hashable, Sendable {
  public var policy: Policy
  public var pathView: PathView
  public var callerCanBeAbsent: Bool

  public init(policy: Policy, pathView: PathView, callerCanBeAbsent: Bool) {
    self.policy = policy
    self.pathView = pathView
    self.callerCanBeAbsent = callerCanBeAbsent
  }
}
