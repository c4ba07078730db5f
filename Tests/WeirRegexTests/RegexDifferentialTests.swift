import PropertyTesting
import Testing

@testable import WeirRegex

/// The compiled automaton against three independent readings of the same regex.
@Suite struct RegexDifferentialTests {
  @Test(arguments: [11, 12, 13, 14])
  func agreesWithTheReferences(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for round in 0..<250 {
      let source = randomRegex(depth: 4, using: &generator)
      let node = try RegexParser.parse(Array(source.utf8))
      let automaton = try Automaton(node)
      let dfa = try DFA(regex: source)
      for _ in 0..<20 {
        let value = randomValue(using: &generator)
        let bytes = Array(value.utf8)
        let expected = ends(of: node, in: bytes, from: 0).contains(bytes.count)
        let place: Comment = "re\"\(source)\" on \(value), seed \(seed), round \(round)"
        #expect(dfa.matches(bytes) == expected, place)
        #expect(simulate(automaton, on: bytes) == expected, place)
      }
    }
  }

  /// The syntax means what it means elsewhere: whole matches of the standard library's own engine.
  @Test(arguments: [21, 22])
  func agreesWithTheStandardLibrary(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for round in 0..<150 {
      let source = randomRegex(depth: 3, using: &generator)
      let dfa = try DFA(regex: source)
      let theirs = try Regex<AnyRegexOutput>(source)
      for _ in 0..<10 {
        let value = randomValue(using: &generator)
        let expected = try theirs.wholeMatch(in: value) != nil
        #expect(dfa.matches(value.utf8) == expected, "re\"\(source)\" on \(value), seed \(seed), round \(round)")
      }
    }
  }

  @Test(arguments: [
    "[a-z0-9]+(-[a-z0-9]+)*", "(GET|HEAD|OPTIONS)", "\\d{1,3}(\\.\\d{1,3}){3}", "/api/v\\d+/users/\\w{1,8}(/.*)?",
    "([^@ ]+)@([a-z]+\\.)+[a-z]{2,4}", "(a+)+b", "x*y?z+", "spiffe://[a-z.]+/ns/[^/]+/sa/[^/]+",
  ])
  func agreesOnEverydayRegexes(source: String) throws {
    let values = [
      "", "a", "a-b", "a--b", "GET", "GETS", "10.1.2.3", "10.1.2", "1.2.3.4.5", "/api/v1/users/ann",
      "/api/v1/users/ann/x/y", "/api/v/users/ann", "ann@shop.example", "ann@shop", "@shop.ex", "aaab", "aaa", "xyz",
      "zz", "yyz", "spiffe://shop.example/ns/prod/sa/web", "spiffe://shop.example/ns//sa/web",
    ]
    let dfa = try DFA(regex: source)
    let theirs = try Regex<AnyRegexOutput>(source)
    for value in values {
      #expect(dfa.matches(value.utf8) == (try theirs.wholeMatch(in: value) != nil), "\(value)")
    }
  }
}
