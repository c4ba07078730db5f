import Foundation
import Testing

/// Every folder of `policies/` does what its README promises, through the command that a reader would type.
///
/// `UPDATE_GOLDEN=1` rewrites `expected.jsonl`; the diff is to be read line by line.
@Suite struct WorkedPolicyTests {
  static let folders = try? FileManager.default
    .contentsOfDirectory(atPath: WeirCommand.repository.appending(path: "policies").path)
    .filter { !$0.hasPrefix(".") }
    .sorted()

  @Test func allFoldersAreThere() throws {
    let folders = try #require(Self.folders)
    #expect(folders.count >= 11)
    for folder in folders {
      let root = WeirCommand.repository.appending(path: "policies/\(folder)")
      for file in ["README.md", "requests.jsonl", "expected.jsonl"] {
        #expect(FileManager.default.fileExists(atPath: root.appending(path: file).path), "policies/\(folder)/\(file)")
      }
    }
  }

  @Test(arguments: folders ?? [])
  func isCleanAndFormatted(folder: String) throws {
    for arguments in ["check", "lint"] {
      let run = try WeirCommand(arguments, "policies/\(folder)")
      #expect(run.status == 0, "\(run.transcript)")
    }
    let format = try WeirCommand("fmt", "--check", "policies/\(folder)")
    #expect(format.status == 0, "\(format.transcript)")
  }

  @Test(arguments: folders ?? [])
  func passesItsTestsAndProofs(folder: String) throws {
    for command in ["test", "prove"] {
      let run = try WeirCommand(command, "policies/\(folder)")
      #expect(run.status == 0, "\(run.transcript)")
    }
  }

  @Test(arguments: folders ?? [])
  func buildsTheSameBytesTwiceAndDecidesAsExpected(folder: String) throws {
    let scratch = try ScratchFolder()
    let bundles = ["first", "second"].map { scratch.url.appending(path: "\($0).weirb") }
    for bundle in bundles {
      let build = try WeirCommand("build", "policies/\(folder)", "-o", bundle.path)
      try #require(build.status == 0, "\(build.transcript)")
    }
    #expect(try Data(contentsOf: bundles[0]) == Data(contentsOf: bundles[1]))

    let requests = "policies/\(folder)/requests.jsonl"
    let eval = try WeirCommand("eval", bundles[0].path, "--request", requests)
    #expect(eval.status == 0, "\(eval.errors)")
    let golden = WeirCommand.repository.appending(path: "policies/\(folder)/expected.jsonl")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try eval.output.write(to: golden) }
    let answers = lines(eval.output)
    let expected = lines(try Data(contentsOf: golden))
    let asked = lines(try Data(contentsOf: WeirCommand.repository.appending(path: requests)))
    #expect(answers.count == asked.count)
    #expect(expected.count == asked.count)
    for (request, (answer, wanted)) in zip(asked, zip(answers, expected)) {
      #expect(answer == wanted, "\(request)")
    }
  }

  private func lines(_ data: Data) -> [String] {
    String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
