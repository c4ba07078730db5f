/// Why a well-formed request is refused before any rule decides it; tokens have codes of their own.
///
/// The raw value is the stable code of `weir explain --list reject`.
public enum DecisionReject: String, CaseIterable, Hashable, Sendable, Error {
  case repeatedHeader = "repeated_header"
  case repeatedQuery = "repeated_query"
  case repeatedCookie = "repeated_cookie"
  case mtlsRequired = "mtls_required"
  case methodInvalid = "method_invalid"
  case noRoute = "no_route"
  case routeIndeterminate = "route_indeterminate"
  case rewriteNotCanonical = "rewrite_not_canonical"

  /// The HTTP status that answers the request (RFC 9110 section 15).
  public var status: UInt16 {
    switch self {
    case .repeatedHeader, .repeatedQuery, .repeatedCookie, .methodInvalid: 400
    case .mtlsRequired: 403
    case .noRoute: 404
    case .rewriteNotCanonical: 500
    case .routeIndeterminate: 503
    }
  }

  /// One line for people, in the words of the request.
  public var explanation: String {
    switch self {
    case .repeatedHeader: "a header that a rule or route reads as one value occurs twice, or Host does"
    case .repeatedQuery: "a query parameter that a rule or route reads as one value occurs twice"
    case .repeatedCookie: "a cookie that a rule or route reads as one value occurs twice"
    case .mtlsRequired: "the peer has no certificate, and the service takes mutual TLS only"
    case .methodInvalid: "the method is not a token of HTTP"
    case .noRoute: "no service, gateway or route table is responsible for the host or service that was asked for"
    case .routeIndeterminate: "a route's condition could not be evaluated, and no later route may be taken instead"
    case .rewriteNotCanonical: "the request is not canonical after its route rewrote it"
    }
  }
}
