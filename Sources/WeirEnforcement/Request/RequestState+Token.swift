import WeirPolicy
import WeirRequest

extension RequestState {
  /// Phase *authenticate*: types the claims of the token for its issuer.
  ///
  /// A token that is there and not good refuses the request, it never counts as absent; one of an issuer that another block of the same
  /// view names is valid, and absent where that issuer is not named.
  ///
  /// - Parameter issuers: those that the view's blocks name; without any the token is not looked at.
  mutating func authenticate(
    _ presented: RequestFacts.Token, issuers: [Int], _ declared: [TokenIssuer]
  ) throws(Reject) {
    guard !issuers.isEmpty else { return }
    switch token {
    case .none: return
    case .issuer(let issuer):
      guard issuers.contains(issuer) else { throw .token(.unknownIssuer) }
      return
    case .unchecked: break
    }
    switch presented {
    case .none: if !withheld.contains(.token) { token = .none }
    case .invalid(let error): throw .token(error)
    case .verified(let raw):
      guard case .object = raw, case .string(let name)? = raw["iss"] else { throw .token(.malformed) }
      guard let issuer = issuers.first(where: { declared[$0].issuer.isSpelt(as: name) }) else {
        throw .token(.unknownIssuer)
      }
      try take(raw, of: declared[issuer], named: name)
      token = .issuer(issuer)
    }
  }

  private mutating func take(_ raw: JSONValue, of issuer: TokenIssuer, named name: String) throws(Reject) {
    clear(&claims)
    clear(&claimMembers)
    claims.append(.bytes(bytes.append(name.utf8)))
    let subject = raw["sub"]
    let audience = raw["aud"]
    if let audience {
      guard let audiences = audience.strings else { throw .token(.claim) }
      let isMeant = audiences.contains { name in issuer.audiences.contains { $0.isSpelt(as: name) } }
      guard isMeant else { throw .token(.audience) }
    }
    try checkTimes(raw)
    claims.append(try subject.map { value throws(Reject) in try typed(value, .string, nil) } ?? .absent)
    claims.append(try audience.map { value throws(Reject) in try typed(value, .stringSet, nil) } ?? .absent)
    for claim in issuer.claims {
      var found: JSONValue? = raw
      for member in claim.path { found = found?[member] }
      guard let found, found != .null else {
        guard claim.isOptional else { throw .token(.claim) }
        claims.append(.absent)
        continue
      }
      // A bare string is a set only where the claim says how to split it.
      if claim.type == .stringSet, case .string = found, claim.separator == nil { throw .token(.claim) }
      if claim.type == .stringSet, case .array = found, claim.separator != nil { throw .token(.claim) }
      claims.append(try typed(found, claim.type, claim.separator))
    }
  }

  /// `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5). Without a clock they cannot be judged, and what reads the time is undetermined.
  private func checkTimes(_ raw: JSONValue) throws(Reject) {
    if let expiry = raw["exp"] {
      guard let seconds = expiry.seconds else { throw .token(.claim) }
      if let time, seconds <= Double(time) { throw .token(.expired) }
    }
    if let begin = raw["nbf"] {
      guard let seconds = begin.seconds else { throw .token(.claim) }
      if let time, seconds > Double(time) { throw .token(.notYet) }
    }
  }

  private mutating func typed(
    _ value: JSONValue, _ type: ScalarType, _ separator: String?
  ) throws(Reject) -> ClaimValue {
    switch (type, value) {
    case (.string, .string(let text)): return .bytes(bytes.append(text.utf8))
    case (.int, .int(let number)), (.time, .int(let number)): return .integer(number)
    case (.bool, .bool(let isTrue)): return .integer(isTrue ? 1 : 0)
    case (.stringSet, _):
      guard let members = value.strings else { throw .token(.claim) }
      let start = claimMembers.count
      for member in members {
        guard let separator, !separator.isEmpty else {
          claimMembers.append(bytes.append(member.utf8))
          continue
        }
        for piece in member.pieces(between: separator) where !piece.isEmpty { claimMembers.append(bytes.append(piece)) }
      }
      return .list(start..<claimMembers.count)
    case (.string, _), (.int, _), (.time, _), (.bool, _), (.identity, _), (.ip, _), (.host, _), (.path, _):
      throw .token(.claim)
    }
  }
}

extension JSONValue {
  /// A string, or an array of strings.
  fileprivate var strings: [String]? {
    switch self {
    case .string(let text): return [text]
    case .array(let items):
      var texts: [String] = []
      for item in items {
        guard case .string(let text) = item else { return nil }
        texts.append(text)
      }
      return texts
    case .null, .bool, .int, .double, .object: return nil
    }
  }

  /// A NumericDate (RFC 7519 section 2).
  fileprivate var seconds: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

extension String {
  /// Byte for byte (RFC 7519 section 2, StringOrURI): to `==`, spellings that Unicode takes for equivalent are one.
  fileprivate func isSpelt(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  fileprivate func pieces(between separator: String) -> [Substring.UTF8View] {
    var pieces: [Substring.UTF8View] = []
    var rest = utf8[...]
    while let range = rest.firstRange(of: separator.utf8) {
      pieces.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return pieces + [rest]
  }
}
