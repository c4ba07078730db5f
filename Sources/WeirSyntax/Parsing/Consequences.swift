import WeirSource

/// Leaves out messages that only follow from a mistake already reported.
///
/// A brace too many or too few, or a quote that swallows one, shifts everything up to the next declaration at the margin:
/// of such a stretch the first message is enough. So it is of a line with a stray character or a string without an end. Elsewhere each message stands for a mistake of its own.
/// `diagnostics` in the order of discovery, those of the lexer first. Complexity: O(tokens + diagnostics²).
func withoutConsequences(_ diagnostics: [Diagnostic], tokens: [Token], file: SourceFile) -> [Diagnostic] {
  guard diagnostics.count > 1 else { return diagnostics }
  func line(_ diagnostic: Diagnostic) -> Int { file.lineColumn(at: diagnostic.span.start).line }
  func isQuote(_ diagnostic: Diagnostic) -> Bool { diagnostic.kind == .unterminatedString }
  func isSyntax(_ diagnostic: Diagnostic) -> Bool { diagnostic.kind.code.hasPrefix("E02") }
  let linesWithQuote = Set(diagnostics.filter(isQuote).map(line))
  let linesWithStrays = Set(diagnostics.filter { $0.kind == .unexpectedCharacter }.map(line))
  let stretches = unbalancedStretches(tokens)
  var kept: [Diagnostic] = []
  for diagnostic in diagnostics {
    let isAboutTokens = isSyntax(diagnostic) || [.malformedNumber, .unexpectedCharacter].contains(diagnostic.kind)
    if isAboutTokens, linesWithQuote.contains(line(diagnostic)) { continue }
    if isSyntax(diagnostic), linesWithStrays.contains(line(diagnostic)) { continue }
    let start = diagnostic.span.start
    let follows = kept.contains { earlier in
      (isQuote(earlier) || isSyntax(earlier))
        && stretches.contains { $0.contains(start) && $0.contains(earlier.span.start) }
    }
    if !isSyntax(diagnostic) || !follows { kept.append(diagnostic) }
  }
  return kept
}

/// Byte ranges from one declaration at the margin to the next in which braces do not pair.
private func unbalancedStretches(_ tokens: [Token]) -> [Range<Int>] {
  var stretches: [Range<Int>] = []
  var start = 0
  var depth = 0
  var isUnbalanced = false
  func close(at end: Int) {
    if depth != 0 || isUnbalanced { stretches.append(start..<end) }
    start = end
    depth = 0
    isUnbalanced = false
  }
  var isAtMargin = true
  for token in tokens {
    if isAtMargin, token.kind == .at || token.word.map(Block.file.words.contains) ?? false { close(at: token.start) }
    isAtMargin = token.kind == .newline
    if token.kind == .leftBrace { depth += 1 }
    if token.kind == .rightBrace { depth -= 1 }
    if depth < 0 { isUnbalanced = true }
    if token.kind == .endOfFile { close(at: token.start + 1) }
  }
  return stretches
}
