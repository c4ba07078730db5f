/// What a token is, decided by its bytes alone. Words keep their meaning for the parser: most are words of one block only.
public enum TokenKind: UInt8, Hashable, Sendable {
  /// Lower-case ASCII letters, digits, `-` and `_`: a name or a word of the grammar.
  case name
  /// A word with an upper-case letter: `GET`, `Set`, `Mon`, `ES256`.
  case capitalized
  case string, regex
  case int, percent, duration, size, rate, date, time
  /// `/24`
  case prefix
  case leftBrace, rightBrace, leftParen, rightParen, leftBracket, rightBracket
  case comma, dot, dotDot, colon, equals, arrow, slash, at, question, less, greater
  /// `==`, `!=`, `&&`, `||`, `!`: reported by the lexer, understood by the parser, so that one message is enough.
  case foreignOperator
  /// Reported by the lexer, separates items all the same.
  case semicolon
  /// Bytes that are no token; reported by the lexer.
  case invalid
  case endOfFile

  // Trivia: kept in the tree, skipped by the parser.
  case whitespace, newline, comment, docComment, byteOrderMark

  public var isTrivia: Bool {
    switch self {
    case .whitespace, .newline, .comment, .docComment, .byteOrderMark: true
    case .name, .capitalized, .string, .regex, .int, .percent, .duration, .size, .rate, .date, .time, .prefix,
      .leftBrace, .rightBrace, .leftParen, .rightParen, .leftBracket, .rightBracket, .comma, .dot, .dotDot, .colon,
      .equals, .arrow, .slash, .at, .question, .less, .greater, .foreignOperator, .semicolon, .invalid, .endOfFile:
      false
    }
  }
}

/// A token or a piece of trivia. It ends where the next one starts, so together they are the source, byte for byte.
public struct Token: Hashable, Sendable {
  public let kind: TokenKind
  /// The word of the grammar that it may be; for a foreign operator, the word to write instead.
  public let word: Word?
  /// Byte offset in the file.
  public let start: Int
}
