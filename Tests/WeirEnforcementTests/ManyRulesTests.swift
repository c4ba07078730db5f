import Testing
import WeirEnforcement
import WeirRequest

/// What is told of scopes with more rules than a word of a bitmap has bits.
@Suite struct ManyRulesTests {
  private static let places = [0, 1, 62, 63, 64, 127, 128, 191, 192, 199]

  @Test(arguments: [Array(places.prefix(1)), Array(places.suffix(1)), places, []])
  func everyRuleThatHoldsIsTold(held: [Int]) throws {
    let rules = (0..<200).map { number in
      "\(number % 3 == 2 ? "audit" : "allow") r\(number) when request.path under \"/\(held.contains(number) ? "a" : "b")\""
    }
    let world = try World(
      """
      module shop

      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:80", mtls permissive }

      authz web {
        \(rules.joined(separator: "\n  "))
      }
      """)
    let bundle = try LoadedBundle.load(world.bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let verdict = try enforcer.decide(
      world.facts(#"{"service":"web","caller":null,"method":"GET","path":"/a"}"#), under: bundle)
    #expect(verdict.matched == held.filter { $0 % 3 != 2 }.map { "r\($0)" })
    #expect(verdict.audit == held.filter { $0 % 3 == 2 }.map { "r\($0)" })
  }
}
