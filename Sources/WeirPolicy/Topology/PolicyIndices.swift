/// What the indices of a policy may point at.
struct PolicyIndices {
  private let fileCount: Int
  private let portCounts: [Int]
  private let subsets: [Set<String>]
  private let gatewayCount: Int
  private let claims: [Set<String>]
  private let dataSetCount: Int
  private let retryCount: Int

  init(_ topology: Topology) {
    fileCount = topology.files.count
    portCounts = topology.services.map(\.ports.count)
    subsets = topology.services.map { Set($0.subsets.map(\.name)) }
    gatewayCount = topology.gateways.count
    claims = topology.tokens.map { Set($0.claims.map(\.name)).union(["iss", "sub", "aud"]) }
    dataSetCount = topology.dataSets.count
    retryCount = topology.retries.count
  }

  func check(_ position: Position) throws(WireError) {
    guard (0..<fileCount).contains(position.file), Self.places.contains(position.line),
      Self.places.contains(position.column)
    else { throw .outOfRange("position") }
  }

  /// Lines and columns: more than any source has, and few enough to reckon with.
  private static let places = 1..<(1 << 24)

  func check(service: Int, port: Int?) throws(WireError) {
    guard portCounts.indices.contains(service) else { throw .outOfRange("service") }
    if let port { guard (0..<portCounts[service]).contains(port) else { throw .outOfRange("port") } }
  }

  func check(gateway: Int) throws(WireError) {
    guard (0..<gatewayCount).contains(gateway) else { throw .outOfRange("gateway") }
  }

  func check(data: Int) throws(WireError) {
    guard (0..<dataSetCount).contains(data) else { throw .outOfRange("data") }
  }

  func check(tokens: [Int]) throws(WireError) {
    for token in tokens { guard claims.indices.contains(token) else { throw .outOfRange("token") } }
  }

  func check(_ target: AuthzScope.Target) throws(WireError) {
    switch target {
    case .service(let service, let port): try check(service: service, port: port)
    case .gateway(let gateway): try check(gateway: gateway)
    }
  }

  func check(_ destination: Destination) throws(WireError) {
    try check(service: destination.service, port: nil)
    if let subset = destination.subset {
      guard subsets[destination.service].contains(subset) else { throw .outOfRange("subset") }
    }
  }

  func check(_ attribute: Attribute) throws(WireError) {
    switch attribute {
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .capture, .time, .responseStatus, .responseHeader:
      return
    case .claim(let token, let name):
      try check(tokens: [token])
      guard claims[token].contains(name) else { throw .outOfRange("claim") }
    case .token(let token): try check(tokens: [token])
    }
  }

  func check(_ key: StickyKey?) throws(WireError) {
    switch key {
    case .none, .cookie: return
    case .attribute(let attribute): try check(attribute)
    }
  }

  func check(retry: Int?) throws(WireError) {
    if let retry { guard (0..<retryCount).contains(retry) else { throw .outOfRange("retry") } }
  }

  /// A share in hundredths of a percent.
  static func check(share: Int) throws(WireError) {
    guard (0...10_000).contains(share) else { throw .outOfRange("share") }
  }

  /// An HTTP status code (RFC 9110 section 15).
  static func check(status: Int) throws(WireError) {
    guard (100...599).contains(status) else { throw .outOfRange("status") }
  }

  /// Durations, sizes and counts.
  static func check(natural numbers: Int64?...) throws(WireError) {
    for number in numbers { guard number ?? 0 >= 0 else { throw .outOfRange("negative") } }
  }

  static func check(natural numbers: Int?...) throws(WireError) {
    for number in numbers { guard number ?? 0 >= 0 else { throw .outOfRange("negative") } }
  }
}
