import Testing
import WeirJSON

@Suite struct ProveTests {
  private static let proof = """
    prove "who reads" {
      never allow web when caller is not web
      never allow web when request.path under "/private"
    }

    """

  @Test func refutesWithATestToPaste() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService + Self.proof)
    let outcome = try workspace.weir("prove")
    #expect(outcome.status == 1)
    #expect(outcome.lines.first == "web.weir:7:3: who reads: never allow web: proved")
    #expect(outcome.lines.dropFirst().first == "web.weir:8:3: who reads: never allow web: refuted")
    #expect(
      outcome.out.contains(
        """
          test "counterexample to who reads, claim 2" for web {
            GET "/private" from "spiffe://shop.example/ns/web/sa/web" => allow by reads
          }
        """))
    #expect(outcome.lines.last?.hasPrefix("2 claims, 1 proved, of sha256 ") == true)
    try workspace.write("pasted.weir", "module shop.web\n\n" + outcome.lines[2...4].joined(separator: "\n") + "\n")
    #expect(try workspace.weir("test").status == 0)
  }

  @Test func answersInJSON() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService + Self.proof)
    let outcome = try workspace.weir("prove", "--format", "json")
    #expect(outcome.status == 1)
    let answers = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8))["answer"] }
    #expect(answers == [.string("proved"), .string("refuted")])
  }

  @Test func aPolicyWithoutClaimsIsFine() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    let outcome = try workspace.weir("prove")
    #expect(outcome.status == 0)
    #expect(outcome.out.hasPrefix("0 claims, 0 proved, of sha256 "))
  }

  @Test func answersForABundle() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService + Self.proof)
    #expect(try workspace.weir("build", "-o", "web.weirb", "--generation", "7").status == 0)
    let outcome = try workspace.weir("prove", "web.weirb")
    #expect(outcome.status == 1)
    #expect(outcome.lines.first == "web.weir:7:3: who reads: never allow web: proved")
    #expect(outcome.lines.last?.hasSuffix(", generation 7") == true)
  }
}
