import ArgumentParser
import WeirCompiler
import WeirPolicy
import WeirSource

extension Policy {
  /// The policy behind the paths of a command line.
  ///
  /// - Throws: `Failure` when a file cannot be read; the status of findings when the policy has errors, which are printed.
  static func checked(at paths: [String]) throws -> Policy { try checked(try SourceFinder.files(at: paths)) }

  /// - Throws: the status of findings when the policy has errors, which are printed.
  static func checked(_ files: [SourceFile]) throws -> Policy {
    let checked = check(files)
    guard let policy = checked.policy, !checked.hasErrors else {
      Output.error(DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics))
      throw ExitCode.findings
    }
    return policy
  }
}
