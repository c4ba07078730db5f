import WeirPolicy
import WeirSource
import WeirSyntax

/// What is known of a declaration that others refer to.
enum Checked<Value> {
  /// Being checked: meeting it again is a cycle.
  case inProgress
  /// An error was reported where it is declared.
  case broken
  case done(Value)
}

/// A call whose body stands in place of it.
struct InlinedCall {
  var function: Int
  var span: SourceSpan
  var arguments: [String: Term]
}

/// The parameters of a `fn`.
struct Signature {
  var parameters: [(name: String, type: DeclaredType)]
}

/// An operand after its names are resolved.
enum Term {
  case missing
}
