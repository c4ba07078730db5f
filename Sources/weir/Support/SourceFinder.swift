import Foundation
import WeirSource

/// Finds and reads the sources behind the paths of a command line.
///
/// A folder stands for every `.weir` file below it, in the order of their paths; hidden files and folders are skipped. A
/// file or folder that is reached twice, by a symbolic link or by two arguments, is read once, so that loops end. What is
/// named like a source and cannot be one stops the command: a rule that is left out in silence is a rule lost.
struct SourceFinder {
  private(set) var files: [SourceFile] = []
  private var seen: Set<String> = []

  /// - Throws: when a path does not exist, is no source, or is a folder without one.
  static func files(at paths: [String]) throws(Failure) -> [SourceFile] {
    var finder = SourceFinder()
    for path in paths.isEmpty ? ["."] : paths { try finder.add(path) }
    return finder.files
  }

  private mutating func add(_ path: String) throws(Failure) {
    switch Files.kind(path) {
    case nil: throw Files.missing(path, "file or folder")
    case .file?:
      guard path.hasSuffix(".weir") else { throw Failure("\(path): is not a .weir file") }
      try addFile(path)
    case .folder?: guard try addFolder(path) else { throw Failure("\(path): holds no .weir file") }
    }
  }

  private mutating func addFile(_ path: String) throws(Failure) {
    guard isNew(path) else { return }
    // `./a.weir` is shown as `a.weir`.
    let shown = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    files.append(SourceFile(path: shown, text: try Files.read(path)))
  }

  /// Whether there is a source in it or below; a folder seen before is taken at its word.
  private mutating func addFolder(_ path: String) throws(Failure) -> Bool {
    guard isNew(path) else { return true }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw Failure("\(path): cannot be listed")
    }
    var hasSource = false
    for name in names.sorted() where !name.hasPrefix(".") {
      let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      switch Files.kind(inner) {
      case .folder?: if try addFolder(inner) { hasSource = true }
      case .file? where name.hasSuffix(".weir"):
        try addFile(inner)
        hasSource = true
      case .file?, nil:
        guard name.lowercased().hasSuffix(".weir") else { continue }
        throw Failure(
          Files.kind(inner) == nil
            ? "\(inner): leads to no file, or its name is not UTF-8" : "\(inner): a source's name ends in `.weir`")
      }
    }
    return hasSource
  }

  private mutating func isNew(_ path: String) -> Bool {
    seen.insert(URL(fileURLWithPath: path).resolvingSymlinksInPath().path).inserted
  }
}
