import WeirPolicy
import WeirSource
import WeirSyntax

/// What a program means, or what is wrong with it.
///
/// - Parameters:
///   - units: every file, the standard library's included, in any order.
///   - sources: the texts that spans point into.
///   - standardLibrary: the files that come with the compiler.
/// - Returns: the policy, `nil` when there is an error; diagnostics in no particular order. Deterministic: declarations
///   are taken by module name, file name and line.
public func check(
  _ units: [SourceUnit], sources: SourceSet, standardLibrary: Set<FileID>
) -> Diagnosed<Policy?> {
  Diagnosed(nil)
}
