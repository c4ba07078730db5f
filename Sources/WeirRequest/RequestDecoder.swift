import WeirJSON
import WeirPolicy

/// Reads the request of one line of `eval`.
///
/// Strict: a key that is not known, a value of another type, a key that does not go with the others are errors of the
/// line. What a hostile client can choose (path, host, headers) is taken as it is: refusing it is part of the decision.
public struct RequestDecoder: Sendable {
  let data: DataNames

  public init(data: DataNames) { self.data = data }

  /// - Throws: `RequestError` with the first mistake.
  /// - Complexity: O(bytes of the line).
  public func decode(_ line: [UInt8]) throws(RequestError) -> RequestFacts { try decode(try members(of: line)) }

  func members(of line: [UInt8]) throws(RequestError) -> [JSONValue.Member] {
    let value: JSONValue
    do { value = try JSONValue(parsing: line) } catch {
      if error.reason == .duplicateName { throw RequestError(.conflictingKeys, error.message) }
      throw RequestError(.malformedJSON, error.message)
    }
    guard case .object(let members) = value else { throw RequestError(.notAnObject, "a line holds one JSON object") }
    return members
  }

  func decode(_ members: [JSONValue.Member]) throws(RequestError) -> RequestFacts {
    var facts = RequestFacts()
    var http = HTTPKeys()
    for member in members { try read(member, into: &facts, &http) }
    if facts.service != nil, facts.gateway != nil {
      throw RequestError(.conflictingKeys, "service and gateway exclude each other: one view is asked for")
    }
    facts.http = try http.assembled()
    return facts
  }

  private func read(
    _ member: JSONValue.Member, into facts: inout RequestFacts, _ http: inout HTTPKeys
  ) throws(RequestError) {
    guard let key = RequestKey(rawValue: member.name) else {
      throw RequestError(.unknownKey, "no key is named \(JSONValue.string(member.name).text)")
    }
    let field = Field(key: key, value: member.value)
    switch key {
    case .service: facts.service = try field.string()
    case .gateway: facts.gateway = try field.string()
    case .caller: facts.caller = member.value == .null ? .absent : .known(try field.identity())
    case .sourceIP: facts.sourceIP = .known(try field.address())
    case .sourcePort: facts.sourcePort = try field.port()
    case .clientIP: facts.clientIP = try field.address()
    case .port: facts.port = try field.port()
    case .sni: facts.sni = try field.string()
    case .method: http.method = try field.string()
    case .scheme: http.scheme = try field.scheme()
    case .host: http.host = try field.string()
    case .path: http.target = try field.string()
    case .headers: http.headers = try field.headers()
    case .token:
      guard case .object = member.value else { throw field.wrongType("an object, the claims of the token") }
      try set(.verified(member.value), in: &facts)
      http.hasToken = true
    case .tokenError:
      let code = try field.string()
      guard let error = TokenError(rawValue: code) else {
        throw RequestError(.invalidValue, "token_error is one of the token_… codes, not \(JSONValue.string(code).text)")
      }
      try set(.invalid(error), in: &facts)
      http.hasToken = true
    case .time:
      let text = try field.string()
      guard let seconds = Timestamp.seconds(text) else {
        throw RequestError(.invalidValue, "time is a point in time such as 2026-11-21T10:00:00Z (RFC 3339)")
      }
      facts.time = seconds
    case .data: facts.data = try field.dataSets(data)
    case .draw: facts.draw = try field.integer(in: 0...9_999)
    }
  }

  private func set(_ token: RequestFacts.Token, in facts: inout RequestFacts) throws(RequestError) {
    guard facts.token == .none else {
      throw RequestError(.conflictingKeys, "token and token_error exclude each other: a token is valid or not")
    }
    facts.token = token
  }
}

/// Every key of a request.
enum RequestKey: String, CaseIterable {
  case service, gateway, caller
  case sourceIP = "source_ip"
  case sourcePort = "source_port"
  case clientIP = "client_ip"
  case port, sni, method, scheme, host, path, headers, token
  case tokenError = "token_error"
  case time, data, draw
}

/// The keys that make an HTTP request of it.
private struct HTTPKeys {
  var method: String?
  var scheme: String?
  var host: String?
  var target: String?
  var headers: [RequestFacts.Header]?
  var hasToken = false

  /// `nil` for a TCP connection, which has none of the keys.
  func assembled() throws(RequestError) -> RequestFacts.HTTP? {
    if let method, let target {
      return RequestFacts.HTTP(method: method, scheme: scheme, host: host, target: target, headers: headers ?? [])
    }
    let others = [
      ("method", method != nil), ("path", target != nil), ("scheme", scheme != nil), ("host", host != nil),
      ("headers", headers != nil), ("token", hasToken),
    ]
    guard let given = others.first(where: \.1)?.0 else { return nil }
    throw RequestError(
      .missingKey, "\(given) belongs to an HTTP request, which also needs \(method == nil ? "method" : "path")")
  }
}
