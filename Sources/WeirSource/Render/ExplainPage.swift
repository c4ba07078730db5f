/// The page behind a code: what `weir explain CODE` prints and SARIF carries as help.
public struct ExplainPage: Sendable {
  private let kind: DiagnosticKind

  public init(_ kind: DiagnosticKind) { self.kind = kind }

  /// For a terminal.
  public var text: String {
    """
    \(kind.code): \(kind.title)

    \(kind.why)

    \(heading):

    \(indented(kind.bad))

    Accepted:

    \(indented(kind.good))

    """
  }

  /// For a page.
  public var markdown: String {
    """
    # \(kind.code): \(kind.title)

    \(kind.why)

    ## \(heading)

    ```weir
    \(kind.bad)
    ```

    ## Accepted

    ```weir
    \(kind.good)
    ```

    """
  }

  /// A lint does not refuse.
  private var heading: String { kind.severity == .error ? "Refused" : "Reported" }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
      .joined(separator: "\n")
  }
}
