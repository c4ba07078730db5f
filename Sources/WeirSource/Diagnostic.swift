/// What a diagnostic is about: its code and the page that `weir explain CODE` prints.
///
/// Declared once each, in `Catalog/`, so that code, page and golden test cannot drift apart.
public struct DiagnosticKind: Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable { case error, warning }

  /// `E1234` for errors, `W1234` for lints.
  public let code: String
  /// A few words, e.g. `unknown name`.
  public let title: String
  /// Why the language refuses it.
  public let why: String
  /// A complete source that yields exactly this code. Several files are separated by `// file: NAME` lines.
  public let bad: String
  /// The same, corrected: compiles without a finding.
  public let good: String

  public init(_ code: String, _ title: String, why: String, bad: String, good: String) {
    self.code = code
    self.title = title
    self.why = why
    self.bad = bad
    self.good = good
  }

  public var severity: Severity { code.hasPrefix("W") ? .warning : .error }

  public static func == (left: DiagnosticKind, right: DiagnosticKind) -> Bool { left.code == right.code }

  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

/// One finding: a value, made where the mistake is seen, rendered elsewhere.
public struct Diagnostic: Hashable, Sendable {
  /// A second place that explains the first.
  public struct Label: Hashable, Sendable {
    public let span: SourceSpan
    public let message: String

    public init(_ span: SourceSpan, _ message: String) {
      self.span = span
      self.message = message
    }
  }

  /// A replacement of text; safe to apply by machine.
  public struct Fix: Hashable, Sendable {
    public let span: SourceSpan
    public let replacement: String

    public init(_ span: SourceSpan, _ replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  public let kind: DiagnosticKind
  public let span: SourceSpan
  /// The headline, in words of the domain, without a final full stop.
  public let message: String
  /// At most two.
  public var labels: [Label] = []
  /// The rule of the language behind it.
  public var notes: [String] = []
  /// What to do.
  public var help: String?
  public var fix: Fix?
  /// A request that shows the finding, as a pasteable test.
  public var witness: String?

  public init(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Label] = [], notes: [String] = [],
    help: String? = nil, fix: Fix? = nil, witness: String? = nil
  ) {
    self.kind = kind
    self.span = span
    self.message = message
    self.labels = labels
    self.notes = notes
    self.help = help
    self.fix = fix
    self.witness = witness
  }

  public var isError: Bool { kind.severity == .error }
}

/// A value and what there is to say about the text it came from.
public struct Diagnosed<Value> {
  public var value: Value
  public var diagnostics: [Diagnostic]

  public init(_ value: Value, _ diagnostics: [Diagnostic] = []) {
    self.value = value
    self.diagnostics = diagnostics
  }
}

extension Diagnosed: Sendable where Value: Sendable {}
