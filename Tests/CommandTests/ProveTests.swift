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

  /// Data of one module and a header of another.
  static let twoModules = (
    mesh: """
    module shop.mesh
    mesh shop { trust_domain "shop.example" }
    service web owned by shop.web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:80" }
    data bad: Set<IP> max 10 stale 1m
    authz shop for http { deny listed when source.ip in bad }

    """,
    web: """
    module shop.web
    import shop.mesh.{web}
    header "x-own": String
    authz web { allow own when caller is web and request.header["x-own"] is "1" }
    prove "p" { never allow web when request.method is GET }

    """
  )

  @Test func saysWhereATestCanBePasted() throws {
    let workspace = try Workspace()
    try workspace.write("mesh.weir", Self.twoModules.mesh)
    try workspace.write("web.weir", Self.twoModules.web)
    let nowhere = try workspace.weir("prove")
    #expect(
      nowhere.lines.first
        == "web.weir:5:13: p: never allow web: refuted: the test can be pasted into no module, since `bad` of module "
        + "`shop.mesh` is not public",
      "\(nowhere.out)")
    try workspace.write("mesh.weir", Self.twoModules.mesh.replacing("data bad", with: "public data bad"))
    let imported = try workspace.weir("prove", "--format", "json")
    let note = try JSONValue(parsing: Array(imported.lines[0].utf8))["counterexample"]?["note"]
    #expect(note == .string("the test can stand in module shop.web with `import shop.mesh.{bad}`"))
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
