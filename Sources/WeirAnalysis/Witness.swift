import WeirPlan
import WeirPolicy
import WeirRequest
import WeirTesting

/// A request of a region.
public struct Witness: Sendable {
  public let item: TestSuite.Case
  /// As `weir test` has them.
  public let facts: RequestFacts
  /// Variables of the space that the region rests on: with any, whether the request does what the region promises is to be
  /// looked at.
  public let variables: [Int]

  /// - Parameters:
  ///   - target: where the request is sent.
  ///   - isAsterisk: whether it is `OPTIONS *`, which the space has no class for.
  /// - Returns: `nil` when the region cannot be written as one request: it would take a search, or a value that test cases
  ///   do not have.
  public init?(
    _ region: Region, in space: Space, of policy: Policy, for target: TestSuite.Target, isAsterisk: Bool = false
  ) {
    self.init(region, in: space, of: policy, for: target, isAsterisk: isAsterisk, adapting: .subject)
  }

  init?(
    _ region: Region, in space: Space, of policy: Policy, for target: TestSuite.Target, isAsterisk: Bool,
    adapting side: CaseBuilder.Side
  ) {
    var builder = CaseBuilder(policy: policy, space: space, target: target, isAsterisk: isAsterisk)
    builder.side = side
    guard let item = builder.testCase(of: region) else { return nil }
    self.init(item, variables: region.variables, of: policy, for: target)
  }

  init?(_ item: TestSuite.Case, variables: [Int], of policy: Policy, for target: TestSuite.Target) {
    var policy = policy
    policy.tests = [TestSuite(name: "", module: "", target: target, cases: [item], position: item.position)]
    guard let facts = policy.testCases(filter: nil).first?.facts else { return nil }
    self.item = item
    self.facts = facts
    self.variables = variables
  }

  /// Without claims of issuers that a scope does not name: it does not look at their tokens, and its tests cannot give them.
  func without(tokensBut known: [Int], of policy: Policy, for target: TestSuite.Target) -> Witness? {
    var item = item
    item.facts.removeAll { fact in
      if case .attribute(.claim(let token, _)) = fact.subject { !known.contains(token) } else { false }
    }
    return item == self.item ? self : Witness(item, variables: variables, of: policy, for: target)
  }

  /// With every data set that it does not speak of loaded, and empty: one that is not loaded is doubt.
  func loadingData(of policy: Policy, for target: TestSuite.Target) -> Witness? {
    var item = item
    for set in policy.dataSets.indices where !item.facts.contains(where: { $0.subject == .data(set) }) {
      item.facts.append(.init(subject: .data(set), value: .several([])))
    }
    return item == self.item ? self : Witness(item, variables: variables, of: policy, for: target)
  }

  /// With a value for whatever the conditions read that a test case does not have by itself: else it is unknown, which is doubt.
  func supplying(readsOf conditions: [Condition], of policy: Policy, for target: TestSuite.Target) -> Witness? {
    var item = item
    func supply(_ subject: TestSuite.Fact.Subject, _ value: TestSuite.Fact.Value) {
      guard !item.facts.contains(where: { $0.subject == subject }) else { return }
      item.facts.append(.init(subject: subject, value: value))
    }
    for test in conditions.flatMap(\.tests) {
      if case .isInData(let set) = test.predicate { supply(.data(set), .several([])) }
      for attribute in test.reads {
        switch attribute {
        case .sourceIP, .clientIP: supply(.attribute(attribute), .single(CaseBuilder.address))
        case .sourcePort: supply(.attribute(attribute), .single(.int(40_000)))
        case .time: supply(.attribute(.time(.instant, zone: nil)), .single(.int(CaseBuilder.today)))
        case .method, .scheme, .host, .port, .path, .query, .header, .cookie, .sni, .caller, .callerTrustDomain,
          .callerNamespace, .callerAccount, .claim, .token, .capture, .responseStatus, .responseHeader:
          break
        }
      }
    }
    return item == self.item ? self : Witness(item, variables: variables, of: policy, for: target)
  }

  /// With a branch to be drawn.
  func drawing(_ draw: Int, of policy: Policy, for target: TestSuite.Target) -> Witness? {
    var item = item
    item.draw = draw
    return Witness(item, variables: variables, of: policy, for: target)
  }
}
