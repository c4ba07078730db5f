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
    #expect(found.allSatisfy { $0.witness != nil && !$0.labels.isEmpty }, "a request and both places")
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

  /// What unused names and reminders have no request for.
  @Test(arguments: codes.filter { !["W1001", "W1002", "W1003", "W1004", "W1005", "W1006", "W1008"].contains($0) })
  func badExampleComesWithARequest(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    let found = try findings(kind.bad)
    let example = try #require(found.first?.witness)
    let checked = check([SourceFile(path: "a.weir", text: "\(kind.bad)\n\n\(example)\n")])
    #expect(checked.diagnostics.filter(\.isError).isEmpty, "\(example) is no test")
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

  /// What looks like a finding and is none: the other rule needs what a host may lack, stands in another module, reads what
  /// may be no number, or all is covered but `OPTIONS *`.
  @Test(arguments: [
    #"allow first when request.path under "/a" and source.port in 1..65535, allow second when request.path is "/a""#,
    #"allow first when request.header["x-n"] in 1..5 or request.header["x-n"] not in 1..5 else true"#,
    #"allow first when request.path matches "/{rest...}", allow second when request.method is OPTIONS"#,
    #"shadow deny first when request.header["x-s"] is "1" else false or request.header["x-s"] is not "1" else true, allow second always"#,
    #"allow first when caller in revoked, allow second when caller is web"#,
    #"deny first when source.ip in "10.0.0.0/8", allow second when source.ip in "10.0.0.0/7""#,
  ])
  func isSilentAboutWhatIsNotCertain(rules: String) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-n": Int
      header "x-s": String

      data revoked: Set<Identity> max 10 stale 10m

      authz web { \(rules) }
      """
    #expect(try findings(text).map(\.kind.code).filter { $0.hasPrefix("W12") } == [])
  }

  /// A rule that decides nothing may still be why a request with two values is refused.
  @Test(arguments: [
    (#"deny second when source.ip in "10.1.0.0/16" and request.header["x-s"] is "2" else false"#, true),
    (#"deny second when source.ip in "10.1.0.0/16" and any request.header["x-s"] is "2" else false"#, false),
    (#"deny second when source.ip in "10.1.0.0/16" and request.method is PUT"#, false),
  ])
  func saysWhatARuleRefusesWithoutDeciding(rule: String, refusesRepeats: Bool) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-s": String

      authz web { allow reads when caller is web, deny first when source.ip in "10.0.0.0/8", \(rule) }
      """
    let found = try findings(text)
    #expect(found.map(\.kind.code) == ["W1204"])
    #expect(found.first?.message.contains("changes no outcome") == !refusesRepeats)
    #expect(found.first?.notes.isEmpty == !refusesRepeats)
  }

  @Test(arguments: [
    (#"deny first when source.ip in "10.0.0.0/8", allow second when source.ip in "10.9.0.0/16""#, "W1203"),
    (#"allow first when request.method in { GET, HEAD }, allow second when request.method is GET"#, "W1204"),
    (#"deny first when request.path under "/a", deny second when request.path under "/a/b""#, "W1204"),
    (#"allow first when caller is web and token.sub is present, allow second when caller is web"#, "W1204"),
    (#"allow first when not (source.ip not in "10.0.0.0/8"), allow second when source.ip in "10.0.0.0/8""#, "W1205"),
    (#"allow first when request.method is GET and request.method is HEAD"#, "W1202"),
    (#"shadow deny first when caller is web and caller is not web, allow second when caller is web"#, "W1202"),
    (#"shadow allow first when caller is web or caller is not web, allow second when caller is web"#, "W1201"),
    (#"audit first when request.method is GET and request.method is PUT, allow second when caller is web"#, "W1202"),
    // A part of a condition.
    (
      #"allow first when caller.account is "w" and (request.method is not GET or request.method is not POST)"#,
      "W1201"
    ),
    (
      #"allow first when caller.account is "w" and not (request.path under "/admin" and request.path is "/public")"#,
      "W1201"
    ),
    (
      #"deny first when caller is web and (request.method is GET or (request.path under "/a" and request.path is "/b"))"#,
      "W1202"
    ),
  ])
  func findsWhatIsCertain(rules: String, code: String) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt staff { issuer "https://id.example", audience "a", keys file "k.json", algorithms { ES256 } }

      authz web with token staff { \(rules) }
      """
    #expect(try findings(text).map(\.kind.code) == [code])
  }

  /// Parts that a function makes constant for what it was called with, that one test makes constant, or that nothing does.
  @Test(arguments: [
    #"request.method is GET or below(request.path, "/b")"#,
    #"request.method is GET or not below(request.path, "/b")"#,
    #"request.path is "/" or request.path under "/""#,
    #"request.header["x-s"] is absent or request.header["x-s"] is "1""#,
    #"request.header["x-n"] in 1..5 or request.header["x-n"] not in 1..5 else true"#,
    #"source.ip in everywhere or source.ip in "10.0.0.0/8""#,
    #"request.method is GET or (request.path under "/a" and request.path is "/a/b")"#,
  ])
  func isSilentAboutParts(part: String) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-n": Int
      header "x-s": String

      let everywhere: Set<CIDR> = { "0.0.0.0/0", "::/0" }
      fn below(path: Path, page: Path): Bool = path under "/a" and path is page

      authz web { allow first when caller is web and (\(part)) }
      """
    #expect(try findings(text).map(\.kind.code).filter { $0.hasPrefix("W12") } == [])
  }

  /// The second of two limits, and whether it never refuses.
  @Test(arguments: [
    ("rate 1/s burst 1 by caller", "rate 100/s burst 100 by caller", true),
    ("rate 60/min burst 2 by caller", "rate 1/s burst 2 by caller, when request.path under \"/v1\"", true),
    ("rate 1/s burst 1 by caller.namespace", "rate 100/s burst 100 by caller", true),
    ("rate 1/s burst 1 by caller", "rate 100/s burst 100 by caller.namespace", false),
    ("rate 1/s burst 1 by caller", "rate 100/s burst 100", false),
    ("rate 1/s burst 200 by caller", "rate 100/s burst 100 by caller", false),
    ("rate 101/s burst 1 by caller", "rate 100/s burst 100 by caller", false),
    ("rate 1/s burst 1 by caller, when request.path under \"/v1\"", "rate 100/s burst 100 by caller", false),
    ("rate 1/s burst 1 by source.ip /16 /48", "rate 9/s burst 9 by source.ip /24 /56", true),
    ("rate 1/s burst 1 by source.ip /24 /48", "rate 9/s burst 9 by source.ip /16 /56", false),
    ("rate 1/s burst 1 by caller, keys 10", "rate 9/s burst 9 by caller, keys 100", true),
    ("rate 1/s burst 1 by caller, keys 100", "rate 9/s burst 9 by caller, keys 10", false),
  ])
  func tellsWhichLimitNeverRefuses(strict: String, loose: String, isUseless: Bool) throws {
    let text = """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.path under "/v1" and caller is web }

      limit strict for web { \(strict) }
      limit loose for web { \(loose) }
      """
    let found = try findings(text).filter { $0.kind.code == "W1210" }
    #expect(found.map { $0.message.hasPrefix("limit `loose`") } == (isUseless ? [true] : []))
    // What is denied is charged to neither.
    #expect(found.allSatisfy { $0.witness?.contains("=> allow by pages, limit strict, limit loose") ?? false })
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
