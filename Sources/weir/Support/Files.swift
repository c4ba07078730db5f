import Foundation

/// Files as commands read and write them: every failure is one sentence that names the file.
enum Files {
  enum Kind { case file, folder }

  /// What a path leads to, symbolic links followed; `nil` for nothing.
  static func kind(_ path: String) -> Kind? {
    // Foundation takes it for the current folder.
    guard !path.isEmpty else { return nil }
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
    switch attributes[.type] as? FileAttributeType {
    case .typeDirectory?: return .folder
    // What still is a link after they were followed leads to nothing.
    case .typeSymbolicLink?, nil: return nil
    default: return .file
    }
  }

  static func missing(_ path: String, _ what: String) -> Failure {
    Failure(path.isEmpty ? "an empty name is given where one of a \(what) is needed" : "\(path): no such \(what)")
  }

  static func read(_ path: String) throws(Failure) -> [UInt8] {
    switch kind(path) {
    case .file?: break
    case .folder?: throw Failure("\(path): is a folder")
    case nil: throw missing(path, "file")
    }
    do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
      throw Failure("\(path): cannot be read")
    }
  }

  /// The file has the old bytes or the new ones, never a part: they are written beside it and renamed.
  ///
  /// A symbolic link stays one, and what it leads to is replaced; the file keeps its mode.
  static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let mode = (try? FileManager.default.attributesOfItem(atPath: target.path))?[.posixPermissions]
    do {
      try Data(bytes).write(to: target, options: .atomic)
      if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target.path) }
    } catch {
      throw Failure("\(path): cannot be written")
    }
  }

  /// Writes a file that is not there yet.
  static func create(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting) } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw Failure(exists ? "\(path): exists already and is not overwritten" : "\(path): cannot be written")
    }
  }
}
