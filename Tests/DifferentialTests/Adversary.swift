import PropertyTesting
import Testing
import WeirCompiler
import WeirPolicy
import WeirSource

/// Rules that are made to be slow: each family grows without a bound where its budget is not kept.
enum Adversary: String, CaseIterable, Sendable {
  /// `/{x}/a/{y}/b` with wildcards at the same places, at two others, and at many.
  case stars, crossedStars, manyStars
  case regexes
  /// Each lies below the one before.
  case prefixes
  case identities
  /// Path × method × caller × header.
  case product
  /// Exact paths, each covered by many patterns.
  case coveredPaths

  var ruleCount: Int {
    switch self {
    case .regexes: 80
    case .identities: 12
    case .stars, .crossedStars, .manyStars, .prefixes, .product, .coveredPaths: 800
    }
  }

  /// Bytes of the bundle that a rule may take; for a family with sets, each member counts.
  var bytesPerRuleMax: Int { self == .identities ? 20_000 : 1_000 }

  func rule(_ number: Int, _ random: inout SplitMix64) -> String {
    let (a, b) = (number % 40, number / 40)
    func matches(_ pattern: String) -> String { "request.path matches \"\(pattern)\"" }
    switch self {
    case .stars: return matches("/{x}/a\(a)/{y}/b\(b)")
    case .crossedStars:
      return matches(number % 3 == 0 ? "/{x}/a\(a)/{y}/b\(b)" : "/a\(a)/{x}/b\(b)\(number % 3 == 1 ? "" : "/{...}")")
    case .manyStars:
      let segments = (0..<12).map { random.chance(50) ? "s\(random.next() % 3)" : "{x\($0)}" }
      return matches("/" + segments.joined(separator: "/"))
    case .regexes: return "request.path matches re\".*a\(a).*b\(b).*\""
    case .prefixes:
      return "request.path under \"/a\(b)" + String(repeating: "/b", count: a) + "\""
    case .identities:
      let members = (0..<200).map { "\"spiffe://mesh.local/ns/n\($0 % 7)/sa/s\((number * 37 + $0 * 11) % 5_000)\"" }
      return "caller in { \(members.joined(separator: ", ")) }"
    case .product:
      return
        "request.path under \"/a\(random.next() % 30)\" and request.method is \(random.pick(["GET", "PUT", "POST"])) and caller is \"spiffe://mesh.local/ns/n/sa/s\(random.next() % 30)\" and request.header[\"x-env\"] is \"e\(random.next() % 30)\""
    case .coveredPaths:
      let path = (0..<10).map { place in number % 2 == 0 && number >> (place % 11 + 1) & 1 == 1 ? "{x\(place)}" : "s" }
      return matches("/" + (number % 2 == 0 ? path : path.dropLast() + ["t\(number)"]).joined(separator: "/"))
    }
  }

  func policy(seed: UInt64 = 1) throws -> Policy {
    var random = SplitMix64(seed: seed)
    let rules = (0..<ruleCount).map { "  \($0 % 9 == 0 ? "deny" : "allow") r\($0) when \(rule($0, &random))" }
    let text = """
      module adversary

      mesh test { trust_domain "mesh.local" }
      service target {
        identity "spiffe://mesh.local/ns/a/sa/target"
        protocol http
        endpoints dns "target:8080"
      }
      header "x-env": String

      authz target {
      \(rules.joined(separator: "\n"))
      }
      """
    let checked = check([SourceFile(path: "a.weir", text: self == .product ? text.denyingAbsence : text)])
    return try #require(checked.policy, "\(checked.diagnostics.filter(\.isError).prefix(2).map(\.message))")
  }

  /// A path that some rules cover and others nearly do.
  func path(_ random: inout SplitMix64) -> String {
    let names: [String]
    switch self {
    case .stars, .crossedStars: names = ["a\(random.next() % 40)", "b\(random.next() % 40)", "x"]
    case .manyStars, .coveredPaths: names = ["s", "s0", "s1", "s2", "t\(random.next() % 800)"]
    case .regexes: names = ["a\(random.next() % 40)b\(random.next() % 4)", "b\(random.next() % 4)", "xa1"]
    case .prefixes, .product, .identities: names = ["a\(random.next() % 40)", "b", "b"]
    }
    let count: UInt64 =
      switch self {
      case .manyStars: 12
      case .coveredPaths: 10
      case .prefixes: 1 + random.next() % 40
      case .stars, .crossedStars, .regexes, .identities, .product: 2 + random.next() % 4
      }
    let first = self == .prefixes || self == .product ? [names[0]] : []
    return "/" + (first + (0..<count).map { _ in random.pick(names) }).joined(separator: "/")
  }
}

extension String {
  /// A deny that rests on a header says what its absence means.
  fileprivate var denyingAbsence: String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("  deny") ? $0 + " else false" : $0 }.joined(separator: "\n")
  }
}
