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
    #expect(
      unknown.err.hasPrefix("weir: HEAD:elsewhere: is neither here nor at that revision of git; paths count from"))
  }

  /// Of a name that counts from the top, every file is read wherever one stands.
  @Test func readsAllOfARevisionFromEveryFolder() throws {
    let workspace = try Workspace()
    let files = ["policies/web.weir": webService, "policies/shop/none.weir": "module none\n", "shop/notes.txt": ""]
    for (path, text) in files { try workspace.write(path, text) }
    try workspace.git("init", "-q")
    try workspace.git("add", ".")
    try workspace.git("commit", "-q", "-m", "begin")
    for (directory, old, new) in [
      ("", "HEAD:policies", "policies"), ("shop", "HEAD:policies", "../policies"), ("policies", "HEAD:policies", "."),
      ("policies", "HEAD:./", "."), ("policies", "HEAD:.", "."), ("policies/shop", "HEAD:..", ".."),
    ] {
      let outcome = try workspace.weir(["diff", old, new], in: directory)
      #expect(outcome.out == "no request is decided otherwise, and no setting differs\n", "\(directory) \(old)")
      #expect(outcome.status == 0 && outcome.err.isEmpty)
    }
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
    try workspace.write("other.jsonl", "{}\n")
    let nothing = try workspace.weir("replay", "old", "--log", "other.jsonl", "--fail-on", "any")
    #expect(nothing.status == 2 && nothing.err.hasPrefix("weir: other.jsonl: no line holds a request"))
  }

  /// A gateway that answers everything itself.
  private static let gateway = """
    module shop
    mesh shop { trust_domain "shop.example" }
    gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
    routes edge { otherwise { respond 418 } }

    """

  /// A client of HTTP/1.0 need not say to whom it goes. The gateway then refuses it whatever the policy says.
  @Test func whoNamesNobodyWasNotDecided() throws {
    let workspace = try Workspace()
    try workspace.write("edge.weir", Self.gateway)
    let request = #""gateway":"edge","caller":null,"source_ip":"127.0.0.1","method":"GET","scheme":"http","path":"/""#
    let refused = #""outcome":"reject","by":null,"reason":"no_route""#
    try workspace.write(
      "access.jsonl",
      """
      {\(request),\(refused)}
      {\(request),"host":"shop.example","outcome":"allow","by":null,"reason":"local"}
      {\(request),"host":"other.example",\(refused)}

      """)
    let outcome = try workspace.weir("replay", "edge.weir", "--log", "access.jsonl", "--fail-on", "any")
    #expect(outcome.out == "2 requests, 0 decided otherwise; lines skipped: 1 not_decided\n")
    #expect(outcome.status == 0)
    // A host that nobody was responsible for then, and somebody is now, is a widening.
    let policy = try workspace.text("edge.weir")
    try workspace.write(
      "edge.weir", policy.replacing(#"{ "shop.example" }"#, with: #"{ "shop.example", "other.example" }"#))
    #expect(try workspace.weir("replay", "edge.weir", "--log", "access.jsonl", "--fail-on", "widening").status == 1)
  }

  /// A host without a canonical form is not logged, and values of a query are masked.
  @Test func whatIsRefusedByItsFormWasNotDecided() throws {
    let workspace = try Workspace()
    try workspace.write("edge.weir", Self.gateway)
    let request = #""gateway":"edge","caller":null,"source_ip":"127.0.0.1","method":"GET","scheme":"http""#
    func refused(_ reason: String) -> String { #""outcome":"reject","by":null,"reason":"\#(reason)""# }
    try workspace.write(
      "access.jsonl",
      """
      {\(request),"path":"/",\(refused("host_bad_label"))}
      {\(request),"path":"/?x=*","host":"shop.example",\(refused("query_nul"))}
      {\(request),"path":"/","host":"shop.example",\(refused("header_value_control"))}
      {\(request),"path":"/%zz","host":"shop.example",\(refused("path_bad_percent"))}
      {\(request),"path":"/","host":"shop.example","outcome":"allow","by":null,"reason":"local"}

      """)
    let outcome = try workspace.weir("replay", "edge.weir", "--log", "access.jsonl", "--fail-on", "any")
    #expect(outcome.out == "2 requests, 0 decided otherwise; lines skipped: 3 not_decided\n")
    #expect(outcome.status == 0)
  }

  /// What a log does not have is neither there nor absent.
  @Test func whatALogDoesNotTellIsInDoubt() throws {
    let workspace = try Workspace()
    try workspace.write(
      "web.weir",
      """
      module shop
      jwt staff { issuer "https://i", audience "a", keys url "https://i/j", algorithms { ES256 }, claim mfa: Bool? }
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:80" }
      header "x-a": String
      authz web with token staff {
        allow header when request.path is "/h" and request.header["x-a"] is "1"
        allow cookie when request.path is "/c" and request.cookie["a"] is "1"
        allow query when request.path is "/q" and request.query["a"] is "1"
        allow token when request.path is "/t" and token.mfa is true
        allow plain when request.path is "/p"
      }

      """)
    let caller = #""service":"web","caller":"spiffe://shop.example/ns/web/sa/web","method":"GET""#
    func line(_ path: String, _ rule: String, _ more: String = "") -> String {
      "{\(caller),\"path\":\"\(path)\"\(more),\"outcome\":\"allow\",\"by\":\"\(rule)\",\"reason\":null}\n"
    }
    try workspace.write(
      "access.jsonl",
      line("/h", "header") + line("/c", "cookie") + line("/q?a=*", "query") + line("/t", "token") + line("/p", "plain")
        + line("/q?a=1", "query") + line("/h", "header", #","headers":[["x-a","1"]]"#)
        + "{\(caller),\"path\":\"/h\",\"outcome\":\"deny\",\"by\":null,\"reason\":\"no_rule\"}\n")
    let outcome = try workspace.weir("replay", "web.weir", "--log", "access.jsonl", "--fail-on", "widening")
    #expect(outcome.out == "8 requests, 0 decided otherwise, 5 in doubt, of which 1 was refused\n")
    #expect(outcome.status == 1)
    // Told by its outcome alone, or refused for a token that the log does not have.
    for line in [
      "{\(caller),\"path\":\"/h\",\"outcome\":\"deny\"}\n",
      "{\(caller),\"path\":\"/p\",\"outcome\":\"reject\",\"by\":null,\"reason\":\"token_expired\"}\n",
    ] {
      try workspace.write("access.jsonl", line)
      let doubtful = try workspace.weir("replay", "web.weir", "--log", "access.jsonl", "--fail-on", "widening")
      #expect(doubtful.out == "1 request, 0 decided otherwise, 1 in doubt, of which 1 was refused\n")
      #expect(doubtful.status == 1)
    }
    try workspace.write("access.jsonl", "")
    #expect(try workspace.weir("replay", "web.weir", "--log", "access.jsonl", "--fail-on", "any").status == 2)
    try workspace.write("access.jsonl", line("/h", "header"))
    #expect(try workspace.weir("replay", "web.weir", "--log", "access.jsonl", "--fail-on", "widening").status == 0)
    #expect(try workspace.weir("replay", "web.weir", "--log", "access.jsonl", "--fail-on", "any").status == 1)
  }
}

extension DiffTests {
  /// A branch that the log does not tell is held against nobody: neither where another one would have decided otherwise, nor
  /// where all decide alike.
  @Test func aBranchThatALogDoesNotTellIsInDoubt() throws {
    let workspace = try Workspace()
    try workspace.write(
      "shop.weir",
      """
      module shop
      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80" }
      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:80" }
      authz web { allow pages when caller is edge }
      authz api { allow calls when caller is edge and request.method is POST }
      routes edge { otherwise { forward to { api 50%, web 50% } } }

      """)
    func line(_ method: String, _ more: String, _ outcome: String) -> String {
      "{\"gateway\":\"edge\",\"caller\":null,\"method\":\"\(method)\",\"host\":\"shop.example\",\"path\":\"/\","
        + "\"headers\":[],\"token\":{}\(more),\(outcome)}\n"
    }
    let denied = #""outcome":"deny","by":null,"reason":"no_rule""#
    let allowed = #""outcome":"allow","by":"pages","reason":null"#
    for (text, told) in [
      (line("GET", "", allowed), "1 request, 0 decided otherwise, 1 in doubt, of which 0 were refused\n"),
      (line("GET", "", denied), "1 request, 0 decided otherwise, 1 in doubt, of which 1 was refused\n"),
      (line("GET", #","draw":7000"#, allowed), "1 request, 0 decided otherwise\n"),
      (line("GET", #","draw":0"#, denied), "1 request, 0 decided otherwise\n"),
    ] {
      try workspace.write("access.jsonl", text)
      #expect(try workspace.weir("replay", "shop.weir", "--log", "access.jsonl").out == told, "\(text)")
    }
  }

  /// A value of a header that is declared as a number is written as one, also where it comes twice.
  @Test func repeatsANumberAsNumbers() throws {
    let workspace = try Workspace()
    func policy(_ condition: String) -> String {
      """
      module shop
      header "x-level": Int
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80" }
      authz web { allow near when source.ip in "10.0.0.0/8"\(condition) }

      """
    }
    try workspace.write("old.weir", policy(""))
    try workspace.write("new.weir", policy(#" and request.header["x-level"] is 3"#))
    let outcome = try workspace.weir("diff", "old.weir", "new.weir")
    let repeated = #"request.header["x-level"] is { 1, 2 } } => reject repeated_header"#
    #expect(outcome.out.contains(repeated), "\(outcome.out)")
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
