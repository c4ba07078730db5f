import Foundation
import WeirCompiler
import WeirPolicy
import WeirSource

/// The policies that come with the project, checked.
enum ShippedPolicies {
  static let folders: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "policies")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.sorted().map { root.appending(path: $0).path }.filter { !sources(in: $0).isEmpty }
  }()

  static func policy(_ folder: String) -> Policy? {
    check(
      sources(in: folder).compactMap { path in
        (try? String(contentsOfFile: path, encoding: .utf8)).map { SourceFile(path: path, text: $0) }
      }
    ).policy
  }

  private static func sources(in folder: String) -> [String] {
    guard let found = FileManager.default.enumerator(atPath: folder) else { return [] }
    return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".weir") }.sorted().map { folder + "/" + $0 }
  }
}
