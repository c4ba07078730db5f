import Foundation
import WeirSource

/// `rev:path`: a file or folder as git has it at a revision. The path counts from the top of the repository, or with `./`
/// from the current folder.
struct GitRevision {
  private let name: String

  /// - Returns: `nil` for what does not have that form.
  init?(_ name: String) {
    guard let colon = name.firstIndex(of: ":"), colon != name.startIndex, !name.hasPrefix("-") else { return nil }
    // Git knows the current folder by its slash alone.
    self.name = [".", ".."].contains(name[name.index(after: colon)...]) ? name + "/" : name
  }

  func content() throws(Failure) -> PolicySource.Content {
    switch try text(["cat-file", "-t", name]).trimmingCharacters(in: .whitespacesAndNewlines) {
    case "tree": return .sources(try files())
    case "blob":
      let bytes = try git(["cat-file", "blob", name])
      return name.hasSuffix(".weir") ? .sources([SourceFile(path: name, text: bytes)]) : .bundle(bytes)
    case let kind: throw Failure("\(name): is neither a file nor a folder but a \(kind)")
    }
  }

  /// As `SourceFinder` finds them: every `.weir` file below, hidden ones left out.
  private func files() throws(Failure) -> [SourceFile] {
    let top = name.hasSuffix("/") || name.hasSuffix(":") ? name : name + "/"
    var entries: [(object: String, path: String)] = []
    // What is listed counts from the current folder otherwise, whatever the name says.
    for line in try text(["ls-tree", "-r", "-z", "--full-tree", name]).split(separator: "\0") {
      let halves = line.split(separator: "\t", maxSplits: 1)
      let fields = halves.first?.split(separator: " ") ?? []
      guard halves.count == 2, fields.count == 3 else { throw Failure("\(name): git lists something unknown: \(line)") }
      let path = String(halves[1])
      guard !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
      guard path.hasSuffix(".weir") else {
        guard path.lowercased().hasSuffix(".weir") else { continue }
        throw Failure("\(top)\(path): a source's name ends in `.weir`")
      }
      // A rule that is left out in silence is a rule lost.
      guard fields[0] != "120000" else {
        throw Failure("\(top)\(path): is a symbolic link, which is not followed in git")
      }
      entries.append((String(fields[2]), path))
    }
    guard !entries.isEmpty else { throw Failure("\(name): holds no .weir file") }
    var result: [SourceFile] = []
    for entry in entries.sorted(by: { $0.path < $1.path }) {
      result.append(SourceFile(path: top + entry.path, text: try git(["cat-file", "blob", entry.object])))
    }
    return result
  }

  private func text(_ arguments: [String]) throws(Failure) -> String {
    String(decoding: try git(arguments), as: UTF8.self)
  }

  private func git(_ arguments: [String]) throws(Failure) -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let bytes: Data
    do {
      try process.run()
      bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    } catch { throw Failure("\(name): git cannot be run") }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        "\(name): is neither here nor at that revision of git; paths count from the top of the repository, "
          + "with `./` from the current folder")
    }
    return Array(bytes)
  }
}
