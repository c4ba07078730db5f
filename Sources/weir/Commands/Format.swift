import ArgumentParser
import WeirFormat
import WeirSource
import WeirSyntax

struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Write policies in the one canonical style.",
    discussion: """
      Rewrites files in place and prints the path of each file that changed. Comments are kept; there are no options. A file
      that cannot be parsed is left as it is and reported.

      Examples:
        weir fmt                     the current folder
        weir fmt --check policies    changes nothing; exit status 1 when a file is not in the canonical style
      """)

  @Argument(help: "Files and folders; the current folder when left out.")
  var paths: [String] = []

  @Flag(help: "Change nothing; print the files that would change and exit with 1 if there is one.")
  var check = false

  mutating func run() throws {
    var sources = SourceSet()
    var findings: [Diagnostic] = []
    var changed: [String] = []
    for file in try SourceFinder.files(at: paths) {
      let parsed = WeirSyntax.parse(file, id: sources.add(file))
      findings += parsed.diagnostics.filter(\.isError)
      guard let text = format(parsed.value.tree), Array(text.utf8) != file.text else { continue }
      if !check { try Files.replace(file.path, with: Array(text.utf8)) }
      changed.append(file.path)
    }
    for path in changed { Output.write("\(path)\n") }
    if !findings.isEmpty {
      let renderer = DiagnosticRenderer(sources: sources, format: .human)
      Output.error(renderer.render(findings))
    }
    if !findings.isEmpty || (check && !changed.isEmpty) { throw ExitCode.findings }
  }
}
