import HTTPCanonical
import WeirJSON
import WeirPolicy

/// One member of a request: its key, for messages, and its value.
struct Field {
  let key: RequestKey
  let value: JSONValue

  func wrongType(_ wanted: String) -> RequestError { RequestError(.wrongType, "\(key.rawValue) is \(wanted)") }

  func string() throws(RequestError) -> String {
    guard case .string(let text) = value else { throw wrongType("a string") }
    return text
  }

  func integer(in range: ClosedRange<Int>) throws(RequestError) -> Int {
    guard case .int(let number) = value else { throw wrongType("a whole number") }
    guard let result = Int(exactly: number), range.contains(result) else {
      throw RequestError(.invalidValue, "\(key.rawValue) is from \(range.lowerBound) to \(range.upperBound)")
    }
    return result
  }

  func port() throws(RequestError) -> Int { try integer(in: 1...65_535) }

  func address() throws(RequestError) -> IPAddress {
    guard let address = IPAddress(try string()) else {
      throw RequestError(.invalidValue, "\(key.rawValue) is an IPv4 or IPv6 address")
    }
    return address
  }

  /// The host that verified the certificate vouches for the identity; its form is checked, so that no rule sees another.
  func identity() throws(RequestError) -> String {
    guard case .string(let text) = value else { throw wrongType("a SPIFFE identity or null") }
    guard SPIFFE.isIdentity(text) else {
      throw RequestError(.invalidValue, "\(key.rawValue) is a SPIFFE identity, spiffe://trust-domain/path, or null")
    }
    return text
  }

  /// `http` or `https`, in any case of letters: a rule about one of them must not be passed by spelling it differently.
  func scheme() throws(RequestError) -> String {
    let text = try string().lowercased()
    guard text == "http" || text == "https" else {
      throw RequestError(.invalidValue, "\(key.rawValue) is http or https")
    }
    return text
  }

  func headers() throws(RequestError) -> [RequestFacts.Header] {
    guard case .array(let pairs) = value else { throw wrongType("an array of [name, value]") }
    var headers: [RequestFacts.Header] = []
    headers.reserveCapacity(pairs.count)
    for pair in pairs {
      guard case .array(let parts) = pair, parts.count == 2, case .string(let name) = parts[0],
        case .string(let text) = parts[1]
      else { throw wrongType("an array of [name, value], both strings") }
      headers.append(RequestFacts.Header(name, text))
    }
    return headers
  }

  func dataSets(_ names: DataNames) throws(RequestError) -> [Int: [String]] {
    guard case .object(let sets) = value else { throw wrongType("an object of arrays") }
    var result: [Int: [String]] = [:]
    for set in sets {
      let index = try names.index(of: set.name)
      guard case .array(let members) = set.value else { throw wrongType("an object of arrays; \(set.name) is none") }
      let declaration = names.sets[index]
      guard members.count <= declaration.membersMax else {
        throw RequestError(.invalidValue, "data set \(set.name) has more than \(declaration.membersMax) members")
      }
      var texts: [String] = []
      texts.reserveCapacity(members.count)
      for member in members { texts.append(try text(of: member, in: declaration)) }
      guard result.updateValue(texts, forKey: index) == nil else {
        throw RequestError(.conflictingKeys, "data set \(set.name) is given twice")
      }
    }
    return result
  }

  private func text(of member: JSONValue, in set: DataSet) throws(RequestError) -> String {
    switch (set.member, member) {
    case (.int, .int(let number)): return String(number)
    case (.int, _): throw wrongType("an object of arrays; \(set.name) holds whole numbers")
    case (_, .string(let text)):
      guard let canonical = set.member.canonicalMember(text) else {
        throw RequestError(
          .invalidValue, "data set \(set.name) holds \(set.member.membersInWords), not \(member.text)")
      }
      return canonical
    default: throw wrongType("an object of arrays; \(set.name) holds strings")
    }
  }
}

extension ScalarType {
  /// A member of a data set in the spelling that values of requests have; `nil` for what no request could equal, which
  /// would make a list of what is denied one that denies nothing.
  fileprivate func canonicalMember(_ text: String) -> String? {
    switch self {
    case .host:
      guard case .success(let authority) = Canonical.host(Array(text.utf8)), authority.port == nil else { return nil }
      return String(decoding: authority.host, as: UTF8.self)
    case .path:
      // What two upstreams could read differently is no path to compare with: it is written canonically or not at all.
      let bytes = Array(text.utf8)
      return Canonical.path(bytes, mode: .strict) == .success(bytes) ? text : nil
    case .identity: return SPIFFE.isIdentity(text) ? text : nil
    case .ip: return IPAddress(text)?.description
    case .string, .int, .bool, .time, .stringSet: return text
    }
  }

  /// What `canonicalMember` accepts.
  fileprivate var membersInWords: String {
    switch self {
    case .host: "hosts without a port"
    case .path: "paths in canonical form"
    case .identity: "SPIFFE identities"
    case .ip: "addresses"
    case .string, .int, .bool, .time, .stringSet: "strings"
    }
  }
}
