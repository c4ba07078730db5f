import Testing
import WeirJSON

/// The contract of `eval`, on the policy that the language's own page shows.
@Suite struct EvalTests {
  private static let services = """
    module shop.services

    mesh shop { trust_domain "shop.example" }

    service billing { identity "spiffe://shop.example/ns/prod/sa/billing", protocol http, endpoints dns "billing:80" }
    service checkout { identity "spiffe://shop.example/ns/prod/sa/checkout", protocol http, endpoints dns "checkout:80" }
    service ledger { identity "spiffe://shop.example/ns/prod/sa/ledger", protocol tcp, endpoints dns "ledger:5432" }
    service payments owned by shop.payments {
      identity  "spiffe://shop.example/ns/prod/sa/payments"
      protocol  http
      endpoints dns "payments:8080"
      subset    stable { version "stable" }
      subset    canary { version "canary" }
    }
    service web {
      identity  "spiffe://shop.example/ns/prod/sa/web"
      protocol  http
      endpoints dns "web:8080"
      subset    canary { version "canary" }
      mtls      permissive
    }

    authz web { allow anyone always }
    authz ledger { allow billing when caller is billing and sni is "ledger" }

    """

  private static let tokens = """
    module shop.tokens

    jwt staff {
      issuer     "https://id.shop.example"
      audience   "shop"
      keys       url "https://id.shop.example/jwks.json"
      algorithms { ES256 }
      claim scopes: Set<String>
      claim email:  String?
    }

    """

  private static let payments = """
    module shop.payments

    import std.http
    import std.net
    import shop.services.{billing, checkout, payments, web}
    import shop.tokens.{staff}

    /// People on the payments team may read while on call.
    let on-call = { "ana@shop.example", "li@shop.example" }

    header "x-region": String

    data revoked: Set<Identity> max 100000 stale 10m

    authz payments with token staff {                 // default deny
      @owner("payments-security")
      allow charge when
        caller in { checkout, billing }
        and request.method is POST
        and request.path is "/v1/charges"

      allow refund when
        caller is billing
        and request.path matches "/v1/charges/{id}/refund"
        and token.scopes has "refunds:write"

      allow support-read when
        request.method in http.safe_methods
        and token.email in on-call

      deny debug-pages when request.path under "/debug"
      deny revoked-caller when caller in revoked

      shadow deny outside-office when source.ip not in net.private   // evaluated and counted, not enforced
    }

    retry gentle {
      tries 3                                         // the first included
      on { connect_failure, reset, status 503 }
      per_try_timeout 500ms
      backoff 25ms to 250ms                           // full jitter
      budget 20%
    }

    routes "shop.example" {                           // first match, top to bottom
      route beta when request.cookie["beta"] is "1" { forward to web.canary }
      route charges when request.path under "/v1/charges" {
        forward to { payments.stable 95%, payments.canary 5% } sticky by cookie "sid"
        timeout 2s
        retry gentle
        set request.header["x-region"] to "eu"
      }
      route legacy when request.path under "/old" { redirect 308 to "/new/{rest...}" }
      otherwise { respond 404 }
    }

    limit per-caller for payments { rate 100/s burst 200 by caller }

    """

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("policy/services.weir", Self.services)
    try workspace.write("policy/tokens.weir", Self.tokens)
    try workspace.write("policy/payments.weir", Self.payments)
    let built = try workspace.weir("build", "policy", "-o", "p.weirb")
    try #require(built.status == 0, "\(built.err)")
    return workspace
  }

  private static let sample =
    #"{"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/checkout","source_ip":"10.1.2.3","method":"POST","#
    + #""scheme":"https","host":"Shop.Example:443","path":"//v1/%63harges?x=1","headers":[["x-region","eu"]],"#
    + #""token":{"iss":"https://id.shop.example","sub":"…","scopes":["refunds:write"]},"time":"2026-11-21T10:00:00Z","#
    + #""data":{"revoked":[]}}"#

  private static let answer =
    #"{"outcome":"allow","by":"charge","reason":null,"matched":["charge"],"shadow":[],"audit":[],"shadow_outcome":"allow","#
    + #""limits":[{"name":"per-caller","key":"spiffe://shop.example/ns/prod/sa/checkout"}],"#
    + #""route":{"name":"charges","action":"forward","destination":"payments","subset":"stable","#
    + #""plan":[["payments.stable",95],["payments.canary",5]],"path":"/v1/charges"},"#
    + #""canonical":{"host":"shop.example","path":"/v1/charges","query":"x=1"}}"#

  @Test func answersTheSampleExactly() throws {
    let workspace = try workspace()
    try workspace.write("requests.jsonl", Self.sample + "\n")
    let file = try workspace.weir("eval", "p.weirb", "--request", "requests.jsonl")
    #expect(file == Outcome(status: 0, out: Self.answer + "\n", err: ""))
    // The last line needs no end, and standard input is a file like any other.
    let input = try workspace.weir("eval", "p.weirb", "--request", "-", input: Self.sample)
    #expect(input == file)
  }

  @Test func sourcesAreNoBundle() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    for path in [".", "web.weir"] {
      let outcome = try workspace.weir("eval", path, "--request", "-")
      #expect(outcome.status == 2)
      #expect(outcome.err.contains("weir build \(path) -o policy.weirb"))
      #expect(outcome.err.contains("weir explain \(path) --request REQUEST"))
    }
  }

  @Test func answersErrorsInTheirPlace() throws {
    let requests = [
      "{", Self.sample, #"{"service":"paiments","method":"GET","path":"/"}"#, #"{"colour":"red"}"#, "",
      #"{"service":"payments","caller":7,"method":"GET","path":"/"}"#, #"{"service":"payments"}"#,
      #"{"service":"ledger","method":"GET","path":"/"}"#, #"{"gateway":"edge","method":"GET","path":"/"}"#, Self.sample,
    ]
    let outcome = try workspace().weir(
      "eval", "p.weirb", "--request", "-", input: requests.map { $0 + "\n" }.joined())
    #expect(outcome.status == 2)
    #expect(outcome.lines.count == requests.count)
    let codes = try outcome.lines.map { line -> String in
      let answer = try JSONValue(parsing: Array(line.utf8))
      guard case .string(let code)? = answer["error"]?["code"] else { return "answer" }
      return code
    }
    #expect(
      codes == [
        "malformed_json", "answer", "unknown_service", "unknown_key", "malformed_json", "wrong_type", "wrong_layer",
        "wrong_layer", "unknown_gateway", "answer",
      ])
    #expect(outcome.lines[9] == Self.answer)
  }

  @Test(arguments: [
    // (request, outcome, by, reason, route)
    (
      #"{"service":"payments","caller":null,"method":"POST","path":"/v1/charges"}"#,
      #"reject null "mtls_required" null"#
    ),
    (
      #"{"service":"payments","method":"POST","path":"/v1/charges","data":{"revoked":[]}}"#,
      #"deny "revoked-caller" "indeterminate" null"#
    ),
    (
      #"{"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/web","method":"POST","path":"/v1/charges","data":{"revoked":[]}}"#,
      #"deny null "no_rule" null"#
    ),
    (
      #"{"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/checkout","method":"POST","path":"/v1/charges"}"#,
      #"deny "revoked-caller" "indeterminate" null"#
    ),
    (
      #"{"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/checkout","method":"GET","path":"/v1%2Fcharges"}"#,
      #"reject null "path_encoded_slash" null"#
    ),
    (
      #"{"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/checkout","method":"GET","path":"/","token_error":"token_key"}"#,
      #"reject null "token_key" null"#
    ),
    (
      #"{"caller":"spiffe://shop.example/ns/prod/sa/web","method":"GET","host":"SHOP.example","path":"/old/a%20b?c"}"#,
      #"allow null "local" {"name":"legacy","action":"redirect","status":308,"location":"/new/a%20b?c"}"#
    ),
    (
      #"{"caller":"spiffe://shop.example/ns/prod/sa/web","method":"GET","host":"shop.example","path":"/nowhere"}"#,
      #"allow null "local" {"name":"otherwise","action":"respond","status":404}"#
    ),
    (
      #"{"caller":null,"method":"GET","host":"shop.example","path":"/","headers":[["cookie","a=b; beta=1"]]}"#,
      #"allow "anyone" null {"name":"beta","action":"forward","destination":"web","subset":"canary","plan":[["web.canary",100]],"path":"/"}"#
    ),
    (
      #"{"caller":null,"method":"GET","host":"shop.example","path":"/","headers":[["cookie","beta=1; beta=1"]]}"#,
      #"reject null "repeated_cookie" null"#
    ),
    (#"{"caller":null,"method":"GET","host":"elsewhere.example","path":"/"}"#, #"reject null "no_route" null"#),
    (
      #"{"service":"ledger","caller":"spiffe://shop.example/ns/prod/sa/billing","source_ip":"10.0.0.1","sni":"ledger"}"#,
      #"allow "billing" null null"#
    ),
  ])
  func decides(request: String, expected: String) throws {
    let outcome = try workspace().weir("eval", "p.weirb", "--request", "-", input: request)
    #expect(outcome.status == 0)
    let answer = try JSONValue(parsing: Array(outcome.out.dropLast().utf8))
    guard case .string(let decision)? = answer["outcome"] else { Issue.record("\(outcome.out)"); return }
    let parts = [decision] + ["by", "reason", "route"].map { answer[$0]?.text ?? "missing" }
    #expect(parts.joined(separator: " ") == expected)
  }

  @Test func drawsPickTheBranch() throws {
    let workspace = try workspace()
    let request = Self.sample.dropLast()
    let input = [0, 9_499, 9_500, 9_999].map { "\(request),\"draw\":\($0)}\n" }.joined()
    let outcome = try workspace.weir("eval", "p.weirb", "--request", "-", input: input)
    let subsets = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8))["route"]?["subset"] }
    #expect(subsets == ["stable", "stable", "canary", "canary"].map { .string($0) })
  }

  @Test func explainsWhatWasLookedAt() throws {
    let request = Self.sample.replacing("/sa/checkout", with: "/sa/web")
    let outcome = try workspace().weir("eval", "p.weirb", "--explain", "--request", "-", input: request)
    #expect(outcome.status == 0)
    let answer = try JSONValue(parsing: Array(outcome.out.dropLast().utf8))
    #expect(answer["reason"] == .string("no_rule"))
    #expect(outcome.out.contains(#""place":"payments.weir:16""#))
    #expect(outcome.out.contains(#""nearest_miss":{"name":""#))
    // Without it the answer is the contract's and nothing else.
    guard case .object(let members) = answer else { Issue.record("\(outcome.out)"); return }
    #expect(members.last?.name == "explain")
    let plain = try workspace().weir("eval", "p.weirb", "--request", "-", input: request)
    #expect(plain.out == JSONValue.object(members.dropLast()).text + "\n")
  }

  @Test func streamsManyLinesInOrder() throws {
    let workspace = try workspace()
    let requests = (0..<5_000).map { index in
      #"{"caller":null,"method":"GET","host":"shop.example","path":"/old/\#(index)"}"# + "\n"
    }
    let outcome = try workspace.weir("eval", "p.weirb", "--request", "-", input: requests.joined())
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == requests.count)
    for (index, line) in outcome.lines.enumerated() where !line.contains("\"/new/\(index)\"") {
      Issue.record("line \(index): \(line)")
      break
    }
  }
}
