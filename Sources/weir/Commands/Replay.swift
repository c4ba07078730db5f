import ArgumentParser
import WeirAnalysis
import WeirJSON
import WeirPolicy
import WeirRequest

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decide recorded requests again and show what would change.",
    discussion: """
      The log has one JSON object a line: the keys of a request that `weir eval` takes, and `outcome`, `by` and `reason` of
      what was decided then. Other keys are passed over; lines that hold no such request are skipped and counted by reason.
      What a log does not say (headers, tokens, masked values of a query, data sets, the draw of a split) is not known here
      either: what rests on it is counted as in doubt. A line that has `headers`, `token` or `data` as `weir eval` takes them is decided by them.

      Exit status: 1 with --fail-on when a request is decided so, or may be for what is in doubt (`widening`: allowed that was
      not; `any`: otherwise than it was, by its outcome, rule or reason), and 2 when no line holds a request that was
      decided; else 0.

      Examples:
        weir replay policy.weirb --log access.jsonl
        weir replay policies/payments --log - --fail-on widening < access.jsonl
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json }

  @Argument(help: "A bundle, a file or folder with sources, or either at a revision of git (`rev:path`).")
  var policy: String

  @Option(help: ArgumentHelp("The log; - for standard input.", valueName: "FILE|-"))
  var log: String

  @Option(help: "How changes are written: human, or json (one object a line).")
  var format: Format = .human

  @Option(help: "Exit with 1 for a change of this kind: widening, or any.")
  var failOn: Diff.Bar?

  mutating func run() throws {
    let source = try PolicySource([policy])
    var decider = try LogDecider(source)
    var log = try RecordedLog(path: log)
    var changes = ReplayChanges()
    while let line = try log.next() {
      do throws(RequestError) {
        let decision = try decider.decide(line)
        let request = decision.request
        guard request.outcome != nil else {
          log.skip("no_outcome")
          continue
        }
        guard !request.isUndecided else {
          log.skip("not_decided")
          continue
        }
        changes.add(decision, example: request.facts.json(dataSets: source.policy.dataSets)?.text)
      } catch { log.skip(error.code.rawValue) }
    }
    switch format {
    case .human: Output.write(changes.text(skipped: log.skipped))
    case .json: for line in changes.jsonLines(source, skipped: log.skipped) { Output.write(line.text + "\n") }
    }
    switch failOn {
    case .widening?:
      if changes.refusedInDoubt > 0 || changes.groups.contains(where: \.isWidening) { throw ExitCode.findings }
    case .any?: if changes.inDoubt > 0 || !changes.groups.isEmpty { throw ExitCode.findings }
    case nil: return
    }
    if changes.requests == 0 {
      throw Failure("\(self.log): no line holds a request that was decided: nothing was compared")
    }
  }
}
