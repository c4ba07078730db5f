import Testing
import WeirJSON
import WeirSource

/// One finding with everything a finding can have, in two files.
private struct Sample {
  static let kind = DiagnosticKind(
    "E0999", "unknown name", why: "A name must be declared.", bad: "module a\n", good: "module b\n")
  static let lint = DiagnosticKind("W1999", "unused let", why: "It does nothing.", bad: "x", good: "y")

  var sources = SourceSet()
  var finding: Diagnostic
  var warning: Diagnostic

  init() {
    let first = sources.add(
      SourceFile(path: "shop/a b.weir", text: "module shop\n\nauthz payments {\n  allow é when caller is chekout\n}\n"))
    let second = sources.add(SourceFile(path: "shop/c.weir", text: "module shop\nservice checkout { }\n"))
    finding = Diagnostic(
      Sample.kind, at: SourceSpan(file: first, start: 56, end: 63), "unknown name `chekout`",
      labels: [
        Diagnostic.Label(SourceSpan(file: first, start: 13, end: 18), "in this block"),
        Diagnostic.Label(SourceSpan(file: second, start: 20, end: 28), "a service with a like name"),
      ],
      notes: ["names are declared or imported"], help: "did you mean `checkout`?",
      fix: Diagnostic.Fix(SourceSpan(file: first, start: 56, end: 63), "checkout"))
    warning = Diagnostic(Sample.lint, at: SourceSpan(file: second, start: 0, end: 32), "50% unused,\nsay: why")
  }

  func render(_ format: DiagnosticFormat, usesColor: Bool = false, _ diagnostics: [Diagnostic]? = nil) -> String {
    DiagnosticRenderer(sources: sources, format: format, usesColor: usesColor).render(
      diagnostics ?? [warning, finding])
  }
}

@Suite struct RendererTests {
  @Test func humanShowsPlaceSourceAndHelp() {
    #expect(
      Sample().render(.human) == """
        error[E0999]: unknown name `chekout`
         --> shop/a b.weir:4:26
          |
        3 | authz payments {
          | ----- in this block
        4 |   allow é when caller is chekout
          |                          ^^^^^^^
         --> shop/c.weir:2:9
          |
        2 | service checkout { }
          |         -------- a service with a like name
          note: names are declared or imported
          help: did you mean `checkout`?
          fix: write `checkout`

        warning[W1999]: 50% unused,�say: why
         --> shop/c.weir:1:1
          |
        1 | module shop
          | ^^^^^^^^^^^

        """)
  }

  @Test func humanSkipsLinesBetweenMarks() {
    var sources = SourceSet()
    let file = sources.add(SourceFile(path: "a.weir", text: "one\n" + String(repeating: "\n", count: 9) + "eleven\n"))
    let diagnostic = Diagnostic(
      Sample.kind, at: SourceSpan(file: file, start: 13, end: 13), "empty span",
      labels: [Diagnostic.Label(SourceSpan(file: file, start: 0, end: 3), "first")])
    #expect(
      DiagnosticRenderer(sources: sources, format: .human).render([diagnostic]) == """
        error[E0999]: empty span
          --> a.weir:11:1
           |
         1 | one
           | --- first
        ...
        11 | eleven
           | ^

        """)
  }

  @Test func humanCutsLongLinesAroundEachPlace() {
    var sources = SourceSet()
    let line = String(repeating: "a", count: 5_000) + "first" + String(repeating: "b", count: 5_000) + "second"
    let file = sources.add(SourceFile(path: "a.weir", text: line))
    let diagnostic = Diagnostic(
      Sample.kind, at: SourceSpan(file: file, start: 10_005, end: 10_011), "a name \(line)",
      labels: [Diagnostic.Label(SourceSpan(file: file, start: 5_000, end: 9_000), "long")])
    let lines = DiagnosticRenderer(sources: sources, format: .human).render([diagnostic]).split(separator: "\n")
    #expect(lines[0].hasSuffix("…") && lines[0].count < 600)
    #expect(lines[1] == " --> a.weir:1:10006")
    let before = String(repeating: "a", count: 60)
    #expect(lines[3] == "1 | …\(before)first\(String(repeating: "b", count: 135))…")
    #expect(lines[4] == "  | \(String(repeating: " ", count: 61))\(String(repeating: "-", count: 140)) long")
    #expect(lines[5] == "1 | …\(String(repeating: "b", count: 194))second")
    #expect(lines[6] == "  | \(String(repeating: " ", count: 195))^^^^^^")
    #expect(lines.count == 7)
  }

  @Test func humanShowsTheEndOfALongLine() {
    var sources = SourceSet()
    let file = sources.add(SourceFile(path: "a.weir", text: String(repeating: "é", count: 201)))
    let diagnostic = Diagnostic(Sample.kind, at: SourceSpan(file: file, start: 402, end: 402), "more is missing")
    let text = DiagnosticRenderer(sources: sources, format: .human).render([diagnostic])
    let blanks = String(repeating: " ", count: 201)
    #expect(text.hasSuffix("1 | …\(String(repeating: "é", count: 200))\n  | \(blanks)^\n"))
  }

  @Test func humanHidesWhatWouldFoolATerminal() {
    var sources = SourceSet()
    let file = sources.add(SourceFile(path: "a.weir", text: "a\tb\u{202E}c\u{1B}[2J\r\n"))
    let diagnostic = Diagnostic(Sample.kind, at: SourceSpan(file: file, start: 3, end: 6), "bidi")
    let text = DiagnosticRenderer(sources: sources, format: .human).render([diagnostic])
    #expect(text.contains("1 | a b\u{FFFD}c\u{FFFD}[2J\n  |    ^\n"))
  }

  @Test func colorsOnlyTheHumanForm() {
    #expect(Sample().render(.human, usesColor: true).contains("\u{1B}[1;31merror[E0999]\u{1B}[0m"))
    for format in DiagnosticFormat.allCases where format != .human {
      #expect(Sample().render(format, usesColor: true) == Sample().render(format))
    }
  }

  @Test func jsonIsOneObjectALine() throws {
    let lines = Sample().render(.json).split(separator: "\n")
    #expect(lines.count == 2)
    let finding = try JSONValue(parsing: Array(lines[0].utf8))
    #expect(finding["code"] == .string("E0999"))
    #expect(finding["severity"] == .string("error"))
    #expect(finding["line"] == .int(4))
    #expect(finding["column"] == .int(26))
    #expect(finding["end_column"] == .int(33))
    #expect(finding["offset"] == .int(56))
    #expect(finding["fix"]?["replacement"] == .string("checkout"))
    guard case .array(let labels)? = finding["labels"] else { Issue.record("no labels"); return }
    #expect(labels.count == 2)
    #expect(labels[1]["file"] == .string("shop/c.weir"))
    let warning = try JSONValue(parsing: Array(lines[1].utf8))
    #expect(warning["fix"] == .null)
    #expect(warning["severity"] == .string("warning"))
  }

  @Test func githubEscapes() {
    #expect(
      Sample().render(.github) == """
        ::error file=shop/a b.weir,line=4,col=26,endLine=4,endColumn=33,title=E0999::unknown name `chekout`\
        %0Ashop/a b.weir:3: in this block%0Ashop/c.weir:2: a service with a like name\
        %0Anote: names are declared or imported%0Ahelp: did you mean `checkout`?
        ::warning file=shop/c.weir,line=1,col=1,endLine=2,title=W1999::50%25 unused,%0Asay: why

        """)
    var sources = SourceSet()
    let file = sources.add(SourceFile(path: "a,b:c.weir", text: ""))
    let diagnostic = Diagnostic(Sample.kind, at: SourceSpan(file: file, start: 0, end: 0), "x")
    let text = DiagnosticRenderer(sources: sources, format: .github).render([diagnostic])
    #expect(text.hasPrefix("::error file=a%2Cb%3Ac.weir,line=1,"))
  }

  @Test func rendersNothingFromNothing() {
    for format in [DiagnosticFormat.human, .json, .github] { #expect(Sample().render(format, []).isEmpty) }
  }
}
