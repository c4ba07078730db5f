import Foundation
import Testing
import WeirJSON

@Suite struct DiffTests {
  private static let wider = webService.replacing("request.method is GET", with: "request.method in { GET, PUT }")

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("old/web.weir", webService)
    try workspace.write("new/web.weir", Self.wider)
    return workspace
  }

  @Test func tellsWhatIsNewlyAllowed() throws {
    let outcome = try workspace().weir("diff", "old", "new")
    #expect(outcome.status == 0)
    #expect(
      outcome.out == """
        + web: newly allowed
            now allowed by reads, new/web.weir:5
            was denied, no rule
            test "web: allow by reads, before deny no_rule" for web {
              PUT "/" from "spiffe://shop.example/ns/web/sa/web" => allow by reads
            }

        1 class of requests: 1 wider, 0 narrower, 0 otherwise, 0 settings

        """)
  }

  @Test func failsOnWhatIsAsked() throws {
    let workspace = try workspace()
    #expect(try workspace.weir("diff", "old", "new", "--fail-on", "widening").status == 1)
    #expect(try workspace.weir("diff", "new", "old", "--fail-on", "widening").status == 0)
    #expect(try workspace.weir("diff", "new", "old", "--fail-on", "any").status == 1)
    #expect(try workspace.weir("diff", "new", "new", "--fail-on", "any").status == 0)
    #expect(try workspace.weir("diff", "new", "elsewhere").status == 2)
  }

  @Test func readsBundlesAndRevisions() throws {
    let workspace = try workspace()
    #expect(try workspace.weir("build", "old", "-o", "old.weirb", "--generation", "4").status == 0)
    let bundle = try workspace.weir("diff", "old.weirb", "new", "--format", "json")
    let summary = try JSONValue(parsing: Array(bundle.lines.last?.utf8 ?? "".utf8))
    #expect(summary["old"]?["generation"] == .int(4))
    #expect(summary["may_widen"] == .bool(true))

    try workspace.git("init", "-q")
    try workspace.git("add", "old", "old.weirb")
    try workspace.git("commit", "-q", "-m", "begin")
    try workspace.write("old/web.weir", Self.wider)
    let revision = try workspace.weir("diff", "HEAD:old", "old")
    #expect(revision.out.contains("now allowed by reads, old/web.weir:5"))
    #expect(try workspace.weir("diff", "HEAD:old/web.weir", "old").out == revision.out)
    #expect(try workspace.weir("diff", "HEAD:old.weirb", "old").lines.first == "+ web: newly allowed")
    let unknown = try workspace.weir("diff", "HEAD:elsewhere", "old")
    #expect(unknown.status == 2)
    #expect(unknown.err == "weir: HEAD:elsewhere: is neither here nor at that revision of git\n")
  }

  @Test func weighsByALog() throws {
    let workspace = try workspace()
    let caller = #""caller":"spiffe://shop.example/ns/web/sa/web""#
    try workspace.write(
      "access.jsonl",
      """
      {"service":"web",\(caller),"method":"PUT","path":"/a","status":403,"outcome":"deny"}
      {"service":"web",\(caller),"method":"PUT","path":"/b"}
      {"service":"web",\(caller),"method":"GET","path":"/"}
      {"service":"cart","method":"GET","path":"/"}
      {"level":"info","message":"started"}
      none of it

      """)
    let outcome = try workspace.weir("diff", "old", "new", "--log", "access.jsonl")
    #expect(outcome.lines.first == "+ web: newly allowed, 2 recorded")
    #expect(
      outcome.lines.last
        == "3 recorded, 2 of them in the classes above; lines skipped: 1 malformed_json, 1 missing_key, 1 unknown_service"
    )
    let json = try workspace.weir("diff", "old", "new", "--log", "access.jsonl", "--format", "json")
    #expect(try JSONValue(parsing: Array(json.lines[0].utf8))["recorded"] == .int(2))
  }

  @Test func writesMarkdown() throws {
    let outcome = try workspace().weir("diff", "old", "new", "--format", "markdown")
    #expect(outcome.lines.first == "### Policy: 1 class of requests: 1 wider, 0 narrower, 0 otherwise, 0 settings")
    #expect(outcome.lines.contains("  ```weir"))
  }

  @Test func replaysALog() throws {
    let workspace = try workspace()
    let caller = #""caller":"spiffe://shop.example/ns/web/sa/web""#
    try workspace.write(
      "access.jsonl",
      """
      {"service":"web",\(caller),"method":"PUT","path":"/a","outcome":"deny","by":null,"reason":"no_rule"}
      {"service":"web",\(caller),"method":"PUT","path":"/b","outcome":"deny","by":null,"reason":"no_rule"}
      {"service":"web",\(caller),"method":"PUT","path":"/c","outcome":"deny"}
      {"service":"web",\(caller),"method":"GET","path":"/","outcome":"allow","by":"reads"}
      {"service":"web",\(caller),"method":"DELETE","path":"/","outcome":"allow","by":"reads"}
      {"service":"web",\(caller),"method":"GET","path":"/"}
      {"level":"info"}

      """)
    let outcome = try workspace.weir("replay", "new", "--log", "access.jsonl", "--fail-on", "widening")
    #expect(outcome.status == 1)
    #expect(
      outcome.out == """
        + 2 requests: now allow by reads, was deny no_rule
            {"service":"web",\(caller),"method":"PUT","path":"/a"}

        + 1 request: now allow by reads, was deny
            {"service":"web",\(caller),"method":"PUT","path":"/c"}

        - 1 request: now deny no_rule, was allow by reads
            {"service":"web",\(caller),"method":"DELETE","path":"/"}

        5 requests, 4 decided otherwise; lines skipped: 1 missing_key, 1 no_outcome

        """)
    #expect(try workspace.weir("replay", "old", "--log", "access.jsonl", "--fail-on", "widening").status == 0)
    let json = try workspace.weir("replay", "new", "--log", "access.jsonl", "--format", "json")
    #expect(try JSONValue(parsing: Array(json.lines[0].utf8))["count"] == .int(2))
  }
}

extension Workspace {
  fileprivate func git(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["git", "-c", "user.name=test", "-c", "user.email=test@shop.example", "-c", "commit.gpgsign=false"] + arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "git \(arguments)")
  }
}
