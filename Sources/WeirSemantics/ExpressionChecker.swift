import WeirPolicy
import WeirSource
import WeirSyntax

/// Resolves and type-checks expressions and operands against a `Program`; appends what it finds wrong to `diagnostics`.
///
/// The seam between declarations and expressions: declarations call these and never look inside an operand.
struct ExpressionChecker {
  let program: Program
  var diagnostics: [Diagnostic] = []
  /// Symbols that some expression used, for "unused" lints.
  var usedSymbols: Set<Symbol> = []

  init(program: Program) { self.program = program }
}
