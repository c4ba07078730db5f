import WeirSource

extension Parser {
  /// `a and b`, `a or b`; mixing them needs parentheses.
  mutating func expression() throws(SyntaxFailure) -> Expression {
    let start = position
    open(.expression)
    var operands = [try unary()]
    /// The word before each operand but the first, and where its operand begins and ends in the source.
    var words: [Word] = []
    var spans = [span(from: start)]
    var mixedAt: SourceSpan?
    while true {
      let joiner: Word
      if at(.and) { joiner = .and } else if at(.or) { joiner = .or } else { break }
      if let first = words.first, first != joiner, mixedAt == nil { mixedAt = currentSpan }
      keyword()
      let operandStart = position
      operands.append(try unary())
      words.append(joiner)
      spans.append(span(from: operandStart))
    }
    close()
    let whole = span(from: start)
    guard let first = words.first else { return operands[0] }
    guard let mixedAt else { return first == .and ? .and(operands, whole) : .or(operands, whole) }
    return mixed(operands, words, spans, whole, at: mixedAt)
  }

  /// Reports `and` beside `or` and reads it as most languages do.
  private mutating func mixed(
    _ operands: [Expression], _ words: [Word], _ spans: [SourceSpan], _ whole: SourceSpan, at place: SourceSpan
  ) -> Expression {
    var groups: [[Int]] = [[0]]
    for (index, word) in words.enumerated() {
      if word == .and { groups[groups.count - 1].append(index + 1) } else { groups.append([index + 1]) }
    }
    var replacement: [UInt8] = []
    var copied = whole.start
    for group in groups where group.count > 1 {
      let start = spans[group[0]].start
      let end = spans[group[group.count - 1]].end
      replacement += text[copied..<start] + [UInt8(ascii: "(")] + text[start..<end] + [UInt8(ascii: ")")]
      copied = end
    }
    replacement += text[copied..<whole.end]
    diagnostics.append(
      Diagnostic(
        .mixedAndOr, at: place, "`and` and `or` are mixed without parentheses",
        notes: ["neither binds stronger than the other: parentheses say what is meant"],
        help: "if the parts with `and` belong together, put them in parentheses",
        fix: .init(whole, String(decoding: replacement, as: UTF8.self))))
    return .or(
      groups.map { group in
        let span = spans[group[0]].union(spans[group[group.count - 1]])
        return group.count == 1 ? operands[group[0]] : .and(group.map { operands[$0] }, span)
      }, whole)
  }

  private mutating func unary() throws(SyntaxFailure) -> Expression {
    let start = position
    try enter()
    defer { nesting -= 1 }
    if accept(.not) {
      open(.not)
      let operand = try unary()
      close()
      return .not(operand, span(from: start))
    }
    if kind == .leftParen {
      open(.parenthesized)
      let inner = try parens { parser throws(SyntaxFailure) in try parser.expression() }
      close()
      return .parenthesized(inner, span(from: start))
    }
    open(.comparison)
    let comparison = try comparison()
    close()
    return .comparison(comparison)
  }

  /// What stands between parentheses; newlines separate nothing there.
  private mutating func parens<Value>(
    _ inner: (inout Parser) throws(SyntaxFailure) -> Value
  ) throws(SyntaxFailure) -> Value {
    parenDepth += 1
    bump()
    let value = try inner(&self)
    guard rawKind == .rightParen else { throw expectedError("`)`") }
    parenDepth -= 1
    bump()
    return value
  }

  // MARK: - Tests

  /// `[any|all] SUBJECT [in "ZONE"] [PREDICATE [else true|false]]`
  private mutating func comparison() throws(SyntaxFailure) -> Comparison {
    let start = position
    var quantifier: Spanned<Comparison.Quantifier>?
    if word == .any || word == .all {
      quantifier = Spanned(word == .any ? .any : .all, currentSpan)
      bump()
    }
    let subject = try operand("a condition")
    var zone: Spanned<String>?
    var (isNegated, predicate) = try predicate()
    if case .in(.string(let text, let place)) = predicate, !isNegated, word?.beginsPredicate ?? false {
      zone = Spanned(text, place)
      (isNegated, predicate) = try self.predicate()
    }
    var otherwise: Spanned<Bool>?
    if predicate != nil, accept(.else) {
      guard word == .true || word == .false else { throw expectedError("`true` or `false` after `else`") }
      otherwise = Spanned(word == .true, currentSpan)
      bump()
    }
    return Comparison(
      quantifier: quantifier, subject: subject, zone: zone, isNegated: isNegated, predicate: predicate,
      otherwise: otherwise, span: span(from: start))
  }

  private mutating func predicate() throws(SyntaxFailure) -> (isNegated: Bool, Comparison.Predicate?) {
    if kind == .equals {
      report(.foreignOperator, at: currentSpan, "equality is written `is`", fix: "is")
      bump(goesOn: true)
      return (false, .is(try operand("a value")))
    }
    if at(.is) {
      let isForeign = rawKind == .foreignOperator
      let foreignNegation = isForeign && text(ofToken: position).hasPrefix("!")
      keyword()
      let isNegated = foreignNegation || accept(.not)
      if accept(.present) { return (isNegated, .isPresent) }
      if accept(.absent) { return (isNegated, .isAbsent) }
      return (isNegated, .is(try operand("a value")))
    }
    let isNegated = accept(.not)
    if accept(.in) { return (isNegated, .in(try operand("a set, a range or a value"))) }
    if accept(.has) { return (isNegated, .has(try operand("a value"))) }
    if accept(.matches) { return (isNegated, .matches(try operand("a pattern"))) }
    if accept(.under) { return (isNegated, .under(try operand("a path"))) }
    if isNegated { throw expectedError("`in`, `has`, `matches` or `under` after `not`") }
    return (false, nil)
  }

  // MARK: - Operands

  mutating func operand(_ what: String) throws(SyntaxFailure) -> Operand {
    let place = currentSpan
    switch kind {
    case .string: return .string(try string(what).value, place)
    case .regex:
      let quoted = range(ofToken: position)
      let body = text[quoted.lowerBound + 3..<quoted.upperBound - 1]
      bump()
      return .regex(String(decoding: body, as: UTF8.self), place)
    case .int, .percent, .duration, .size, .rate, .date, .time: return try quantity()
    case .leftBrace:
      let start = position
      let elements = try list { parser throws(SyntaxFailure) in try parser.operand("a value") }
      return .set(elements, span(from: start))
    case .name, .capitalized:
      if word == .true || word == .false {
        let value = word == .true
        bump()
        return .bool(value, place)
      }
      if word?.isReserved ?? false { throw expectedError(what) }
      return .reference(try reference(what))
    default: throw expectedError(what)
    }
  }

  /// A number with or without unit, a date, a time; a range of plain ones.
  private mutating func quantity() throws(SyntaxFailure) -> Operand {
    let start = position
    let low = literal()
    guard kind == .dotDot else { return low }
    let lowKind = tokens[start].kind
    guard lowKind == .int || lowKind == .date || lowKind == .time else {
      throw expectedError("a single value: ranges are of numbers, dates or times")
    }
    bump()
    guard kind == lowKind else { throw expectedError("the end of the range, of the same kind as its beginning") }
    let lowValue = quantity(ofToken: start).ordinal
    let highValue = quantity(ofToken: position).ordinal
    let high = literal()
    guard lowValue <= highValue else { throw backwards(span(from: start)) }
    return .range(low, high, span(from: start))
  }

  private mutating func literal() -> Operand {
    let place = currentSpan
    let quantity = quantity(ofToken: position)
    bump()
    switch quantity {
    case .int(let value): return .int(value, place)
    case .percent(let value): return .percent(value, place)
    case .duration(let value): return .duration(value, place)
    case .size(let value): return .size(value, place)
    case .rate(let count, let period): return .rate(count: count, perNanoseconds: period, place)
    case .date(let value): return .date(value, place)
    case .time(let value): return .time(value, place)
    }
  }

  /// `request.header["x"]`, `payments.canary`, `GET`, `http.is_probe(request.path)`
  mutating func reference(_ what: String) throws(SyntaxFailure) -> Reference {
    let start = position
    open(.reference)
    var parts: [Reference.Part] = [.name(try anyWord(what))]
    while true {
      if accept(.dot) {
        parts.append(.name(try anyWord("a name after the dot")))
      } else if kind == .leftBracket {
        parenDepth += 1
        bump()
        let key = try string("a name in quotes, such as `[\"x-region\"]`")
        guard rawKind == .rightBracket else { throw expectedError("`]`") }
        parenDepth -= 1
        bump()
        parts.append(.key(key.value, key.span))
      } else {
        break
      }
    }
    var arguments: [Operand]?
    if kind == .leftParen {
      open(.arguments)
      arguments = try parens { parser throws(SyntaxFailure) in
        try parser.commaSeparated { parser throws(SyntaxFailure) in try parser.operand("an argument") }
      }
      close()
    }
    close()
    return Reference(parts: parts, arguments: arguments, span: span(from: start))
  }

  /// Up to the closing parenthesis.
  private mutating func commaSeparated<Value>(
    _ element: (inout Parser) throws(SyntaxFailure) -> Value
  ) throws(SyntaxFailure) -> [Value] {
    if rawKind == .rightParen { return [] }
    var values = [try element(&self)]
    while accept(.comma) { values.append(try element(&self)) }
    return values
  }

  // MARK: - Types and parameters

  mutating func type() throws(SyntaxFailure) -> TypeName {
    let start = position
    try enter()
    defer { nesting -= 1 }
    open(.type)
    guard kind == .capitalized else { throw expectedError("a type, such as `String`") }
    let name = Name(text(ofToken: position), currentSpan)
    bump()
    var arguments: [TypeName] = []
    if accept(.less) {
      arguments.append(try type())
      try expect(.greater, "`>`")
    }
    let isOptional = accept(.question)
    close()
    return TypeName(name: name, arguments: arguments, isOptional: isOptional, span: span(from: start))
  }

  /// `(ip: IP, name: String)`
  mutating func parameters() throws(SyntaxFailure) -> [(name: Name, type: TypeName)] {
    guard kind == .leftParen else { throw expectedError("`(`") }
    open(.arguments)
    let parameters = try parens { parser throws(SyntaxFailure) in
      try parser.commaSeparated { parser throws(SyntaxFailure) in
        let name = try parser.name("the name of a parameter")
        try parser.expect(.colon, "`:` and the type of the parameter")
        return (name: name, type: try parser.type())
      }
    }
    close()
    return parameters
  }

  // MARK: - Conditions

  /// `when EXPR` or `always`
  mutating func condition(of what: String) throws(SyntaxFailure) -> ConditionSyntax {
    open(.condition)
    if accept(.when) {
      let expression = try expression()
      close()
      return .when(expression)
    }
    if at(.always) {
      let place = currentSpan
      bump()
      close()
      return .always(place)
    }
    if rawKind == .invalid { throw .item }
    let place = span(ofToken: consumedEnd - 1).after
    throw fail(
      .missingCondition, at: place, "\(what) does not say when it applies",
      labels: kind == .newline || kind == .endOfFile || kind == .rightBrace || kind == .leftBrace
        ? [] : [.init(currentSpan, "found \(describeCurrent())")],
      note: "every rule ends in `when …` or `always`: nothing is said by omission",
      help: "add `when` and a condition, or `always`")
  }
}

extension Quantity {
  /// For comparing the two ends of a range.
  fileprivate var ordinal: Int64 {
    switch self {
    case .int(let value), .percent(let value), .duration(let value), .size(let value), .rate(let value, _),
      .date(let value), .time(let value):
      value
    }
  }
}
