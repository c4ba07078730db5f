import ArgumentParser
import WeirBundle

/// The command line: each command is one file in `Commands/`.
@main
struct Weir: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Write, check, test and build policies for a service mesh.",
    discussion: """
      Policies are `.weir` files. A path names a file or a folder, which is read with everything below it.

      Exit status: 0 when all is well, 1 when something was found, 2 when the command line or a file is at fault.
      """,
    version: "weir 0.1.0, bundles of format \(BundleHeader.currentVersion)",
    subcommands: [
      Check.self, Format.self, Lint.self, Test.self, Prove.self, Diff.self, Replay.self, Graph.self, Build.self,
      Eval.self,
      Inspect.self,
      Verify.self, KeyGeneration.self, Explain.self, Doc.self, New.self, Run.self, Demo.self, Admin.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      exit(withError: code)
    } catch let failure as Failure {
      Output.error("weir: \(failure.message)\n")
      exit(withError: ExitCode.misuse)
    } catch {
      // Help is an error without blame.
      if exitCode(for: error).isSuccess { exit(withError: error) }
      Output.error(fullMessage(for: error) + "\n")
      exit(withError: ExitCode.misuse)
    }
  }
}

extension ExitCode {
  /// Something was found: an error in a policy, a failed test, a bundle that does not verify.
  static let findings = ExitCode(1)
  /// The command line is wrong, or a file cannot be read or written.
  static let misuse = ExitCode(2)
}
