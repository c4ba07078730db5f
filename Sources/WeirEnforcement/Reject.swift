import HTTPCanonical
import WeirPolicy
import WeirRequest

/// Why a request is refused before, or instead of, a rule's decision: one of the codes of `weir explain --list reject`.
public enum Reject: Error, Hashable, Sendable {
  case canonical(RejectReason)
  case token(TokenError)
  case decision(DecisionReject)

  /// The stable code.
  public var code: String {
    switch self {
    case .canonical(let reason): reason.code
    case .token(let error): error.rawValue
    case .decision(let reject): reject.rawValue
    }
  }
}

extension Reject {
  /// Runs a step of the canonicaliser.
  static func canonical<Value>(_ body: () throws(RejectReason) -> Value) throws(Reject) -> Value {
    do throws(RejectReason) { return try body() } catch { throw .canonical(error) }
  }
}
