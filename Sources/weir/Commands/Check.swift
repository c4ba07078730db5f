import ArgumentParser
import WeirCompiler

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find mistakes in a policy.",
    discussion: """
      Reads all files as one program and reports every error and warning of the compiler. Exit status 1 when there is an error;
      warnings alone do not fail.

      Examples:
        weir check                                  the current folder
        weir check policies/payments
        weir check --format sarif policy > weir.sarif
        weir check --format github policy           annotations in GitHub Actions
      """)

  @OptionGroup var options: FindingsOptions

  mutating func run() throws {
    let files = try SourceFinder.files(at: options.paths)
    let checked = check(files)
    FindingsPrinter(sources: checked.sources, format: options.format).print(checked.diagnostics, checked: files.count)
    if checked.hasErrors { throw ExitCode.findings }
  }
}
