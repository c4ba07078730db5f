import ArgumentParser
import WeirBundle
import WeirEnforcement
import WeirPolicy
import WeirRequest
import WeirTesting

struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests that stand beside the rules.",
    discussion: """
      Compiles the policy to a bundle in memory and decides the request of every case with the evaluator that the proxy runs.
      Exit status 1 when a case fails. Proofs are answered by `weir prove`.

      Examples:
        weir test policies/payments
        weir test policies/payments --filter refund  tests whose module or name contains `refund`
        weir test policies/payments --junit r.xml      also writes a report for CI
      """)

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(help: ArgumentHelp("Run only tests whose `module: name` contains this text.", valueName: "TEXT"))
  var filter: String?

  @Option(help: ArgumentHelp("Write a report in JUnit's XML.", valueName: "FILE"))
  var junit: String?

  mutating func run() throws {
    let policy = try Policy.checked(at: paths)
    let bytes = try Build.compile(policy, generation: 0)
    let bundle: LoadedBundle
    do throws(LoadError) { bundle = try LoadedBundle.load(bytes, trust: .anybody) } catch {
      throw Failure("the bundle that was made is refused, which is a mistake of weir: \(error)")
    }
    var enforcer = Enforcer(for: bundle)
    var results: [CaseResult] = []
    for prepared in policy.testCases(filter: filter) {
      do throws(RequestError) {
        results.append(prepared.result(.success(try enforcer.decide(prepared.facts, under: bundle))))
      } catch { results.append(prepared.result(.failure(error))) }
    }
    if let filter, results.isEmpty { throw Failure("no test matches `\(filter)`") }
    if let junit { try Files.replace(junit, with: Array(JUnitReport.xml(results).utf8)) }
    report(results)
    if results.contains(where: { !$0.passed }) { throw ExitCode.findings }
  }

  private func report(_ results: [CaseResult]) {
    for result in results where !result.passed {
      for failure in result.failures {
        Output.write("\(result.file):\(result.line): \(result.suite): \(result.title): \(failure)\n")
      }
    }
    let failed = results.count { !$0.passed }
    Output.write("\(results.count - failed) passed, \(failed) failed\n")
  }
}
