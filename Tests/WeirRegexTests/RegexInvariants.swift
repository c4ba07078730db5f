import PropertyTesting
import Testing
import WeirRegex

/// What must hold for any source whatever; nil when all of it does, else the property that is broken. A plain
/// function over bytes, for the property test and for a fuzzer.
func regexViolation(of input: [UInt8]) -> String? {
  let source = String(decoding: input, as: UTF8.self)
  do throws(RegexError) {
    let dfa = try DFA(regex: source)
    if dfa.stateCount > RegexLimits.statesMax { return "too many states" }
    if dfa.byteClasses.count != 256 || !dfa.byteClasses.allSatisfy({ Int($0) < dfa.classCount }) {
      return "a byte class is out of range"
    }
    if dfa.transitions.count != dfa.stateCount * dfa.classCount || dfa.accepting.count != dfa.stateCount {
      return "a table has the wrong size"
    }
    if !dfa.transitions.allSatisfy({ Int($0) < dfa.stateCount }) { return "a transition is out of range" }
    _ = dfa.matches(input)
    return nil
  } catch {
    if error.offset < 0 || error.offset > source.utf8.count { return "the error lies outside the source" }
    return error.message.isEmpty ? "the error says nothing" : nil
  }
}

@Suite struct RegexPropertyTests {
  private static let pieces = [
    "a", "b", ".", "*", "+", "?", "|", "(", ")", "(?:", "[", "]", "[^", "-", "{2}", "{1,}", "{0,3}", "{", "}", ",",
    "\\d", "\\W", "\\", "\\.", "^", "$", "é", "😀", "(?=", "\\1", "{60}", "\n", "\0",
  ]

  @Test(arguments: [31, 32])
  func anySourceIsCompiledOrRefused(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for round in 0..<3_000 {
      var source = ""
      for _ in 0..<Int.random(in: 0...9, using: &generator) {
        source += Self.pieces.randomElement(using: &generator) ?? ""
      }
      guard let violation = regexViolation(of: Array(source.utf8)) else { continue }
      Issue.record("\(violation) for re\"\(source)\", seed \(seed), round \(round)")
      return
    }
  }
}
