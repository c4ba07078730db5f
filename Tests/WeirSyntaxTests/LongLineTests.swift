import Testing
import WeirSource
import WeirSyntax

/// Sets of many members often stand on one line.
@Suite struct LongLineTests {
  /// 200 KB that took 4 · 10⁹ steps when each string looked for the end of its line.
  @Test func manyStringsOnOneLine() {
    let members = String(repeating: "\"a\", ", count: 40_000)
    let parsed = parse(SourceFile(path: "long.weir", text: "module m\n\nlet many = { \(members)}\n"), id: FileID(0))
    #expect(parsed.diagnostics.isEmpty)
  }
}
