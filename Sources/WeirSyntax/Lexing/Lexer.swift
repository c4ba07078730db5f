import WeirSource

/// Cuts a source into tokens and trivia. Every byte belongs to exactly one of them; what is no token is reported once.
///
/// Complexity: O(length of the text).
struct Lexer {
  let text: [UInt8]
  let file: FileID
  private(set) var tokens: [Token] = []
  private(set) var diagnostics: [Diagnostic]
  /// Byte offset of what is read next.
  private var position = 0
  /// The line feed, or the end of the text, that was found last.
  private var lineFeed = -1
  /// Where bytes were refused that may stand nowhere, and the first of them not yet passed.
  private let forbiddenStarts: [Int]
  private var nextForbidden = 0

  init(_ text: [UInt8], file: FileID) {
    self.text = text
    self.file = file
    diagnostics = forbiddenBytes(in: text, file: file)
    forbiddenStarts = diagnostics.map(\.span.start)
    tokens.reserveCapacity(text.count / 3 + 1)
  }

  /// The last token is the end of the file.
  mutating func run() {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      append(.byteOrderMark, length: 3)
      report(.byteOrderMark, 0..<3, "the file begins with a byte order mark", fix: "")
    }
    while position < text.count { next() }
    append(.endOfFile, length: 0)
  }

  private mutating func next() {
    let byte = text[position]
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): whitespace()
    case UInt8(ascii: "\n"): append(.newline, length: 1)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): word()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "'"): singleQuoted()
    case UInt8(ascii: "{"): append(.leftBrace, length: 1)
    case UInt8(ascii: "}"): append(.rightBrace, length: 1)
    case UInt8(ascii: "("): append(.leftParen, length: 1)
    case UInt8(ascii: ")"): append(.rightParen, length: 1)
    case UInt8(ascii: "["): append(.leftBracket, length: 1)
    case UInt8(ascii: "]"): append(.rightBracket, length: 1)
    case UInt8(ascii: ","): append(.comma, length: 1)
    case UInt8(ascii: ":"): append(.colon, length: 1)
    case UInt8(ascii: "@"): append(.at, length: 1)
    case UInt8(ascii: "?"): append(.question, length: 1)
    case UInt8(ascii: "."): append(follows(".") ? .dotDot : .dot, length: follows(".") ? 2 : 1)
    case UInt8(ascii: "/"): slash()
    case UInt8(ascii: "-") where text.digit(at: position + 1): number()
    case UInt8(ascii: ";"): semicolon()
    case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "<"),
      UInt8(ascii: ">"):
      operatorOrPunctuation(byte)
    default: unknown()
    }
  }

  // MARK: - Words and trivia

  private mutating func whitespace() {
    var end = position + 1
    while end < text.count,
      text[end] == UInt8(ascii: " ") || text[end] == UInt8(ascii: "\t") || text[end] == UInt8(ascii: "\r")
    { end += 1 }
    append(.whitespace, length: end - position)
  }

  private mutating func word() {
    if text[position] == UInt8(ascii: "r"), text.has(UInt8(ascii: "e"), at: position + 1),
      text.has(UInt8(ascii: "\""), at: position + 2)
    {
      return regex()
    }
    var packed = Word.Packed()
    var capitalized = false
    var end = position
    while end < text.count, text[end].continuesWord {
      if text[end].isUpper { capitalized = true }
      packed.append(text[end])
      end += 1
    }
    if end < text.count, text[end] >= 0x80 { return unknown() }
    append(capitalized ? .capitalized : .name, length: end - position, word: Word.byPackedText[packed])
  }

  private mutating func slash() {
    if follows("/") {
      let isDoc = text.has(UInt8(ascii: "/"), at: position + 2) && !text.has(UInt8(ascii: "/"), at: position + 3)
      append(isDoc ? .docComment : .comment, length: endOfLine() - position)
    } else if text.digit(at: position + 1) {
      let number = ScannedNumber(digitsOf: text, at: position + 1)
      let start = position
      append(.prefix, length: number.end - position)
      report(number.problem, start..<number.end)
    } else {
      append(.slash, length: 1)
    }
  }

  // MARK: - Values

  private mutating func number() {
    let number = ScannedNumber(text, at: position)
    let start = position
    append(number.kind, length: number.end - position)
    report(number.problem, start..<number.end)
  }

  private mutating func string() {
    let start = position
    var end = position + 1
    let limit = endOfLine()
    while end < limit, text[end] != UInt8(ascii: "\"") {
      if text[end] == UInt8(ascii: "\\") {
        if end + 1 < limit, text[end + 1] != UInt8(ascii: "\""), text[end + 1] != UInt8(ascii: "\\") {
          let escape = String(decoding: text[end + 1..<endOfScalar(at: end + 1)], as: UTF8.self)
          report(
            .unknownEscape, end..<endOfScalar(at: end + 1), "strings know no escape `\\\(escape)`",
            note: "a string knows `\\\"` and `\\\\` only")
        }
        end += 1
        if end >= limit { break }
      }
      end += 1
    }
    finish(.string, from: start, end: min(end, limit), limit: limit)
  }

  private mutating func regex() {
    let start = position
    var end = position + 3
    let limit = endOfLine()
    while end < limit, text[end] != UInt8(ascii: "\"") { end += 1 }
    finish(.regex, from: start, end: end, limit: limit)
  }

  private mutating func finish(_ kind: TokenKind, from start: Int, end: Int, limit: Int) {
    if end < limit {
      append(kind, length: end + 1 - start)
    } else {
      append(.invalid, length: limit - start)
      report(
        .unterminatedString, start..<limit, "the \(kind == .regex ? "regular expression" : "string") does not end",
        note: "strings stand on one line", help: "close it with `\"`")
    }
  }

  private mutating func singleQuoted() {
    let start = position
    let limit = endOfLine()
    var end = position + 1
    while end < limit, text[end] != UInt8(ascii: "'") { end += 1 }
    let isClosed = end < limit
    append(.invalid, length: (isClosed ? end + 1 : end) - start)
    let body = String(decoding: text[start + 1..<end], as: UTF8.self)
    let needsEscape = body.contains("\"") || body.contains("\\")
    report(
      .singleQuotes, start..<position, "strings are written with double quotes",
      fix: isClosed && !needsEscape ? "\"\(body)\"" : nil)
  }

  // MARK: - What other languages write

  private mutating func operatorOrPunctuation(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "=") where follows(">"): append(.arrow, length: 2)
    case UInt8(ascii: "=") where follows("="): foreign(length: follows("=", at: 2) ? 3 : 2, .is, "is")
    case UInt8(ascii: "="): append(.equals, length: 1)
    case UInt8(ascii: "!") where follows("="): foreign(length: follows("=", at: 2) ? 3 : 2, .is, "is not")
    case UInt8(ascii: "!"): foreign(length: 1, .not, "not ")
    case UInt8(ascii: "&"): foreign(length: follows("&") ? 2 : 1, .and, "and")
    case UInt8(ascii: "|"): foreign(length: follows("|") ? 2 : 1, .or, "or")
    case UInt8(ascii: "<") where follows("="), UInt8(ascii: ">") where follows("="):
      let start = position
      append(.invalid, length: 2)
      report(
        .foreignOperator, start..<position, "there is no order between values",
        help: "write a range: `in 6..20` includes both ends")
    case UInt8(ascii: "<"): append(.less, length: 1)
    default: append(.greater, length: 1)
    }
  }

  private mutating func foreign(length: Int, _ word: Word, _ replacement: String) {
    let start = position
    append(.foreignOperator, length: length, word: word)
    let written = String(decoding: text[start..<position], as: UTF8.self)
    let wanted = replacement.hasSuffix(" ") ? String(replacement.dropLast()) : replacement
    report(
      .foreignOperator, start..<position, "`\(written)` is not an operator here: it is written `\(wanted)`",
      fix: replacement)
  }

  private mutating func semicolon() {
    let start = position
    append(.semicolon, length: 1)
    report(
      .semicolon, start..<position, "items are separated by a comma or a new line, not by `;`",
      fix: lineIsOver() ? "" : ",")
  }

  /// Nothing but blanks, a comment or a closing brace until the end of the line.
  private func lineIsOver() -> Bool {
    var next = position
    while next < text.count, text[next] == UInt8(ascii: " ") || text[next] == UInt8(ascii: "\t") { next += 1 }
    return next >= text.count || text[next] == UInt8(ascii: "\n") || text[next] == UInt8(ascii: "\r")
      || text[next] == UInt8(ascii: "/") || text[next] == UInt8(ascii: "}")
  }

  /// A run of bytes that begin no token, or a word with letters that are not ASCII.
  private mutating func unknown() {
    let start = position
    var end = position + 1
    var hasForeignLetter = text[start] >= 0x80
    if hasForeignLetter || text[start].isLetter {
      while end < text.count, text[end].continuesWord || text[end] >= 0x80 {
        if text[end] >= 0x80 { hasForeignLetter = true }
        end += 1
      }
    }
    append(.invalid, length: end - start)
    // Invisible and broken bytes were reported before.
    while nextForbidden < forbiddenStarts.count, forbiddenStarts[nextForbidden] < start { nextForbidden += 1 }
    if nextForbidden < forbiddenStarts.count, forbiddenStarts[nextForbidden] < end { return }
    let written = String(decoding: text[start..<end], as: UTF8.self)
    if hasForeignLetter {
      report(
        .unexpectedCharacter, start..<end, "`\(written)` has characters that no name may have",
        note: "names are ASCII lower case, digits, `-` and `_`")
    } else {
      report(
        .unexpectedCharacter, start..<end, "`\(written)` means nothing here",
        help: written == "#" ? "comments begin with `//`" : nil)
    }
  }

  // MARK: - Helpers

  private func follows(_ scalar: Unicode.Scalar, at distance: Int = 1) -> Bool {
    text.has(UInt8(truncatingIfNeeded: scalar.value), at: position + distance)
  }

  /// A line is searched for its end once, however many strings it has.
  private mutating func endOfLine() -> Int {
    if lineFeed < position {
      lineFeed = position
      while lineFeed < text.count, text[lineFeed] != UInt8(ascii: "\n") { lineFeed += 1 }
    }
    var end = lineFeed
    if end < text.count, end > position, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }

  private func endOfScalar(at start: Int) -> Int {
    var end = start + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private mutating func append(_ kind: TokenKind, length: Int, word: Word? = nil) {
    tokens.append(Token(kind: kind, word: word, start: position))
    position += length
  }

  private mutating func report(
    _ kind: DiagnosticKind, _ range: Range<Int>, _ message: String, note: String? = nil, help: String? = nil,
    fix: String? = nil
  ) {
    let span = SourceSpan(file: file, start: range.lowerBound, end: range.upperBound)
    diagnostics.append(
      Diagnostic(
        kind, at: span, message, notes: note.map { [$0] } ?? [], help: help, fix: fix.map { .init(span, $0) }))
  }

  private mutating func report(_ problem: ScannedNumber.Problem?, _ range: Range<Int>) {
    let written = String(decoding: text[range], as: UTF8.self)
    switch problem {
    case nil: break
    case .tooLarge:
      report(.numberTooLarge, range, "`\(written)` is too large", note: "the largest number is \(Int64.max)")
    case .leadingZero:
      report(.malformedNumber, range, "`\(written)` begins with a zero", help: "write it without the zero")
    case .decimals:
      report(
        .malformedNumber, range, "`\(written)` has decimals",
        note: "only a percentage has decimals, at most two: `0.25%`")
    case .negative:
      report(.malformedNumber, range, "`\(written)` is below zero", note: "only plain numbers may be negative")
    case .notADate:
      report(.notADate, range, "there is no day `\(written)`", note: "a date is written `2027-01-31`")
    case .notATime:
      report(
        .notADate, range, "there is no moment `\(written)`", note: "a time is written `2026-11-21T10:00:00Z`, in UTC")
    case .unknownUnit(let unit, let suggestion):
      let units = unit.hasPrefix("/") ? Units.rates.map { "/" + $0.name } : (Units.durations + Units.sizes).map(\.name)
      let suggestion = suggestion ?? Spelling.suggestion(for: unit, among: units)
      report(
        .unknownUnit, range, "`\(unit)` is not a unit",
        note: "the units are \(units.map { "`\($0)`" }.joined(separator: ", "))",
        help: suggestion.map { "did you mean `\($0)`?" },
        fix: suggestion.map { String(written.dropLast(unit.count)) + $0 })
    }
  }
}
