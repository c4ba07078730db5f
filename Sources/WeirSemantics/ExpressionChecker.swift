import WeirPolicy
import WeirSource
import WeirSyntax

/// Resolves and type-checks expressions and operands against a `Program`; appends what it finds wrong to `diagnostics`.
///
/// The seam between declarations and expressions: declarations call these and never look inside an operand.
struct ExpressionChecker {
  /// Filled phase by phase by the declarations; expressions only read it.
  var program: Program
  var diagnostics: [Diagnostic] = []
  /// Symbols that something used, for "unused" lints.
  var usedSymbols: Set<Symbol> = []
  /// Lower-case names of headers that something reads or changes.
  var usedHeaders: Set<String> = []
  /// Calls being inlined, the outermost first.
  var calls: [InlinedCall] = []
  /// Constants already checked, by index into `Program.lets`.
  var constants: [Int: Checked<Constant>] = [:]
  /// Functions already checked, by index into `Program.functions`.
  var signatures: [Int: Checked<Signature>] = [:]
  /// Parameters that the body of the function at hand has read.
  var usedParameters: Set<String> = []
  /// Whether a regex that was met before is in order, by its source.
  var regexes: [String: Bool] = [:]
  /// Tests made of the condition at hand, `fn`s inlined.
  var testCount = 0

  /// Some `with token` names no issuer, which was reported.
  var hasUnresolvedIssuer = false

  init(program: Program) { self.program = program }

  mutating func report(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Diagnostic.Label] = [],
    notes: [String] = [], help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.append(
      Diagnostic(kind, at: span, message, labels: labels, notes: notes, help: help, fix: fix))
  }
}
