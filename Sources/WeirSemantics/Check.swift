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
  var checker = DeclarationChecker(sources: sources)
  checker.program.policy.files = sources.files.map(\.path)
  checker.collect(units, standardLibrary: standardLibrary)
  checker.checkHeaderAgreement()
  checker.resolveImports()

  checker.checkMesh()
  checker.checkServices()
  checker.checkGateways()
  checker.checkPrincipals()
  checker.checkTokens()
  checker.checkDataSets()
  checker.expressions.checkConstantsAndFunctions()
  checker.checkBalances()

  checker.makeScopes()
  checker.checkAuthz()
  checker.checkCeilings()
  checker.checkRetries()
  checker.checkHeaderBlocks()
  checker.checkRoutes()
  checker.checkWildcardHosts()
  checker.checkLimits()
  checker.checkTests()
  checker.checkProofs()
  checker.program.policy.headers = checker.headersInUse()
  checker.dropUnusedRetries()

  let diagnostics = checker.expressions.diagnostics.withoutRepetition
  let isValid = !diagnostics.contains(where: \.isError)
  return Diagnosed(isValid ? checker.program.policy : nil, diagnostics)
}

/// A rule that lands in several scopes says the same thing once.
private struct Finding: Hashable {
  var kind: DiagnosticKind
  var span: SourceSpan
}

extension [Diagnostic] {
  var withoutRepetition: [Diagnostic] {
    var seen: Set<Finding> = []
    return filter { seen.insert(Finding(kind: $0.kind, span: $0.span)).inserted }
  }
}
