import Synchronization

/// Automata of regexes that were compiled before: who checks, plans, generates code and decides by the same rules asks for the
/// same ones.
public enum CompiledRegexes {
  private struct Known {
    /// By the bytes of the source: equal strings may differ in them.
    var automata: [[UInt8]: DFA] = [:]
    var transitionCount = 0
  }

  private static let known = Mutex(Known())
  /// Transitions, of two bytes each, of all that is kept at once.
  private static let transitionsMax = 1 << 24

  /// - Throws: what `DFA.init(regex:)` throws.
  public static func automaton(of source: String) throws(RegexError) -> DFA {
    let key = Array(source.utf8)
    if let found = known.withLock({ $0.automata[key] }) { return found }
    let made = try DFA(regex: source)
    known.withLock { known in
      if known.transitionCount + made.transitions.count > transitionsMax { known = Known() }
      if known.automata.updateValue(made, forKey: key) == nil { known.transitionCount += made.transitions.count }
    }
    return made
  }
}
