import WeirCompiler
import WeirPolicy
import WeirSource

/// Imports for files that are still to be written: which names need one, and whether it may be, the compiler says.
struct MissingImports {
  /// A file beside the sources of a policy.
  struct Draft {
    let module: String
    let path: String
  }

  private struct Wish: Hashable {
    let module: String
    let name: String
    let home: String
  }

  private let homes: [String: [String]]
  private var found: [Wish] = []
  private var refused: Set<Wish> = []
  /// Why imports may not be, in the words of the compiler.
  private(set) var refusals: [String] = []

  /// - Parameter policy: the one that declares the names.
  init(of policy: Policy) {
    let names =
      policy.dataSets.map { ($0.name, $0.module) } + policy.services.map { ($0.name, $0.module) }
      + policy.gateways.map { ($0.name, $0.module) }
    homes = Dictionary(grouping: names, by: \.0).mapValues { $0.map(\.1) }
  }

  /// The lines that a file of the module begins with, `module` included.
  ///
  /// - Parameter text: what uses the names.
  func head(of module: String, for text: String) -> [String] {
    let own = found.filter { $0.module == module && text.contains($0.name) }
    let homes = Set(own.map(\.home)).sorted()
    return ["module \(module)"]
      + homes.map { home in
        "import \(home).{\(own.filter { $0.home == home }.map(\.name).sorted().joined(separator: ", "))}"
      }
  }

  /// - Returns: whether there is another import, or one less, so that it is worth while to check once more. That ends: what was
  ///   refused is not tried again.
  mutating func learn(from checked: CheckedProgram, about drafts: [Draft]) -> Bool {
    var hasLearned = false
    for finding in checked.diagnostics where finding.isError {
      let file = checked.sources[finding.span.file]
      guard let draft = drafts.first(where: { $0.path == file.path }) else { continue }
      let name = checked.sources.text(of: finding.span)
      if let index = found.firstIndex(where: { $0.module == draft.module && $0.name == name }) {
        guard finding.kind.code != DiagnosticKind.unknownName.code else { continue }
        refused.insert(found.remove(at: index))
        refusals.append(finding.message)
        hasLearned = true
      } else if finding.kind.code == DiagnosticKind.unknownName.code {
        let wishes = homes[name, default: []].map { Wish(module: draft.module, name: name, home: $0) }
        guard let wish = wishes.first(where: { $0.home != draft.module && !refused.contains($0) }) else { continue }
        found.append(wish)
        hasLearned = true
      }
    }
    return hasLearned
  }
}
