import WeirSyntax

/// What can be known of a tree before anything is written.
enum Layout {
  /// By node: whether it must take several lines, because its own parts were written on several, because it holds a
  /// comment or an annotation, or because something inside it must.
  static func brokenNodes(of tree: SyntaxTree) -> [Bool] {
    var broken = [Bool](repeating: false, count: tree.nodes.count)
    // Preorder: descendants come after, so the walk goes backwards.
    for node in tree.nodes.indices.reversed() {
      let children = tree.children(of: node)
      if children.contains(where: { broken[$0] }) || tree.nodes[node].kind == .annotation {
        broken[node] = true
        continue
      }
      switch tree.nodes[node].kind {
      case .block:
        broken[node] = hasNewline(tree, among: node, children) && !isEmpty(tree, node)
      case .expression:
        broken[node] = hasNewline(tree, among: node, children) || hasNewlineAfterKeyword(tree, before: node)
      default: break
      }
    }
    return broken
  }

  /// A newline or comment between the node's own parts.
  private static func hasNewline(_ tree: SyntaxTree, among node: Int, _ children: [Int]) -> Bool {
    var next = tree.nodes[node].tokens.lowerBound
    for child in children {
      if newlines(tree, next..<tree.nodes[child].tokens.lowerBound) { return true }
      next = tree.nodes[child].tokens.upperBound
    }
    return newlines(tree, next..<tree.nodes[node].tokens.upperBound)
  }

  private static func newlines(_ tree: SyntaxTree, _ tokens: Range<Int>) -> Bool {
    tokens.contains { tree.tokens[$0].kind == .newline }
  }

  /// `when` or `=` ends its line. After a parenthesis that does not count.
  static func hasNewlineAfterKeyword(_ tree: SyntaxTree, before node: Int) -> Bool {
    var index = tree.nodes[node].tokens.lowerBound - 1
    var sawNewline = false
    while index >= 0, tree.tokens[index].kind.isTrivia {
      if tree.tokens[index].kind == .newline { sawNewline = true }
      index -= 1
    }
    return sawNewline && index >= 0 && tree.tokens[index].kind != .leftParen
  }

  /// Braces with nothing between but white space.
  private static func isEmpty(_ tree: SyntaxTree, _ node: Int) -> Bool {
    tree.nodes[node].tokens.allSatisfy { token in
      switch tree.tokens[token].kind {
      case .leftBrace, .rightBrace, .whitespace, .newline: true
      default: false
      }
    }
  }

  // MARK: - Spaces

  /// Between two tokens that follow each other on a line.
  static func needsSpace(_ tree: SyntaxTree, between left: Int, and right: Int) -> Bool {
    switch tree.tokens[left].kind {
    case .leftParen, .leftBracket, .dot, .dotDot, .at, .less: return false
    default: break
    }
    switch tree.tokens[right].kind {
    case .rightParen, .rightBracket, .leftBracket, .comma, .colon, .question, .dot, .dotDot, .less, .greater:
      return false
    case .leftParen:
      // After a name, an argument list begins; after a word of the language, a parenthesis.
      guard tree.tokens[left].kind == .name || tree.tokens[left].kind == .capitalized else { return true }
      return tree.tokens[left].word?.isReserved ?? false
    default: return true
    }
  }

  /// Characters that the tokens take on one line, trivia left out, a comma before a closing brace too.
  /// Stops counting beyond `limit`.
  static func width(_ tree: SyntaxTree, of tokens: Range<Int>, limit: Int = .max) -> Int {
    var width = 0
    var previous: Int?
    for token in tokens where !tree.tokens[token].kind.isTrivia && tree.tokens[token].kind != .endOfFile {
      if let previous {
        if tree.tokens[token].kind == .rightBrace, tree.tokens[previous].kind == .comma { width -= 1 }
        if needsSpace(tree, between: previous, and: token) { width += 1 }
      }
      width += tree.text(ofToken: token).unicodeScalars.count
      previous = token
      if width > limit { return width }
    }
    return width
  }
}
