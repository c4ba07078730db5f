import HTTPCanonical
import WeirJSON
import WeirPolicy

/// A request that was decided once and written to a log, with what was decided then.
public struct RecordedRequest: Sendable {
  public let facts: RequestFacts
  /// `nil` for a line that does not say.
  public let outcome: Verdict.Outcome?
  /// The deciding rule.
  public let by: String?
  /// `local`, `rule`, `no_rule`, `indeterminate`, or a reject code.
  public let reason: String?

  /// Whether a proxy refused it for reasons of its own: no policy has decided it.
  public var isUndecided: Bool {
    guard outcome == .reject else { return false }
    return namesNobody || hasNoCanonicalForm || ReasonCode.allCases.contains { !$0.isOfPolicy && $0.text == reason }
  }

  /// Whether it was refused by the form of something that the log does not show: a host without a canonical form is not written, nor are
  /// headers, and values of a query are masked. A path is, and how strictly it is read is a matter of policy.
  private var hasNoCanonicalForm: Bool {
    reason.flatMap(RejectReason.init).map { !$0.code.hasPrefix("path_") } ?? false
  }

  /// Whether a client of a gateway did not say to whom it goes, as HTTP/1.0 allows: a proxy serves no such request, whatever the policy
  /// says. For a policy a gateway's request without a host is one whose host is of no matter.
  private var namesNobody: Bool {
    reason == DecisionReject.noRoute.rawValue && facts.gateway != nil && facts.http.map { $0.host == nil } ?? false
  }
}

extension RecordedRequest {
  /// Whether it was refused for what the log does not tell of it: a token, or what its headers or its query had.
  public var isWithheldReason: Bool {
    guard outcome == .reject, let reason else { return false }
    switch reason {
    case DecisionReject.repeatedHeader.rawValue, DecisionReject.repeatedCookie.rawValue:
      return facts.withheld.contains(.headers)
    case DecisionReject.repeatedQuery.rawValue: return facts.withheld.contains(.query)
    default: return TokenError(rawValue: reason) != nil && facts.withheld.contains(.token)
    }
  }
}

extension RequestDecoder {
  /// Reads a line of a log: the keys of a request as `decode` takes them, and of its answer `outcome`, `by` and `reason`.
  ///
  /// What else a log says is passed over: other keys, members that are null (but `caller`, which then is nobody), data sets
  /// that this policy does not have. Headers, a token and a draw that it does not have are not absent but withheld, like a
  /// query with the value `*`, which stands for one that was masked. Where both `gateway` and `service` are named, the gateway was asked
  /// and the service is where the request went.
  ///
  /// - Throws: `RequestError` for a line that describes no request, or one with a value that no request has.
  public func decode(recorded line: [UInt8]) throws(RequestError) -> RecordedRequest {
    let members = try members(of: line)
    let isGateway = members.contains { $0.name == RequestKey.gateway.rawValue && $0.value != .null }
    var own: [JSONValue.Member] = []
    for member in members {
      guard let key = RequestKey(rawValue: member.name) else { continue }
      switch (key, member.value) {
      case (.caller, _): own.append(member)
      case (_, .null): continue
      case (.service, _) where isGateway: continue
      case (.data, .object(let sets)):
        own.append(.init(member.name, .object(sets.filter { data.isKnown($0.name) })))
      default: own.append(member)
      }
    }
    var facts = try decode(own)
    let keys = Set(own.compactMap { RequestKey(rawValue: $0.name) })
    if !keys.contains(.headers) { facts.withheld.insert(.headers) }
    if keys.isDisjoint(with: [.token, .tokenError]) { facts.withheld.insert(.token) }
    if facts.http?.hasMaskedQuery ?? false { facts.withheld.insert(.query) }
    if !keys.contains(.draw) { facts.withheld.insert(.draw) }
    guard facts.http != nil || facts.service != nil else {
      throw RequestError(.missingKey, "the line describes no request: it has neither method and path nor a service")
    }
    func text(_ name: String) -> String? {
      if case .string(let text)? = members.first(where: { $0.name == name })?.value { text } else { nil }
    }
    return RecordedRequest(
      facts: facts, outcome: text("outcome").flatMap(Verdict.Outcome.init), by: text("by"), reason: text("reason"))
  }
}

extension RequestFacts.HTTP {
  /// Whether a value of the query is `*`.
  fileprivate var hasMaskedQuery: Bool {
    guard let mark = target.firstIndex(of: "?") else { return false }
    return target[mark...].dropFirst().split(separator: "&").contains { $0.hasSuffix("=*") }
  }
}
