import WeirPolicy
import WeirRegex

/// Why a policy has no program. The checker keeps well-typed policies below all of this; nothing is cut or guessed when it did not.
public enum CodegenError: Error, Hashable, Sendable {
  /// A test asks something of a value of another type.
  case mistyped(Position)
  case regex(RegexError, Position)
  /// More than `limit` of something: slots, strings, code.
  case tooMany(String, limit: Int)
}
