import WeirPolicy

/// What a host knows of one attribute: its value, that there is none, or nothing.
public enum Fact<Value> {
  case known(Value)
  case absent
  case unavailable
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}
extension Fact: Sendable where Value: Sendable {}

/// A request or connection as a host hands it over: raw, before anything is canonicalised.
public struct RequestFacts: Hashable, Sendable {
  public struct HTTP: Hashable, Sendable {
    /// As sent.
    public var method: String
    public var scheme: String?
    /// The authority, with or without a port; `nil` when the host does not say.
    public var host: String?
    /// The request target as sent: path and query.
    public var target: String
    /// As sent, in order.
    public var headers: [Header]

    public init(method: String, scheme: String?, host: String?, target: String, headers: [Header]) {
      self.method = method
      self.scheme = scheme
      self.host = host
      self.target = target
      self.headers = headers
    }
  }

  public struct Header: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public enum Token: Hashable, Sendable {
    case none
    /// The claims of a token whose signature was verified.
    case verified(JSONValue)
    /// A token is there and not valid.
    case invalid(TokenError)
  }

  /// Parts of a request that whoever hands it over does not tell: a log has no headers, yet the request may have had any.
  public struct Withheld: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Cookies too.
    public static let headers = Withheld(rawValue: 1)
    public static let query = Withheld(rawValue: 2)
    public static let token = Withheld(rawValue: 4)
    public static let draw = Withheld(rawValue: 8)
  }

  /// The service whose inbound view is asked for.
  public var service: String?
  public var gateway: String?
  /// `absent` is a peer without a certificate; `unavailable` means that the host did not say.
  public var caller: Fact<String> = .unavailable
  public var sourceIP: Fact<IPAddress> = .unavailable
  public var sourcePort: Int?
  /// `nil`: the source.
  public var clientIP: IPAddress?
  /// The port of the service or gateway that was addressed.
  public var port: Int?
  /// As sent.
  public var sni: String?
  /// `nil` for a TCP connection.
  public var http: HTTP?
  public var token: Token = .none
  /// Seconds since the epoch; `nil`: no clock that can be trusted.
  public var time: Int64?
  /// Data sets that are loaded: members, in canonical form, by index into `Policy.dataSets`.
  public var data: [Int: [String]] = [:]
  /// 0...9,999, for every split, mirror and fault without a sticky key.
  public var draw = 0
  /// What is neither there nor absent.
  public var withheld: Withheld = []

  public init() {}
}

/// Why a token that is present is refused; the raw value is the reject code.
public enum TokenError: String, CaseIterable, Hashable, Sendable {
  case malformed = "token_malformed"
  case repeated = "token_repeated"
  case unknownIssuer = "token_unknown_issuer"
  case algorithm = "token_algorithm"
  case key = "token_key"
  case signature = "token_signature"
  case audience = "token_audience"
  case expired = "token_expired"
  case notYet = "token_not_yet"
  case claim = "token_claim"
}
