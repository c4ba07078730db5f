import ArgumentParser
import WeirCompiler
import WeirSource

struct Doc: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a page about a policy in Markdown: services, who may do what, routes, limits, tests.",
    discussion: """
      The page is made of the declarations and their `///` comments and goes to standard output.

      Example:
        weir doc policies/payments > payments.md
      """)

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  mutating func run() throws {
    let files = try SourceFinder.files(at: paths)
    let checked = check(files)
    guard !checked.hasErrors else {
      Output.error(DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics))
      throw ExitCode.findings
    }
    Output.write(PolicyPage(units: checked.units, sources: checked.sources).markdown)
  }
}
