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
    scheme = http.scheme
    headers = []
    do throws(RejectReason) {
      let request = try CanonicalRequest(
        method: Array(http.method.utf8), scheme: http.scheme == "http" ? .http : .https,
        host: http.host.map { Array($0.utf8) }, target: Array(http.target.utf8), mode: mode)
      host = request.authority.map { String(decoding: $0.host, as: UTF8.self) }
      authorityPort = request.authority?.port.map(Int.init)
      path = String(decoding: request.path, as: UTF8.self)
      query = request.query.map { String(decoding: $0, as: UTF8.self) }
      var budget = HeaderBudget()
      for header in http.headers {
        try budget.add(nameBytes: header.name.utf8.count, valueBytes: header.value.utf8.count)
        let name = try Canonical.headerName(Array(header.name.utf8)).get()
        let value = try Canonical.headerValue(Array(header.value.utf8)).get()
        headers.append(.init(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
      }
      for header in headers where header.name == "host" {
        let named = try Canonical.host(Array(header.value.utf8)).get()
        guard let authority = request.authority else { throw .hostMismatch }
        guard named.host == authority.host, named.port == authority.port else { throw .hostMismatch }
      }
    } catch {
      throw Rejected(error.rawValue)
    }
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
