import Testing
import WeirAnalysis
import WeirCompiler
import WeirPolicy
import WeirSource

/// What linting looks at grows with the policy, not with routes times rules.
@Suite struct LintWorkTests {
  /// A service with a rule and a deny for each of many paths, and a route to each of them. What the gateway may do is denied.
  private func policy(rules: Int, routes: Int, open: String = "allow") throws -> Policy {
    let text = """
      module shop

      mesh shop-mesh { trust_domain "shop.example" }
      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }
      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz edge { allow everyone always }
      authz api {
        deny late when request.path under "/late" and request.method in { GET, POST }
      \((0..<rules).map {
        "  \(open) r\($0) when request.path under \"/late/p\($0)\" and request.method in { GET, POST } and caller is edge"
      }.joined(separator: "\n"))
        \(open) open when request.path under "/open"
      }
      routes edge {
      \((0..<routes).map {
        "  route t\($0) when request.path under \"/late/p\($0)\" and request.method is GET { forward to api }"
      }.joined(separator: "\n"))
        route open when request.path under "/open" { forward to api }
        otherwise { respond 404 }
      }
      """
    return try #require(check([SourceFile(path: "a.weir", text: text)]).policy)
  }

  @Test func routesAreNotHeldAgainstEveryRule() throws {
    let policy = try policy(rules: 300, routes: 100)
    // One look at all rules, and few of them for each route.
    let analysis = MeaningAnalysis(policy: policy, conditionsMax: 300 + 101 + 101 * 4)
    let denied = analysis.findings().filter { $0.kind == .deniedRoute }
    #expect(denied.map(\.item.name) == (0..<100).map { "t\($0)" })
    #expect(denied.allSatisfy { $0.example != nil })
  }

  @Test func withoutABudgetNothingIsSaid() throws {
    let analysis = MeaningAnalysis(policy: try policy(rules: 30, routes: 10), conditionsMax: 0)
    #expect(analysis.findings().allSatisfy { $0.kind != .deniedRoute })
  }

  /// That a service allows nothing is seen without a look at its rules.
  @Test func whatAllowsNothingNeedsNoBudget() throws {
    let analysis = MeaningAnalysis(policy: try policy(rules: 30, routes: 10, open: "deny"), conditionsMax: 0)
    #expect(analysis.findings().count { $0.kind == .deniedRoute } == 11)
  }
}
