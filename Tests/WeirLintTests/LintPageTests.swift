import Foundation
import Testing
import WeirCompiler
import WeirLint
import WeirSource

/// Every page about a lint keeps its word: the bad example gives its code and nothing else, the good one nothing.
@Suite struct LintPageTests {
  static let codes = Catalog.all.map(\.code).filter { $0.hasPrefix("W10") || $0.hasPrefix("W12") }
  /// 2026-11-21
  static let asOf: Int64 = 20_778

  @Test(arguments: codes)
  func badExampleGivesItsCode(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    #expect(try findings(kind.bad).map(\.kind.code) == [code])
  }

  /// What people read for the bad example: `Tests/Corpus/pages/CODE.txt`, rewritten under `UPDATE_GOLDEN=1`.
  @Test(arguments: codes.filter { $0.hasPrefix("W12") })
  func findingReadsAsExpected(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    let checked = check([SourceFile(path: "example.weir", text: kind.bad)])
    let found = lint(
      checked.units, policy: try #require(checked.policy), sources: checked.sources, asOf: Self.asOf)
    let text = DiagnosticRenderer(sources: checked.sources, format: .human).render(found)
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpus/pages/\(code).txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try text.write(to: golden, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: golden, encoding: .utf8) == text)
  }

  @Test(arguments: codes)
  func goodExampleIsClean(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    #expect(try findings(kind.good).map(\.kind.code) == [])
  }

  @Test func datesAreJudgedOnlyWhenADayIsGiven() throws {
    for code in ["W1008", "W1009"] {
      let kind = try #require(Catalog.kind(code: code))
      #expect(try findings(kind.bad, asOf: nil).isEmpty)
      // The day itself is still covered: both read "through".
      let lastDay: Int64 = 18_292
      #expect(try findings(kind.bad, asOf: lastDay).isEmpty)
      #expect(try findings(kind.bad, asOf: lastDay + 1).count == 1)
    }
  }

  @Test(arguments: [
    // (condition of an allow, whether it rests on a header alone)
    (#"request.header["x"] is "1""#, true),
    (#"request.header["x"] is "1" and request.path under "/v1""#, true),
    (#"request.header["x"] is "1" and caller is web"#, false),
    (#"request.header["x"] is "1" or caller is web"#, true),
    (#"caller is web and (request.header["x"] is "1" or request.method is GET)"#, false),
    (#"(caller is web or request.cookie["x"] is "1") and request.method is GET"#, true),
    (#"not (caller is not web or request.header["x"] is absent)"#, false),
    (#"request.path under "/v1""#, false),
    (#"source.ip in "10.0.0.0/8" and request.query["x"] is "1""#, false),
  ])
  func weighsEvidence(condition: String, restsOnHeader: Bool) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x": String

      authz web { allow reads when \(condition) }
      """
    #expect(try findings(text).map(\.kind.code) == (restsOnHeader ? ["W1007"] : []))
  }

  @Test func reportsAnUnusedImportByItsName() throws {
    let text = """
      module shop.web

      import std.http
      import std.net.{loopback, private}

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in private and request.method in http.safe_methods }
      """
    let found = try findings(text)
    #expect(found.map(\.message) == ["`loopback` is imported and not used in `shop.web`"])
  }

  private func findings(_ text: String, asOf: Int64? = asOf) throws -> [Diagnostic] {
    let checked = check([SourceFile(path: "a.weir", text: text)])
    let errors = checked.diagnostics.filter(\.isError).map { "\($0.kind.code) \($0.message)" }
    try #require(errors == [])
    let policy = try #require(checked.policy)
    return checked.diagnostics + lint(checked.units, policy: policy, sources: checked.sources, asOf: asOf)
  }
}
