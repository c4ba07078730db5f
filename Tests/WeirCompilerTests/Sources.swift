import Foundation
import Testing
import WeirCompiler
import WeirSource

/// The root of the repository.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Several files in one text, each after a line `// file: NAME`; without such a line, one file.
func files(in text: String) -> [SourceFile] {
  var files: [SourceFile] = []
  var path = "example.weir"
  var lines: [Substring] = []
  func finish() {
    guard !lines.isEmpty else { return }
    files.append(SourceFile(path: path, text: lines.joined(separator: "\n") + "\n"))
    lines = []
  }
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("// file: ") {
      finish()
      path = String(line.dropFirst("// file: ".count))
    } else {
      lines.append(line)
    }
  }
  finish()
  return files
}

/// The `.weir` files of a folder, with paths relative to it.
func files(inFolder folder: URL) throws -> [SourceFile] {
  let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".weir") }
  return try names.sorted().map { name in
    SourceFile(path: name, text: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
  }
}

/// The names of the folders in a folder, sorted.
func folders(in folder: URL) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  return names.filter { name in
    (try? folder.appendingPathComponent(name).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
  }.sorted()
}

extension CheckedProgram {
  /// What people read.
  var rendered: String { DiagnosticRenderer(sources: sources, format: .human).render(diagnostics) }
}

/// Compares with a golden file of the repository; writes it first under `UPDATE_GOLDEN=1`, for `git diff` to review.
func expectGolden(_ path: String, _ text: String) throws {
  let file = repository.appendingPathComponent(path)
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
  #expect(try String(contentsOf: file, encoding: .utf8) == text)
}
