import Foundation

/// Where commands write.
enum Output {
  /// Results, on standard output.
  static func write(_ text: String) { print(text, terminator: "") }

  /// Writes bytes to standard output at once and empties the buffer, so that whoever waits for the answers has them.
  static func flush(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    FileHandle.standardOutput.write(Data(bytes))
    bytes.removeAll(keepingCapacity: true)
  }

  /// What went wrong, on standard error.
  static func error(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Colours are for a terminal whose user has not declined them (no-color.org).
  static var usesColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }
}
