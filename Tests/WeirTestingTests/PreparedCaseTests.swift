import Testing
import WeirCompiler
import WeirPolicy
import WeirReference
import WeirRequest
import WeirSource
import WeirTesting

@Suite struct PreparedCaseTests {
  private static let text = """
    module shop.web

    mesh shop { trust_domain "shop.example" }

    service web {
      identity  "spiffe://shop.example/ns/web/sa/web"
      protocol  http
      endpoints dns "web:8080"
      subset    stable { version "1" }
      subset    canary { version "2" }
    }

    jwt staff {
      issuer     "https://id.shop.example"
      audience   "web"
      keys       file "keys.json"
      algorithms { ES256 }
      claim scopes: Set<String> from "scope" split " "
      claim roles:  Set<String>? from "realm" / "roles"
    }

    header "x-a": String

    data revoked: Set<Identity> max 10 stale 10m

    authz web with token staff {
      allow readers when token.scopes has "read" and token.roles has "b"
      allow header  when caller is web and request.header["x-a"] is "1" and request.query["q"] is "a b"
      deny  revoked-caller when caller in revoked
      audit marked when request.path is "/marked"
    }

    routes "shop.example" {
      route old when request.path under "/old" { redirect 308 to "/new/{rest...}" }
      route gone when request.path is "/gone" { respond 410 }
      otherwise { forward to { web.stable 99.5%, web.canary 0.5% } }
    }

    limit total for web { rate 10/s burst 10 }

    """

  private static func run(_ cases: String, filter: String? = nil) throws -> [CaseResult] {
    let checked = check([SourceFile(path: "a.weir", text: text + cases)])
    let errors = checked.diagnostics.filter(\.isError).map { "\($0.kind.code) \($0.message)" }
    try #require(errors == [])
    let policy = try #require(checked.policy)
    let reference = ReferenceEvaluator(policy: policy)
    return policy.testCases(filter: filter).map { prepared in
      let verdict = reference.decide(prepared.facts)
      return prepared.result(verdict.map(Result.success) ?? .failure(RequestError(.unknownService, "no such service")))
    }
  }

  private static func suite(_ lines: String...) -> String {
    "test \"t\" for web {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  @Test func passesWhatHolds() throws {
    let facts = #"token.scopes is { "read", "x" }, token.roles is { "b" }, revoked is { }"#
    let results = try Self.run(
      Self.suite(
        #"GET "/" from web with { \#(facts) } => allow by readers, shadow allow, limit total"#,
        #"GET "/" from web with { token.scopes is { "read" }, revoked is { } } => deny no_rule"#,
        #"GET "/?q=a%20b" from web with { request.header["x-a"] is "1", revoked is { } } => allow by header"#,
        #"GET "/" from web => deny indeterminate"#,
        #"GET "/" from nobody => reject mtls_required"#,
        #"GET "/" from web with { token is invalid expired, revoked is { } } => reject token_expired"#,
        #"GET "/" from web with { revoked is { "spiffe://shop.example/ns/web/sa/web" } } => deny by revoked-caller"#,
        #"GET "/marked" from web with { \#(facts) } => allow, audit marked"#,
        #"GET "https://shop.example/old/a" from web with { \#(facts) } => route old, redirect 308 to "/new/a""#,
        #"GET "https://shop.example/gone" from web with { \#(facts) } => respond 410"#,
        #"GET "https://shop.example/x" from web with { \#(facts) } => route otherwise to { web.stable 99.5%, web.canary 0.5% }"#,
        #"GET "https://shop.example/x" from web with { \#(facts) } draw 9950 => to web.canary"#))
    for result in results { #expect(result.failures == [], "\(result.line): \(result.title)") }
    #expect(results.count == 12)
  }

  @Test(arguments: [
    (#"GET "/" from web with { revoked is { } } => allow by readers"#, ["expected allow by readers, got deny no_rule"]),
    (
      #"GET "/" from web with { revoked is { } } => deny by revoked-caller"#,
      ["expected deny by revoked-caller, got deny no_rule"]
    ),
    (#"GET "/" from web => deny no_rule"#, ["expected deny no_rule, got deny indeterminate (revoked-caller)"]),
    (#"GET "//%00" from web => allow"#, ["expected allow, got reject path_nul"]),
    (
      #"GET "/" from web with { revoked is { } } => deny no_rule, limit total, audit marked, shadow allow"#,
      [
        "expected limit total, got no limit", "expected audit marked, got no audit",
        "expected shadow allow, got shadow deny",
      ]
    ),
    (
      #"GET "https://shop.example/x" from web => to web.canary"#,
      ["expected to web.canary, got route otherwise to { web.stable 99.5%, web.canary 0.5% }"]
    ),
    (
      #"GET "https://shop.example/x" from web draw 9949 => to web.canary"#,
      ["expected to web.canary, got route otherwise to web.stable"]
    ),
    (#"GET "https://shop.example/gone" from web => respond 404"#, ["expected respond 404, got route gone respond 410"]),
    (#"GET "/x" from web => redirect 308 to "/""#, [#"expected redirect 308 to "/", got no route"#]),
  ])
  func saysWhatWasExpectedAndGot(line: String, failures: [String]) throws {
    let results = try Self.run(Self.suite(line))
    #expect(results.map(\.failures) == [failures])
    #expect(results.first?.file == "a.weir")
    #expect(results.first?.line == Self.text.split(separator: "\n", omittingEmptySubsequences: false).count + 1)
  }

  @Test func filtersByModuleAndName() throws {
    let cases =
      Self.suite(#"GET "/" from web => deny indeterminate"#)
      + #"test "other" for web { GET "/" from nobody => reject mtls_required }"# + "\n"
    #expect(try Self.run(cases).count == 2)
    #expect(try Self.run(cases, filter: "other").map(\.suite) == ["other"])
    #expect(try Self.run(cases, filter: "shop.web: t").map(\.suite) == ["t"])
    #expect(try Self.run(cases, filter: "nothing").isEmpty)
  }

  @Test func writesJUnit() throws {
    let results = try Self.run(
      Self.suite(
        #"GET "/a&b" from nobody => reject mtls_required"#, #"GET "/" from web => respond 404"#))
    #expect(
      JUnitReport.xml(results) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="weir" tests="2" failures="1">
          <testsuite name="shop.web: t" tests="2" failures="1">
            <testcase name="GET &quot;/a&amp;b&quot; from nobody" classname="shop.web" file="a.weir" line="\(results[0].line)"/>
            <testcase name="GET &quot;/&quot; from spiffe://shop.example/ns/web/sa/web" classname="shop.web" file="a.weir" line="\(results[1].line)">
              <failure message="expected respond 404, got no route"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }
}
