/// Bounds on one regular expression, so that compiling it takes bounded time and memory whatever it says.
public enum RegexLimits {
  /// Bytes of the source of one regex.
  public static let sourceBytesMax = 4096
  /// Groups within groups.
  public static let nestingMax = 50
  /// The largest number in `{m,n}`.
  public static let repetitionMax = 1000
  /// States of the nondeterministic automaton, after repetitions were written out.
  public static let automatonStatesMax = 8192
  /// States of the deterministic automaton before minimisation.
  public static let statesMax = 4096
  /// Steps of the subset construction: visits of one nondeterministic state for one byte class.
  public static let stepsMax = 5_000_000
}
