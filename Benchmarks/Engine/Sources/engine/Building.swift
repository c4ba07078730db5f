import Foundation
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirSource

/// Compiles a policy to a bundle and says what that took.
struct Building {
  let folder: String
  /// The name of its folder.
  let policy: String

  func run() throws {
    let sources = URL(fileURLWithPath: "\(folder)/\(self.policy)")
    let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
    let files = try names.map { name in
      SourceFile(path: name, text: Array(try Data(contentsOf: sources.appending(path: name))))
    }
    let size = files.map(\.text.count).reduce(0, +)
    let start = Measuring.processNanoseconds()
    let checked = check(files)
    let read = Measuring.processNanoseconds()
    guard let policy = checked.policy, !checked.hasErrors else {
      throw Mistake(checked.diagnostics.prefix(3).map(\.message).joined(separator: "; "))
    }
    let bytes = try build(policy, generation: 1)
    let end = Measuring.processNanoseconds()
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(self.policy).weirb"))
    let peak = Measuring.peakKiB()
    let rules = policy.authz.map(\.rules.count).max() ?? 0
    print(
      """
      {"rules":\(rules),"source_bytes":\(size),"check_ms":\(milliseconds(read - start)),\
      "generate_ms":\(milliseconds(end - read)),"bundle_bytes":\(bytes.count),"build_peak_kib":\(peak)\
      \(try Statistics(policy).json)}
      """)
  }
}

/// Hundredths are enough.
func milliseconds(_ nanoseconds: Int) -> Double { (Double(nanoseconds) / 10_000).rounded() / 100 }
