import Foundation
import Testing

@Suite struct GraphTests {
  private static let policy = """
    module shop

    mesh shop-mesh { trust_domain "shop.example" }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

    routes edge { otherwise { forward to web } }

    service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:8080" }

    service api {
      identity "spiffe://shop.example/ns/prod/sa/api"
      port http 8080 http
      port admin 9090 http
      mtls permissive on admin
      endpoints dns "api"
    }

    principal prometheus { identity "spiffe://shop.example/ns/monitoring/sa/{any}" }

    data revoked: Set<Identity> max 100 stale 10m

    authz web { allow visitors when caller is edge }

    authz api port http {
      allow pages when caller in { web, edge } and request.path under "/v1"
      allow jobs when caller.namespace is "jobs"
      deny revoked-caller when caller in revoked
      deny edge-writes when caller is edge and request.path is not "/v2"
    }

    authz api port admin {
      allow scrape when caller is prometheus and request.method is GET
      allow probe when request.path is "/health"
    }

    """

  @Test func showsWhoMayCallWhom() throws {
    let workspace = try Workspace()
    try workspace.write("shop.weir", Self.policy)
    let table = try workspace.weir("graph")
    #expect(table.status == 0, "\(table.err)")
    #expect(
      table.out == """
        caller      may call        by
        edge        web             visitors
        web         api port http   pages
        others      api port http   jobs
        web         api port admin  probe
        api         api port admin  probe
        prometheus  api port admin  scrape, probe
        others      api port admin  probe
        nobody      api port admin  probe
        anybody     edge            no rules

        """)
    let dot = try workspace.weir("graph", "--format", "dot")
    #expect(dot.lines.first == "digraph mesh {")
    #expect(dot.lines.contains(#"  "web" -> "api" [label="port http: pages"];"#))
    #expect(dot.lines.contains(#"  "anybody" -> "edge" [label="no rules"];"#))
  }

  private static let chain = """
    module bank

    mesh bank-mesh { trust_domain "bank.example" }

    service web { identity "spiffe://bank.example/ns/prod/sa/web", protocol http, endpoints dns "web:8080" }
    service payments { identity "spiffe://bank.example/ns/prod/sa/payments", protocol http, endpoints dns "p:8080" }
    service ledger { identity "spiffe://bank.example/ns/prod/sa/ledger", protocol tcp, endpoints dns "l:5432" }
    service reports {
      identity "spiffe://bank.example/ns/prod/sa/reports"
      port http 8080 http
      port admin 9090 http
      mtls permissive on admin
      endpoints dns "r"
    }

    authz web { }
    authz payments { allow charge when caller is web, deny all-deletes when request.method is DELETE }
    authz ledger { allow postings when caller in { payments, reports } }
    authz reports port http { allow monthly when caller is payments }
    authz reports port admin { allow probe when request.path is "/health" }

    """

  @Test func provesThatThereIsNoPath() throws {
    let workspace = try Workspace()
    try workspace.write("bank.weir", Self.chain)
    let direct = try workspace.weir("graph", "--from", "web", "--to", "ledger")
    #expect(direct.status == 1)
    #expect(
      direct.out == """
        caller  may reach  by
        web     ledger     payments (charge) -> ledger (postings)

        """)
    // Anybody may call the permissive port of reports, and reports may post.
    let around = try workspace.weir("graph", "--from", "web", "--to", "ledger", "--avoiding", "payments")
    #expect(around.status == 1)
    #expect(around.out.contains("reports port admin (probe) -> ledger (postings)"))
    try workspace.write(
      "bank.weir", Self.chain.replacing("  mtls permissive on admin\n", with: ""))
    let still = try workspace.weir("graph", "--from", "web", "--to", "ledger", "--avoiding", "payments")
    #expect(still.status == 1)
    try workspace.write(
      "bank.weir",
      Self.chain.replacing("  mtls permissive on admin\n", with: "")
        .replacing(#"when request.path is "/health""#, with: #"when caller is payments and request.path is "/health""#))
    let none = try workspace.weir("graph", "--from", "web", "--to", "ledger", "--avoiding", "payments")
    #expect(none == Outcome(status: 0, out: "no path from web to ledger except through payments: proved\n", err: ""))
  }

  @Test func listsWhoReachesWhom() throws {
    let workspace = try Workspace()
    try workspace.write("bank.weir", Self.chain)
    let reaching = try workspace.weir("graph", "--to", "payments")
    #expect(reaching.status == 0)
    #expect(reaching.lines == ["caller  may reach  by", "web     payments   payments (charge)"])
    let reached = try workspace.weir("graph", "--from", "nobody")
    #expect(reached.out.contains("nobody  ledger     reports port admin (probe) -> ledger (postings)"))
    let dot = try workspace.weir("graph", "--from", "web", "--to", "ledger", "--format", "dot")
    #expect(dot.status == 1)
    #expect(dot.lines.contains(#"  "web" -> "payments" [label="charge"];"#))
    #expect(!dot.out.contains("reports"))
    let nowhere = try workspace.weir("graph", "--to", "web")
    #expect(nowhere == Outcome(status: 0, out: "no path to web: proved\n", err: ""))
    let others = try workspace.weir("graph", "--to", "others")
    #expect(others == Outcome(status: 0, out: "others only calls: nothing can be sent there\n", err: ""))
    let unknown = try workspace.weir("graph", "--to", "ledgr")
    #expect(unknown.status == 2)
    #expect(unknown.err.contains("did you mean ledger?"))
    #expect(try workspace.weir("graph", "--from", "web", "--to", "ledger", "--avoiding", "web").status == 2)
    #expect(try workspace.weir("graph", "--avoiding", "web").status == 2)
  }

  @Test func showsWhatNobodyMayCall() throws {
    let workspace = try Workspace()
    try workspace.write("bank.weir", Self.chain.replacing("allow charge when caller is web, ", with: ""))
    let table = try workspace.weir("graph")
    let uncalled = ["web", "payments"].map { $0.padding(toLength: 20, withPad: " ", startingAt: 0) }
    #expect(table.lines.suffix(2) == uncalled.map { "-         \($0)nothing" })
    // Both call, so both are drawn already.
    let dot = try workspace.weir("graph", "--format", "dot")
    #expect(!dot.lines.contains(#"  "payments";"#))
    try workspace.write(
      "bank.weir", webService.replacing("allow reads when caller is web and request.method is GET", with: ""))
    let alone = try workspace.weir("graph", "--format", "dot")
    #expect(alone.lines == ["digraph mesh {", "  rankdir=LR;", #"  "web";"#, "}"])
  }

  /// What a gateway sends is looked at as the service sees it.
  @Test(arguments: [("/API", false), ("/ADMIN", true)])
  func seesPathsAsServicesDo(route: String, isCalled: Bool) throws {
    let workspace = try Workspace()
    try workspace.write(
      "shop.weir",
      """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service web {
        identity "spiffe://shop.example/ns/prod/sa/web", protocol http, paths case_insensitive
        endpoints dns "web:8080"
      }

      authz web { allow admin when caller is edge and request.path is "/Admin" }

      routes edge {
        route admin when request.path under "\(route)" { forward to web }
        otherwise { respond 404 }
      }

      """)
    let table = try workspace.weir("graph")
    #expect(table.lines.contains { $0.hasPrefix("edge") } == isCalled, "\(table.out)\(table.err)")
  }

  @Test func readsBundles() throws {
    let workspace = try Workspace()
    try workspace.write("bank.weir", Self.chain)
    #expect(try workspace.weir("build", "bank.weir", "-o", "bank.weirb").status == 0)
    #expect(try workspace.weir("graph", "bank.weirb") == workspace.weir("graph", "bank.weir"))
  }
}
