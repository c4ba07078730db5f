import WeirSource

/// Braces, separators, and finding the way back after a mistake.
extension Parser {
  struct ParsedBlock<Kind: Sendable> {
    var items: [Item<Kind>]
    /// The closing brace.
    var end: SourceSpan
  }

  /// Braces and items. A mistake in an item costs that item alone.
  mutating func block<Kind: Sendable>(
    _ block: Block, _ item: (inout Parser) throws(SyntaxFailure) -> Kind
  ) throws(SyntaxFailure) -> ParsedBlock<Kind> {
    let opening = position
    open(.block(block))
    try openBrace()
    let outerParens = parenDepth
    let depth = braceDepth
    let level = nesting
    parenDepth = 0
    openBlocks.append(block)
    defer { openBlocks.removeLast() }
    var items: [Item<Kind>] = []
    while true {
      if belongsOutside(block, opening) {
        closeMissingBrace(opening)
        parenDepth = outerParens
        close()
        return ParsedBlock(items: items, end: currentSpan)
      }
      takeNewline()
      if kind == .rightBrace { break }
      if kind == .endOfFile || !block.words.isEmpty && !isWord(of: block) && isDeclarationAtMargin(position) {
        throw unclosed(opening)
      }
      let openCount = openNodes.count
      do {
        let start = position
        separatorTaken = false
        open(.item)
        let value = try item(&self)
        let end = separatorTaken ? consumedEnd - 1 : consumedEnd
        close(end: end)
        items.append(Item(value, span(from: start, end: end)))
        if !separatorTaken { try separator(in: block, opening: opening) }
      } catch {
        closeNodes(to: openCount)
        guard case .item = error else { throw error }
        nesting = level
        parenDepth = 0
        try recover(in: block, depth: depth)
      }
    }
    let end = currentSpan
    closeBrace()
    parenDepth = outerParens
    close()
    return ParsedBlock(items: items, end: end)
  }

  private func span(from start: Int, end: Int) -> SourceSpan {
    SourceSpan(file: file, start: tokens[start].start, end: range(ofToken: max(start, end - 1)).upperBound)
  }

  mutating func openBrace() throws(SyntaxFailure) {
    guard kind == .leftBrace else { throw expectedError("`{`") }
    try enter()
    bump(goesOn: true)
    braceDepth += 1
  }

  mutating func closeBrace() {
    parenDepth = 0
    bump()
    braceDepth -= 1
    nesting -= 1
  }

  /// After an item: a comma or a newline, or the closing brace is next.
  mutating func separator(in block: Block, opening: Int) throws(SyntaxFailure) {
    if kind == .newline {
      takeNewline()
    } else if kind == .comma || kind == .semicolon {
      bump(goesOn: true)
    } else if kind == .endOfFile || isDeclarationAtMargin(position) || isDeclarationAtMargin(consumedEnd - 1) {
      throw unclosed(opening)
    } else if kind != .rightBrace {
      throw separatorError()
    }
  }

  private mutating func separatorError() -> SyntaxFailure {
    if kind == .leftBrace || kind == .rightParen || kind == .rightBracket || kind == .invalid {
      return expectedError("the end of the item")
    }
    if word == .else { return misplacedElse() }
    if word == .and || word == .or {
      return expectedError("the end of the item")
    }
    let found = describeCurrent()
    let suggestion = Spelling.suggestion(for: text(ofToken: position), among: expected.map(\.rawValue))
    return fail(
      .missingSeparator, at: currentSpan, "expected a comma or a new line before \(found)",
      note: "items are separated by a comma or a new line",
      help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion)
  }

  mutating func misplacedElse() -> SyntaxFailure {
    fail(
      .misplacedElse, at: currentSpan, "`else` has no test before it",
      note: "`else true` or `else false` follows a test and gives its value when the attribute is absent")
  }

  // MARK: - Recovery

  /// A word that begins a declaration, at the margin: where it begins nothing else, a brace above was forgotten.
  func isDeclarationAtMargin(_ token: Int) -> Bool {
    guard token > 0, let word = tokens[token].word, Block.file.words.contains(word) else { return false }
    return tokens[token - 1].kind == .newline
  }

  /// A line that begins no item of this block but one of a block around it, and is not indented more than the line of the
  /// opening brace: the closing brace was forgotten.
  private func belongsOutside(_ block: Block, _ opening: Int) -> Bool {
    guard let word = tokens[position].word, !block.words.isEmpty, !isWord(of: block), beginsLine else { return false }
    return openBlocks.dropLast().contains { $0.words.contains(word) }
      && indentation(ofLineWith: position) <= indentation(ofLineWith: opening)
  }

  private var beginsLine: Bool {
    position > 0 && tokens[position - 1].kind == .newline
      || position > 1 && tokens[position - 1].kind == .whitespace && tokens[position - 2].kind == .newline
  }

  private func indentation(ofLineWith token: Int) -> Int {
    var first = token
    while first > 0, tokens[first - 1].kind != .newline { first -= 1 }
    return tokens[first].kind == .whitespace ? range(ofToken: first).count : 0
  }

  /// Goes on as if the brace stood before the current token; one message, however many braces are missing here.
  private mutating func closeMissingBrace(_ opening: Int) {
    if missingBraceAt != position { _ = unclosed(opening) }
    missingBraceAt = position
    braceDepth -= 1
    nesting -= 1
    endLine()
  }

  private func isWord(of block: Block) -> Bool { tokens[position].word.map(block.words.contains) ?? false }

  mutating func unclosed(_ opening: Int) -> SyntaxFailure {
    if !hasUnterminatedText {
      report(
        .unclosedBrace, at: span(ofToken: opening), "this `{` is never closed",
        labels: [.init(currentSpan, "noticed here")], help: "add `}`")
    }
    return .unclosed
  }

  /// Skips to the next item of the block that is `depth` braces deep, or to its closing brace.
  /// Where the next declaration comes first, the brace is missing too; one mistake was reported, that is enough.
  private mutating func recover(in block: Block, depth: Int) throws(SyntaxFailure) {
    while rawKind != .endOfFile {
      if isDeclarationAtMargin(position), !isWord(of: block) { throw .unclosed }
      if braceDepth == depth {
        if rawKind == .rightBrace { return }
        if rawKind == .comma || rawKind == .semicolon {
          bump(goesOn: true)
          if beginsItem(of: block) { return }
          continue
        }
        if newlineBefore, beginsItem(of: block) {
          takeNewline()
          return
        }
      }
      skipToken()
    }
    throw .unclosed
  }

  /// Skips one token, counting braces.
  mutating func skipToken() {
    if rawKind == .leftBrace { braceDepth += 1 }
    if rawKind == .rightBrace { braceDepth -= 1 }
    bump()
  }

  private func beginsItem(of block: Block) -> Bool {
    if rawKind == .at { return block == .authz || block == .routes }
    switch block {
    case .test: return rawKind == .capitalized || tokens[position].word == .connect
    case .staticEndpoints: return rawKind == .string
    case .labels: return rawKind == .name
    case .facts: return rawKind == .name || rawKind == .capitalized
    default: return isWord(of: block)
    }
  }
}
