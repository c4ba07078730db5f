import ArgumentParser
import WeirSource

/// What `check` and `lint` have in common.
struct FindingsOptions: ParsableArguments {
  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(help: "How findings are written: human, json (one object a line), sarif (2.1.0) or github (annotations).")
  var format: DiagnosticFormat = .human
}

extension DiagnosticFormat: ExpressibleByArgument {}

/// Prints findings and turns them into an exit status.
struct FindingsPrinter {
  let sources: SourceSet
  let format: DiagnosticFormat

  /// The findings on standard output, then a line that sums up, for people.
  func print(_ diagnostics: [Diagnostic], checked: Int) {
    let renderer = DiagnosticRenderer(sources: sources, format: format, usesColor: Output.usesColor)
    Output.write(renderer.render(diagnostics))
    if format == .human {
      if !diagnostics.isEmpty { Output.write("\n") }
      Output.write(FindingsPrinter.summary(diagnostics, checked: checked) + "\n")
    }
  }

  static func summary(_ diagnostics: [Diagnostic], checked: Int) -> String {
    let errors = diagnostics.count { $0.isError }
    return [
      counted(checked, "file"), counted(errors, "error"), counted(diagnostics.count - errors, "warning"),
    ].joined(separator: ", ")
  }

  /// - Parameter plural: of a noun that does not form it by an `s`.
  static func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }
}
