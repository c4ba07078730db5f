import HTTPCanonical
import WeirPolicy
import WeirRequest

/// A request whose host, path and headers are in canonical form.
struct CanonicalHTTP {
  var method: String
  var scheme: String?
  var host: String?
  /// The port written in the authority.
  var authorityPort: Int?
  var path: String
  var query: String?
  /// Lower-case names, trimmed values, in order.
  var headers: [RequestFacts.Header]

  init(_ http: RequestFacts.HTTP, mode: PathMode) throws(Rejected) {
    guard !http.method.isEmpty, http.method.utf8.allSatisfy(isTokenByte) else { throw Rejected("method_invalid") }
    method = http.method
    scheme = http.scheme?.lowercased()
    headers = []
    do throws(RejectReason) {
      let request = try CanonicalRequest(
        method: Array(http.method.utf8), scheme: scheme == "http" ? .http : .https,
        host: http.host.map { Array($0.utf8) }, target: Array(http.target.utf8), mode: mode)
      host = request.authority.map { String(decoding: $0.host, as: UTF8.self) }
      authorityPort = request.authority?.port.map(Int.init)
      path = String(decoding: request.path, as: UTF8.self)
      query = request.query.map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw Rejected(error.rawValue)
    }
    var budget = HeaderBudget()
    for header in http.headers { try add(header, &budget) }
  }

  /// One field line; there is one `Host` at most (RFC 9112 section 3.2), and it names the authority or agrees with it.
  private mutating func add(_ header: RequestFacts.Header, _ budget: inout HeaderBudget) throws(Rejected) {
    var isRepeated = false
    do throws(RejectReason) {
      try budget.add(nameBytes: header.name.utf8.count, valueBytes: header.value.utf8.count)
      let name = String(decoding: try Canonical.headerName(Array(header.name.utf8)).get(), as: UTF8.self)
      let value = try Canonical.headerValue(Array(header.value.utf8)).get()
      isRepeated = name == "host" && !values(ofHeader: name).isEmpty
      headers.append(.init(name, String(decoding: value, as: UTF8.self)))
      if name == "host", !isRepeated { try agree(with: Canonical.host(value).get()) }
    } catch {
      throw Rejected(error.rawValue)
    }
    if isRepeated { throw Rejected("repeated_header") }
  }

  private mutating func agree(with named: CanonicalAuthority) throws(RejectReason) {
    let name = String(decoding: named.host, as: UTF8.self)
    let port = named.port.map { Int($0) }
    guard let known = host else {
      host = name
      authorityPort = port
      return
    }
    let implied = scheme == "http" ? 80 : 443
    guard known == name, (authorityPort ?? implied) == (port ?? implied) else { throw .hostMismatch }
  }

  func values(ofHeader name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }

  func values(ofQuery name: String) throws(Rejected) -> [String] {
    guard let query else { return [] }
    do throws(RejectReason) {
      return try Canonical.queryValues(of: Array(name.utf8), in: Array(query.utf8)).get()
        .map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw Rejected(error.rawValue)
    }
  }

  func values(ofCookie name: String) throws(Rejected) -> [String] {
    do throws(RejectReason) {
      var found: [String] = []
      for line in values(ofHeader: "cookie") {
        found += try Canonical.cookieValues(of: Array(name.utf8), in: Array(line.utf8)).get()
          .map { String(decoding: $0, as: UTF8.self) }
      }
      return found
    } catch {
      throw Rejected(error.rawValue)
    }
  }
}

/// The server name of TLS in canonical form: a host name alone, neither an address nor with a port (RFC 6066, 3).
func canonicalServerName(_ text: String) throws(Rejected) -> String {
  do throws(RejectReason) {
    let name = Array(text.utf8)
    var storage = [UInt8](repeating: 0, count: CanonicalLimits.hostScratchBytes)
    var scratch = storage.mutableSpan
    let written = try CanonicalHost.write(name.span, into: &scratch)
    guard written.port == nil else { throw .hostBadPort }
    switch written.kind {
    case .name: return String(decoding: storage.prefix(written.byteCount), as: UTF8.self)
    case .ipv4: throw .hostBadIPv4
    case .ipv6: throw .hostBadIPv6
    }
  } catch {
    throw Rejected(error.rawValue)
  }
}

/// A request refused before any rule: a code of `weir explain --list reject`.
struct Rejected: Error {
  let code: String

  init(_ code: String) { self.code = code }
}

/// RFC 9110 5.6.2.
private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
