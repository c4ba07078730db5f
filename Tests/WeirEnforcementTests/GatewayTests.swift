import Testing
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirReference
import WeirRequest

/// What a gateway answers for, whose tokens count on the way, and what its shadow rules would have changed.
@Suite struct GatewayTests {
  static let source = """
    module shop

    mesh shop { trust_domain "shop.example" }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example", "*.shop.example" } }

    service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80" }
    service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:80" }

    header "x-beta": String

    jwt staff { issuer "https://staff.example", audience "edge", keys file "staff.json", algorithms { ES256 } }
    jwt auditors { issuer "https://audit.example", audience "web", keys file "audit.json", algorithms { ES256 } }
    jwt people { issuer "https://id.example", audience "web", keys file "id.json", algorithms { ES256 } }
    jwt customers { issuer "https://customers.example", audience "api", keys file "customers.json", algorithms { ES256 } }

    authz edge with token staff {
      allow reads when request.method is GET
      allow staff when token is present
      shadow allow beta when request.header["x-beta"] is "1"
    }

    authz web with token people {
      deny closed when request.path under "/closed"
      allow open when request.path under "/open"
      allow person when token is present
    }

    authz api with token customers { allow customer when token is present }

    routes edge with token staff {
      route health when request.path is "/healthz" { respond 200 }
      route late when time.hour in 6..20 and request.path is "/late" { respond 200 }
      route staff when request.path under "/staff" and token is present { respond 204 }
      route api when request.path under "/api" { forward to api }
      otherwise { forward to web }
    }

    limit per-auditor for web with token auditors { rate 10/s by token.sub }
    """

  private static let world = Result { try World(source) }

  /// The verdict on a request, which both evaluators agree on.
  private func verdict(_ line: String) throws -> Verdict {
    let world = try Self.world.get()
    let verdict = try world.verdict(line)
    let facts = try world.facts(line)
    #expect(verdict == ReferenceEvaluator(policy: world.policy).decide(facts), "\(line)")
    return verdict
  }

  private func summary(_ line: String) throws -> String {
    let verdict = try verdict(line)
    return [verdict.outcome.rawValue, verdict.by, verdict.reason].compactMap { $0 }.joined(separator: " ")
  }

  @Test(arguments: [
    (#""host":"shop.example","#, "allow open"),
    (#""host":"A.b.shop.example:8443","#, "allow open"),
    (#""host":"other.example","#, "reject no_route"),
    (#""host":"notshop.example","#, "reject no_route"),
    ("", "allow open"),
  ])
  func `a gateway answers for its own hosts`(host: String, expected: String) throws {
    #expect(try summary(#"{"gateway":"edge",\#(host)"method":"GET","path":"/open"}"#) == expected)
  }

  @Test func `a gateway without hosts takes any`() throws {
    let world = try Self.world.get()
    var policy = world.policy
    policy.gateways[0].hosts = []
    let bundle = try LoadedBundle.load(build(policy, generation: 1), trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let facts = try world.facts(#"{"gateway":"edge","host":"other.example","method":"GET","path":"/open"}"#)
    let verdict = try enforcer.decide(facts, under: bundle)
    #expect(verdict.by == "open")
    #expect(verdict == ReferenceEvaluator(policy: policy).decide(facts))
  }

  @Test(arguments: [
    // Only destinations know these: absent at the gateway, then theirs.
    ("/x", "https://id.example", "web", "allow person"),
    ("/staff/x", "https://id.example", "web", "allow person"),
    ("/api", "https://customers.example", "api", "allow customer"),
    ("/api", "https://id.example", "web", "reject token_unknown_issuer"),
    // One that is not good is never absent.
    ("/healthz", "https://id.example", "api", "reject token_audience"),
    // Named by a limit of one destination, and by nothing on the way to the other.
    ("/open", "https://audit.example", "web", "allow open"),
    ("/x", "https://audit.example", "web", "deny no_rule"),
    ("/api", "https://audit.example", "web", "reject token_unknown_issuer"),
    // The gateway's own: absent at a destination.
    ("/staff/x", "https://staff.example", "edge", "allow local"),
    ("/open", "https://staff.example", "edge", "allow open"),
    ("/x", "https://staff.example", "edge", "deny no_rule"),
    ("/healthz", "https://staff.example", "web", "reject token_audience"),
    ("/open", "https://elsewhere.example", "web", "reject token_unknown_issuer"),
  ])
  func `a token that a destination knows passes the gateway`(
    path: String, issuer: String, audience: String, expected: String
  ) throws {
    let token = #"{"iss":"\#(issuer)","aud":"\#(audience)"}"#
    #expect(
      try summary(#"{"host":"shop.example","method":"GET","path":"\#(path)","token":\#(token)}"#) == expected)
  }

  @Test(arguments: [
    ("https://id.example", "web", "allow open"),
    ("https://audit.example", "web", "allow open"),
    // The table of the host names it, the service does not.
    ("https://staff.example", "edge", "reject token_unknown_issuer"),
  ])
  func `a service takes tokens of its own issuers alone`(issuer: String, audience: String, expected: String) throws {
    let line =
      #"{"service":"web","caller":"spiffe://shop.example/ns/edge/sa/gateway","host":"shop.example","method":"GET","path":"/open","token":{"iss":"\#(issuer)","aud":"\#(audience)"}}"#
    #expect(try summary(line) == expected)
    #expect(try verdict(line).route?.name == (expected == "allow open" ? "otherwise" : nil))
  }

  private static let denials: [(path: String, token: String, shadowOutcome: Verdict.Outcome, route: String?)] = [
    ("/open", "", .allow, "otherwise"),
    ("/closed/x", "", .deny, "otherwise"),
    ("/x", "", .deny, "otherwise"),
    ("/healthz", "", .allow, "health"),
    ("/late", "", .reject, nil),
    ("/api", #","token":{"iss":"https://audit.example","aud":"web"}"#, .reject, "api"),
    ("/api", #","token":{"iss":"https://customers.example","aud":"api"}"#, .allow, "api"),
  ]

  @Test(arguments: denials.indices)
  func `behind a gateway that would have allowed, the destination has the shadow outcome`(index: Int) throws {
    let denial = Self.denials[index]
    let verdict = try verdict(
      #"{"host":"shop.example","method":"POST","path":"\#(denial.path)","headers":[["x-beta","1"]]\#(denial.token)}"#)
    #expect(verdict.outcome == .deny)
    #expect(verdict.by == nil)
    #expect(verdict.reason == "no_rule")
    #expect(verdict.matched.isEmpty)
    #expect(verdict.shadow == ["beta"])
    #expect(verdict.limits.isEmpty)
    #expect(verdict.shadowOutcome == denial.shadowOutcome)
    #expect(verdict.route?.name == denial.route)
  }

  @Test func `a denial that shadow rules would not change asks nobody else`() throws {
    let verdict = try verdict(#"{"host":"shop.example","method":"POST","path":"/open"}"#)
    #expect(verdict.outcome == .deny)
    #expect(verdict.shadowOutcome == .deny)
    #expect(verdict.route?.name == "otherwise")
  }
}
