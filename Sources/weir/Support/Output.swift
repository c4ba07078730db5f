import ArgumentParser
import Foundation

/// Where commands write.
enum Output {
  /// Results, on standard output: at once, so that whoever waits for them has them.
  static func write(_ text: String) { write(Data(text.utf8)) }

  /// Writes bytes to standard output and empties the buffer.
  static func flush(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    write(Data(bytes))
    bytes.removeAll(keepingCapacity: true)
  }

  /// What went wrong, on standard error. Where that cannot be written either nobody can be told.
  static func error(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Results that do not arrive whole are no results: the command ends.
  private static func write(_ bytes: Data) {
    do { try FileHandle.standardOutput.write(contentsOf: bytes) } catch {
      self.error("weir: standard output cannot be written: \(error.localizedDescription)\n")
      exit(ExitCode.misuse.rawValue)
    }
  }

  /// Colours are for a terminal whose user has not declined them (no-color.org).
  static var usesColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }
}
