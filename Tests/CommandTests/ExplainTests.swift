import HTTPCanonical
import Testing
import WeirPolicy
import WeirRequest
import WeirSource

@Suite struct ExplainTests {
  @Test func printsEveryPage() throws {
    let workspace = try Workspace()
    let list = try workspace.weir("explain", "--list")
    #expect(list.status == 0)
    #expect(list.lines == Catalog.all.map { "\($0.code)  \($0.title)" })
    let page = try workspace.weir("explain", "e0302")
    #expect(page.status == 0)
    #expect(page.out.hasPrefix("E0302: unknown name\n\n"))
    #expect(page.out.contains("\nRefused:\n\n    module "))
    #expect(page.out.contains("\nAccepted:\n\n    module "))
  }

  @Test func listsEveryRejectCode() throws {
    let workspace = try Workspace()
    let list = try workspace.weir("explain", "--list", "reject")
    #expect(list.status == 0)
    let codes = list.lines.map { String($0.prefix { $0 != " " }) }
    #expect(
      codes == RejectReason.allCases.map(\.rawValue) + DecisionReject.allCases.map(\.rawValue)
        + TokenError.allCases.map(\.rawValue))
    #expect(Set(codes).count == codes.count)
    let page = try workspace.weir("explain", "path_nul")
    #expect(page.out.hasPrefix("path_nul: "))
    #expect(page.out.contains("answered with 400"))
  }

  @Test func suggestsANearCode() throws {
    let outcome = try Workspace().weir("explain", "path_null")
    #expect(outcome.err == "weir: no code is named path_null; did you mean path_nul?\n")
  }
}
