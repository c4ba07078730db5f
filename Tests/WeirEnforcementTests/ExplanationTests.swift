import Testing
import WeirBundle
import WeirEnforcement

@Suite struct ExplanationTests {
  @Test func `the nearest miss is the allow that got furthest`() throws {
    let world = try World(
      """
      module shop
      mesh shop { trust_domain "shop.example" }
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80" }
      authz web {
        allow early when request.method is POST
          and request.path is "/a"
        allow late when request.method is GET
          and request.path is "/a"
        deny never when request.method is DELETE
      }
      """)
    let bundle = try LoadedBundle.load(world.bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let facts = try world.facts(
      #"{"service":"web","caller":"spiffe://shop.example/ns/prod/sa/web","method":"GET","path":"/b"}"#)
    let (verdict, scopes) = try enforcer.explain(facts, under: bundle)
    #expect(verdict.reason == "no_rule")
    let explanation = try #require(scopes.first)
    #expect(explanation.scope == "web")
    #expect(
      explanation.rules.map { "\($0.effect) \($0.name) \($0.place) \($0.outcome) \($0.failingTest ?? "-")" } == [
        "allow early shop.weir:5 fails shop.weir:5:20",
        "allow late shop.weir:7 fails shop.weir:8:9",
        "deny never shop.weir:9 fails shop.weir:9:19",
      ])
    #expect(explanation.nearestMiss == 1)
  }
}
