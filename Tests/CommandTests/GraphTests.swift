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
        edge        api port admin  probe
        prometheus  api port admin  scrape, probe
        others      api port admin  probe
        nobody      api port admin  probe
        anybody     edge            no rules

        """)
    let dot = try workspace.weir("graph", "--format", "dot")
    #expect(dot.lines.first == "digraph mesh {")
    #expect(dot.lines.contains(#"  "web" -> "api port http" [label="pages"];"#))
  }
}
