import WeirPolicy

/// What a route makes of a request on its way.
struct RequestChange: Hashable {
  private let path: Template?
  private let host: String?
  private let headers: [HeaderChange]
  /// The bytes of their texts: canonically equivalent ones are equal, but not the same to a service.
  private let spelling: [[UInt8]]

  init(_ action: RouteAction) {
    path = action.rewritePath
    host = action.rewriteHost
    headers = action.requestHeaders
    spelling = ([path?.text, host] + headers.map(\.constant)).map { $0.map { Array($0.utf8) } ?? [] }
  }

  /// Whether rules that read the attribute may see another value of it.
  func touches(_ attribute: Attribute) -> Bool {
    switch attribute {
    case .path, .query, .capture: path != nil
    case .host, .port: host != nil
    case .header, .cookie: headers.contains { $0.header == attribute.header }
    case .method, .scheme, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain, .callerNamespace,
      .callerAccount, .claim, .token, .time, .responseStatus, .responseHeader:
      false
    }
  }
}

extension RouteAction {
  /// The changes of headers that a service sees.
  var requestHeaders: [HeaderChange] { headerChanges.filter { $0.side == .request } }
}

extension HeaderChange {
  fileprivate var constant: String? {
    switch operation {
    case .set(.text(let text)), .add(.text(let text)): text
    case .set(.attribute), .add(.attribute), .remove: nil
    }
  }
}

extension Attribute {
  /// The header of a request that it is read from.
  var header: String? {
    switch self {
    case .header(let name): name
    case .cookie: "cookie"
    default: nil
    }
  }
}
