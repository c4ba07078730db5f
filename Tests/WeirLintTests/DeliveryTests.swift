import Testing
import WeirCompiler
import WeirLint
import WeirSource

/// What is said of routes and of what they send: never where some request gets through.
@Suite struct DeliveryTests {
  private func codes(allow: String, routes: String, more: String = "", api: String = "") throws -> [String] {
    try findings(allow: allow, routes: routes, more: more, api: api).map(\.kind.code)
  }

  /// - Parameter api: settings of the service.
  private func findings(
    allow: String, routes: String, more: String = "", api: String = ""
  ) throws -> [Diagnostic] {
    let text = """
      module shop

      mesh shop-mesh { trust_domain "shop.example" }

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service api {
        identity "spiffe://shop.example/ns/prod/sa/api"
        port http 8080 http
        port admin 9090 http
        endpoints dns "api"
        \(api)
      }
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-region": String

      authz web { allow visitors when caller is edge }
      authz api { \(allow) }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        \(routes)
        otherwise { respond 404 }
      }
      \(more)
      """
    let checked = check([SourceFile(path: "a.weir", text: text)])
    try #require(checked.diagnostics.map { "\($0.kind.code) \($0.message)" } == [])
    let policy = try #require(checked.policy)
    return lint(checked.units, policy: policy, sources: checked.sources, asOf: nil)
      .filter { $0.kind.code.hasPrefix("W12") }
  }

  @Test(arguments: [
    // Something gets through: a header that is set, a rewrite, another host, a piece of the path, what was left out of a list.
    (
      #"caller is edge and request.header["x-region"] is "eu""#,
      #"{ forward to api, set request.header["x-region"] to "eu" }"#
    ),
    (#"caller is edge and request.path is "/v2/health""#, #"{ forward to api, rewrite path to "/v2/health" }"#),
    (#"caller is edge and request.path under "/v2""#, #"{ forward to api, rewrite path to "/v2/{rest...}" }"#),
    (#"caller is edge and request.path under "/v1/a""#, #"{ forward to api, rewrite path to "/{path...}" }"#),
    (#"caller is edge and request.host is "api.internal""#, #"{ forward to api, rewrite host to "api.internal" }"#),
    (#"caller.namespace is "edge" and request.method is GET"#, "{ forward to api }"),
    (
      #"caller is edge and request.header["x-region"] is absent"#,
      #"{ forward to api, remove request.header["x-region"] }"#
    ),
    (#"caller is edge and request.port is 8080"#, "{ forward to api }"),
    (
      #"caller is edge and request.header["x-region"] is "eu""#,
      #"{ forward to api, set request.header["x-region"] to request.method }"#
    ),
  ])
  func isSilentWhereSomethingIsAllowed(condition: String, action: String) throws {
    #expect(
      try codes(allow: "allow it when \(condition)", routes: #"route v1 when request.path under "/v1" \#(action)"#)
        == [])
  }

  @Test(arguments: [
    (#"caller is web"#, #"{ forward to api }"#),
    (#"caller is edge and request.path under "/v2""#, #"{ forward to api, rewrite path to "/v3/{path...}" }"#),
    (
      #"caller is edge and request.header["x-region"] is "us""#,
      #"{ forward to api, set request.header["x-region"] to "eu" }"#
    ),
    (
      #"caller is edge and request.header["x-region"] is "us""#,
      #"{ forward to api, remove request.header["x-region"] }"#
    ),
    (#"caller is edge and request.host is "shop.example""#, #"{ forward to api, rewrite host to "api.internal" }"#),
    (#"caller is edge and request.port is 9090"#, "{ forward to api }"),
    // Earlier routes take it.
    (#"caller is edge and request.path under "/pages""#, "{ forward to api }"),
    // One branch is enough.
    (#"caller is web"#, "{ forward to { web 90%, api 10% } }"),
    (#"caller is web"#, "{ forward to web, mirror to api 1% }"),
  ])
  func findsWhatIsDenied(condition: String, action: String) throws {
    let found = try findings(
      allow: "allow it when \(condition), allow calls when caller is web",
      routes: #"route v1 when request.method is GET \#(action)"#)
    let denied = try #require(found.first { $0.kind.code == "W1208" }, "\(found)")
    #expect(denied.witness != nil)
  }

  /// The request shows that nothing is allowed, not that a data set is missing.
  @Test func givesTheDataThatRulesRead() throws {
    let found = try findings(
      allow: "allow it when caller is web, deny listed when source.ip in bad, deny night when time.hour in 20..23",
      routes: #"route v1 when request.path under "/v1" { forward to api }"#,
      more: "data bad: Set<IP> max 10 stale 1m")
    let denied = try #require(found.first { $0.kind.code == "W1208" }, "\(found)")
    #expect(denied.witness?.contains("=> deny no_rule, route v1 }") == true, "\(denied.witness ?? "")")
  }

  /// Bytes count: what looks the same to a reader is another value to a service.
  @Test func tellsSpellingsApart() throws {
    let routes = [("r1", "e\u{301}"), ("r2", "\u{e9}")].map { name, text in
      let action = #"{ forward to api, set request.header["x-region"] to "\#(text)" }"#
      return #"route \#(name) when request.path under "/\#(name)" \#(action)"#
    }
    let found = try findings(
      allow: #"allow it when caller is edge and request.header["x-region"] is "\#u{e9}""#,
      routes: routes.joined(separator: "\n"))
    #expect(found.map(\.kind.code) == ["W1208"])
    #expect(found.allSatisfy { $0.message.contains("r1") && !$0.message.contains("r2") })
  }

  @Test(arguments: [
    // Everybody else may call, or the gateway's identity is one of several, or a route sends it.
    (#"allow it when request.path under "/v2""#, ""),
    (#"allow it when caller in { edge, web } and request.path under "/v2""#, ""),
    (
      #"allow it when caller is edge and request.path under "/v2""#,
      #"route v2 when request.path under "/v2/x" { forward to api }"#
    ),
    (
      #"allow it when caller is edge and request.path under "/v2""#,
      #"route v1 when request.path under "/v1" { forward to { web 99%, api 1% }, rewrite path to "/v2" }"#
    ),
    (
      #"allow it when caller is edge and request.path under "/v2""#,
      #"route v1 when request.path under "/v2" { forward to web, mirror to api 1% }"#
    ),
  ])
  func isSilentAboutWhatIsReached(allow: String, routes: String) throws {
    #expect(try codes(allow: allow, routes: routes).filter { $0 == "W1209" } == [])
  }

  @Test func namesAllowsThatOnlyAGatewayCouldReach() throws {
    let route = #"route v1 when request.path under "/v1" { forward to api }"#
    let rule = #"allow v1 when caller is edge and request.path under "/v1""#
    #expect(
      try codes(
        allow: rule + #", allow v2 when caller.account is "gateway" and caller is edge and request.path under "/v2""#,
        routes: route) == ["W1209"])
    // Requests are forwarded to the first port that takes them.
    #expect(
      try codes(
        allow: rule,
        routes: #"route v1 when request.path under "/v1" or request.path is "/metrics" { forward to api }"#,
        more: #"authz api port admin { allow probe when caller is edge and request.path is "/metrics" }"#) == ["W1209"])
  }

  @Test(arguments: [
    // A host that the gateway does not answer for; a route behind all hosts that it does.
    (#"route typo when request.host is "shop.exmaple" { respond 200 }"#, "", "W1202"),
    (#"route own when request.host is "shop.example" { respond 200 }"#, "", ""),
    (
      """
      route own when request.host is "shop.example" { respond 200 }
      route late when request.path is "/late" { respond 200 }
      """, "", "W1206"
    ),
    ("", #"allow everybody always, deny typo when request.host is "shop.exmaple""#, "W1202"),
    ("", #"allow own when request.host in { "shop.example", "shop.exmaple" }"#, ""),
    // What the gateway denies, or does not allow, comes to no route.
    (
      #"route admin when request.path under "/admin" { respond 200 }"#,
      #"allow everybody always, deny admin when request.path under "/admin""#, "W1206"
    ),
    (
      #"route admin when request.path under "/admin" { respond 200 }"#,
      #"allow reads when request.path under "/pages""#, "W1206"
    ),
    (
      #"route admin when request.path under "/admin" { respond 200 }"#,
      #"allow everybody always, deny admin when request.path under "/admin" and request.method is POST"#, ""
    ),
    (
      #"route admin when request.path under "/admin" { respond 200 }"#,
      #"allow everybody always, shadow deny admin when request.path under "/admin""#, ""
    ),
  ])
  func knowsWhatAGatewayLetsIn(routes: String, rules: String, code: String) throws {
    let edge = rules.isEmpty ? "" : "authz edge { \(rules) }"
    let allow = #"allow it when caller is web"#
    #expect(
      try codes(allow: allow, routes: routes, more: edge).filter { $0 == "W1202" || $0 == "W1206" }
        == [code].filter { !$0.isEmpty })
  }

  /// A route sees paths as they are, the service without regard to case or a final slash.
  @Test(arguments: [
    ("paths case_insensitive", #"is "/Admin""#, #"under "/API""#, true),
    ("paths case_insensitive", #"is "/Admin""#, #"under "/ADMIN""#, false),
    // What the route leaves out is only what is spelled like that.
    ("paths case_insensitive", #"under "/Admin""#, #"not under "/ADMIN""#, false),
    ("paths case_insensitive", #"matches "/a/{id}""#, #"matches "/B/{id}""#, true),
    ("paths case_insensitive", #"matches "/a/{id}""#, #"matches "/A/{id}/{rest...}""#, false),
    (
      "paths case_insensitive", #"is "/v2/x""#,
      #"matches "/x/{id}" { forward to api, rewrite path to "/V1/{id}" }"#, true
    ),
    (
      "paths case_insensitive", #"is "/v1/x""#,
      #"matches "/x/{id}" { forward to api, rewrite path to "/V1/{id}" }"#, false
    ),
    ("trailing_slash ignored", #"is "/adx""#, #"is "/adm/""#, true),
    ("trailing_slash ignored", #"is "/adm""#, #"is "/adm/""#, false),
    ("trailing_slash ignored", #"is "/adm/""#, #"in { "/adm", "/x" }"#, false),
  ])
  func knowsHowServicesSeePaths(setting: String, rule: String, route: String, isDenied: Bool) throws {
    let action = route.contains("{ forward") ? "" : " { forward to api }"
    let found = try codes(
      allow: "allow it when caller is edge and request.path \(rule)",
      routes: "route v1 when request.path \(route)\(action)", api: setting)
    #expect(found == (isDenied ? ["W1209", "W1208"] : []))
  }

  /// Rules of the gateway come before its routes.
  @Test func whatTheGatewayDeniesIsNotSent() throws {
    let route = #"route v1 when request.path under "/v1" { forward to api }"#
    let allow = #"allow v1 when caller is edge and request.path under "/v1/x""#
    for (rules, expected) in [
      (#"allow everybody always, deny x when request.path under "/v1/x""#, ["W1209", "W1208"]),
      (#"allow everybody always, deny x when request.path is "/v1/x""#, []),
      (#"allow pages when request.path under "/pages", allow some when caller.account is "x""#, []),
      (
        #"allow pages when request.path under "/pages", allow some when request.path under "/v1/y""#,
        ["W1209", "W1208"]
      ),
    ] {
      let found = try codes(allow: allow, routes: route, more: "authz edge { \(rules) }")
      #expect(found.filter { $0 != "W1206" }.sorted() == expected.sorted(), "\(rules)")
    }
  }
}
