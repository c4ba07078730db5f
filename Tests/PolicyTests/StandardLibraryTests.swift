import Foundation
import Testing

/// The standard library is formatted, and its Weir tests ask every public item.
@Suite struct StandardLibraryTests {
  @Test func isFormatted() throws {
    let run = try WeirCommand("fmt", "--check", "stdlib")
    #expect(run.status == 0, "\(run.transcript)")
  }

  @Test func passesItsTests() throws {
    for command in ["check", "test", "prove"] {
      let run = try WeirCommand(command, "stdlib/tests")
      #expect(run.status == 0, "\(run.transcript)")
    }
  }

  @Test func everyPublicItemIsUsedInATest() throws {
    let root = WeirCommand.repository.appending(path: "stdlib")
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".weir") }
    #expect(!files.isEmpty)
    for file in files {
      let source = try String(contentsOf: root.appending(path: file), encoding: .utf8)
      let module = try #require(source.firstMatch(of: #/(?m)^module std\.([a-z_]+)/#)).1
      let tests = try String(contentsOf: root.appending(path: "tests/\(module).weir"), encoding: .utf8)
      for item in source.matches(of: #/(?m)^public (?:let|fn|retry) ([a-z_]+)/#) {
        #expect(tests.contains(item.1), "std.\(module).\(item.1)")
      }
    }
  }
}
