import Foundation
import Testing
import WeirCompiler
import WeirPolicy
import WeirSource

/// The worked policies compile, and their order on disk makes no difference.
@Suite struct PolicyTests {
  static let policies = repository.appendingPathComponent("policies")

  @Test(arguments: folders(in: policies))
  func workedPolicyIsClean(name: String) throws {
    let checked = check(try files(inFolder: Self.policies.appendingPathComponent(name)))
    #expect(checked.diagnostics.isEmpty, "\(checked.rendered)")
    #expect(checked.policy != nil)
  }

  @Test(arguments: folders(in: policies))
  func orderOfFilesMakesNoDifference(name: String) throws {
    let sources = try files(inFolder: Self.policies.appendingPathComponent(name))
    #expect(check(sources).policy == check(sources.reversed()).policy)
  }
}
