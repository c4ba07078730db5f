import ArgumentParser
import WeirAnalysis
import WeirEnforcement
import WeirJSON
import WeirPolicy
import WeirRequest

struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove what a policy claims in its `prove` blocks.",
    discussion: """
      A claim is proved for every canonical request that is not refused before the rules, every draw of a split, mirror or
      fault, every content of every data set, and every clock. A claim that does not hold is refuted by a request, written as
      a test to paste beside the rules; the reference evaluator has decided it. What neither succeeds for is undecided, with
      the reason. Exit status 1 when a claim is refuted or undecided.

      Examples:
        weir prove policies/payments
        weir prove policies --format json      one object a line for each claim
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json }

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(help: "How answers are written: human, or json (one object a line).")
  var format: Format = .human

  mutating func run() throws {
    let policy = try Policy.checked(at: paths)
    let bytes = try Build.compile(policy, generation: 0)
    let identity: String
    do throws(LoadError) { identity = "\(try LoadedBundle.load(bytes, trust: .anybody).identity)" } catch {
      throw Failure("the bundle that was made is refused, which is a mistake of weir: \(error)")
    }
    let results = Prover(policy: policy).results()
    for result in results {
      switch format {
      case .human: Output.write(result.text)
      case .json: Output.write(Self.json(result, identity).text + "\n")
      }
    }
    if format == .human {
      let proved = results.count { $0.answer.isProved }
      Output.write(
        "\(FindingsPrinter.counted(results.count, "claim")), \(proved) proved, of sha256 \(identity), generation 0\n")
    }
    if results.contains(where: { !$0.answer.isProved }) { throw ExitCode.findings }
  }

  private static func json(_ result: ClaimResult, _ identity: String) -> JSONValue {
    var answer = "proved"
    var reason: String?
    var counterexample = JSONValue.null
    switch result.answer {
    case .proved: break
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
      .init("claim", .string(result.claim)), .init("answer", .string(answer)),
      .init("because", .string(orNull: reason)), .init("counterexample", counterexample),
      .init("bundle", .string(identity)),
    ])
  }
}
