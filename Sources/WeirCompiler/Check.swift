import WeirPolicy
import WeirSemantics
import WeirSource
import WeirStandardLibrary
import WeirSyntax

/// A program after everything that can be wrong with it was looked for.
public struct CheckedProgram: Sendable {
  /// The program's files sorted by path, then the standard library's.
  public let sources: SourceSet
  /// What the program's files say, in the same order; the standard library's are left out.
  public let units: [SourceUnit]
  /// `nil` when there is an error.
  public let policy: Policy?
  /// In the order of the sources.
  public let diagnostics: [Diagnostic]

  public var hasErrors: Bool { diagnostics.contains(where: \.isError) }
}

/// Reads files as one program, the standard library beside them, and checks it.
///
/// With a mistake in the syntax of one file, meaning is not looked at: names that could not be read would be reported
/// as unknown. The order of `files` makes no difference.
/// Complexity: linear in the text but for the checks of single declarations.
public func check(_ files: [SourceFile]) -> CheckedProgram {
  var sources = SourceSet()
  var units: [SourceUnit] = []
  var diagnostics: [Diagnostic] = []
  for file in files.sorted(by: { $0.path < $1.path }) {
    let parsed = parse(file, id: sources.add(file))
    units.append(parsed.value.unit)
    diagnostics += parsed.diagnostics
  }
  var library: [SourceUnit] = []
  for (path, text) in StandardLibrary.files {
    let file = SourceFile(path: path, text: text)
    library.append(parse(file, id: sources.add(file)).value.unit)
  }
  var policy: Policy?
  if !diagnostics.contains(where: \.isError) {
    let checked = check(units + library, sources: sources, standardLibrary: Set(library.map(\.file)))
    policy = checked.value
    diagnostics += checked.diagnostics
  }
  return CheckedProgram(sources: sources, units: units, policy: policy, diagnostics: diagnostics.inSourceOrder)
}
