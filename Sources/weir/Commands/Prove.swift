import ArgumentParser
import WeirAnalysis
import WeirJSON
import WeirRequest

struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove what a policy claims in its `prove` blocks.",
    discussion: """
      A claim is proved for every canonical request that is not refused before the rules, every draw of a split, mirror or
      fault, every content of every data set, and every clock. A claim that does not hold is refuted by a request, written as
      a test to paste beside the rules, or where a note says; the reference evaluator has decided it. What neither succeeds for is undecided, with
      the reason. Exit status 1 when a claim is refuted or undecided.

      Examples:
        weir prove policies/payments
        weir prove release.weirb
        weir prove main:policies/payments
        weir prove policies --format json      one object a line for each claim
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json }

  @Argument(
    help:
      "Files and folders with the policy, a bundle, or either at a revision of git; the current folder when left out.")
  var paths: [String] = []

  @Option(help: "How answers are written: human, or json (one object a line).")
  var format: Format = .human

  mutating func run() throws {
    let source = try PolicySource(paths)
    let home = source.sources.map { TestHome(policy: source.policy, sources: $0) }
    let results = Prover(policy: source.policy).results().map { result in
      guard case .refuted(let found) = result.answer,
        let note = home?.note(on: found.test, provedIn: result.module)
      else { return result }
      return result.noting(note)
    }
    for result in results {
      switch format {
      case .human: Output.write(result.text)
      case .json: Output.write(Self.json(result, source).text + "\n")
      }
    }
    if format == .human {
      let proved = results.count { $0.answer.isProved }
      Output.write(
        "\(FindingsPrinter.counted(results.count, "claim")), \(proved) proved, of sha256 \(source.identity), "
          + "generation \(source.generation)\n")
    }
    if results.contains(where: { !$0.answer.isProved }) { throw ExitCode.findings }
  }

  private static func json(_ result: ClaimResult, _ source: PolicySource) -> JSONValue {
    var answer = "proved"
    var reason: String?
    var counterexample = JSONValue.null
    switch result.answer {
    case .proved: break
    case .vacuous: reason = "no request meets its condition"
    case .undecided(let because): (answer, reason) = ("undecided", because)
    case .contradicted(let test): (answer, reason) = ("internal_error", test)
    case .refuted(let found):
      answer = "refuted"
      counterexample = .object([
        .init("test", .string(found.test)), .init("note", .string(orNull: found.note)),
        .init("verdict", found.verdict.json),
      ])
    }
    return .object([
      .init("proof", .string(result.proof)), .init("module", .string(result.module)),
      .init("file", .string(result.file)), .init("line", .int(Int64(result.line))),
      .init("column", .int(Int64(result.column))),
      .init("claim", .string(result.claim)), .init("answer", .string(answer)),
      .init("because", .string(orNull: reason)), .init("counterexample", counterexample),
      .init("bundle", .string("\(source.identity)")), .init("generation", .int(Int64(clamping: source.generation))),
    ])
  }
}
