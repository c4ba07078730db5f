import Foundation
import Testing
import WeirSource
import WeirSyntax

/// Weir in the documents is Weir: every block of them parses.
@Suite struct DocumentationTests {
  @Test(arguments: ["README.md", "docs/language.md"])
  func everyBlockParses(document: String) throws {
    let text = try String(contentsOf: WeirCommand.repository.appending(path: document), encoding: .utf8)
    let blocks = text.matches(of: #/(?ms)^```weir\n(.*?)^```/#).map { String($0.1) }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let source = block.hasPrefix("module ") ? block : "module document\n\n" + block
      var sources = SourceSet()
      let file = SourceFile(path: document, text: source)
      let diagnostics = parse(file, id: sources.add(file)).diagnostics
      let messages = DiagnosticRenderer(sources: sources, format: .human).render(diagnostics)
      #expect(diagnostics.isEmpty, "\(messages)")
    }
  }

  @Test func everyRejectCodeIsDescribed() throws {
    let text = try String(
      contentsOf: WeirCommand.repository.appending(path: "docs/language.md"), encoding: .utf8)
    let run = try WeirCommand("explain", "--list", "reject")
    let codes = String(decoding: run.output, as: UTF8.self).matches(of: #/(?m)^([a-z0-9_]+)  /#).map(\.1)
    #expect(codes.count > 50)
    for code in codes { #expect(text.contains("| `\(code)` |"), "\(code)") }
  }

  @Test func everyReasonIsDescribed() throws {
    let page = try String(contentsOf: WeirCommand.repository.appending(path: "docs/reasons.md"), encoding: .utf8)
    let run = try WeirCommand("explain", "--list", "reason")
    let rows = String(decoding: run.output, as: UTF8.self)
      .matches(of: #/(?m)^(\w+) +(\d+|-) +(\d+) +(\w+) +(.*)$/#)
      .map { "| `\($0.1)` | \($0.2) | \($0.3) | \($0.4) | \($0.5) |" }
    #expect(rows.count > 100)
    #expect(page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") } == rows)
  }
}
