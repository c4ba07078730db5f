import WeirSource

/// Limits, tokens, headers, data, constants and functions.
extension Parser {
  mutating func limit() throws(SyntaxFailure) -> LimitDeclaration {
    let name = try name("the name of the limit")
    try expect(.for)
    let target = try self.name("the name of a service")
    let port = try portClause()
    let token = try tokenClause()
    let block = try block(.limit) { parser throws(SyntaxFailure) in try parser.limitItem() }
    return LimitDeclaration(name: name, target: target, port: port, token: token, items: block.items)
  }

  private mutating func limitItem() throws(SyntaxFailure) -> LimitDeclaration.Field {
    switch word {
    case .rate:
      keyword()
      let rate = try rate("a rate")
      let burst = accept(.burst) ? try int("a number of requests") : nil
      var key: Operand?
      var prefixes: [Spanned<Int64>] = []
      if accept(.by) {
        key = try operand("an attribute")
        while kind == .prefix, prefixes.count < 2 { prefixes.append(try prefix()) }
      }
      return .rate(rate, burst: burst, by: key, prefixes: prefixes)
    case .when:
      keyword()
      return .when(try expression())
    case .keys:
      keyword()
      return .keys(try int("a number of keys"))
    default: throw unknownWord(in: .limit)
    }
  }

  // MARK: - Tokens

  mutating func jwt() throws(SyntaxFailure) -> JWTDeclaration {
    let name = try name("the name of the jwt")
    let block = try block(.jwt) { parser throws(SyntaxFailure) in try parser.jwtItem() }
    return JWTDeclaration(name: name, items: block.items)
  }

  private mutating func jwtItem() throws(SyntaxFailure) -> JWTDeclaration.Field {
    switch word {
    case .issuer:
      keyword()
      return .issuer(try string("an issuer in quotes"))
    case .audience:
      keyword()
      if kind == .leftBrace { return .audience(try strings("an audience in quotes")) }
      return .audience([try string("an audience in quotes")])
    case .keys:
      keyword()
      if accept(.url) { return .keysURL(try string("a URL in quotes")) }
      if accept(.file) { return .keysFile(try string("the name of a file in quotes")) }
      throw expectedError("`url` or `file`")
    case .algorithms:
      keyword()
      return .algorithms(try words("an algorithm such as `ES256`"))
    case .claim:
      keyword()
      return try claim()
    default: throw unknownWord(in: .jwt)
    }
  }

  /// `claim roles: Set<String>? from "realm_access" / "roles"`
  private mutating func claim() throws(SyntaxFailure) -> JWTDeclaration.Field {
    let name = try name("the name of the claim")
    try expect(.colon, "`:` and the type of the claim")
    let type = try type()
    var from: [Spanned<String>] = []
    if accept(.from) {
      from.append(try string("the name of a claim in quotes"))
      while accept(.slash) { from.append(try string("the name of a claim in quotes")) }
    }
    let split = accept(.split) ? try string("a separator in quotes") : nil
    return .claim(name: name, type: type, from: from, split: split)
  }

  // MARK: - Headers, data, constants, functions

  mutating func header() throws(SyntaxFailure) -> HeaderDeclaration {
    let header = try string("the name of a header in quotes")
    try expect(.colon, "`:` and the type of the header")
    return HeaderDeclaration(header: header, type: try type())
  }

  mutating func data() throws(SyntaxFailure) -> DataDeclaration {
    let name = try name("the name of the data")
    try expect(.colon, "`:` and the type of the data")
    let type = try type()
    try expect(.max)
    let max = try int("a number of elements")
    try expect(.stale)
    return DataDeclaration(name: name, type: type, max: max, stale: try duration("a duration"))
  }

  mutating func letDeclaration() throws(SyntaxFailure) -> LetDeclaration {
    let name = try name("the name of the constant")
    let type = accept(.colon) ? try type() : nil
    try expect(.equals, "`=` and a value")
    return LetDeclaration(name: name, type: type, value: try operand("a value"))
  }

  mutating func function() throws(SyntaxFailure) -> FunctionDeclaration {
    let name = try name("the name of the function")
    let parameters = try parameters()
    try expect(.colon, "`:` and the type of the result")
    let result = try type()
    try expect(.equals, "`=` and a condition")
    return FunctionDeclaration(name: name, parameters: parameters, result: result, body: try expression())
  }
}
