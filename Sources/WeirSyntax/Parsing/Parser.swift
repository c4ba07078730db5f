import WeirSource

/// Thrown after the mistake was reported (once); caught where parsing can go on.
enum SyntaxFailure: Error {
  /// The item is lost; the block goes on at the next one.
  case item
  /// A brace is missing; the declaration is lost.
  case unclosed
}

/// Recursive descent with one token of lookahead. One pass makes both the tree and the values read from its tokens, so
/// that there is one grammar: nodes are opened and closed around the tokens, and the functions return what they read.
struct Parser {
  /// How deep braces, parentheses and `not` may nest: the stack of the compiler must not depend on a source.
  static let nestingMax = 64

  let text: [UInt8]
  let file: FileID
  let tokens: [Token]
  var nodes: [SyntaxNode] = []
  var diagnostics: [Diagnostic]

  /// Index of the current token, never trivia.
  private(set) var position = 0
  /// One past the index of the last token consumed.
  private(set) var consumedEnd = 0
  /// A newline lies before the current token and was not yet taken as a separator.
  private(set) var newlineBefore = false
  /// The last token consumed lets its line go on.
  private var lineGoesOn = true
  /// Parentheses and brackets open inside the innermost braces.
  var parenDepth = 0
  var braceDepth = 0
  var nesting = 0
  /// A comma that turned out to end the item before it.
  var separatorTaken = false
  /// Words that would have been understood at the current token: candidates for "did you mean".
  private(set) var expected: [Word] = []
  /// The blocks around the current token, the innermost last.
  var openBlocks: [Block] = []
  /// Where a closing brace was last found missing.
  var missingBraceAt: Int?
  /// Nodes not yet closed.
  var openNodes: [Int] = []
  /// A string without an end may have swallowed a brace.
  let hasUnterminatedText: Bool

  init(_ lexer: Lexer) {
    text = lexer.text
    file = lexer.file
    tokens = lexer.tokens
    diagnostics = lexer.diagnostics
    hasUnterminatedText = diagnostics.contains { $0.kind == .unterminatedString || $0.kind == .singleQuotes }
    skipTrivia()
  }

  // MARK: - The current token

  var rawKind: TokenKind { tokens[position].kind }

  /// The kind of the current token; `.newline` where a newline separates it from what was read.
  var kind: TokenKind { newlineSeparates ? .newline : tokens[position].kind }

  /// The word at the current token; `nil` where a newline separates.
  var word: Word? { newlineSeparates ? nil : tokens[position].word }

  private var newlineSeparates: Bool {
    guard newlineBefore, !lineGoesOn, parenDepth == 0 else { return false }
    let token = tokens[position]
    switch token.kind {
    case .leftBrace, .rightBrace, .endOfFile: return false
    default: return !(token.word?.continuesBefore ?? false)
    }
  }

  func range(ofToken index: Int) -> Range<Int> {
    tokens[index].start..<(index + 1 < tokens.count ? tokens[index + 1].start : text.count)
  }

  func span(ofToken index: Int) -> SourceSpan {
    let range = range(ofToken: index)
    return SourceSpan(file: file, start: range.lowerBound, end: range.upperBound)
  }

  /// From the token at `start` to the last one consumed.
  func span(from start: Int) -> SourceSpan {
    let end = max(start, consumedEnd - 1)
    return SourceSpan(file: file, start: tokens[start].start, end: range(ofToken: end).upperBound)
  }

  var currentSpan: SourceSpan { span(ofToken: position) }

  func text(ofToken index: Int) -> String { String(decoding: text[range(ofToken: index)], as: UTF8.self) }

  // MARK: - Consuming

  /// Takes the current token, whatever it is; the end of the file stays.
  /// `goesOn`: a newline after it separates nothing.
  mutating func bump(goesOn: Bool = false) {
    guard rawKind != .endOfFile else { return }
    position += 1
    consumedEnd = position
    lineGoesOn = goesOn
    if !expected.isEmpty { expected.removeAll(keepingCapacity: true) }
    skipTrivia()
  }

  private mutating func skipTrivia() {
    newlineBefore = false
    while tokens[position].kind.isTrivia {
      if tokens[position].kind == .newline { newlineBefore = true }
      position += 1
    }
  }

  /// Takes the current token as a word of the grammar.
  mutating func keyword() { bump(goesOn: tokens[position].word?.continuesAfter ?? false) }

  /// What was read ends with its line, whatever its last token is.
  mutating func endLine() {
    lineGoesOn = false
    newlineBefore = true
  }

  /// Counts a newline as read.
  mutating func takeNewline() { newlineBefore = false }

  mutating func at(_ wanted: Word) -> Bool {
    if word == wanted { return true }
    expected.append(wanted)
    return false
  }

  mutating func accept(_ wanted: Word) -> Bool {
    guard at(wanted) else { return false }
    keyword()
    return true
  }

  mutating func accept(_ wanted: TokenKind) -> Bool {
    guard kind == wanted else { return false }
    bump(goesOn: wanted == .comma || wanted == .equals || wanted == .arrow)
    return true
  }

  mutating func expect(_ wanted: Word) throws(SyntaxFailure) {
    guard accept(wanted) else { throw expectedError("`\(wanted.rawValue)`") }
  }

  mutating func expect(_ wanted: TokenKind, _ what: String) throws(SyntaxFailure) {
    guard accept(wanted) else { throw expectedError(what) }
  }

  // MARK: - Nodes

  mutating func open(_ kind: NodeKind) {
    openNodes.append(nodes.count)
    nodes.append(SyntaxNode(kind: kind, tokens: position..<position, subtreeEnd: nodes.count + 1))
  }

  /// `end`: one past the node's last token, when that is not the last one consumed.
  mutating func close(end: Int? = nil) {
    guard let node = openNodes.popLast() else { return }
    let end = end ?? consumedEnd
    // A node that a failure left empty lies where its parent ends, before the trivia that follow.
    nodes[node].tokens = min(nodes[node].tokens.lowerBound, end)..<end
    nodes[node].subtreeEnd = nodes.count
  }

  /// Closes what a failure left open.
  mutating func closeNodes(to count: Int) {
    while openNodes.count > count { close() }
  }

  // MARK: - Nesting

  mutating func enter() throws(SyntaxFailure) {
    nesting += 1
    guard nesting <= Self.nestingMax else {
      throw fail(
        .nestingTooDeep, at: currentSpan, "this is nested more than \(Self.nestingMax) deep",
        help: "give a part of it a name with `fn` or `let`")
    }
  }
}
