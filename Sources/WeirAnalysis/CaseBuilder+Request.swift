import WeirPlan
import WeirPolicy

/// What belongs to a request whatever its region: a whole token, and the target.
extension CaseBuilder {
  /// What a token of this issuer must have.
  mutating func addToken() -> Bool {
    guard let token else { return true }
    let issuer = policy.tokens[token]
    let named = scalars.map(\.attribute) + sets.map(\.attribute)
    if !named.contains(.claim(token: token, name: "iss")) {
      scalars.append((.claim(token: token, name: "iss"), .string(issuer.issuer)))
    }
    let audience = Attribute.claim(token: token, name: "aud")
    if let index = sets.firstIndex(where: { $0.attribute == audience }) {
      sets[index].members += issuer.audiences.prefix(1).map(Value.string)
    } else if space.slots.contains(where: { $0.attribute == audience }), !issuer.audiences.isEmpty {
      // A case states the audience of the issuer in any case.
      return false
    }
    for claim in issuer.claims where !claim.isOptional {
      let attribute = Attribute.claim(token: token, name: claim.name)
      guard !named.contains(attribute) else { continue }
      switch claim.type {
      case .stringSet: sets.append((attribute, []))
      case .int, .bool, .time: scalars.append((attribute, .int(0)))
      case .string, .identity, .ip, .host, .path: scalars.append((attribute, .string("other")))
      }
    }
    return true
  }

  mutating func addTarget() -> Bool {
    guard isHTTP else { return true }
    if isAsterisk {
      result.target = "*"
      return !lines.contains { if case .query = $0.attribute { true } else { false } }
    }
    var parameters: [String] = []
    for line in lines {
      guard case .query(let name) = line.attribute else { continue }
      for value in line.values {
        guard case .string(let text) = value else { return false }
        parameters.append("\(escaped(name))=\(escaped(text))")
      }
    }
    result.target = path + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    return true
  }

  /// Everything but unreserved characters as escapes (RFC 3986 section 2.1).
  private func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
      default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }.joined()
  }
}
