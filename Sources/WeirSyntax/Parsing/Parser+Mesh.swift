import WeirSource

/// The mesh and what is in it.
extension Parser {
  mutating func mesh() throws(SyntaxFailure) -> MeshDeclaration {
    let name = try name("the name of the mesh")
    let block = try block(.mesh) { parser throws(SyntaxFailure) in try parser.meshItem() }
    return MeshDeclaration(name: name, items: block.items)
  }

  private mutating func meshItem() throws(SyntaxFailure) -> MeshDeclaration.Field {
    switch word {
    case .trustDomain:
      keyword()
      return .trustDomain(try string("a trust domain in quotes"))
    case .paths:
      keyword()
      try expect(.mergeAndDecode)
      return .pathsMergeAndDecode
    default: throw unknownWord(in: .mesh)
    }
  }

  mutating func gateway() throws(SyntaxFailure) -> GatewayDeclaration {
    let name = try name("the name of the gateway")
    let block = try block(.gateway) { parser throws(SyntaxFailure) in try parser.gatewayItem() }
    return GatewayDeclaration(name: name, items: block.items)
  }

  private mutating func gatewayItem() throws(SyntaxFailure) -> GatewayDeclaration.Field {
    switch word {
    case .identity:
      keyword()
      return .identity(try string("a SPIFFE identity in quotes"))
    case .hosts:
      keyword()
      return .hosts(try strings("a host in quotes"))
    default: throw unknownWord(in: .gateway)
    }
  }

  mutating func principal() throws(SyntaxFailure) -> PrincipalDeclaration {
    let name = try name("the name of the principal")
    let block = try block(.principal) { parser throws(SyntaxFailure) in
      guard parser.word == .identity else { throw parser.unknownWord(in: .principal) }
      parser.keyword()
      return try parser.string("a SPIFFE identity in quotes")
    }
    return PrincipalDeclaration(name: name, identities: block.items.map(\.kind))
  }

  // MARK: - Services

  mutating func service() throws(SyntaxFailure) -> ServiceDeclaration {
    let name = try name("the name of the service")
    var owner: Path?
    if accept(.owned) {
      try expect(.by)
      owner = try path("the module that owns the service")
    }
    let block = try block(.service) { parser throws(SyntaxFailure) in try parser.serviceItem() }
    return ServiceDeclaration(name: name, owner: owner, items: block.items)
  }

  private mutating func serviceItem() throws(SyntaxFailure) -> ServiceDeclaration.Field {
    guard let word, Block.service.words.contains(word) else { throw unknownWord(in: .service) }
    keyword()
    switch word {
    case .identity:
      if kind == .leftBrace { return .identity(try strings("a SPIFFE identity in quotes")) }
      return .identity([try string("a SPIFFE identity in quotes")])
    case .protocol: return .protocol(try protocolName())
    case .port:
      let name = try name("the name of the port")
      return .port(name: name, number: try int("the number of the port"), protocol: try protocolName())
    case .endpoints: return .endpoints(try endpoints())
    case .subset: return .subset(name: try name("the name of the subset"), labels: try labels())
    case .balance: return .balance(try balance())
    case .capacity:
      return .capacity(try block(.capacity) { parser throws(SyntaxFailure) in try parser.capacityItem() }.items)
    case .eject: return .eject(try block(.eject) { parser throws(SyntaxFailure) in try parser.ejectItem() }.items)
    case .health: return .health(try block(.health) { parser throws(SyntaxFailure) in try parser.healthItem() }.items)
    case .connectTimeout: return .connectTimeout(try duration("a duration"))
    case .idleTimeout: return .idleTimeout(try duration("a duration"))
    case .tls: return .tls(try block(.tls) { parser throws(SyntaxFailure) in try parser.tlsItem() }.items)
    case .external: return .external
    case .mtls:
      try expect(.permissive)
      return .mtlsPermissive(port: accept(.on) ? try name("the name of a port") : nil)
    case .enforced:
      try expect(.by)
      try expect(.sidecar)
      return .enforcedBySidecar
    case .paths:
      try expect(.caseInsensitive)
      return .pathsCaseInsensitive
    case .trailingSlash:
      try expect(.ignored)
      return .trailingSlashIgnored
    default: throw unknownWord(in: .service)
    }
  }

  private mutating func protocolName() throws(SyntaxFailure) -> Spanned<ProtocolName> {
    for (candidate, name) in [(Word.http, ProtocolName.http), (.http2, .http2), (.grpc, .grpc), (.tcp, .tcp)] {
      let place = currentSpan
      if accept(candidate) { return Spanned(name, place) }
    }
    throw expectedError("a protocol: `http`, `http2`, `grpc` or `tcp`")
  }

  private mutating func endpoints() throws(SyntaxFailure) -> ServiceDeclaration.Endpoints {
    if accept(.static) {
      let block = try block(.staticEndpoints) { parser throws(SyntaxFailure) in
        let address = try parser.string("an address and port in quotes")
        let labels = parser.kind == .leftBrace ? try parser.labels() : []
        return StaticEndpoint(address: address, labels: labels)
      }
      return .static(block.items.map(\.kind))
    }
    if accept(.dns) { return .dns(try string("a name and port in quotes")) }
    if accept(.srv) { return .srv(try string("a name in quotes")) }
    if accept(.file) { return .file(try string("the name of a file in quotes")) }
    throw expectedError("`static`, `dns`, `srv` or `file`")
  }

  private mutating func labels() throws(SyntaxFailure) -> [LabelItem] {
    try block(.labels) { parser throws(SyntaxFailure) in
      let name = try parser.name("the name of a label")
      return LabelItem(name: name, value: try parser.string("the value of the label in quotes"))
    }.items.map(\.kind)
  }

  private mutating func balance() throws(SyntaxFailure) -> ServiceDeclaration.Balance {
    if accept(.p2c) { return .p2c }
    if accept(.roundRobin) { return .roundRobin }
    guard accept(.maglev) else { throw expectedError("`p2c`, `round_robin` or `maglev`") }
    try expect(.by)
    return .maglev(by: try key())
  }

  /// `cookie "sid"`, `header "x-user"`, or an attribute.
  mutating func key() throws(SyntaxFailure) -> KeySyntax {
    if accept(.cookie) { return .cookie(try string("the name of a cookie in quotes")) }
    if accept(.header) { return .header(try string("the name of a header in quotes")) }
    return .operand(try operand("`cookie`, `header` or an attribute"))
  }

  private mutating func capacityItem() throws(SyntaxFailure) -> (
    ServiceDeclaration.CapacityField, Spanned<Int64>
  ) {
    guard let word, Block.capacity.words.contains(word),
      let field = ServiceDeclaration.CapacityField(rawValue: word.rawValue)
    else { throw unknownWord(in: .capacity) }
    keyword()
    return (field, try int("a number"))
  }

  private mutating func ejectItem() throws(SyntaxFailure) -> ServiceDeclaration.EjectField {
    switch word {
    case .after:
      keyword()
      let errors = try int("a number of errors")
      try expect(.errors)
      return .after(errors: errors)
    case .every:
      keyword()
      return .every(try duration("a duration"))
    case .for:
      keyword()
      return .for(try duration("a duration"))
    case .atMost:
      keyword()
      return .atMost(try percent("a percentage"))
    default: throw unknownWord(in: .eject)
    }
  }

  private mutating func healthItem() throws(SyntaxFailure) -> ServiceDeclaration.HealthField {
    guard let word, Block.health.words.contains(word) else { throw unknownWord(in: .health) }
    keyword()
    switch word {
    case .http: return .http(path: try string("a path in quotes"))
    case .grpc: return .grpc
    case .connect: return .connect
    case .every: return .every(try duration("a duration"))
    case .timeout: return .timeout(try duration("a duration"))
    case .upAfter: return .upAfter(try int("a number of checks"))
    case .downAfter: return .downAfter(try int("a number of checks"))
    case .status: return .status(try intRange("a status or a range of them"))
    default: throw unknownWord(in: .health)
    }
  }

  private mutating func tlsItem() throws(SyntaxFailure) -> ServiceDeclaration.TLSField {
    switch word {
    case .serverName:
      keyword()
      return .serverName(try string("a name in quotes"))
    case .roots:
      keyword()
      if accept(.system) { return .rootsSystem }
      return .roots(try string("`system` or the name of a file in quotes"))
    default: throw unknownWord(in: .tls)
    }
  }
}
