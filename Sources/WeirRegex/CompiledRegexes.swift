import Synchronization

/// Automata of regexes that were compiled before: who checks, plans, generates code and decides by the same rules asks for the
/// same ones.
public enum CompiledRegexes {
  private struct Known {
    /// By the bytes of the source: equal strings may differ in them.
    var automata: [[UInt8]: DFA] = [:]
    var size = 0
  }

  private static let known = Mutex(Known())
  /// Bytes, roughly, of all that is kept at once.
  private static let sizeMax = 1 << 25

  /// - Throws: what `DFA.init(regex:)` throws.
  public static func automaton(of source: String) throws(RegexError) -> DFA {
    let key = Array(source.utf8)
    if let found = known.withLock({ $0.automata[key] }) { return found }
    let made = try DFA(regex: source)
    known.withLock { known in
      let size = 2 * made.transitions.count + made.accepting.count + key.count + 512
      if known.size + size > sizeMax { known = Known() }
      if known.automata.updateValue(made, forKey: key) == nil { known.size += size }
    }
    return made
  }
}
