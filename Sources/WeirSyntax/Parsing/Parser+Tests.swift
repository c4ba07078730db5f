import WeirSource

/// Tests and proofs.
extension Parser {
  mutating func test() throws(SyntaxFailure) -> TestDeclaration {
    let name = try string("what the test shows, in quotes")
    try expect(.for)
    let target = try self.name("the name of a service or gateway")
    let port = try portClause()
    let block = try block(.test) { parser throws(SyntaxFailure) in try parser.testCase() }
    return TestDeclaration(name: name, target: target, port: port, cases: block.items.map(\.kind))
  }

  private mutating func testCase() throws(SyntaxFailure) -> CaseSyntax {
    let start = position
    let request = try caseRequest()
    var caller: CaseSyntax.Caller?
    if accept(.from) {
      let place = currentSpan
      caller = accept(.nobody) ? .nobody(place) : .operand(try operand("a caller or `nobody`"))
    }
    var facts: [CaseSyntax.Fact] = []
    if accept(.with) {
      facts = try block(.facts) { parser throws(SyntaxFailure) in try parser.fact() }.items.map(\.kind)
      separatorTaken = false
    }
    let draw = accept(.draw) ? try int("a number from 0 to 9999") : nil
    try expect(.arrow, "`=>` and what is expected")
    var expectations = [try expectation()]
    var end = consumedEnd
    // A comma goes on with this case when an expectation follows, and ends it otherwise.
    while kind == .comma {
      bump(goesOn: true)
      guard let word, Self.expectationWords.contains(word) else {
        separatorTaken = true
        break
      }
      expectations.append(try expectation())
      end = consumedEnd
    }
    let place = SourceSpan(file: file, start: tokens[start].start, end: range(ofToken: end - 1).upperBound)
    return CaseSyntax(
      request: request, caller: caller, facts: facts, draw: draw, expectations: expectations, span: place)
  }

  private mutating func caseRequest() throws(SyntaxFailure) -> CaseSyntax.Request {
    if word == .connect {
      let place = currentSpan
      keyword()
      return .connect(place)
    }
    let method: CaseSyntax.Method
    switch kind {
    case .capitalized:
      method = .word(Name(text(ofToken: position), currentSpan))
      bump()
    case .string: method = .quoted(try string("a method"))
    default: throw unknownWord(in: .test)
    }
    return .http(method: method, target: try string("a path or URL in quotes"))
  }

  private mutating func fact() throws(SyntaxFailure) -> CaseSyntax.Fact {
    let start = position
    let subject = try operand("an attribute")
    try expect(.is)
    let value: CaseSyntax.FactValue
    if accept(Word.invalid) {
      value = .invalid(try name("what is wrong with the token, such as `expired`"))
    } else {
      value = .operand(try operand("a value"))
    }
    return CaseSyntax.Fact(subject: subject, value: value, span: span(from: start))
  }

  // MARK: - Expectations

  private static let expectationWords: [Word] = [
    .allow, .deny, .reject, .shadow, .audit, .limit, .route, .to, .redirect, .respond,
  ]

  private mutating func expectation() throws(SyntaxFailure) -> Item<CaseSyntax.Expectation> {
    let start = position
    let expectation = try expectationKind()
    return Item(expectation, span(from: start))
  }

  private mutating func expectationKind() throws(SyntaxFailure) -> CaseSyntax.Expectation {
    if accept(.allow) { return .allow(by: accept(.by) ? try name("the name of a rule") : nil) }
    if accept(.deny) {
      if accept(.by) { return .denyBy(try name("the name of a rule")) }
      if accept(.noRule) { return .denyNoRule }
      if accept(.indeterminate) { return .denyIndeterminate }
      throw expectedError("`by` and a rule, `no_rule` or `indeterminate`")
    }
    if accept(.reject) { return .reject(try name("a reason such as `token_expired`")) }
    if accept(.shadow) {
      if accept(.allow) { return .shadow(allow: true) }
      try expect(.deny)
      return .shadow(allow: false)
    }
    if accept(.audit) { return .audit(try name("the name of an audit rule")) }
    if accept(.limit) { return .limit(try name("the name of a limit")) }
    if accept(.route) {
      let place = currentSpan
      let name = accept(.otherwise) ? Name("otherwise", place) : try name("the name of a route")
      return .route(name, to: accept(.to) ? try destinations() : nil)
    }
    if accept(.to) { return .to(try destinations()) }
    if accept(.redirect) {
      let status = try int("a status such as 308")
      try expect(.to)
      return .redirect(status: status, to: try string("a path or URL in quotes"))
    }
    if accept(.respond) { return .respond(status: try int("a status such as 404")) }
    throw expectedError("an outcome, such as `allow`, `deny no_rule` or `route`")
  }

  // MARK: - Proofs

  mutating func prove() throws(SyntaxFailure) -> ProveDeclaration {
    let name = try string("what is proved, in quotes")
    let block = try block(.prove) { parser throws(SyntaxFailure) in try parser.claimOfProof() }
    return ProveDeclaration(name: name, claims: block.items)
  }

  private mutating func claimOfProof() throws(SyntaxFailure) -> ProveDeclaration.Claim {
    switch word {
    case .never:
      keyword()
      return .never(try outcome())
    case .always:
      keyword()
      return .always(try outcome())
    case .equivalent:
      keyword()
      let first = try place()
      try expect(.and)
      let second = try place()
      let restricted = word == .when || word == .always
      return .equivalent(first, second, restricted ? try condition(of: "the claim") : nil)
    default: throw unknownWord(in: .prove)
    }
  }

  private mutating func outcome() throws(SyntaxFailure) -> ProveDeclaration.Outcome {
    if accept(.route) {
      let table: ProveDeclaration.Table =
        kind == .string
        ? .host(try string("a host")) : .name(try name("a gateway or service with routes, or a host in quotes"))
      try expect(.to)
      let destination = try destination()
      return .route(table, to: destination, try condition(of: "the claim"))
    }
    let isAllow = accept(.allow)
    if !isAllow, !accept(.deny) { throw expectedError("`allow`, `deny` or `route`") }
    let place = try place()
    let condition = try condition(of: "the claim")
    return isAllow ? .allow(place, condition) : .deny(place, condition)
  }

  private mutating func place() throws(SyntaxFailure) -> ProveDeclaration.Place {
    let name = try name("the name of a service")
    return ProveDeclaration.Place(name: name, port: try portClause())
  }
}
