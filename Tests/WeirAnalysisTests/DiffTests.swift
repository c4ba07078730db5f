import Foundation
import Testing
import WeirAnalysis
import WeirCompiler
import WeirPolicy
import WeirReference
import WeirSource
import WeirTesting

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// `Tests/Corpus/diff/CASE/{old,new}/*.weir` differ as `expected.txt` and `expected.md` say; `UPDATE_GOLDEN=1` writes them.
@Suite struct DiffTests {
  static let cases = [
    "access", "declarations", "deliveries", "doubts", "headers", "limits", "meaning", "routes", "undecided",
    "witnesses",
  ]

  private func files(_ name: String) throws -> [SourceFile] {
    let folder = repository.appending(path: "Tests/Corpus/diff/\(name)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".weir") }
    return try names.sorted().map {
      SourceFile(path: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
    }
  }

  private func policy(_ files: [SourceFile]) throws -> Policy {
    let checked = check(files)
    let findings = DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics)
    return try #require(checked.hasErrors ? nil : checked.policy, "\(findings)")
  }

  private func diff(_ name: String) throws -> PolicyDiff {
    PolicyDiff(from: try policy(files("\(name)/old")), to: try policy(files("\(name)/new")))
  }

  @Test(arguments: cases) func isToldAsExpected(name: String) throws {
    let diff = try diff(name)
    for (text, file) in [(diff.text, "expected.txt"), (diff.markdown, "expected.md")] {
      let golden = repository.appending(path: "Tests/Corpus/diff/\(name)/\(file)")
      if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
        try text.write(to: golden, atomically: true, encoding: .utf8)
      }
      #expect(try String(contentsOf: golden, encoding: .utf8) == text)
    }
  }

  /// What is told of a class is a test that passes where it is pasted: in the new policy, or in the old one.
  @Test(arguments: cases) func witnessesPassWhenPasted(name: String) throws {
    for found in try diff(name).classes {
      let test = try #require(found.witness.test, "\(found.headline)")
      let version = found.new.effect == .missing ? "old" : "new"
      let pasted = try policy(
        files("\(name)/\(version)") + [SourceFile(path: "pasted.weir", text: "module shop\n\n" + test)])
      let reference = ReferenceEvaluator(policy: pasted)
      let cases = pasted.testCases(filter: nil)
      #expect(cases.count == 1)
      for item in cases {
        let verdict = try #require(reference.decide(item.facts))
        #expect(item.result(.success(verdict)).failures == [], "\(test)")
      }
    }
  }

  @Test(arguments: cases) func nothingDiffersFromItself(name: String) throws {
    for version in ["old", "new"] {
      let policy = try policy(files("\(name)/\(version)"))
      #expect(PolicyDiff(from: policy, to: policy).isEmpty)
    }
  }

  /// What is wider one way is narrower the other way.
  @Test(arguments: ["access", "limits"]) func directionsMirror(name: String) throws {
    let old = try policy(files("\(name)/old"))
    let new = try policy(files("\(name)/new"))
    let (there, back) = (PolicyDiff(from: old, to: new), PolicyDiff(from: new, to: old))
    func ways(_ diff: PolicyDiff) -> Int { diff.classes.reduce(0) { $0 + 1 + $1.alsoOld.count } }
    #expect(ways(there) == ways(back))
    #expect(there.classes.count { $0.effect == .widening } == back.classes.count { $0.effect == .narrowing })
  }
}
