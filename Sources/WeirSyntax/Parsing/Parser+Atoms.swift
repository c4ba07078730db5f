import WeirSource

/// Names, literals and lists of them.
extension Parser {
  /// A name that the author chooses or refers to. `what`: "the name of the service".
  mutating func name(_ what: String) throws(SyntaxFailure) -> Name {
    switch kind {
    case .name:
      let written = text(ofToken: position)
      if let word = tokens[position].word, word.isReserved {
        throw fail(
          .reservedWord, at: currentSpan, "`\(written)` is a word of the language and cannot be \(what)",
          note: "rule words are reserved, so that a rule reads the same wherever it stands")
      }
      let name = Name(written, currentSpan)
      bump()
      return name
    case .capitalized:
      let written = text(ofToken: position)
      throw fail(
        .upperCaseName, at: currentSpan, "`\(written)` has upper-case letters; expected \(what)",
        note: "names are ASCII lower case, digits, `-` and `_`", fix: written.lowercased())
    default: throw expectedError(what)
    }
  }

  /// A name or a word with upper-case letters: `GET`, `Set`, `Mon`.
  mutating func anyWord(_ what: String) throws(SyntaxFailure) -> Name {
    guard kind == .capitalized else { return try name(what) }
    let name = Name(text(ofToken: position), currentSpan)
    bump()
    return name
  }

  /// `a.b.c`
  mutating func path(_ what: String) throws(SyntaxFailure) -> Path {
    let start = position
    var parts = [try name(what)]
    while accept(.dot) { parts.append(try name("a name after the dot")) }
    return Path(parts, span(from: start))
  }

  // MARK: - Literals

  mutating func string(_ what: String) throws(SyntaxFailure) -> Spanned<String> {
    guard kind == .string else { throw expectedError(what) }
    let value = Spanned(stringValue(ofToken: position), currentSpan)
    bump()
    return value
  }

  /// Without quotes, escapes resolved.
  func stringValue(ofToken index: Int) -> String {
    let quoted = range(ofToken: index)
    let inside = text[quoted.lowerBound + 1..<max(quoted.upperBound - 1, quoted.lowerBound + 1)]
    guard inside.contains(UInt8(ascii: "\\")) else { return String(decoding: inside, as: UTF8.self) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(quoted.count)
    var next = quoted.lowerBound + 1
    while next < quoted.upperBound - 1 {
      if text[next] == UInt8(ascii: "\\"), next + 1 < quoted.upperBound - 1 { next += 1 }
      bytes.append(text[next])
      next += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func int(_ what: String) throws(SyntaxFailure) -> Spanned<Int64> {
    try number(.int, what) { if case .int(let value) = $0 { value } else { nil } }
  }

  /// Nanoseconds.
  mutating func duration(_ what: String) throws(SyntaxFailure) -> Spanned<Int64> {
    try number(.duration, "\(what), such as `250ms`") { if case .duration(let value) = $0 { value } else { nil } }
  }

  /// Hundredths of a percent.
  mutating func percent(_ what: String) throws(SyntaxFailure) -> Spanned<Int64> {
    try number(.percent, "\(what), such as `5%`") { if case .percent(let value) = $0 { value } else { nil } }
  }

  /// Days since 1970-01-01.
  mutating func date(_ what: String) throws(SyntaxFailure) -> Spanned<Int64> {
    try number(.date, "\(what), such as `2027-01-31`") { if case .date(let value) = $0 { value } else { nil } }
  }

  mutating func rate(_ what: String) throws(SyntaxFailure) -> Spanned<LimitDeclaration.Rate> {
    try number(.rate, "\(what), such as `100/s`") {
      if case .rate(let count, let period) = $0 { .init(count: count, perNanoseconds: period) } else { nil }
    }
  }

  /// `/24`: the length.
  mutating func prefix() throws(SyntaxFailure) -> Spanned<Int64> {
    let digits = ScannedNumber(digitsOf: text, at: tokens[position].start + 1)
    guard kind == .prefix, case .int(let length) = digits.quantity else { throw expectedError("a prefix length") }
    let value = Spanned(length, currentSpan)
    bump()
    return value
  }

  private mutating func number<Value>(
    _ wanted: TokenKind, _ what: String, _ value: (Quantity) -> Value?
  ) throws(SyntaxFailure) -> Spanned<Value> {
    guard kind == wanted, let value = value(quantity(ofToken: position)) else { throw expectedError(what) }
    let spanned = Spanned(value, currentSpan)
    bump()
    return spanned
  }

  func quantity(ofToken index: Int) -> Quantity { ScannedNumber(text, at: tokens[index].start).quantity }

  /// `503` or `500..599`
  mutating func intRange(_ what: String) throws(SyntaxFailure) -> Spanned<ClosedRange<Int64>> {
    let start = position
    let low = try int(what)
    guard accept(.dotDot) else { return Spanned(low.value...low.value, low.span) }
    let high = try int("the end of the range")
    guard low.value <= high.value else { throw backwards(span(from: start)) }
    return Spanned(low.value...high.value, span(from: start))
  }

  mutating func backwards(_ span: SourceSpan) -> SyntaxFailure {
    fail(.backwardsRange, at: span, "this range ends before it begins", note: "a range includes both ends")
  }

  // MARK: - Lists of values

  mutating func strings(_ what: String) throws(SyntaxFailure) -> [Spanned<String>] {
    try list { parser throws(SyntaxFailure) in try parser.string(what) }
  }

  mutating func names(_ what: String) throws(SyntaxFailure) -> [Name] {
    try list { parser throws(SyntaxFailure) in try parser.name(what) }
  }

  mutating func words(_ what: String) throws(SyntaxFailure) -> [Name] {
    try list { parser throws(SyntaxFailure) in try parser.anyWord(what) }
  }

  /// Braces and elements; a mistake in one loses the whole item the list is in.
  mutating func list<Value>(
    _ element: (inout Parser) throws(SyntaxFailure) -> Value
  ) throws(SyntaxFailure) -> [Value] {
    let opening = position
    open(.block(.list))
    try openBrace()
    let outerParens = parenDepth
    parenDepth = 0
    var values: [Value] = []
    while true {
      takeNewline()
      if kind == .rightBrace { break }
      if kind == .endOfFile { throw unclosed(opening) }
      open(.element)
      values.append(try element(&self))
      close()
      try separator(in: .list, opening: opening)
    }
    closeBrace()
    parenDepth = outerParens
    close()
    return values
  }
}
