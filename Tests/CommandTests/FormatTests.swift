import Foundation
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

  @Test func keepsLinksAndModes() throws {
    let workspace = try Workspace()
    try workspace.write("a.weir", "module   a\n")
    let file = workspace.folder.appending(path: "a.weir").path
    let link = workspace.folder.appending(path: "link.weir").path
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.weir")
    #expect(try workspace.weir("fmt", "link.weir").status == 0)
    #expect(try workspace.text("a.weir") == "module a\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "a.weir")
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
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
