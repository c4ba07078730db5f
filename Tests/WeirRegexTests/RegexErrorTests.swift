import Testing
import WeirRegex

@Suite struct RegexErrorTests {
  @Test(arguments: [
    ("", RegexError.Kind.empty, 0),
    ("a|", .emptyAlternative, 2),
    ("|a", .emptyAlternative, 0),
    ("(a|)", .emptyAlternative, 3),
    ("a()", .emptyGroup, 1),
    ("(?:)", .emptyGroup, 0),
    ("a(b", .unclosedGroup, 1),
    ("a(", .unclosedGroup, 1),
    ("ab)", .unopenedGroup, 2),
    (")", .emptyAlternative, 0),
    ("*a", .nothingToRepeat, 0),
    ("(+a)", .nothingToRepeat, 1),
    ("a|?", .nothingToRepeat, 2),
    ("{2}", .nothingToRepeat, 0),
    ("a**", .repeatedQuantifier, 2),
    ("a+{2}", .repeatedQuantifier, 2),
    ("a*?", .lazyQuantifier, 2),
    ("a{1,2}?", .lazyQuantifier, 6),
    ("a++", .possessiveQuantifier, 2),
    ("a{", .badRepetition, 1),
    ("a{}", .badRepetition, 1),
    ("a{,3}", .badRepetition, 1),
    ("a{1,2", .badRepetition, 1),
    ("a{x}", .badRepetition, 1),
    ("a{ 1}", .badRepetition, 1),
    ("a{0}", .repetitionZero, 1),
    ("a{0,0}", .repetitionZero, 1),
    ("a{3,2}", .repetitionReversed, 1),
    ("a{1001}", .repetitionTooLarge(1001), 2),
    ("a{1,99999999999999999999}", .repetitionTooLarge(9999), 4),
    ("[a", .unclosedClass, 0),
    ("a[", .unclosedClass, 1),
    ("[a\\", .trailingBackslash, 2),
    ("[]", .emptyClass, 0),
    ("[^]", .emptyClass, 0),
    ("[^\\d\\D]", .emptyClass, 0),
    ("[z-a]", .reversedRange, 1),
    ("[\\d-z]", .classAsRangeEnd, 1),
    ("[a-\\w]", .classAsRangeEnd, 1),
    ("[é]", .nonASCIIInClass, 1),
    ("[[:alpha:]]", .bracketInClass, 1),
    ("a]", .unescaped(0x5D), 1),
    ("a}", .unescaped(0x7D), 1),
    ("a\\", .trailingBackslash, 1),
    ("\\n", .unknownEscape(0x6E), 0),
    ("\\x41", .unknownEscape(0x78), 0),
    ("\\pL", .unknownEscape(0x70), 0),
    ("\\0", .unknownEscape(0x30), 0),
    ("(a)\\1", .backreference, 3),
    ("\\k<a>", .backreference, 0),
    ("(?=a)", .lookaround, 0),
    ("a(?!b)", .lookaround, 1),
    ("(?<=a)", .lookaround, 0),
    ("(?<!a)", .lookaround, 0),
    ("(?<name>a)", .namedGroup, 0),
    ("(?P<name>a)", .namedGroup, 0),
    ("(?i)a", .unsupportedGroup, 0),
    ("(?>a)", .unsupportedGroup, 0),
    ("^a", .anchor(0x5E), 0),
    ("a$", .anchor(0x24), 1),
    ("a\\b", .anchorEscape(0x62), 1),
    ("\\Aa", .anchorEscape(0x41), 0),
  ])
  func refused(source: String, kind: RegexError.Kind, offset: Int) throws {
    let error = try #require(throws: RegexError.self) { try DFA(regex: source) }
    #expect(error.kind == kind)
    #expect(error.offset == offset)
    #expect(!error.message.isEmpty && !error.message.contains("\n"))
  }
}

@Suite struct RegexLimitTests {
  private func error(_ source: String) -> RegexError.Kind? {
    do throws(RegexError) {
      _ = try DFA(regex: source)
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func sourceLength() {
    let longest = String(repeating: "a", count: RegexLimits.statesMax - 2)
    #expect(error(longest) == nil)
    #expect(error(String(repeating: "a", count: RegexLimits.sourceBytesMax + 1)) == .sourceTooLong)
  }

  @Test func nesting() {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
    }
    #expect(error(nested(RegexLimits.nestingMax)) == nil)
    #expect(error(nested(RegexLimits.nestingMax + 1)) == .nestingTooDeep)
    #expect(error(String(repeating: "(", count: 4_000)) == .nestingTooDeep)
  }

  @Test func repetitions() {
    #expect(error("a{\(RegexLimits.repetitionMax)}") == nil)
    #expect(error("a{\(RegexLimits.repetitionMax + 1)}") == .repetitionTooLarge(RegexLimits.repetitionMax + 1))
  }

  /// The states before minimisation: one for each number of bytes read, and one for what is too long or wrong.
  @Test func statesAtTheLimitAndOnePast() {
    #expect(error("a{1000}a{1000}a{1000}a{1000}a{94}") == nil)
    #expect(error("a{1000}a{1000}a{1000}a{1000}a{95}") == .tooManyStates)
  }

  @Test(arguments: [
    (".*a.{20}", RegexError.Kind.tooManyStates),
    ("(a|b)*a(a|b){30}(c|d)*", .tooManyStates),
    ("(((a{100}){100}){100}){100}", .tooManyAutomatonStates),
    ("((a{1,1000}){1,1000}){1,1000}", .tooManyAutomatonStates),
    ("(a?){1000}(a?){1000}(a?){1000}[b-z]?[c-z]?[d-z]?[e-z]?[f-z]?[g-z]?", .tooMuchWork),
  ])
  func hostileRegexesStopAtALimit(source: String, kind: RegexError.Kind) {
    #expect(error(source) == kind)
  }

  @Test func messagesNameTheLimit() throws {
    let states = try #require(throws: RegexError.self) { try DFA(regex: ".*a.{20}") }
    #expect(states.message.contains("\(RegexLimits.statesMax)"))
  }
}
