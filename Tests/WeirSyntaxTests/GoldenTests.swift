import SyntaxTesting
import Testing
import WeirSource
import WeirSyntax

/// `Tests/Corpus/syntax/<case>`: a source, and what is read from it or said about it.
@Suite struct SyntaxGoldenTests {
  @Test(arguments: Golden.cases("syntax"))
  func golden(name: String) throws {
    let text = try Golden.input("syntax", name)
    let parsed = Sources.parsed(text)
    #expect(parsed.value.tree.text == text)
    let actual =
      parsed.diagnostics.isEmpty
      ? dumpWithoutSpans(parsed.value.unit)
      : zip(parsed.diagnostics, Sources.messages(text)).map(rendered).joined()
    #expect(try Golden.expected("syntax", name, "expected.txt", actual: actual) == actual)
  }

  private func rendered(_ diagnostic: Diagnostic, _ message: String) -> String {
    var lines = [message]
    lines += diagnostic.labels.map { "  label: \($0.message)" }
    lines += diagnostic.notes.map { "  note: \($0)" }
    if let help = diagnostic.help { lines.append("  help: \(help)") }
    if let fix = diagnostic.fix { lines.append("  fix: `\(fix.replacement)`") }
    return lines.map { $0 + "\n" }.joined()
  }
}
