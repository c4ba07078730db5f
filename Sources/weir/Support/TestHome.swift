import WeirCompiler
import WeirPolicy
import WeirSource

/// Where a test of a counterexample can be pasted.
struct TestHome {
  private let policy: Policy
  private let sources: [SourceFile]

  init(policy: Policy, sources: [SourceFile]) {
    self.policy = policy
    self.sources = sources
  }

  /// What is to be known before the test is pasted; `nil` where it can stand beside the proof as it is.
  ///
  /// - Complexity: that of checking the policy, for the module of the proof and those of the names that it does not know.
  func note(on test: String, provedIn module: String) -> String? {
    var obstacle: String?
    for candidate in [module] + policy.dataSets.filter({ test.contains($0.name) }).map(\.module) {
      switch fit(test, in: candidate) {
      case .head(let lines):
        if lines.count == 1, candidate == module { return nil }
        let imports = lines.dropFirst().map { "`\($0)`" }.joined(separator: " and ")
        return "the test can stand in module \(candidate)" + (imports.isEmpty ? "" : " with \(imports)")
      case .obstacle(let what): obstacle = obstacle ?? what
      }
    }
    return "the test can be pasted into no module, since " + (obstacle ?? "none knows all its names")
  }

  private enum Fit {
    /// What a file with the test begins with.
    case head([String])
    case obstacle(String)
  }

  private func fit(_ test: String, in module: String) -> Fit {
    // A name that no file of a policy has.
    let draft = MissingImports.Draft(module: module, path: "\u{0}pasted.weir")
    var imports = MissingImports(of: policy)
    while true {
      let head = imports.head(of: module, for: test)
      let text = (head + [test]).joined(separator: "\n")
      let checked = check(sources + [SourceFile(path: draft.path, text: text)])
      if imports.learn(from: checked, about: [draft]) { continue }
      let mistake = checked.diagnostics.first { $0.isError && checked.sources[$0.span.file].path == draft.path }
      guard let mistake else { return .head(head) }
      return .obstacle(imports.refusals.first ?? "in module \(module) \(mistake.message)")
    }
  }
}
