import WeirSyntax

/// Walks the tree in the order of its tokens and decides where lines end.
struct Printer {
  let tree: SyntaxTree
  var lines: [Line] = []
  /// By node: it cannot stand on one line, because it was written on several or holds a comment.
  let isBroken: [Bool]

  /// When a blank line of the source stays.
  enum BlankLine { case never, afterComment, always }

  /// Where the next token begins a line.
  private var pendingLine: (indent: Int, blank: BlankLine)? = (0, .afterComment)
  private var blankPending = false
  /// Index of the first token not yet written or skipped, trivia included.
  private var nextToken = 0
  /// The last token written on the current line.
  private var previous: Int?
  /// Where cells begin in the item being written.
  var cellKeys: [Int: String] = [:]

  init(_ tree: SyntaxTree) {
    self.tree = tree
    isBroken = Layout.brokenNodes(of: tree)
  }

  /// Whether the condition written last took lines of its own.
  var conditionIsBroken = false
  /// The next token follows the last one without a space.
  var glueNext = false

  /// Where the next token would begin, a space before it not counted.
  var column: Int { pendingLine?.indent ?? lines.last?.width ?? 0 }

  mutating func printFile() {
    printItems(of: 0, in: .file, indent: 0)
    newLine(0, blank: .always)
    printComments(before: tree.tokens.count - 1, indent: 0)
  }

  // MARK: - Lines and tokens

  mutating func newLine(_ indent: Int, blank: BlankLine = .never) {
    pendingLine = (indent, blank)
    if blank == .never { blankPending = false }
  }

  mutating func write(_ token: Int, glued: Bool = false) {
    printComments(before: token, indent: pendingLine?.indent ?? continuationIndent)
    if let (indent, _) = pendingLine {
      startLine(indent)
    } else if let key = cellKeys[token], let last = lines.indices.last {
      lines[last].cells.append(Line.Cell(key: key, text: "", width: 0))
    }
    let text = tree.text(ofToken: token)
    let spaced = !glued && !glueNext && (previous.map { Layout.needsSpace(tree, between: $0, and: token) } ?? false)
    lines[lines.count - 1].append(text, width: text.unicodeScalars.count, spaced: spaced)
    glueNext = false
    previous = token
    nextToken = token + 1
  }

  /// Leaves a token out; comments before it stay.
  mutating func skip(_ token: Int) {
    printComments(before: token, indent: pendingLine?.indent ?? continuationIndent)
    nextToken = token + 1
  }

  private var continuationIndent: Int { (lines.last?.indent ?? 0) + 2 }

  /// Writes the comments between the last token and `token`, and notes blank lines.
  mutating func printComments(before token: Int, indent: Int) {
    guard nextToken < token else { return }
    var newlines = 0
    let requested = pendingLine
    var keepsBlank = requested?.blank == .always
    while nextToken < token {
      switch tree.tokens[nextToken].kind {
      case .newline: newlines += 1
      case .comment, .docComment:
        let text = trimmed(tree.text(ofToken: nextToken))
        if newlines == 0, !lines.isEmpty, previous != nil {
          lines[lines.count - 1].trailingComment = text
        } else {
          startLine(indent)
          lines[lines.count - 1].hasBlankBefore = keepsBlank && newlines > 1
          lines[lines.count - 1].append(text, width: text.unicodeScalars.count, spaced: false)
        }
        previous = nil
        newlines = 0
        keepsBlank = requested.map { $0.blank != .never } ?? false
        pendingLine = requested ?? (indent, .never)
      default: break
      }
      nextToken += 1
    }
    blankPending = keepsBlank && newlines > 1
  }

  private mutating func startLine(_ indent: Int) {
    lines.append(Line(indent: indent, hasBlankBefore: blankPending))
    blankPending = false
    previous = nil
    pendingLine = nil
  }

  private func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
      text.unicodeScalars.removeLast()
    }
    return String(text)
  }
}
