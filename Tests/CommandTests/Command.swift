import Foundation
import Testing

/// A folder of its own for one test, removed at the end.
final class Workspace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  @discardableResult
  func write(_ path: String, _ text: String) throws -> String {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return path
  }

  func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: path))) }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: path).path) }

  func weir(_ arguments: String..., input: String = "") throws -> Outcome { try weir(arguments, input: input) }

  /// Runs the command as a user would, in this folder.
  ///
  /// - Parameters:
  ///   - output: a file that takes its standard output instead.
  ///   - directory: where it is run, below this folder.
  func weir(
    _ arguments: [String], input: String = "", output: String? = nil, in directory: String = ""
  ) throws -> Outcome {
    let name = UUID().uuidString
    let streams = ["in", "out", "err"].map { folder.appending(path: ".\(name).\($0)") }
    try Data(input.utf8).write(to: streams[0])
    for stream in streams.dropFirst() { try Data().write(to: stream) }
    let process = Process()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.currentDirectoryURL = folder.appending(path: directory)
    process.standardInput = try FileHandle(forReadingFrom: streams[0])
    process.standardOutput = try FileHandle(forWritingTo: output.map { URL(filePath: $0) } ?? streams[1])
    process.standardError = try FileHandle(forWritingTo: streams[2])
    try process.run()
    process.waitUntilExit()
    defer { for stream in streams { try? FileManager.default.removeItem(at: stream) } }
    return Outcome(
      status: process.terminationReason == .exit ? Int(process.terminationStatus) : -1,
      out: String(decoding: try Data(contentsOf: streams[1]), as: UTF8.self),
      err: String(decoding: try Data(contentsOf: streams[2]), as: UTF8.self))
  }

  /// The command, which is built beside the tests.
  private static func executable() throws -> URL {
    guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else {
      throw CocoaError(.executableNotLoadable)
    }
    return folder.appending(path: "weir")
  }
}

/// What a run left behind.
struct Outcome: Equatable {
  /// -1 for a crash.
  let status: Int
  let out: String
  let err: String

  var lines: [String] { out.split(separator: "\n").map(String.init) }
}

/// A service that a gateway's tests need no more of.
let webService = """
  module shop.web

  service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

  authz web { allow reads when caller is web and request.method is GET }

  """
