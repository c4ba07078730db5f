import WeirAnalysis
import WeirPolicy
import WeirSource
import WeirSyntax

/// What a lint looks at: a program without errors.
struct LintedProgram {
  let units: [SourceUnit]
  let policy: Policy
  let sources: SourceSet
  /// Days since the epoch on which `@expires` and `until` are judged; `nil`: they are not.
  let asOf: Int64?
  let uses: NameUses
  let meaning: MeaningAnalysis

  /// The span of the word at a place that the policy carries.
  func span(_ position: Position) -> SourceSpan {
    let id = FileID(position.file)
    let file = sources[id]
    let line = Array(file.lineText(position.line).unicodeScalars)
    let before = line.prefix(position.column - 1)
    let word = line.dropFirst(position.column - 1).prefix {
      $0.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains($0)
    }
    func byteCount(_ scalars: ArraySlice<Unicode.Scalar>) -> Int { scalars.reduce(0) { $0 + UTF8.width($1) } }
    let start = file.lineStarts[position.line - 1] + byteCount(before)
    return SourceSpan(file: id, start: start, end: start + max(1, byteCount(word)))
  }
}

/// A lint: finds one kind of thing that compiles and is probably not meant.
typealias LintRule = @Sendable (LintedProgram) -> [Diagnostic]

/// Every lint there is; each in its own file of `Rules/`, each with a page in the catalogue.
private let rules: [LintRule] = [
  unusedImports, unusedDeclarations, allowsThatRestOnClientHeaders, expiredAnnotations, expiredRules,
  servicesWithoutAuthz, meanings,
]

/// Findings about a program without errors, in the order of the sources.
///
/// - Parameters:
///   - units: the program's own files, without the standard library.
///   - asOf: days since the epoch; lints that judge dates are silent without one, since the clock is never read.
public func lint(_ units: [SourceUnit], policy: Policy, sources: SourceSet, asOf: Int64?) -> [Diagnostic] {
  let program = LintedProgram(
    units: units, policy: policy, sources: sources, asOf: asOf, uses: NameUses(units),
    meaning: MeaningAnalysis(policy: policy))
  return rules.flatMap { $0(program) }.inSourceOrder
}
