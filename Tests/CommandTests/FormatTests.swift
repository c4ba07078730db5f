import Testing

@Suite struct FormatTests {
  @Test func rewritesOnlyWhatChanges() throws {
    let workspace = try Workspace()
    try workspace.write("good.weir", "module a\n")
    try workspace.write("bad.weir", "module   a\n\n\n\nlet  x=3 // three\n")
    let check = try workspace.weir("fmt", "--check")
    #expect(check == Outcome(status: 1, out: "bad.weir\n", err: ""))
    #expect(try workspace.text("bad.weir") == "module   a\n\n\n\nlet  x=3 // three\n")
    let write = try workspace.weir("fmt")
    #expect(write == Outcome(status: 0, out: "bad.weir\n", err: ""))
    #expect(try workspace.text("bad.weir") == "module a\n\nlet x = 3  // three\n")
    #expect(try workspace.weir("fmt") == Outcome(status: 0, out: "", err: ""))
    #expect(try workspace.weir("fmt", "--check").status == 0)
  }

  @Test func leavesWhatItCannotRead() throws {
    let workspace = try Workspace()
    try workspace.write("a.weir", "module a\nnonsense   {\n")
    let outcome = try workspace.weir("fmt", "a.weir")
    #expect(outcome.status == 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains("error[E02"))
    #expect(try workspace.text("a.weir") == "module a\nnonsense   {\n")
  }
}
