import ArgumentParser
import WeirAnalysis
import WeirBundle
import WeirEnforcement
import WeirPolicy
import WeirRequest
import WeirSource
import WeirTesting

struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests that stand beside the rules.",
    discussion: """
      Compiles the policy to a bundle in memory and decides the request of every case with the evaluator that the proxy runs.
      Exit status 1 when a case fails. Proofs are answered by `weir prove`.

      With --coverage it also says what the cases have seen: rules that decided, limits that were charged, routes and branches
      that were taken, each test of a condition both true and false, and values at the edges of ranges, networks and `under`.
      What is proved to be impossible is not counted. For the rest cases can be written; the reference evaluator says what
      they expect, so they pass: whether that is what was meant is for you to say.

      Examples:
        weir test policies/payments
        weir test policies/payments --filter refund  tests whose module or name contains `refund`
        weir test policies/payments --junit r.xml      also writes a report for CI
        weir test policies/payments --coverage --fail-under 90
        weir test policies/payments --coverage --write-missing policies/payments/missing.weir
      """)

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(help: ArgumentHelp("Run only tests whose `module: name` contains this text.", valueName: "TEXT"))
  var filter: String?

  @Option(help: ArgumentHelp("Write a report in JUnit's XML.", valueName: "FILE"))
  var junit: String?

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json }

  @Flag(help: "Say what the cases have seen of the policy.")
  var coverage = false

  @Option(help: "How coverage is written: human, or json (one object, and nothing else).")
  var format: Format = .human

  @Option(help: ArgumentHelp("Exit with 1 when less of all is seen, in percent.", valueName: "PERCENT"))
  var failUnder: Double?

  @Option(
    help: ArgumentHelp(
      "Write the cases that are missing; with several modules a file for each, named after it. `-` prints them.",
      valueName: "FILE"))
  var writeMissing: String?

  func validate() throws {
    if !coverage, failUnder != nil || writeMissing != nil || format != .human {
      throw ValidationError("--fail-under, --write-missing and --format go with --coverage.")
    }
    if let failUnder, !(0...100).contains(failUnder) { throw ValidationError("--fail-under is from 0 to 100.") }
    if let writeMissing, writeMissing != "-", !writeMissing.hasSuffix(".weir") {
      throw ValidationError("--write-missing names a .weir file, or is `-`.")
    }
  }

  mutating func run() throws {
    let sources = try SourceFinder.files(at: paths)
    let policy = try Policy.checked(sources)
    let bytes = try Build.compile(policy, generation: 0)
    let bundle: LoadedBundle
    do throws(LoadError) { bundle = try LoadedBundle.load(bytes, trust: .anybody) } catch {
      throw Failure("the bundle that was made is refused, which is a mistake of weir: \(error)")
    }
    var enforcer = Enforcer(for: bundle)
    var results: [CaseResult] = []
    var seen = Coverage(policy: policy)
    for prepared in policy.testCases(filter: filter) {
      do throws(RequestError) {
        let verdict = try enforcer.decide(prepared.facts, under: bundle)
        results.append(prepared.result(.success(verdict)))
        if coverage { seen.observe(prepared.facts, verdict) }
      } catch { results.append(prepared.result(.failure(error))) }
    }
    if let filter, results.isEmpty { throw Failure("no test matches `\(filter)`") }
    if let junit { try Files.replace(junit, with: Array(JUnitReport.xml(results).utf8)) }
    let isComplete = coverage ? try cover(seen, results, sources, policy) : true
    if !coverage { report(results) }
    if results.contains(where: { !$0.passed }) || !isComplete { throw ExitCode.findings }
  }

  /// - Returns: whether as much is seen as was asked for.
  private func cover(
    _ seen: Coverage, _ results: [CaseResult], _ sources: [SourceFile], _ policy: Policy
  ) throws -> Bool {
    let found = CoverageReport(seen)
    let text = CoverageText(report: found)
    switch format {
    case .human:
      report(results)
      Output.write("\n" + text.human)
    case .json: Output.write(text.json(results).text + "\n")
    }
    if let writeMissing { try write(found.cases, to: writeMissing, beside: sources, of: policy) }
    return failUnder.map { Double(found.total.hundredths) / 100 >= $0 } ?? true
  }

  private func write(
    _ cases: [MissingCase], to path: String, beside sources: [SourceFile], of policy: Policy
  ) throws {
    let missing = MissingTests(cases, beside: sources, of: policy)
    for file in missing.files {
      if path == "-" {
        Output.write("\n" + file.text)
        continue
      }
      let target = MissingTests.path(path, module: file.module, isOnly: missing.files.count == 1)
      try Files.create(target, Array(file.text.utf8))
      if format == .human { Output.write("\n\(target): written\n") }
    }
    guard format == .human else { return }
    if missing.files.isEmpty { Output.write("\nno case to write is missing\n") }
    if missing.homeless > 0 {
      let subject = missing.homeless == 1 ? "1 case uses" : "\(missing.homeless) cases use"
      Output.write("\(subject) names that no module knows together, not written\n")
    }
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
