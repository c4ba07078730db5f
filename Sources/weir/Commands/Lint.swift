import ArgumentParser
import WeirCompiler
import WeirLint
import WeirRequest
import WeirSource

struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find what is allowed by the language and probably not meant.",
    discussion: """
      Reports lints (W1…) beside the findings of `check`. Exit status 1 when there is any. The clock is never read: with
      --as-of, annotations and rules that have expired on that day are reported too.

      Examples:
        weir lint policies/payments
        weir lint --as-of 2026-11-21 policy
        weir lint --format github policy
      """)

  @OptionGroup var options: FindingsOptions

  @Option(help: ArgumentHelp("The day on which @expires and until are judged.", valueName: "YYYY-MM-DD"))
  var asOf: Day?

  mutating func run() throws {
    let files = try SourceFinder.files(at: options.paths)
    let checked = check(files)
    var findings = checked.diagnostics
    // A program with errors says nothing reliable about what it does not use.
    if let policy = checked.policy, !checked.hasErrors {
      findings += lint(checked.units, policy: policy, sources: checked.sources, asOf: asOf?.daysSinceEpoch)
    }
    FindingsPrinter(sources: checked.sources, format: options.format).print(findings, checked: files.count)
    if !findings.isEmpty { throw ExitCode.findings }
  }
}

/// A date on the command line.
struct Day: ExpressibleByArgument {
  let daysSinceEpoch: Int64

  init?(argument: String) {
    guard let midnight = Timestamp.seconds(argument + "T00:00:00Z") else { return nil }
    daysSinceEpoch = midnight / 86_400
  }
}
