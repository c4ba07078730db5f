/// How findings are written.
public enum DiagnosticFormat: String, CaseIterable, Sendable {
  /// For people at a terminal.
  case human
  /// One JSON object a finding, one a line.
  case json
  /// SARIF 2.1.0, one log for all findings.
  case sarif
  /// Workflow commands of GitHub Actions: annotations of a pull request.
  case github
}

/// Turns findings into text. Pure: the same findings give the same bytes.
public struct DiagnosticRenderer: Sendable {
  let sources: SourceSet
  let format: DiagnosticFormat
  let usesColor: Bool

  /// - Parameter usesColor: only the human form has colours.
  public init(sources: SourceSet, format: DiagnosticFormat, usesColor: Bool = false) {
    self.sources = sources
    self.format = format
    self.usesColor = usesColor
  }

  /// The findings in the order of the sources. Empty for no findings, but for SARIF, where "nothing found" is a log too.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    let ordered = diagnostics.inSourceOrder
    switch format {
    case .human: return ordered.map(human).joined(separator: "\n")
    case .json: return ordered.map { json($0).text + "\n" }.joined()
    case .sarif: return sarif(ordered).text + "\n"
    case .github: return ordered.map(github).joined()
    }
  }
}

extension [Diagnostic] {
  /// By file, place and code; findings at one place with one code keep their order.
  public var inSourceOrder: [Diagnostic] {
    func key(_ diagnostic: Diagnostic) -> (Int, Int, Int, String) {
      (diagnostic.span.file.index, diagnostic.span.start, diagnostic.span.end, diagnostic.kind.code)
    }
    return enumerated().sorted { left, right in
      let (first, second) = (key(left.element), key(right.element))
      return first == second ? left.offset < right.offset : first < second
    }.map(\.element)
  }
}

extension SourceSet {
  /// Both ends of a span as people count them.
  func lineColumns(of span: SourceSpan) -> (start: LineColumn, end: LineColumn) {
    let file = self[span.file]
    return (file.lineColumn(at: span.start), file.lineColumn(at: span.end))
  }
}
