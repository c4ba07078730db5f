import Foundation
import Testing
import WeirJSON

@Suite struct CheckTests {
  static let broken = """
    module shop.web

    service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

    authz web { allow reads when caller is wed }

    """

  @Test func acceptsACleanPolicy() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    #expect(try workspace.weir("check") == Outcome(status: 0, out: "1 file, 0 errors, 0 warnings\n", err: ""))
    for format in ["json", "github"] {
      #expect(try workspace.weir("check", "--format", format) == Outcome(status: 0, out: "", err: ""))
    }
  }

  @Test func reportsAMistakeForPeople() throws {
    let workspace = try Workspace()
    try workspace.write("policy/web.weir", Self.broken)
    let outcome = try workspace.weir("check", "policy")
    #expect(outcome.status == 1)
    #expect(outcome.out.hasPrefix("error[E0302]: "))
    #expect(outcome.out.contains("\n --> policy/web.weir:5:40\n"))
    #expect(outcome.out.contains("^^^"))
    #expect(outcome.out.contains("`web`"))
    #expect(outcome.out.hasSuffix("1 file, 1 error, 0 warnings\n"))
    // Colours are for terminals.
    #expect(!outcome.out.contains("\u{1B}"))
  }

  @Test func reportsAMistakeForMachines() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", Self.broken)

    let json = try workspace.weir("check", "--format", "json", "web.weir")
    #expect(json.status == 1)
    #expect(json.lines.count == 1)
    let finding = try JSONValue(parsing: Array(json.out.dropLast().utf8))
    #expect(finding["code"] == .string("E0302"))
    #expect(finding["file"] == .string("web.weir"))
    #expect(finding["line"] == .int(5))

    let github = try workspace.weir("check", "--format", "github", "web.weir")
    #expect(github.status == 1)
    #expect(github.out.hasPrefix("::error file=web.weir,line=5,col=40,endLine=5,endColumn=43,title=E0302::"))

    let sarif = try workspace.weir("check", "--format", "sarif", "web.weir")
    #expect(sarif.status == 1)
    let log = try JSONValue(parsing: Array(sarif.out.dropLast().utf8))
    #expect(log["version"] == .string("2.1.0"))
  }

  /// What rests on a declaration that cannot hold is not wrong by itself.
  @Test func aBrokenDeclarationIsToldOnce() throws {
    let workspace = try Workspace()
    try workspace.write(
      "web.weir",
      """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-a": Bool
      data blocked: Set<Bool> max 10 stale 10m
      data names: Set<Host>? max 10 stale 10m

      authz web {
        allow flagged when request.header["x-a"] is "1"
        deny bad when caller in blocked or caller in names
      }

      """)
    let outcome = try workspace.weir("check", "--format", "json", "web.weir")
    let codes = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8))["code"] }
    #expect(codes == [.string("E0309"), .string("E0402"), .string("E0719")])
  }

  @Test func readsFoldersInOrderAndOnce() throws {
    let workspace = try Workspace()
    try workspace.write("b/z.weir", "module b\nnonsense\n")
    try workspace.write("b/a.weir", "module b\nnonsense\n")
    try workspace.write("a.weir", "module a\nnonsense\n")
    try workspace.write(".hidden/x.weir", "nonsense")
    try workspace.write("b/.x.weir", "nonsense")
    try workspace.write("b/notes.md", "nonsense")
    let folder = workspace.folder.path
    try FileManager.default.createSymbolicLink(atPath: folder + "/b/loop", withDestinationPath: "..")
    try FileManager.default.createSymbolicLink(atPath: folder + "/b/again.weir", withDestinationPath: "a.weir")
    for arguments in [["check", "--format", "github"], ["check", "--format", "github", ".", "b", "a.weir"]] {
      let outcome = try workspace.weir(arguments)
      #expect(
        outcome.lines.map { $0.split(separator: ",")[0] } == [
          "::error file=a.weir", "::error file=b/a.weir", "::error file=b/z.weir",
        ])
    }
  }

  /// A source that is left out in silence is a rule that is lost.
  @Test func stopsAtWhatIsNamedLikeASource() throws {
    for name in ["DENY.WEIR", "link.weir"] {
      let workspace = try Workspace()
      try workspace.write("a.weir", "module a\n")
      if name == "link.weir" {
        let path = workspace.folder.appending(path: name).path
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "missing")
      } else {
        try workspace.write(name, "module a\n")
      }
      let outcome = try workspace.weir("check")
      #expect(outcome.status == 2)
      #expect(outcome.err.contains(name))
    }
  }

  @Test func readsAHundredFilesAsOneProgram() throws {
    let workspace = try Workspace()
    for index in 0..<100 {
      try workspace.write(
        "s\(index).weir",
        """
        module shop.s\(index)

        import shop.s\((index + 1) % 100).{web\((index + 1) % 100)}

        service web\(index) {
          identity "spiffe://shop.example/ns/web/sa/web\(index)", protocol http, endpoints dns "web:8080"
        }

        authz web\(index) { allow next when caller is web\((index + 1) % 100) }

        """)
    }
    #expect(try workspace.weir("check").out == "100 files, 0 errors, 0 warnings\n")
  }

  @Test func lintsFindWhatChecksAccept() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService + "let unused = 3\n")
    #expect(try workspace.weir("check").status == 0)
    let outcome = try workspace.weir("lint", "--format", "github")
    #expect(outcome.status == 1)
    #expect(
      outcome.lines == [
        "::warning file=web.weir,line=6,col=5,endLine=6,endColumn=11,title=W1002::the constant `unused` is never used"
          + "%0Ahelp: remove it, or write `public` if other programs import it"
      ])
    try workspace.write("web.weir", webService)
    #expect(try workspace.weir("lint").status == 0)
    try workspace.write("web.weir", webService + "@expires(2026-11-20)\nauthz other { }\nservice other {")
    #expect(try workspace.weir("lint").status == 1)
  }

  @Test func lintJudgesDatesAsOfADay() throws {
    let workspace = try Workspace()
    let rule = "authz web { allow reads until 2026-11-20 when caller is web }\n"
    try workspace.write("web.weir", webService.replacing(/authz.*\n/, with: rule))
    #expect(try workspace.weir("lint").status == 0)
    #expect(try workspace.weir("lint", "--as-of", "2026-11-20").status == 0)
    #expect(try workspace.weir("lint", "--as-of", "2026-11-21").out.contains("W1009"))
  }
}
