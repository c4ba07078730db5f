import Foundation
import Synchronization

/// Seeds that a property is tried with: many to a case of a test, so that starting a case does not cost more than the case.
///
/// `SEEDS` in the environment says how many percent of its seeds every test tries: fewer where each of them costs more, as under a
/// sanitizer; more for a night. A seed that fails becomes a line of the file `Tests/Seeds/<name>`, and is tried first from then on.
public struct Seeds: Sendable, CustomStringConvertible {
  private let name: String
  private let seeds: [UInt64]

  /// - Parameters:
  ///   - count: how many there are, beside those that have failed once.
  ///   - size: seeds of one case.
  ///   - name: a file of its own.
  public static func rounds(_ count: UInt64, by size: UInt64 = 1, of name: String) -> [Seeds] {
    let all = shared(count)
    let rounds = stride(from: 0, to: all, by: Int(size)).map { first in
      Seeds(name: name, seeds: Array(first..<min(first + size, all)))
    }
    let former = kept(name)
    return former.isEmpty ? rounds : [Seeds(name: name, seeds: former)] + rounds
  }

  /// The seeds of a test that has a case for each.
  public static func first(_ count: UInt64) -> Range<UInt64> { 0..<shared(count) }

  private static func shared(_ count: UInt64) -> UInt64 {
    let percent = ProcessInfo.processInfo.environment["SEEDS"].flatMap { UInt64($0) } ?? 100
    return max(1, count * percent / 100)
  }

  /// Tries the property with each seed.
  ///
  /// - Parameter problems: what is wrong with one; an error is wrong too.
  /// - Returns: what is wrong, each with its seed.
  public func problems(_ problems: (_ seed: UInt64) throws -> [String]) -> [String] {
    seeds.flatMap { seed in
      var found: [String]
      do { found = try problems(seed) } catch { found = ["\(error)"] }
      if !found.isEmpty { keep(seed) }
      return found.map { "seed \(seed): \($0)" }
    }
  }

  public var description: String {
    guard let first = seeds.first, let last = seeds.last else { return "none" }
    return first == last ? "\(first)" : "\(first)...\(last)"
  }

  // MARK: Files

  /// Cases run side by side.
  private static let writing = Mutex(())

  private static func file(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Seeds/\(name)")
  }

  private static func kept(_ name: String) -> [UInt64] {
    guard let text = try? String(contentsOf: file(name), encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { UInt64($0) }
  }

  /// A folder that cannot be written keeps nothing: the seed is told all the same.
  private func keep(_ seed: UInt64) {
    Self.writing.withLock { _ in
      let text = Set(Self.kept(name)).union([seed]).sorted().map { "\($0)\n" }.joined()
      let file = Self.file(name)
      try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? text.write(to: file, atomically: true, encoding: .utf8)
    }
  }
}
