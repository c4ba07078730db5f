import WeirSource

/// Leaves out messages that only follow from a mistake already reported.
///
/// A brace too many or too few, or a quote that swallows one, shifts everything up to the next declaration at the margin:
/// of such a stretch the first message is enough. So it is of a line with a stray character or a string without an end.
/// Elsewhere each message stands for a mistake of its own.
/// `diagnostics` in the order of discovery, those of the lexer first. Complexity: O(tokens + diagnostics × log lines).
func withoutConsequences(_ diagnostics: [Diagnostic], tokens: [Token], file: SourceFile) -> [Diagnostic] {
  guard diagnostics.count > 1 else { return diagnostics }
  let stretches = unbalancedStretches(tokens)
  let lineStarts = file.lineStarts
  func line(_ diagnostic: Diagnostic) -> Int { lastIndex(in: lineStarts, notAfter: diagnostic.span.start) ?? 0 }
  func isSyntax(_ diagnostic: Diagnostic) -> Bool { diagnostic.kind.code.hasPrefix("E02") }
  let linesWithQuote = Set(diagnostics.filter { $0.kind == .unterminatedString }.map(line))
  let linesWithStrays = Set(diagnostics.filter { $0.kind == .unexpectedCharacter }.map(line))
  /// The quote that was to end a string broken by a newline opens another one, with nothing in it.
  func endsBrokenString(_ diagnostic: Diagnostic) -> Bool {
    guard diagnostic.kind == .unterminatedString, linesWithQuote.contains(line(diagnostic) - 1) else { return false }
    return !file.text[diagnostic.span.start + 1..<diagnostic.span.end].contains(where: isWordByte)
  }
  let starts = stretches.map(\.lowerBound)
  var reported: Set<Int> = []
  return diagnostics.filter { diagnostic in
    if endsBrokenString(diagnostic) { return false }
    let isAboutTokens = isSyntax(diagnostic) || [.malformedNumber, .unexpectedCharacter].contains(diagnostic.kind)
    if isAboutTokens, linesWithQuote.contains(line(diagnostic)) { return false }
    if isSyntax(diagnostic), linesWithStrays.contains(line(diagnostic)) { return false }
    guard isSyntax(diagnostic) || diagnostic.kind == .unterminatedString,
      let stretch = lastIndex(in: starts, notAfter: diagnostic.span.start),
      stretches[stretch].contains(diagnostic.span.start)
    else { return true }
    return reported.insert(stretch).inserted || !isSyntax(diagnostic)
  }
}

/// A letter, a digit or a part of one beyond ASCII.
private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...0xFF:
    true
  default: false
  }
}

/// By bisection; `values` ascend.
private func lastIndex(in values: [Int], notAfter limit: Int) -> Int? {
  var low = 0
  var high = values.count
  while low < high {
    let middle = (low + high) / 2
    if values[middle] <= limit { low = middle + 1 } else { high = middle }
  }
  return low == 0 ? nil : low - 1
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
