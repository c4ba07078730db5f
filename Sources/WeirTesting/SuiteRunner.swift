import WeirPolicy
import WeirRequest

/// What decides the requests of tests: the evaluator that the proxy runs.
public typealias Decider = (RequestFacts) throws(RequestError) -> Verdict

/// One case and what it gave.
public struct CaseResult: Sendable {
  /// The module of the test.
  public let module: String
  /// The name of the `test` block.
  public let suite: String
  /// The case in short: `GET "/v1" from spiffe://…`.
  public let title: String
  /// The place of the case.
  public let file: String
  public let line: Int
  /// Empty when it passed; one sentence an expectation that failed.
  public let failures: [String]

  public var passed: Bool { failures.isEmpty }
}

/// Runs the tests of a policy.
public struct SuiteRunner {
  private let policy: Policy

  public init(_ policy: Policy) { self.policy = policy }

  /// - Parameter filter: part of `module: name of the test`; `nil` runs all.
  /// - Returns: one result a case, in the order of the policy.
  public func run(filter: String?, decide: Decider) -> [CaseResult] {
    policy.tests.flatMap { suite -> [CaseResult] in
      if let filter, !"\(suite.module): \(suite.name)".contains(filter) { return [] }
      return suite.cases.map { run($0, of: suite, decide) }
    }
  }

  private func run(_ test: TestSuite.Case, of suite: TestSuite, _ decide: Decider) -> CaseResult {
    let facts = CaseFacts(policy: policy, suite: suite, test: test).facts
    var failures: [String]
    do throws(RequestError) {
      let verdict = try decide(facts)
      let matcher = ExpectationMatcher(policy: policy, test: test, verdict: verdict)
      failures = test.expectations.compactMap(matcher.failure)
    } catch { failures = ["the request cannot be decided: \(error.message)"] }
    return CaseResult(
      module: suite.module, suite: suite.name, title: test.title, file: policy.files[test.position.file],
      line: test.position.line, failures: failures)
  }
}

extension TestSuite.Case {
  /// The case in short.
  fileprivate var title: String {
    let request = method.map { "\($0) \"\(target)\"" } ?? "connect"
    return switch caller {
    case .unstated: request
    case .nobody: "\(request) from nobody"
    case .identity(let identity): "\(request) from \(identity)"
    }
  }
}
