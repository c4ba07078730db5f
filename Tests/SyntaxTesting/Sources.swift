import Foundation
import WeirSource
import WeirSyntax

/// The sources that lie in the repository.
public enum Sources {
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every `.weir` file below a folder of the repository, by path, in order.
  public static func files(below folder: String) -> [(path: String, text: [UInt8])] {
    let base = root.appendingPathComponent(folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".weir") }.sorted().compactMap { path in
      (try? Data(contentsOf: base.appendingPathComponent(path))).map { (folder + "/" + path, Array($0)) }
    }
  }

  public static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  public static func parsed(_ text: [UInt8]) -> Diagnosed<ParsedFile> {
    parse(SourceFile(path: "test.weir", text: text), id: FileID(0))
  }

  public static func parsed(_ text: String) -> Diagnosed<ParsedFile> { parsed(Array(text.utf8)) }

  /// `3:5 E0201 expected …`
  public static func messages(_ text: [UInt8]) -> [String] {
    let file = SourceFile(path: "test.weir", text: text)
    return parse(file, id: FileID(0)).diagnostics.map { diagnostic in
      let place = file.lineColumn(at: diagnostic.span.start)
      return "\(place.line):\(place.column) \(diagnostic.kind.code) \(diagnostic.message)"
    }
  }
}

/// Golden files: `UPDATE_GOLDEN=1` writes what the code says, a diff reviews it.
public enum Golden {
  /// The names of the cases below `Tests/Corpus/<area>`.
  public static func cases(_ area: String) -> [String] {
    let folder = Sources.root.appendingPathComponent("Tests/Corpus/\(area)")
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  public static func input(_ area: String, _ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: file(area, name, "input.weir")))
  }

  /// What the file says, after writing `actual` there when asked to.
  public static func expected(_ area: String, _ name: String, _ fileName: String, actual: String) throws -> String {
    let url = file(area, name, fileName)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try actual.write(to: url, atomically: true, encoding: .utf8)
    }
    return try String(contentsOf: url, encoding: .utf8)
  }

  private static func file(_ area: String, _ name: String, _ fileName: String) -> URL {
    Sources.root.appendingPathComponent("Tests/Corpus/\(area)/\(name)/\(fileName)")
  }
}
