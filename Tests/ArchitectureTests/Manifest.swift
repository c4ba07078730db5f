import Foundation

/// The repository as its files say it.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Paths below a folder, relative to the root, in order.
  static func files(in folder: String, suffix: String) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
  }
}

/// One target of `Package.swift`.
struct PackageTarget {
  let name: String
  let folder: String
  let dependencies: Set<String>
  let isTest: Bool

  /// What its sources import, with the files that do.
  func imports() throws -> [(module: String, file: String)] {
    try Repository.files(in: folder, suffix: ".swift").flatMap { file in
      try Repository.text(file).split(separator: "\n").compactMap { line -> (String, String)? in
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index <= 2, !line.hasPrefix(" "), index + 1 < words.count,
          words[index + 1].first?.isUppercase == true
        else { return nil }
        return (String(words[index + 1]), file)
      }
    }
  }
}

/// `Package.swift`, read as text: the graph is what people read there, so that is what is checked.
struct Manifest {
  let targets: [String: PackageTarget]

  init() throws {
    let text = try Repository.text("Package.swift")
    let comments = /(?m)\/\/.*$/
    var targets: [String: PackageTarget] = [:]
    for match in text.replacing(comments, with: "").matches(
      of: /(?:(module|tests)\(\s*|\.(?:target|executableTarget)\(\s*name: )"(\w+)"/)
    {
      let name = String(match.output.2)
      let call = text.replacing(comments, with: "")[match.range.upperBound...].balancedPrefix
      let isSuite = match.output.1 == "tests"
      let folder = call.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) }
      let list =
        match.output.1 == nil ? call.firstMatch(of: /dependencies: (\[[\s\S]*)/).map(\.output.1) : Substring(call)
      let dependencies = list.flatMap { $0.firstMatch(of: /\[([\s\S]*?)\](?=\s*[,)]|$)/) }?.output.1 ?? ""
      targets[name] = PackageTarget(
        name: name, folder: folder ?? "\(isSuite ? "Tests" : "Sources")/\(name)",
        dependencies: Set(dependencies.matches(of: /"([A-Z]\w*)"/).map { String($0.output.1) }),
        isTest: isSuite || folder?.hasPrefix("Tests/") == true)
    }
    self.targets = targets
  }

  /// Everything a target is built with.
  func reachable(from name: String) -> Set<String> {
    var seen: Set<String> = []
    var pending = [name]
    while let next = pending.popLast() {
      for dependency in targets[next]?.dependencies ?? [] where seen.insert(dependency).inserted {
        pending.append(dependency)
      }
    }
    return seen
  }
}

extension Substring {
  /// The rest of a call whose opening parenthesis was passed, to the one that closes it.
  fileprivate var balancedPrefix: Substring {
    var depth = 1
    for index in indices {
      if self[index] == "(" { depth += 1 }
      if self[index] == ")" { depth -= 1 }
      if depth == 0 { return self[...index] }
    }
    return self
  }
}
