import WeirPolicy
import WeirRequest

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

/// One case before it is decided: whoever has an evaluator decides `facts` and gives the answer to `result`.
public struct PreparedCase: Sendable {
  /// The request, as a host would hand it over.
  public let facts: RequestFacts
  private let policy: Policy
  private let suite: TestSuite
  private let test: TestSuite.Case

  init(policy: Policy, suite: TestSuite, test: TestSuite.Case) {
    self.policy = policy
    self.suite = suite
    self.test = test
    facts = CaseFacts(policy: policy, suite: suite, test: test).facts
  }

  /// The answer compared with what the case expects.
  public func result(_ answer: Result<Verdict, RequestError>) -> CaseResult {
    let failures =
      switch answer {
      case .success(let verdict):
        test.expectations.compactMap(ExpectationMatcher(policy: policy, test: test, verdict: verdict).failure)
      case .failure(let error): ["the request cannot be decided: \(error.message)"]
      }
    return CaseResult(
      module: suite.module, suite: suite.name, title: test.title, file: policy.files[test.position.file],
      line: test.position.line, failures: failures)
  }
}

extension Policy {
  /// The cases of all tests in the order of the policy.
  ///
  /// - Parameter filter: part of `module: name of the test`; `nil` for all.
  public func testCases(filter: String?) -> [PreparedCase] {
    tests.flatMap { suite -> [PreparedCase] in
      if let filter, !"\(suite.module): \(suite.name)".contains(filter) { return [] }
      return suite.cases.map { PreparedCase(policy: self, suite: suite, test: $0) }
    }
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
