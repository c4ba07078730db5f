import Testing

@Suite struct UsageTests {
  static let commands = [
    "check", "fmt", "lint", "test", "prove", "graph", "build", "inspect", "verify", "keygen", "explain", "eval", "doc",
    "new", "diff", "replay", "run", "demo", "admin",
  ]

  @Test func helpListsEveryCommand() throws {
    let help = try Workspace().weir("--help")
    #expect(help.status == 0)
    for command in Self.commands { #expect(help.out.contains("\n  \(command) "), "\(command)") }
  }

  @Test func versionNamesTheFormatOfBundles() throws {
    let version = try Workspace().weir("--version")
    #expect(version.status == 0 && version.err.isEmpty)
    #expect(version.out.wholeMatch(of: /weir \d+\.\d+\.\d+, bundles of format \d+\n/) != nil)
  }

  @Test func resultsThatCannotBeWrittenAreAnError() throws {
    let outcome = try Workspace().weir(["explain", "--list"], output: "/dev/full")
    #expect(outcome.status == 2)
    #expect(outcome.err.hasPrefix("weir: standard output cannot be written: "))
  }

  @Test(arguments: commands)
  func everyCommandHasHelpWithAnExample(command: String) throws {
    let help = try Workspace().weir(command, "--help")
    #expect(help.status == 0)
    #expect(help.out.contains("USAGE: weir \(command)"))
    #expect(help.out.contains("Example"))
    #expect(help.err.isEmpty)
  }

  @Test(arguments: [
    ["nonsense"], ["check", "--nonsense"], ["check", "--format", "xml"], ["fmt", "--chekc"],
    ["lint", "--as-of", "soon"],
    ["build", "."], ["build", ".", "-o", "a.weirb", "--generation", "-1"], ["verify", "a.weirb"], ["keygen", "--out"],
    ["explain"], ["explain", "--list", "nonsense"], ["eval", "a.weirb"], ["inspect"], ["new"], ["new", "Shop"],
    ["new", "std"], ["new", "a b"], ["new", "allow"], ["new", "shop-"], ["test", "--junit"],
    ["prove", "--format", "sarif"], ["graph", "--format", "svg"],
  ])
  func wrongUsageIsStatus2(arguments: [String]) throws {
    let outcome = try Workspace().weir(arguments)
    #expect(outcome.status == 2)
    #expect(!outcome.err.isEmpty)
    #expect(outcome.out.isEmpty)
  }

  @Test(arguments: [["--workers", "0"], ["--listen", "here"], ["--status", "on"]])
  func wrongOptionsOfRunAreToldWithItsUsage(arguments: [String]) throws {
    let outcome = try Workspace().weir(["run"] + arguments)
    #expect(outcome.status == 2 && outcome.err.contains("Usage: weir run "), "\(outcome.err)")
  }

  @Test func aGatewayNeedsABundleAndListeners() throws {
    let outcome = try Workspace().weir("run", "--status", "off")
    #expect(outcome.status == 2)
    #expect(
      outcome.err.split(separator: "\n").filter { $0.contains("error[") } == [
        "command line: error[missing_key]: no bundle is named", "command line: error[missing_key]: nothing listens",
      ])
  }

  @Test(arguments: [
    ["check", "missing"], ["check", "empty"], ["check", "note.txt"], ["check", "missing.weir"], ["fmt", "missing"],
    ["lint", "empty"], ["test", "missing"], ["prove", "missing"],
    ["graph", "missing"], ["doc", "missing"], ["build", "missing", "-o", "a.weirb"],
    ["build", "web.weir", "-o", "no/such/folder.weirb"], ["build", "web.weir", "-o", "a.weirb", "--key", "missing"],
    ["build", "web.weir", "-o", "a.weirb", "--key", "note.txt"], ["inspect", "missing"], ["inspect", "empty"],
    ["verify", "missing", "--trust", "missing"], ["verify", "note.txt", "--trust", "note.txt"],
    ["eval", "missing", "--request", "-"], ["eval", "note.txt", "--request", "-"], ["explain", "E9999"],
    ["explain", "path_null"], ["check", ""], ["lint", ""], ["inspect", ""], ["eval", "", "--request", "-"],
    ["build", "web.weir", "-o", ""], ["diff", "", "web.weir"], ["replay", "web.weir", "--log", ""],
    ["explain", "", "--request", "{}"], ["test", "web.weir", "--filter", "nothing"], ["new", "empty"],
  ])
  func whatCannotBeReadOrWrittenIsStatus2(arguments: [String]) throws {
    let workspace = try Workspace()
    try workspace.write("note.txt", "no policy")
    try workspace.write("empty/note.txt", "no policy")
    try workspace.write("web.weir", webService)
    let outcome = try workspace.weir(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.err.hasPrefix("weir: "))
    #expect(outcome.err.split(separator: "\n").count == 1)
  }
}
