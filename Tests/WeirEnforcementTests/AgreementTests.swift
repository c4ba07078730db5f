import PropertyTesting
import Testing
import WeirEnforcement
import WeirPolicy
import WeirReference
import WeirRequest

/// The machine and the tree walker give one answer, on the requests of the worked policies and on random changes of them.
@Suite struct AgreementTests {
  @Test(arguments: workedPolicies)
  func `both evaluators agree`(folder: String) throws {
    let world = try World(folder: folder)
    let reference = ReferenceEvaluator(policy: world.policy)
    let bundle = try LoadedBundle.load(world.bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let seeds = lines("requests.jsonl", of: folder).compactMap { try? world.facts($0) }
    for seed in UInt64(0)..<150 {
      var random = SplitMix64(seed: seed)
      var facts = seeds[Int(seed) % seeds.count]
      let other = seeds[Int.random(in: seeds.indices, using: &random)]
      // The requests as they are first, then changes of them.
      if Int(seed) >= seeds.count { vary(&facts, with: other, &random) }
      let verdict = try? enforcer.decide(facts, under: bundle)
      #expect(withoutBranch(verdict) == withoutBranch(reference.decide(facts)), "\(folder) seed \(seed): \(facts)")
    }
  }

  private static let small = Result {
    try World(
      """
      module shop
      mesh shop { trust_domain "shop.example" }
      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80", mtls permissive }
      service db {
        identity "spiffe://shop.example/ns/prod/sa/db"
        port sql 5432 tcp
        port admin 8008 http
        endpoints dns "db"
      }
      jwt people {
        issuer "https://id.example/\u{E9}"
        audience "\u{E9}"
        keys file "keys.json"
        algorithms { ES256 }
        claim tenant: String?
      }
      authz web with token people {
        allow everybody when request.method is GET
        deny tenant when token.tenant is "bad" else false
      }
      authz db port sql {
        allow web when caller is web
        deny bad when sni is "Admin.Example" else false
      }
      authz db port admin { allow web when caller is web }
      routes edge {
        route find when request.path matches "/find/{word}" { redirect 308 to "/search?q={word}&l=en" }
        otherwise { forward to web }
      }
      """)
  }

  /// What a request could spell in two ways so that a rule sees only one of them.
  @Test(arguments: [
    (#"{"service":"db","port":5432,CALLER,"sni":"other.example"}"#, "allow web"),
    (#"{"service":"db","port":5432,CALLER,"sni":"admin.example"}"#, "deny bad rule"),
    (#"{"service":"db","port":5432,CALLER,"sni":"ADMIN.example"}"#, "deny bad rule"),
    (#"{"service":"db","port":5432,CALLER,"sni":"admin.example."}"#, "deny bad rule"),
    (#"{"service":"db","port":5432,CALLER,"sni":"admin.example:443"}"#, "reject host_bad_port"),
    (#"{"service":"db","port":5432,CALLER,"sni":"10.0.0.1"}"#, "reject host_bad_ipv4"),
    (#"{"service":"db","port":5432,CALLER,"sni":"[::1]"}"#, "reject host_bad_ipv6"),
    (#"{"service":"db","port":5432,CALLER,"sni":""}"#, "reject host_empty"),
    (#"{"service":"web",GET,"host":"a","headers":[["Host","A:443"]]}"#, "allow everybody"),
    (#"{"service":"web",GET,"headers":[["host","a"]]}"#, "allow everybody"),
    (#"{"service":"web",GET,"host":"a","headers":[["host","a"],["Host","a"]]}"#, "reject repeated_header"),
    (#"{"service":"web",GET,"headers":[["host","a"],["host","b"]]}"#, "reject repeated_header"),
    (#"{"service":"web",GET,"token":{"iss":"https://id.example/\u00e9","aud":"\u00e9"}}"#, "allow everybody"),
    (
      #"{"service":"web",GET,"token":{"iss":"https://id.example/e\u0301","aud":"\u00e9"}}"#,
      "reject token_unknown_issuer"
    ),
    (#"{"service":"web",GET,"token":{"iss":"https://id.example/\u00e9","aud":"e\u0301"}}"#, "reject token_audience"),
  ])
  func `both evaluators see one spelling`(request: String, expected: String) throws {
    let world = try Self.small.get()
    let line = request.replacing("CALLER", with: #""caller":"spiffe://shop.example/ns/prod/sa/web""#)
      .replacing("GET", with: #""method":"GET","path":"/""#)
    let verdict = try world.verdict(line)
    #expect(
      [verdict.outcome.rawValue, verdict.by, verdict.reason].compactMap { $0 }.joined(separator: " ") == expected)
    #expect(verdict == ReferenceEvaluator(policy: world.policy).decide(try world.facts(line)))
  }

  @Test func `a capture stays one value of a query`() throws {
    let world = try Self.small.get()
    let line = #"{"gateway":"edge","method":"GET","path":"/find/a&l=de+b%26","host":"shop.example"}"#
    let verdict = try world.verdict(line)
    #expect(
      verdict.route?.action == .redirect(status: 308, location: "/search?q=a%26l%3Dde%2Bb%26&l=en"))
    #expect(verdict == ReferenceEvaluator(policy: world.policy).decide(try world.facts(line)))
  }

  @Test(arguments: [
    (#"{"service":"db","port":8008}"#, "wrong_layer"), (#"{"service":"db","port":1}"#, "unknown_port"),
    (#"{"service":"db","port":5432,"method":"GET","path":"/"}"#, "wrong_layer"),
    (#"{"service":"db","port":1,"method":"GET","path":"/"}"#, "unknown_port"),
  ])
  func `the number of a port of the other layer is told from one of no port`(request: String, code: String) throws {
    let answer = try Self.small.get().answers([request])[0]
    #expect(answer.hasPrefix(#"{"error":{"code":"\#(code)""#), "\(answer)")
  }

  /// The verdict without the branch of a split: the reference does not hash sticky keys. Splits of these policies stay within a service.
  private func withoutBranch(_ verdict: Verdict?) -> Verdict? {
    var verdict = verdict
    if case .forward(let service, _, let plan, let path) = verdict?.route?.action, plan.count > 1 {
      verdict?.route?.action = .forward(service: service, subset: nil, plan: plan, path: path)
    }
    return verdict
  }

  /// Changes a request a little, mostly by what another one has.
  private func vary(_ facts: inout RequestFacts, with other: RequestFacts, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<12, using: &random) {
      case 0: facts.caller = other.caller
      case 1: facts.caller = Bool.random(using: &random) ? .absent : .unavailable
      case 2: facts.http?.target = other.http?.target ?? "/"
      case 3: facts.http?.headers += other.http?.headers ?? []
      case 4: facts.http?.headers = []
      case 5: facts.http?.method = other.http?.method ?? "GET"
      case 6: facts.token = other.token
      case 7: facts.time = other.time
      case 8: facts.data = other.data
      case 9: facts.sourceIP = other.sourceIP
      case 10: facts.http?.target += Bool.random(using: &random) ? "/" : "?x=1"
      default: facts.service = other.service
      }
    }
  }
}
