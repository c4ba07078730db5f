import Testing
import WeirEnforcement
import WeirRequest

/// Each step of a decision, on one small mesh.
@Suite struct ContractTests {
  static let source = """
    module shop

    mesh shop { trust_domain "shop.example" }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example", "*.shop.example" } }

    service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80", mtls permissive }
    service api {
      identity "spiffe://shop.example/ns/prod/sa/api"
      protocol http
      endpoints dns "api:8080"
      subset stable { version "v1" }
      subset canary { version "v2" }
    }
    service db { identity "spiffe://shop.example/ns/prod/sa/db", protocol tcp, endpoints dns "db:5432" }
    service legacy { identity "spiffe://shop.example/ns/prod/sa/legacy", protocol http, endpoints dns "legacy:80", enforced by sidecar }

    header "x-region": String
    header "x-level": Int
    header "x-user": String

    data revoked: Set<Identity> max 10 stale 10m

    jwt people {
      issuer "https://id.shop.example"
      audience "api"
      keys file "keys.json"
      algorithms { ES256 }
      claim roles: Set<String>? from "realm" / "roles"
      claim scopes: Set<String>? from "scope" split " "
      claim tenant: String
    }

    authz web {
      allow everybody when request.method in { GET, HEAD }
      deny banned when caller in revoked else false
      audit seen when request.path under "/login"
      shadow deny region when request.header["x-region"] is "us" else false
    }

    authz api with token people {
      allow edge when caller is edge and request.path under "/v1"
      allow tenant when token.tenant is "t1" and token.roles has "admin"
      deny level when request.header["x-level"] in 5..9 else false
    }

    authz db { allow api when caller is api and source.port in 1024..65535 }

    routes edge {
      route old when request.path under "/old" { redirect 308 to "/new/{rest...}" }
      route fixed when request.path is "/fixed" { redirect 301 to "/there?from=fixed" }
      route health when request.path is "/healthz" { respond 200 }
      route legacy when request.path under "/legacy" { forward to legacy }
      route api when request.path matches "/api/{version}/{rest...}" {
        rewrite path to "/{version}/{rest...}"
        set request.header["x-user"] to request.query["user"]
        forward to { api.stable 90%, api.canary 10% } sticky by cookie "sid"
      }
      route late when time.hour in 6..20 and request.path is "/late" { respond 200 }
      otherwise { forward to web }
    }

    limit per-client for web { rate 10/s by request.client_ip /24 /56 }
    limit logins for web { rate 5/min, when request.path under "/login" }
    """

  private static let world = Result { try World(source) }

  static let caller = #""caller":"spiffe://shop.example/ns/prod/sa/api""#

  /// What a verdict says in short.
  private func summary(_ request: String) throws -> String {
    let verdict = try Self.world.get().verdict(request)
    return [verdict.outcome.rawValue, verdict.by, verdict.reason].compactMap { $0 }.joined(separator: " ")
  }

  @Test func `a redirect keeps the query unless its template has one`() throws {
    let world = try Self.world.get()
    func location(_ path: String) throws -> Verdict.Route? {
      try world.verdict(#"{"host":"shop.example","method":"GET","scheme":"https","path":"\#(path)"}"#).route
    }
    #expect(
      try location("/old/a/b?x=1")
        == Verdict.Route(name: "old", action: .redirect(status: 308, location: "/new/a/b?x=1")))
    #expect(try location("/old") == Verdict.Route(name: "old", action: .redirect(status: 308, location: "/new/")))
    #expect(
      try location("/fixed?x=1")
        == Verdict.Route(name: "fixed", action: .redirect(status: 301, location: "/there?from=fixed")))
  }

  @Test func `a whole answer`() throws {
    let answers = try Self.world.get().answers([
      #"{"host":"WWW.shop.example.:443","method":"GET","scheme":"https","path":"//login/./%61?q","source_ip":"10.1.2.3","headers":[["X-Region","us"]],"data":{"revoked":[]}}"#
    ])
    #expect(
      answers == [
        #"{"outcome":"allow","by":"everybody","reason":null,"matched":["everybody"],"shadow":["region"],"audit":["seen"],"shadow_outcome":"deny","limits":[{"name":"per-client","key":"10.1.2.0/24"},{"name":"logins","key":null}],"route":{"name":"otherwise","action":"forward","destination":"web","subset":null,"plan":[["web",100]],"path":"/login/a"},"canonical":{"host":"www.shop.example","path":"/login/a","query":"q"}}"#
      ])
  }

  @Test(arguments: [
    (#"{"service":"nobody","method":"GET","path":"/"}"#, "unknown_service"),
    (#"{"gateway":"nobody","method":"GET","path":"/"}"#, "unknown_gateway"),
    (#"{"service":"web"}"#, "wrong_layer"),
    (#"{"service":"db","method":"GET","path":"/"}"#, "wrong_layer"),
    (#"{"sni":"x"}"#, "missing_key"),
  ])
  func `a mistake of the asker is no verdict`(request: String, code: String) throws {
    let answer = try Self.world.get().answers([request])[0]
    #expect(answer.hasPrefix(#"{"error":{"code":"\#(code)""#), "\(answer)")
  }

  @Test(arguments: [
    // Canonical form.
    (#"{"service":"web","method":"GET","path":"/a%2Fb"}"#, "reject path_encoded_slash"),
    (#"{"service":"web","method":"G T","path":"/"}"#, "reject method_invalid"),
    (#"{"service":"web","method":"GET","path":"/","host":"a_b.-x"}"#, "reject host_bad_label"),
    (#"{"service":"web","method":"GET","path":"http://other/","host":"web"}"#, "reject host_mismatch"),
    (#"{"service":"web","method":"GET","path":"/","host":"web","headers":[["host","other"]]}"#, "reject host_mismatch"),
    (#"{"service":"web","method":"GET","path":"/","headers":[["x y","1"]]}"#, "reject header_name_forbidden_byte"),
    // Who is responsible.
    (#"{"method":"GET","path":"/","host":"elsewhere.example"}"#, "reject no_route"),
    (#"{"method":"GET","path":"/"}"#, "reject no_route"),
    // Caller.
    (#"{"service":"api","caller":null,"method":"GET","path":"/"}"#, "reject mtls_required"),
    (#"{"service":"api","method":"GET","path":"/v1"}"#, "deny edge indeterminate"),
    (#"{"service":"web","method":"GET","path":"/"}"#, "allow everybody"),
    (#"{"service":"db",\#(caller),"source_port":5000}"#, "allow api"),
    (#"{"service":"db",\#(caller),"source_port":80}"#, "deny no_rule"),
    (#"{"service":"db",\#(caller)}"#, "deny api indeterminate"),
    (#"{"service":"db","caller":null}"#, "reject mtls_required"),
    // Data.
    (#"{"service":"web",\#(caller),"method":"GET","path":"/"}"#, "deny banned indeterminate"),
    (#"{"service":"web",\#(caller),"method":"GET","path":"/","data":{"revoked":[]}}"#, "allow everybody"),
    (
      #"{"service":"web",\#(caller),"method":"GET","path":"/","data":{"revoked":["spiffe://shop.example/ns/prod/sa/api"]}}"#,
      "deny banned rule"
    ),
    // Repeats.
    (
      #"{"service":"api",\#(caller),"method":"GET","path":"/","headers":[["x-level","1"],["X-Level","2"]]}"#,
      "reject repeated_header"
    ),
    (
      #"{"service":"web","method":"GET","path":"/","headers":[["x-region","us"],["x-region","us"]]}"#, "allow everybody"
    ),
    // A number that is none.
    (
      #"{"service":"api",\#(caller),"method":"GET","path":"/","headers":[["x-level","high"]]}"#,
      "deny level indeterminate"
    ),
    (#"{"service":"api",\#(caller),"method":"GET","path":"/","headers":[["x-level","7"]]}"#, "deny level rule"),
    // Routes.
    (#"{"host":"shop.example","method":"GET","path":"/late"}"#, "reject route_indeterminate"),
    (
      #"{"host":"shop.example","method":"GET","path":"/late","time":"2026-11-21T10:00:00Z"}"#, "allow local"
    ),
    (
      #"{"host":"shop.example","method":"GET","path":"/late","time":"2026-11-21T21:00:00Z","data":{"revoked":[]}}"#,
      "allow everybody"
    ),
    (#"{"host":"shop.example","method":"POST","path":"/legacy/x"}"#, "allow"),
    // The destination decides what is forwarded, with the gateway as caller.
    (#"{"host":"shop.example","method":"GET","path":"/api/v1/x"}"#, "allow edge"),
    (#"{"host":"shop.example","method":"GET","path":"/api/v2/x"}"#, "deny no_rule"),
    (#"{"gateway":"edge","method":"GET","path":"/api/v1/x"}"#, "allow edge"),
    // A header made of a decoded parameter cannot split the head.
    (#"{"host":"shop.example","method":"GET","path":"/api/v1/x?user=a%0d%0ab"}"#, "reject rewrite_not_canonical"),
    (#"{"host":"shop.example","method":"GET","path":"/api/v1/x?user=a%20b"}"#, "allow edge"),
  ])
  func `one step decides`(request: String, expected: String) throws {
    #expect(try summary(request) == expected, "\(request)")
  }

  @Test(arguments: [
    (#""token_error":"token_signature""#, "reject token_signature"),
    (#""token":{}"#, "reject token_malformed"),
    (#""token":{"iss":7}"#, "reject token_malformed"),
    (#""token":{"iss":"https://elsewhere"}"#, "reject token_unknown_issuer"),
    (#""token":{"iss":"https://id.shop.example","aud":"other","tenant":"t1"}"#, "reject token_audience"),
    (#""token":{"iss":"https://id.shop.example","aud":["other","api"],"tenant":"t1"}"#, "deny no_rule"),
    (
      #""time":"2026-11-21T10:00:00Z","token":{"iss":"https://id.shop.example","exp":1,"tenant":"t1"}"#,
      "reject token_expired"
    ),
    (#""token":{"iss":"https://id.shop.example","exp":1,"tenant":"t1"}"#, "deny no_rule"),
    (
      #""time":"2026-11-21T10:00:00Z","token":{"iss":"https://id.shop.example","nbf":9999999999,"tenant":"t1"}"#,
      "reject token_not_yet"
    ),
    (#""token":{"iss":"https://id.shop.example"}"#, "reject token_claim"),
    (#""token":{"iss":"https://id.shop.example","tenant":1}"#, "reject token_claim"),
    (#""token":{"iss":"https://id.shop.example","tenant":"t1","realm":{"roles":"admin"}}"#, "reject token_claim"),
    (#""token":{"iss":"https://id.shop.example","tenant":"t1","realm":{"roles":["admin"]}}"#, "allow tenant"),
    (#""token":{"iss":"https://id.shop.example","tenant":"t2","realm":{"roles":["admin"]}}"#, "deny no_rule"),
    (#""token":{"iss":"https://id.shop.example","tenant":"t1","realm":null}"#, "deny no_rule"),
  ])
  func `a token that is there is good or refused`(token: String, expected: String) throws {
    #expect(
      try summary(#"{"service":"api",\#(Self.caller),"method":"GET","path":"/",\#(token)}"#) == expected, "\(token)")
  }

  @Test func `a token is not looked at where no block names an issuer`() throws {
    #expect(try summary(#"{"service":"web","method":"GET","path":"/","token_error":"token_key"}"#) == "allow everybody")
  }

  @Test func `the draw picks the branch, and a sticky key takes its place`() throws {
    let world = try Self.world.get()
    func subset(_ rest: String) throws -> String? {
      let line = #"{"host":"shop.example","method":"GET","path":"/api/v1/x",\#(rest)}"#
      guard case .forward(_, let subset, let plan, let path) = try world.verdict(line).route?.action else { return nil }
      #expect(plan.map(\.weight) == [9_000, 1_000])
      #expect(path == "/v1/x")
      return subset
    }
    #expect(try subset(#""draw":0"#) == "stable")
    #expect(try subset(#""draw":8999"#) == "stable")
    #expect(try subset(#""draw":9000"#) == "canary")
    #expect(try subset(#""draw":9999"#) == "canary")
    var canaries = 0
    for user in 0..<200 {
      let cookie = #""headers":[["cookie","sid=\#(user)"]]"#
      let first = try subset(cookie + #","draw":0"#)
      #expect(try subset(cookie + #","draw":9999"#) == first)
      if first == "canary" { canaries += 1 }
    }
    #expect((5...50).contains(canaries))
    #expect(try subset(#""headers":[["cookie","sid="]],"draw":9999"#) == "canary")
  }

  @Test func `what a request left behind does not reach the next one`() throws {
    let world = try Self.world.get()
    let allowed =
      #"{"service":"api",\#(Self.caller),"method":"GET","path":"/","token":{"iss":"https://id.shop.example","tenant":"t1","realm":{"roles":["admin"]}}}"#
    let plain = #"{"service":"api",\#(Self.caller),"method":"GET","path":"/"}"#
    let banned =
      #"{"service":"web",\#(Self.caller),"method":"GET","path":"/","data":{"revoked":["spiffe://shop.example/ns/prod/sa/api"]}}"#
    let unloaded = #"{"service":"web",\#(Self.caller),"method":"GET","path":"/"}"#
    let alone = try [allowed, plain, banned, unloaded].map { try world.answers([$0])[0] }
    #expect(
      try world.answers([allowed, plain, banned, unloaded, plain, allowed])
        == [alone[0], alone[1], alone[2], alone[3], alone[1], alone[0]])
  }
}
