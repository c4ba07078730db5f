import WeirSource

/// What one file says: losslessly, and as the checker reads it.
public struct ParsedFile: Sendable {
  public let tree: SyntaxTree
  public let unit: SourceUnit
}

/// The largest source, in bytes: a policy is written by people, and compilers of policies run in shared places.
public let sourceBytesMax = 1 << 20

/// Reads one source.
///
/// Never fails: what was not understood is in the diagnostics, missing from `unit`, and still in `tree`, whose tokens are
/// the source byte for byte. One mistake gives one diagnostic; with any error the unit should not be checked further.
/// Complexity: O(length of the text).
public func parse(_ file: SourceFile, id: FileID) -> Diagnosed<ParsedFile> {
  guard file.text.count <= sourceBytesMax else {
    let end = SyntaxNode(kind: .file, tokens: 0..<1, subtreeEnd: 1)
    let tree = SyntaxTree(
      source: [], tokens: [Token(kind: .endOfFile, word: nil, start: 0)], nodes: [end], isComplete: false)
    let diagnostic = Diagnostic(
      .fileTooLarge, at: SourceSpan(file: id, start: 0, end: 0),
      "the file has \(file.text.count) bytes; at most \(sourceBytesMax) are read",
      help: "split the module into several files, or load the values as `data`")
    let unit = SourceUnit(file: id, module: nil, imports: [], declarations: [])
    return Diagnosed(ParsedFile(tree: tree, unit: unit), [diagnostic])
  }
  var lexer = Lexer(file.text, file: id)
  lexer.run()
  var parser = Parser(lexer)
  let unit = parser.sourceUnit()
  let tree = SyntaxTree(
    source: file.text, tokens: parser.tokens, nodes: parser.nodes, isComplete: parser.diagnostics.isEmpty)
  let found = withoutConsequences(parser.diagnostics, tokens: parser.tokens, file: file)
  let diagnostics = found.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
  return Diagnosed(ParsedFile(tree: tree, unit: unit), diagnostics)
}
