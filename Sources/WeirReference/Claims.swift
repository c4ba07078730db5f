import WeirPolicy
import WeirRequest

/// A valid token: its issuer and typed claims.
struct TypedToken {
  /// An index into `Policy.tokens`.
  var issuer: Int
  /// Absent claims are left out.
  var claims: [String: AttributeValue]

  /// Types the raw claims of a verified token for whichever of `issuers` it is from.
  init(_ raw: JSONValue, issuers: [Int], policy: Policy, time: Int64?) throws(Rejected) {
    guard case .object = raw, case .string(let iss)? = raw["iss"] else { throw Rejected("token_malformed") }
    guard let issuer = issuers.first(where: { hasSameBytes(policy.tokens[$0].issuer, iss) }) else {
      throw Rejected("token_unknown_issuer")
    }
    let declaration = policy.tokens[issuer]
    self.issuer = issuer
    claims = ["iss": .scalar(.string(iss))]

    if let audience = raw["aud"] {
      guard let audiences = audience.strings else { throw Rejected("token_claim") }
      guard audiences.contains(where: { audience in declaration.audiences.contains { hasSameBytes($0, audience) } })
      else { throw Rejected("token_audience") }
      claims["aud"] = .several(audiences.map(Value.string))
    }
    if let expiry = raw["exp"] {
      guard let seconds = expiry.seconds else { throw Rejected("token_claim") }
      if let time, seconds <= Double(time) { throw Rejected("token_expired") }
    }
    if let begin = raw["nbf"] {
      guard let seconds = begin.seconds else { throw Rejected("token_claim") }
      if let time, seconds > Double(time) { throw Rejected("token_not_yet") }
    }
    if let subject = raw["sub"] {
      guard case .string(let text) = subject else { throw Rejected("token_claim") }
      claims["sub"] = .scalar(.string(text))
    }
    for claim in declaration.claims {
      var found: JSONValue? = raw
      for name in claim.path {
        if let here = found, case .object = here { found = here[name] } else { found = nil }
      }
      guard let found, found != .null else {
        if claim.isOptional { continue }
        throw Rejected("token_claim")
      }
      guard let value = claim.typed(found) else { throw Rejected("token_claim") }
      claims[claim.name] = value
    }
  }
}

/// Names are compared as they are spelt; Swift's `==` takes what Unicode calls equivalent for equal.
private func hasSameBytes(_ left: String, _ right: String) -> Bool { Array(left.utf8) == Array(right.utf8) }

extension JSONValue {
  /// A string, or an array of strings.
  fileprivate var strings: [String]? {
    switch self {
    case .string(let text): return [text]
    case .array(let items):
      var result: [String] = []
      for item in items {
        guard case .string(let text) = item else { return nil }
        result.append(text)
      }
      return result
    case .null, .bool, .int, .double, .object: return nil
    }
  }

  /// A NumericDate (RFC 7519 section 2).
  fileprivate var seconds: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

extension TokenIssuer.Claim {
  fileprivate func typed(_ json: JSONValue) -> AttributeValue? {
    switch (type, json) {
    case (.string, .string(let text)): .scalar(.string(text))
    case (.int, .int(let value)), (.time, .int(let value)): .scalar(.int(value))
    case (.bool, .bool(let value)): .scalar(.int(value ? 1 : 0))
    case (.stringSet, .string(let text)):
      separator.map { separator in
        .several(text.components(separatedBy: separator).filter { !$0.isEmpty }.map(Value.string))
      }
    case (.stringSet, .array): separator == nil ? json.strings.map { .several($0.map(Value.string)) } : nil
    default: nil
    }
  }
}

extension String {
  /// Complexity: O(length × separator length).
  fileprivate func components(separatedBy separator: String) -> [String] {
    guard !separator.isEmpty else { return [self] }
    var parts: [String] = []
    var rest = utf8[...]
    while let range = rest.firstRange(of: separator.utf8) {
      parts.append(String(decoding: rest[..<range.lowerBound], as: UTF8.self))
      rest = rest[range.upperBound...]
    }
    return parts + [String(decoding: rest, as: UTF8.self)]
  }
}
