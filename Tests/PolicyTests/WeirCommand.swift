import Foundation

/// The built `weir`, run as a user runs it.
struct WeirCommand {
  var status: Int32
  var output: Data
  var errors: String

  /// The folder that holds `Package.swift`.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Next to the running tests, where the build puts it.
  private static let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "weir")

  /// Runs `weir` in the repository's folder. Output goes to files, so that it may be as long as it likes.
  init(_ arguments: String...) throws {
    guard let executable = Self.executable else { throw CocoaError(.executableNotLoadable) }
    let scratch = try ScratchFolder()
    let files = (output: try scratch.file("output"), errors: try scratch.file("errors"))
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = Self.repository
    process.standardOutput = try FileHandle(forWritingTo: files.output)
    process.standardError = try FileHandle(forWritingTo: files.errors)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try Data(contentsOf: files.output)
    errors = String(decoding: try Data(contentsOf: files.errors), as: UTF8.self)
  }

  /// Everything that was said, for messages of tests.
  var transcript: String { String(decoding: output, as: UTF8.self) + errors }
}

/// A folder that lives as long as its owner.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// An empty file in the folder.
  func file(_ name: String) throws -> URL {
    let file = url.appending(path: name)
    try Data().write(to: file)
    return file
  }
}
