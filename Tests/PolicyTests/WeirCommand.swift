import Foundation

/// The built `weir`, run as a user runs it.
struct WeirCommand {
  var status: Int32
  var output: Data
  var errors: String

  /// The folder that holds `Package.swift`.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the build puts `weir`: next to the running tests.
  private static let buildFolder = Bundle.main.executableURL?.deletingLastPathComponent()

  /// Runs `weir` in the repository's folder.
  init(_ arguments: String...) throws {
    guard let folder = Self.buildFolder else { throw CocoaError(.executableNotLoadable) }
    try self.init(folder.appending(path: "weir"), arguments, in: Self.repository)
  }

  /// Runs a line of shell in `folder`, with `weir` on the path.
  init(shell line: String, in folder: URL) throws {
    guard let buildFolder = Self.buildFolder else { throw CocoaError(.executableNotLoadable) }
    let line = "export PATH=\"$0:$PATH\"\n" + line
    try self.init(URL(filePath: "/bin/bash"), ["-c", line, buildFolder.path], in: folder)
  }

  /// Output goes to files, so that it may be as long as it likes.
  private init(_ executable: URL, _ arguments: [String], in folder: URL) throws {
    let scratch = try ScratchFolder()
    let files = (output: try scratch.file("output"), errors: try scratch.file("errors"))
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
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
