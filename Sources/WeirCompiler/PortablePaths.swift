import WeirPolicy
import WeirStandardLibrary

extension Policy {
  /// The same policy with file names that do not say where it was built: relative to the deepest folder that holds all its files.
  ///
  /// Without this the same sources would give other bytes on another machine.
  func withPortablePaths() -> Policy {
    let library = Set(StandardLibrary.files.map(\.path))
    let folders = files.filter { !library.contains($0) }.map { Self.parts(of: $0).dropLast() }
    guard var common = folders.first else { return self }
    for folder in folders {
      common = common.prefix(zip(common, folder).prefix { $0 == $1 }.count)
    }
    var policy = self
    policy.files = files.map { file in
      library.contains(file) ? file : Self.parts(of: file).dropFirst(common.count).joined(separator: "/")
    }
    return policy
  }

  private static func parts(of path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
  }
}
