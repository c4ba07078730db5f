extension TokenError {
  /// The HTTP status that answers the request (RFC 6750 section 3.1).
  public static let status: UInt16 = 401

  /// One line for people, in the words of the request.
  public var explanation: String {
    switch self {
    case .malformed: "the token is not a JSON Web Token"
    case .repeated: "the request carries more than one token"
    case .unknownIssuer: "no block of the service names the issuer of the token"
    case .algorithm: "the token is signed with an algorithm that its issuer is not pinned to"
    case .key: "the issuer has no key with the token's key id"
    case .signature: "the signature of the token does not verify"
    case .audience: "the token is meant for another audience"
    case .expired: "the token has expired"
    case .notYet: "the token is not valid yet"
    case .claim: "a required claim of the token is missing, or a claim has another type than declared"
    }
  }
}
