import HTTPCanonical
import WeirPolicy
import WeirRequest

/// Why a request is refused before, or instead of, a rule's decision: one of the codes of `weir explain --list reject`.
public enum Reject: Error, Hashable, Sendable {
  case canonical(RejectReason)
  case token(TokenError)
  case decision(DecisionReject)

  /// The stable code.
  public var code: String { reason.text }

  public var reason: ReasonCode {
    switch self {
    case .canonical(let reason): ReasonCode(reason)
    case .token(let error): ReasonCode(error)
    case .decision(let reject): ReasonCode(reject)
    }
  }
}
