import Foundation
import Testing

/// The tour in the README is what a reader gets who types it.
@Suite struct TourTests {
  /// What stands after `$ `, and the lines below it.
  struct Step {
    var command: String
    var output: String
  }

  @Test func everyCommandAnswersAsShown() throws {
    let readme = try String(contentsOf: WeirCommand.repository.appending(path: "README.md"), encoding: .utf8)
    let steps = readme.matches(of: #/(?ms)^```\n(\$ .*?)^```/#).flatMap { Self.steps(of: String($0.1)) }
    #expect(steps.count >= 8)
    let folder = try ScratchFolder()
    try FileManager.default.copyItem(
      at: WeirCommand.repository.appending(path: "policies"), to: folder.url.appending(path: "policies"))
    for step in steps {
      let answer = try WeirCommand(shell: step.command, in: folder.url).transcript
      #expect(Self.matches(answer, step.output), "\(step.command)\n\(answer)")
    }
  }

  private static func steps(of block: String) -> [Step] {
    var steps: [Step] = []
    for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2)), output: ""))
      } else if !steps.isEmpty {
        steps[steps.count - 1].output += line + "\n"
      }
    }
    return steps
  }

  /// Whether `text` is `pattern`, in which `…` stands for any text; blank lines at the ends do not count.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    var rest = text.trimmingCharacters(in: .newlines)[...]
    let parts = pattern.trimmingCharacters(in: .newlines).components(separatedBy: "…")
    for (index, part) in parts.enumerated() {
      if index == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        guard rest.hasSuffix(part) else { return false }
        rest = ""
      } else {
        guard let range = rest.range(of: part) else { return false }
        rest = rest[range.upperBound...]
      }
    }
    return rest.isEmpty
  }
}
