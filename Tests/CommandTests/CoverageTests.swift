import Foundation
import Testing
import WeirJSON

@Suite struct CoverageTests {
  private static let policy = """
    module shop

    mesh shop-mesh { trust_domain "shop.example" }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

    service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }
    service web {
      identity "spiffe://shop.example/ns/prod/sa/web"
      protocol http
      endpoints static { "10.0.0.1:80" { v "1" }, "10.0.0.2:80" { v "2" } }
      subset v1 { v "1" }
      subset v2 { v "2" }
    }

    header "x-freeze": String

    authz web { allow visitors when caller is edge }
    authz api {
      allow jobs when caller is web and time.hour in 6..20 and source.ip in "10.0.0.0/8"
      deny freeze when request.header["x-freeze"] is present
      deny debug when request.path under "/debug"
      shadow deny writes when request.method not in { GET, HEAD }
      audit web-calls when caller is web
      allow never-needed when caller is web and request.path under "/debug"
    }

    limit slow for api { rate 10/s burst 20 by caller, when request.path is "/slow" }

    routes edge {
      route split when request.path under "/v1" { forward to { web.v1 90%, web.v2 10% } }
      otherwise { respond 404 }
    }

    test "some" for api {
      GET "/" from web with { source.ip is "10.1.2.3", time is 2026-01-01T06:00:00Z } => allow by jobs
    }

    """

  @Test func saysWhatTheCasesHaveSeen() throws {
    let workspace = try Workspace()
    try workspace.write("shop.weir", Self.policy)
    let outcome = try workspace.weir("test", "--coverage", "--fail-under", "50")
    #expect(outcome.status == 1)
    #expect(outcome.lines.first == "1 passed, 0 failed")
    #expect(outcome.lines.contains("rules       2     6   33.33"))
    #expect(outcome.lines.contains("routes      0     2   0.00"))
    #expect(outcome.lines.contains("branches    0     2   0.00"))
    #expect(
      outcome.lines.contains(
        #"shop.weir:20: allow jobs: `caller is web` is never false"#),
      "\(outcome.out)")
    #expect(outcome.lines.contains("shop.weir:20: allow jobs: `time.hour` is never 21"))
    #expect(outcome.lines.contains("shop.weir:20: allow jobs: `source.ip` is never 11.0.0.0"))
    #expect(outcome.lines.contains("shop.weir:31: route split: no case is sent to web.v2"))
    // The allow that all is denied of is proved to decide nothing, and not counted.
    #expect(!outcome.out.contains("never-needed: decides"))
    #expect(try workspace.weir("test", "--coverage", "--fail-under", "10").status == 0)
  }

  @Test func writesTheCasesThatAreMissing() throws {
    let workspace = try Workspace()
    try workspace.write("shop.weir", Self.policy)
    let outcome = try workspace.weir("test", "--coverage", "--write-missing", "missing.weir")
    #expect(outcome.status == 0, "\(outcome.err)")
    #expect(outcome.lines.last == "missing.weir: written")
    #expect(try workspace.weir("fmt", "--check", "missing.weir").status == 0)
    let again = try workspace.weir("test", "--coverage", "--fail-under", "100", "--format", "json")
    #expect(again.status == 0, "\(again.out)")
    let report = try JSONValue(parsing: Array(again.out.utf8))
    #expect(report["failed"] == .int(0))
    #expect(
      report["coverage"]?["all"]?["percent"] == .int(100) || report["coverage"]?["all"]?["percent"] == .double(100))
    // What is written is never written over.
    let taken = try workspace.weir("test", "--coverage", "--write-missing", "shop.weir")
    #expect(taken.status == 0)
    #expect(taken.lines.last == "no case to write is missing")
  }

  /// Of policies as people write them: several modules, TCP, mounts, data, clocks.
  @Test(arguments: ["payments", "tcp-database", "teams", "emojivoto"])
  func everythingIsSeenOnceTheMissingCasesAreThere(name: String) throws {
    let workspace = try Workspace()
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "policies/\(name)")
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".weir") {
      try workspace.write(file, try String(contentsOf: folder.appending(path: file), encoding: .utf8))
    }
    #expect(try workspace.weir("test", "--coverage", "--write-missing", "missing.weir").status == 0)
    let again = try workspace.weir("test", "--coverage", "--fail-under", "100")
    #expect(again.status == 0, "\(again.out)")
    #expect(try workspace.weir("fmt", "--check").out == "")
  }

  /// An end without a beginning is said as it was written, and its last second as a time.
  @Test func speaksOfRulesThatEnd() throws {
    let workspace = try Workspace()
    try workspace.write(
      "web.weir",
      webService.replacing("allow reads when", with: "allow reads until 2026-12-31 when")
        .replacing("request.method is GET", with: #"request.header["x-n"] in 0..9223372036854775807"#)
        .replacing("service web", with: "header \"x-n\": Int\nservice web"))
    let outcome = try workspace.weir("test", "--coverage", "--write-missing", "missing.weir")
    #expect(outcome.status == 0, "\(outcome.err)")
    #expect(outcome.out.contains("allow reads: `until 2026-12-31` is never false"), "\(outcome.out)")
    #expect(outcome.out.contains("allow reads: `time` is never 2027-01-01T00:00:00Z"), "\(outcome.out)")
    #expect(try workspace.weir("test", "--coverage", "--fail-under", "100").status == 0)
    let request = #"{"service":"web","caller":"spiffe://shop.example/ns/web/sa/web","method":"GET","path":"/"}"#
    let told = try workspace.weir("explain", "web.weir", "--request", request)
    #expect(told.status == 0)
    #expect(told.out.contains("cannot be decided: until 2026-12-31, "), "\(told.out)")
  }

  /// A case that needs names of two modules stands where one of them can import the other's.
  @Test func importsWhatACaseNeeds() throws {
    let workspace = try Workspace()
    try workspace.write("mesh.weir", ProveTests.twoModules.mesh.replacing("data bad", with: "public data bad"))
    try workspace.write("web.weir", ProveTests.twoModules.web)
    let outcome = try workspace.weir("test", "--coverage", "--write-missing", "missing.weir")
    #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
    let again = try workspace.weir("test", "--coverage", "--fail-under", "100")
    #expect(again.status == 0, "\(again.out)")
  }

  @Test func printsThem() throws {
    let workspace = try Workspace()
    try workspace.write("shop.weir", Self.policy)
    let outcome = try workspace.weir("test", "--coverage", "--write-missing", "-")
    #expect(outcome.lines.contains("module shop"))
    #expect(outcome.lines.contains(#"test "coverage of edge" for edge {"#))
    #expect(outcome.out.contains("route split, to web.v2"))
  }

  @Test func optionsOfCoverageGoWithIt() throws {
    let workspace = try Workspace()
    try workspace.write("shop.weir", Self.policy)
    #expect(try workspace.weir("test", "--fail-under", "50").status == 2)
    #expect(try workspace.weir("test", "--coverage", "--fail-under", "101").status == 2)
    #expect(try workspace.weir("test", "--coverage", "--write-missing", "missing.txt").status == 2)
  }
}
