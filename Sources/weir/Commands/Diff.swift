import ArgumentParser
import WeirAnalysis
import WeirPolicy
import WeirRequest

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
        weir diff release.weirb policies --log access.jsonl     with what recorded traffic is concerned

      A log has one JSON object a line, with the keys of a request that `weir eval` takes; other keys are passed over, and
      lines without a request are counted.
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

  @Option(
    help: ArgumentHelp("Weigh the classes by the requests of this log; - for standard input.", valueName: "FILE|-"))
  var log: String?

  mutating func run() throws {
    let old = try PolicySource([old])
    let new = try PolicySource([new])
    var diff = PolicyDiff(from: old.policy, to: new.policy)
    if let log { diff = diff.weighed(try Self.weights(diff, old, new, log)) }
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

  private static func weights(
    _ diff: PolicyDiff, _ old: PolicySource, _ new: PolicySource, _ path: String
  ) throws -> DiffWeights {
    let weigher = DiffWeigher(diff, from: old.policy, to: new.policy)
    var weights = DiffWeights(classCount: diff.classes.count)
    var log = try RecordedLog(path: path)
    var before = try LogDecider(old)
    var after = try LogDecider(new)
    while let line = try log.next() {
      var decided: (old: DiffWeigher.Decided?, new: DiffWeigher.Decided?)
      var isOpen = false
      var mistake: RequestError?
      do throws(RequestError) {
        let found = try before.decide(line)
        isOpen = found.restsOnDraw
        decided.old = DiffWeigher.Decided(facts: found.request.facts, verdict: found.verdict)
      } catch { mistake = error }
      do throws(RequestError) {
        let found = try after.decide(line)
        isOpen = isOpen || found.restsOnDraw
        decided.new = DiffWeigher.Decided(facts: found.request.facts, verdict: found.verdict)
      } catch { mistake = error }
      // What one side alone does not have is a change like any other.
      if let mistake, !mistake.isUnknownPlace || (decided.old == nil && decided.new == nil) {
        log.skip(mistake.code.rawValue)
        continue
      }
      if isOpen || [decided.old, decided.new].contains(where: { $0?.verdict.isInDoubt ?? false }) {
        weights.inDoubt += 1
      }
      weights.add(weigher.classes(old: decided.old, new: decided.new))
    }
    weights.skipped = log.skipped
    return weights
  }
}
