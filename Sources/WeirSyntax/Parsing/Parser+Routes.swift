import WeirSource

/// Where requests go.
extension Parser {
  mutating func routes() throws(SyntaxFailure) -> RoutesDeclaration {
    let target: RoutesDeclaration.Target
    if kind == .string {
      var hosts = [try string("a host in quotes")]
      while accept(.comma) { hosts.append(try string("a host in quotes")) }
      target = .hosts(hosts)
    } else {
      target = .name(try name("a gateway, a service, or hosts in quotes"))
    }
    let token = try tokenClause()
    let block = try block(.routes) { parser throws(SyntaxFailure) in try parser.routeItem() }
    return RoutesDeclaration(target: target, token: token, items: block.items.map(\.kind), end: block.end)
  }

  private mutating func routeItem() throws(SyntaxFailure) -> RouteItem {
    let start = position
    let documentation = documentation(before: start)
    let annotations = try annotations()
    if accept(.route) {
      let name = try name("the name of the route")
      let condition = try condition(of: "the route `\(name.text)`")
      let statements = try statements()
      return .route(
        RouteSyntax(
          documentation: documentation, annotations: annotations, name: name, condition: condition,
          statements: statements, span: span(from: start)))
    }
    guard annotations.isEmpty else { throw expectedError("`route` after the annotation") }
    if accept(.mount) {
      let prefix = try string("a path in quotes")
      try expect(.from)
      let source = try path("the routes to mount, such as `shop.cart.tree`")
      var mayUse: [Name] = []
      if accept(.may) {
        try expect(.use)
        mayUse = try names("the name of a service")
      }
      return .mount(prefix: prefix, from: source, mayUse: mayUse, span(from: start))
    }
    if accept(.otherwise) { return .otherwise(try statements(), span(from: start)) }
    throw unknownWord(in: .routes)
  }

  private mutating func statements() throws(SyntaxFailure) -> [Item<StatementSyntax>] {
    try block(.statements) { parser throws(SyntaxFailure) in try parser.statement() }.items
  }

  private mutating func statement() throws(SyntaxFailure) -> StatementSyntax {
    guard let word, Block.statements.words.contains(word) else { throw unknownWord(in: .statements) }
    if Block.headers.words.contains(word) { return .change(try headerChange(in: .statements)) }
    keyword()
    switch word {
    case .forward:
      try expect(.to)
      let destinations = try destinations()
      var sticky: KeySyntax?
      if accept(.sticky) {
        try expect(.by)
        sticky = try key()
      }
      return .forward(destinations, sticky: sticky)
    case .rewrite:
      if accept(.path) {
        try expect(.to)
        return .rewritePath(try string("a path in quotes"))
      }
      guard accept(.host) else { throw expectedError("`path` or `host`") }
      try expect(.to)
      return .rewriteHost(try string("a host in quotes"))
    case .redirect:
      let status = try int("a status such as 308")
      try expect(.to)
      return .redirect(status: status, to: try string("a path or URL in quotes"))
    case .respond:
      let status = try int("a status such as 404")
      return .respond(status: status, body: kind == .string ? try string("a body in quotes") : nil)
    case .headers: return .headers(try name("the name of a headers block"))
    case .cors: return .cors(try block(.cors) { parser throws(SyntaxFailure) in try parser.corsItem() }.items)
    case .mirror:
      try expect(.to)
      let target = try destination()
      return .mirror(target, share: try percent("a share"))
    case .delay:
      let duration = try duration("a duration")
      try expect(.for)
      return .delay(duration, share: try percent("a share"))
    case .abort:
      let status = try int("a status such as 503")
      try expect(.for)
      return .abort(status: status, share: try percent("a share"))
    case .timeout: return .timeout(try duration("a duration"))
    case .idleTimeout: return .idleTimeout(try duration("a duration"))
    case .upgrade:
      try expect(.websocket)
      return .upgradeWebSocket
    case .retry:
      if kind == .leftBrace { return .retry(.inline(try retryItems())) }
      return .retry(.named(try name("the name of a retry or `{`")))
    default: throw unknownWord(in: .statements)
    }
  }

  /// `payments` or `payments.canary`
  mutating func destination() throws(SyntaxFailure) -> DestinationSyntax {
    let start = position
    open(.reference)
    let service = try name("a service")
    let subset = accept(.dot) ? try name("the name of a subset") : nil
    close()
    return DestinationSyntax(service: service, subset: subset, span: span(from: start))
  }

  /// One destination, or a split in braces.
  mutating func destinations() throws(SyntaxFailure) -> DestinationsSyntax {
    guard kind == .leftBrace else { return .single(try destination()) }
    let start = position
    let split = try list { parser throws(SyntaxFailure) in
      let destination = try parser.destination()
      return WeightedDestinationSyntax(destination: destination, weight: try parser.percent("a weight"))
    }
    return .split(split, span(from: start))
  }

  mutating func headers() throws(SyntaxFailure) -> HeadersDeclaration {
    let name = try name("the name of the headers block")
    let block = try block(.headers) { parser throws(SyntaxFailure) in try parser.headerChange(in: .headers) }
    return HeadersDeclaration(name: name, changes: block.items)
  }

  private mutating func headerChange(in block: Block) throws(SyntaxFailure) -> HeaderChangeSyntax {
    let header = "a header such as `request.header[\"x-region\"]`"
    if accept(.set) {
      let target = try operand(header)
      try expect(.to)
      return .set(target, to: try operand("a value"))
    }
    if accept(.add) {
      let value = try operand("a value")
      try expect(.to)
      return .add(value, to: try operand(header))
    }
    if accept(.remove) { return .remove(try operand(header)) }
    throw unknownWord(in: block)
  }

  private mutating func corsItem() throws(SyntaxFailure) -> CorsField {
    guard let word, Block.cors.words.contains(word) else { throw unknownWord(in: .cors) }
    keyword()
    switch word {
    case .origins: return .origins(try strings("an origin in quotes"))
    case .methods: return .methods(try words("a method such as `GET`"))
    case .headers: return .headers(try strings("the name of a header in quotes"))
    case .expose: return .expose(try strings("the name of a header in quotes"))
    case .credentials: return .credentials
    case .maxAge: return .maxAge(try duration("a duration"))
    default: throw unknownWord(in: .cors)
    }
  }

  // MARK: - Retries

  mutating func retry() throws(SyntaxFailure) -> RetryDeclaration {
    let name = try name("the name of the retry")
    return RetryDeclaration(name: name, items: try retryItems())
  }

  private mutating func retryItems() throws(SyntaxFailure) -> [Item<RetryField>] {
    try block(.retry) { parser throws(SyntaxFailure) in try parser.retryItem() }.items
  }

  private mutating func retryItem() throws(SyntaxFailure) -> RetryField {
    guard let word, Block.retry.words.contains(word) else { throw unknownWord(in: .retry) }
    keyword()
    switch word {
    case .tries: return .tries(try int("a number of tries, the first included"))
    case .on: return .on(try block(.retryCauses) { parser throws(SyntaxFailure) in try parser.retryCause() }.items)
    case .when: return .when(try expression())
    case .perTryTimeout: return .perTryTimeout(try duration("a duration"))
    case .backoff:
      let shortest = try duration("the shortest pause")
      try expect(.to)
      return .backoff(shortest, to: try duration("the longest pause"))
    case .budget: return .budget(try percent("a share of all requests"))
    case .even:
      try expect(.unsafe)
      return .evenUnsafe
    case .idempotency:
      try expect(.header)
      return .idempotencyHeader(try string("the name of a header in quotes"))
    default: throw unknownWord(in: .retry)
    }
  }

  private mutating func retryCause() throws(SyntaxFailure) -> RetryCauseSyntax {
    guard let word, Block.retryCauses.words.contains(word) else { throw unknownWord(in: .retryCauses) }
    keyword()
    switch word {
    case .connectFailure: return .connectFailure
    case .reset: return .reset
    case .timeout: return .timeout
    case .status: return .status(try intRange("a status or a range of them"))
    case .grpc: return .grpc(try name("a gRPC status such as `unavailable`"))
    default: throw unknownWord(in: .retryCauses)
    }
  }
}
