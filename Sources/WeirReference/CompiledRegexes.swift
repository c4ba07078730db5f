import Synchronization
import WeirRegex

/// Automata of regexes that were evaluated before: analyses decide many requests by the same rules.
enum CompiledRegexes {
  private static let known = Mutex<[String: DFA]>([:])
  /// More are not kept at once.
  private static let countMax = 1 << 15

  /// - Returns: `nil` for what the checker would have refused.
  static func automaton(of source: String) -> DFA? {
    known.withLock { known in
      if let found = known[source] { return found }
      guard let made = try? DFA(regex: source) else { return nil }
      if known.count >= countMax { known.removeAll() }
      known[source] = made
      return made
    }
  }
}
