import HTTPCanonical
import WeirPolicy
import WeirRequest

enum AttributeValue: Hashable {
  case scalar(Value)
  /// A set claim, or the lines of a header.
  case several([Value])
}

/// One request or connection, as the conditions of one scope see it.
struct AttributeReader {
  let policy: Policy
  var facts: RequestFacts
  var http: CanonicalHTTP?
  var caller: Fact<String>
  var token: TypedToken?
  var pathView: PathView

  /// The value of an attribute; `isQuantified` asks for all lines of a header, query parameter or cookie.
  func read(_ attribute: Attribute, isQuantified: Bool = false) -> Fact<AttributeValue> {
    switch attribute {
    case .method: text(http?.method)
    case .scheme: text(http?.scheme)
    case .host: text(http?.host)
    case .port: number(port)
    case .path: text(http.map { viewed($0.path) })
    case .clientIP: facts.clientIP.map { .known(.scalar(.ip($0))) } ?? sourceIP
    case .sourceIP: sourceIP
    case .sourcePort: number(facts.sourcePort)
    case .sni: serverName
    case .query(let name):
      lines(.query, isQuantified) { http throws(Rejected) in try http.values(ofQuery: name) }
    case .cookie(let name):
      lines(.headers, isQuantified) { http throws(Rejected) in try http.values(ofCookie: name) }
    case .header(let name): header(name, isQuantified)
    case .caller: caller.map { .scalar(.string($0)) }
    case .callerTrustDomain: callerPart { $0.trustDomain }
    case .callerNamespace: callerPart { $0.namespace }
    case .callerAccount: callerPart { $0.account }
    case .token(let issuer): token?.issuer == issuer ? .known(.scalar(.int(1))) : withoutToken
    case .claim(let issuer, let name):
      token?.issuer == issuer ? token?.claims[name].map { .known($0) } ?? .absent : withoutToken
    case .capture(_, let bindings): capture(bindings)
    case .time(let part, let zone): time(part, zone)
    case .responseStatus, .responseHeader: .unavailable
    }
  }

  private var withoutToken: Fact<AttributeValue> {
    token == nil && facts.withheld.contains(.token) ? .unavailable : .absent
  }

  private var sourceIP: Fact<AttributeValue> { facts.sourceIP.map { .scalar(.ip($0)) } }

  private var serverName: Fact<AttributeValue> {
    guard let sent = facts.sni else { return .absent }
    // One that has no canonical form refused the request.
    do throws(Rejected) { return .known(.scalar(.string(try canonicalServerName(sent)))) } catch { return .unavailable }
  }

  private var port: Int? {
    if let port = facts.port { return port }
    guard let http else { return nil }
    if let port = http.authorityPort { return port }
    switch http.scheme {
    case "http": return 80
    case "https": return 443
    default: return nil
    }
  }

  func viewed(_ path: String) -> String {
    let bytes = Canonical.pathView(
      Array(path.utf8), ignoringCase: pathView.ignoresCase, ignoringTrailingSlash: pathView.ignoresTrailingSlash)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func text(_ value: String?) -> Fact<AttributeValue> {
    value.map { .known(.scalar(.string($0))) } ?? .unavailable
  }

  private func number(_ value: Int?) -> Fact<AttributeValue> {
    value.map { .known(.scalar(.int(Int64($0)))) } ?? .unavailable
  }

  private func lines(
    _ part: RequestFacts.Withheld, _ isQuantified: Bool, _ values: (CanonicalHTTP) throws(Rejected) -> [String]
  ) -> Fact<AttributeValue> {
    guard let http, !facts.withheld.contains(part) else { return .unavailable }
    let found: [String]
    do { found = try values(http) } catch { return .unavailable }
    if found.isEmpty { return .absent }
    if isQuantified { return .known(.several(found.map(Value.string))) }
    // Enforced rules never see this: such a request was refused. Shadow and audit rules become undetermined.
    return found.count == 1 ? .known(.scalar(.string(found[0]))) : .unavailable
  }

  private func header(_ name: String, _ isQuantified: Bool) -> Fact<AttributeValue> {
    let found = lines(.headers, isQuantified) { http in http.values(ofHeader: name) }
    guard policy.headers.first(where: { $0.name == name })?.type == .int else { return found }
    switch found {
    case .absent, .unavailable: return found
    case .known(.scalar(let value)): return value.parsedInt.map { .known(.scalar($0)) } ?? .unavailable
    case .known(.several(let values)):
      let numbers = values.compactMap(\.parsedInt)
      return numbers.count == values.count ? .known(.several(numbers)) : .unavailable
    }
  }

  private func callerPart(_ part: (SPIFFEIdentity) -> String?) -> Fact<AttributeValue> {
    switch caller {
    case .absent: .absent
    case .unavailable: .unavailable
    case .known(let identity):
      part(SPIFFEIdentity(identity)).map { .known(.scalar(.string($0))) } ?? .absent
    }
  }

  private func capture(_ bindings: [CaptureBinding]) -> Fact<AttributeValue> {
    for binding in bindings {
      switch binding.source {
      case .path:
        guard let path = http?.path else { return .unavailable }
        let stripped = Canonical.pathView(
          Array(path.utf8), ignoringCase: false, ignoringTrailingSlash: pathView.ignoresTrailingSlash)
        if let piece = binding.piece(viewed: viewed(path), raw: String(decoding: stripped, as: UTF8.self)) {
          return .known(.scalar(.string(piece)))
        }
      case .caller:
        switch caller {
        case .unavailable: return .unavailable
        case .absent: continue
        case .known(let identity):
          if let piece = binding.piece(viewed: identity, raw: identity) { return .known(.scalar(.string(piece))) }
        }
      }
    }
    return .absent
  }

  private func time(_ part: Attribute.TimePart, _ zone: TimeZoneRule?) -> Fact<AttributeValue> {
    guard let seconds = facts.time else { return .unavailable }
    return .known(.scalar(.int(part.value(of: seconds, in: zone))))
  }
}

extension Fact {
  func map<Other>(_ transform: (Value) -> Other) -> Fact<Other> {
    switch self {
    case .known(let value): .known(transform(value))
    case .absent: .absent
    case .unavailable: .unavailable
    }
  }
}

extension Value {
  /// A decimal integer: an optional `-`, digits, nothing else.
  fileprivate var parsedInt: Value? {
    guard case .string(let text) = self, text.first != "+", let number = Int64(text) else { return nil }
    return .int(number)
  }
}

/// `spiffe://TRUST_DOMAIN/PATH`
private struct SPIFFEIdentity {
  let trustDomain: String
  private let segments: [String]

  init(_ text: String) {
    let parts = text.dropFirst("spiffe://".count).split(separator: "/", omittingEmptySubsequences: false)
    trustDomain = parts.first.map(String.init) ?? ""
    segments = parts.dropFirst().map(String.init)
  }

  /// Exactly `/ns/NS/sa/ACCOUNT`.
  private var isNamespaced: Bool { segments.count == 4 && segments[0] == "ns" && segments[2] == "sa" }
  var namespace: String? { isNamespaced ? segments[1] : nil }
  var account: String? { isNamespaced ? segments[3] : nil }
}
