import Testing
import WeirRegex

@Suite struct RegexMatchTests {
  @Test(arguments: [
    ("a", ["a"], ["", "b", "aa", "ab"]),
    ("abc", ["abc"], ["ab", "abcd", "xabc"]),
    ("a|bc", ["a", "bc"], ["abc", "b", "ac"]),
    ("a*", ["", "a", "aaaa"], ["b", "aab"]),
    ("a+", ["a", "aa"], [""]),
    ("a?b", ["b", "ab"], ["aab", "a"]),
    ("a{2}", ["aa"], ["a", "aaa"]),
    ("a{2,}", ["aa", "aaaaa"], ["", "a"]),
    ("a{1,3}", ["a", "aa", "aaa"], ["", "aaaa"]),
    ("a{0,1}b", ["b", "ab"], ["aab"]),
    ("(ab){2}", ["abab"], ["ab", "aabb"]),
    ("(?:a|b)+c", ["ac", "babc"], ["c", "abcb"]),
    (".", ["a", "\n", "\0"], ["", "ab", "é"]),
    ("..", ["é", "ab"], ["a"]),
    ("[a-c]", ["a", "b", "c"], ["d", "-", ""]),
    ("[^a-c]", ["d", "-", "\n"], ["a", ""]),
    ("[a-]", ["a", "-"], ["b"]),
    ("[-a]", ["a", "-"], ["b"]),
    ("[a\\-z]", ["a", "-", "z"], ["b"]),
    ("[.*+?(){}|$]", [".", "*", "$", "{"], ["a", "\\"]),
    ("[a^]", ["a", "^"], ["b"]),
    ("[\\]\\[\\\\^]", ["]", "[", "\\", "^"], ["a"]),
    ("[\\d_]", ["0", "9", "_"], ["a"]),
    ("[!-\\/]", ["!", "/", "*"], ["0"]),
    ("\\d\\w\\s", ["1_ ", "0a\t"], ["a1 ", "11"]),
    ("\\D\\W\\S", ["a x", "-.-"], ["1 x", "aax"]),
    ("\\.\\*\\\\", [".*\\"], ["a*\\"]),
    ("\\/v1", ["/v1"], ["v1"]),
    ("/info.*", ["/info", "/information", "/info/private"], ["/inf", "x/info"]),
    ("/v[0-9]+/orders/[0-9a-f]{8}", ["/v1/orders/0123abcd"], ["/v1/orders/0123ABCD", "/v/orders/0123abcd"]),
    ("é+", ["é", "éé"], ["", "\u{C3}", "e"]),
    ("(a*)*", ["", "aaa"], ["b"]),
    ("(a*|b)*c", ["c", "abac"], ["ab"]),
    ("((a|b)*|c)+d{1,2}", ["d", "abdd", "cabcd"], ["ddd"]),
  ])
  func wholeValues(source: String, matching: [String], other: [String]) throws {
    let dfa = try DFA(regex: source)
    for value in matching { #expect(dfa.matches(value.utf8), "\(value)") }
    for value in other { #expect(!dfa.matches(value.utf8), "\(value)") }
  }

  /// One language, one automaton: minimal, and numbered by what it matches alone.
  @Test(arguments: [
    ("a|b", "[ab]"),
    ("aa*", "a+"),
    ("(a|ab)(c|bcd)?", "a(b?c|bbcd|bcd|b)?"),
    ("a{2,4}", "aa(a(a)?)?"),
    ("(a*)*", "a*"),
    ("(a|b)*", "(a*b*)*"),
    (".*", "(.|[^a])*"),
    ("\\w", "[A-Za-z0-9_]"),
    ("[^\\d]", "\\D"),
    ("abc|abd", "ab[cd]"),
    ("(x|y)z|yz", "[xy]z"),
  ])
  func equalLanguagesHaveEqualAutomata(left: String, right: String) throws {
    #expect(try DFA(regex: left) == DFA(regex: right))
  }

  /// What follows a state is the automaton of the regex for it.
  @Test func remaindersAreAutomataOfTheirOwn() throws {
    let whole = try DFA(regex: "/v1/[a-z]+(/.*)?")
    var state = whole.start
    for byte in "/v1/".utf8 {
      state = whole.transitions[Int(state) * whole.classCount + Int(whole.byteClasses[Int(byte)])]
    }
    #expect(try whole.remainder(from: state) == DFA(regex: "[a-z]+(/.*)?"))
    #expect(whole.remainder(from: whole.start) == whole)
  }

  /// The same letter, composed and not: equal strings, other bytes.
  @Test func compiledRegexesAreKeptByTheirBytes() throws {
    for source in ["caf\u{E9}", "cafe\u{301}"] {
      let dfa = try CompiledRegexes.automaton(of: source)
      #expect(try dfa == DFA(regex: source))
      #expect(dfa.matches(source.utf8))
    }
  }

  @Test func automataAreMinimal() throws {
    let any = try DFA(regex: ".*")
    #expect((any.stateCount, any.classCount) == (1, 1))
    let word = try DFA(regex: "abc")
    #expect((word.stateCount, word.classCount) == (5, 4))
    // Three or more letters: none, one, two, enough, and the state that no other byte leaves.
    #expect(try DFA(regex: "(a|b|ab|ba)*(a|b){3}").stateCount == 5)
  }

  @Test func tablesAreWellFormed() throws {
    for source in ["a", ".*", "(a|b)*abb", "[^\\d]{3,9}x", "/v1/[a-z]+(/.*)?"] {
      let dfa = try DFA(regex: source)
      #expect(dfa.byteClasses.count == 256)
      #expect(dfa.byteClasses.allSatisfy { Int($0) < dfa.classCount })
      #expect(dfa.transitions.count == dfa.stateCount * dfa.classCount)
      #expect(dfa.transitions.allSatisfy { Int($0) < dfa.stateCount })
      #expect(dfa.accepting.count == dfa.stateCount)
      #expect(dfa.start == 0)
    }
  }
}
