import WeirSource

extension ExpressionChecker {
  /// Reports a finding about an expression. Inside an inlined `fn` it is about the call, and the place in the `fn` is a
  /// label: the `fn` itself is in order. Lints about a `fn` are given where it is declared, once.
  mutating func fail(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Diagnostic.Label] = [],
    notes: [String] = [], help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    guard let call = calls.first else {
      report(kind, at: span, message, labels: labels, notes: notes, help: help, fix: fix)
      return
    }
    guard kind.severity == .error else { return }
    let isInBody = span != call.span
    report(
      kind, at: call.span, message, labels: isInBody ? [.init(span, "in `fn \(calls[calls.count - 1].name)`")] : labels,
      notes: notes, help: help)
  }
}
