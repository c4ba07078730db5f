import WeirPolicy

/// Something about what rules or routes mean that is certain and probably not meant.
public struct MeaningFinding: Sendable {
  public enum Kind: CaseIterable, Hashable, Sendable {
    /// The condition holds for every request.
    case alwaysTrue
    /// The condition holds for no request.
    case neverTrue
    /// Whatever the allow covers is denied.
    case denied
    /// Whatever the rule covers is covered by others of its effect.
    case redundant
    /// The rule covers exactly what another of its effect covers.
    case sameMeaning
    /// Whatever the route covers goes to earlier ones.
    case unreachable
    /// Whatever the route covers and earlier ones do not take is denied by the rules of its gateway.
    case refusedRoute
    /// Nothing that the limit covers is allowed.
    case neverCharged
    /// A stricter limit counts whatever the limit counts.
    case neverRefuses
    /// The service that the route sends to allows nothing of what it sends.
    case deniedRoute
    /// Only gateways satisfy the allow, and no route of theirs sends what it covers.
    case unreachedAllow
  }

  /// Tests of a condition that make it constant, whatever the rest of it is.
  public struct Reason: Hashable, Sendable {
    /// In the words of the language.
    public let parts: [Part]
    /// Whether it is always true that one of them holds; else that not all of them do.
    public let isAlways: Bool
  }

  public struct Part: Hashable, Sendable {
    public let text: String
    public let position: Position
    /// Of all the tests in it.
    public let tests: [Position]
  }

  /// A rule, route, limit, service or gateway, by its name.
  public struct Item: Hashable, Sendable {
    public let name: String
    public let position: Position
  }

  public let kind: Kind
  public let item: Item
  /// The others that make it so: none for constants.
  public let cover: [Item]
  /// Of constants: the part of the condition that is one; `nil` for all of it.
  public var part: Condition?
  /// Of constants: why they are.
  public var reason: Reason?
  /// Of limits: whether it is said of keys that have a bucket of their own.
  public var restsOnKeys = false
  /// Of rules that are not needed: headers, cookies and query parameters that no other rule of the place reads as one value, so that a
  /// request with two of one is refused for this rule alone.
  public var refusedRepeats: [String] = []
  /// A request that shows it and how it is decided, as a test on one line; decided by the reference evaluator. Of what is never
  /// true: one that does all but the last part of the reason.
  public let example: String?
}
