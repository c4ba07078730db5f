import Foundation

/// Where commands write.
enum Output {
  /// Results, on standard output.
  static func write(_ text: String) { print(text, terminator: "") }

  /// What went wrong, on standard error.
  static func error(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Colours are for a terminal whose user has not declined them (no-color.org).
  static var usesColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }
}
