import Foundation
import FuzzTargets
import Testing

/// Replays every file below `Tests/Fuzz/Regressions/<target>`.
@Suite struct FuzzRegressionTests {
  @Test(arguments: FuzzTarget.allCases)
  func replay(target: FuzzTarget) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fuzz/Regressions/\(target.rawValue)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
    #expect(target.check([]) == nil)
    for name in names.sorted() {
      let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
      #expect(target.check(bytes) == nil, "\(target.rawValue)/\(name)")
    }
  }
}
