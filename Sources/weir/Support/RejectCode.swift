import HTTPCanonical
import WeirPolicy
import WeirRequest

/// A reason for which a request is refused before any rule sees it, whichever component gives it.
struct RejectCode {
  let code: String
  /// The HTTP status that answers the request.
  let status: UInt16
  let explanation: String

  /// In the order in which a request meets them.
  static let all: [RejectCode] =
    RejectReason.allCases.map { RejectCode(code: $0.code, status: $0.status, explanation: $0.explanation) }
    + DecisionReject.allCases.map { RejectCode(code: $0.rawValue, status: $0.status, explanation: $0.explanation) }
    + TokenError.allCases.map { RejectCode(code: $0.rawValue, status: TokenError.status, explanation: $0.explanation) }
}
