import ArgumentParser
import WeirAnalysis

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show which requests a change of policy decides otherwise.",
    discussion: """
      OLD and NEW are bundles, files or folders with sources, or either of them at a revision of git (`rev:path`). What
      differs is told as classes of requests: what is newly allowed first, each with a request that the reference evaluator
      has decided under both policies, then routes, limits and settings. It covers every canonical request for which all
      that rules read is supplied; what could not be compared is said.

      Exit status: 1 with --fail-on when such a change was found or could not be excluded (`widening`: something newly
      allowed or reached; `any`: anything at all), and when the analysis and the reference disagree; else 0.

      Examples:
        weir diff release.weirb policies/payments
        weir diff HEAD~1:policies/payments policies/payments --fail-on widening
        weir diff main:policies policies --format markdown      for a pull request
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json, markdown }
  enum Bar: String, CaseIterable, ExpressibleByArgument { case widening, any }

  @Argument(help: "The policy as it was.")
  var old: String

  @Argument(help: "The policy as it is now.")
  var new: String

  @Option(help: "How changes are written: human, json (one object a line), or markdown.")
  var format: Format = .human

  @Option(help: "Exit with 1 for a change of this kind: widening, or any.")
  var failOn: Bar?

  mutating func run() throws {
    let old = try PolicySource([old])
    let new = try PolicySource([new])
    let diff = PolicyDiff(from: old.policy, to: new.policy)
    switch format {
    case .human: Output.write(diff.text)
    case .json: for line in diff.jsonLines(old: old, new: new) { Output.write(line.text + "\n") }
    case .markdown: Output.write(diff.markdown)
    }
    guard diff.contradictions.isEmpty else { throw ExitCode.findings }
    switch failOn {
    case .widening?: if diff.mayWiden { throw ExitCode.findings }
    case .any?: if !diff.isEmpty { throw ExitCode.findings }
    case nil: break
    }
  }
}
