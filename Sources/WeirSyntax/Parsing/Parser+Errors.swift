import WeirSource

extension Parser {
  /// Reports and gives back what to throw.
  mutating func fail(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Diagnostic.Label] = [],
    note: String? = nil, help: String? = nil, fix: String? = nil
  ) -> SyntaxFailure {
    report(kind, at: span, message, labels: labels, note: note, help: help, fix: fix)
    return .item
  }

  mutating func report(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Diagnostic.Label] = [],
    note: String? = nil, help: String? = nil, fix: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        kind, at: span, message, labels: labels, notes: note.map { [$0] } ?? [], help: help,
        fix: fix.map { .init(span, $0) }))
  }

  /// Something else should stand here. Silent where the lexer has already said what is wrong.
  mutating func expectedError(_ what: String) -> SyntaxFailure {
    if rawKind == .invalid { return .item }
    let found = describeCurrent()
    let suggestion = suggestionForCurrent(among: expected)
    return fail(
      .unexpected, at: foundSpan, "expected \(what), found \(found)",
      help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion)
  }

  /// A word begins an item that no item of this block begins with.
  mutating func unknownWord(in block: Block) -> SyntaxFailure {
    if rawKind == .invalid { return .item }
    guard kind == .name || kind == .capitalized else {
      return expectedError(block == .file ? "a declaration" : "an item of \(block.description)")
    }
    let written = text(ofToken: position)
    let suggestion = suggestionForCurrent(among: block.words)
    let elsewhere = tokens[position].word.flatMap { word in
      (openBlocks.reversed() + Block.allCases).first { $0 != block && $0 != .file && $0.words.contains(word) }
    }
    var help = suggestion.map { "did you mean `\($0)`?" }
    if help == nil, let elsewhere { help = "`\(written)` belongs in \(elsewhere.description)" }
    if block == .file {
      let words = Block.declarationWords.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      return fail(
        .unknownWord, at: currentSpan, "`\(written)` begins no declaration", note: "a declaration begins with \(words)",
        help: help, fix: suggestion)
    }
    let words = block.words.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    return fail(
      .unknownWord, at: currentSpan, "`\(written)` is not a word of \(block.description)",
      note: "\(block.description) has \(words)", help: help, fix: suggestion)
  }

  /// Where an error about the current token points: at the end of the line when a newline came too early.
  private var foundSpan: SourceSpan {
    if kind == .newline || kind == .endOfFile, consumedEnd > 0 { return span(ofToken: consumedEnd - 1).after }
    return currentSpan
  }

  private func suggestionForCurrent(among words: [Word]) -> String? {
    guard kind == .name || kind == .capitalized else { return nil }
    return Spelling.suggestion(for: text(ofToken: position), among: words.map(\.rawValue))
  }

  func describeCurrent() -> String {
    switch kind {
    case .newline: "the end of the line"
    case .endOfFile: "the end of the file"
    case .string: "the string \(shortText)"
    case .regex: "a regular expression"
    case .int: "the number \(shortText)"
    case .percent: "the percentage \(shortText)"
    case .duration: "the duration \(shortText)"
    case .size: "the size \(shortText)"
    case .rate: "the rate \(shortText)"
    case .date: "the date \(shortText)"
    case .time: "the time \(shortText)"
    default: "`\(shortText)`"
    }
  }

  private var shortText: String {
    let text = text(ofToken: position)
    return text.count <= 40 ? text : String(text.prefix(39)) + "…"
  }
}
