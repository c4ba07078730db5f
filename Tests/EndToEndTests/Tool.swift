import Foundation

/// A client that nobody here wrote.
struct Tool {
  let status: Int32
  /// Both streams.
  let output: String

  struct NotThere: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs a program of the system to its end.
  ///
  /// - Parameter input: what it reads; its stream ends after it.
  static func run(_ name: String, _ arguments: [String], input: String = "") throws -> Tool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Nobody waits for a proxy that does not answer.
    process.arguments = ["timeout", "30", name] + arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    if process.terminationStatus == 127 { throw NotThere(description: "`\(name)` is not installed") }
    return Tool(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}
