import WeirPolicy
import WeirSource
import WeirSyntax

/// A declaration with what stands around it.
struct Placed<Syntax> {
  var syntax: Syntax
  var module: String
  var annotations: Annotations
  var documentation: String
  var span: SourceSpan
}

/// Checks everything that is not inside an expression, and fills the policy.
///
/// Phases, each a method in a file of its own: collect names, resolve imports, check what is declared of the mesh and of
/// requests, then rules, routes, limits, tests and proofs, which speak of it.
struct DeclarationChecker {
  /// Holds the program under construction and the diagnostics.
  var expressions: ExpressionChecker

  /// Imports in the order of modules and files.
  var imports: [(module: String, syntax: Import)] = []
  var meshes: [Placed<MeshDeclaration>] = []
  // Each of these runs parallel to its array in the policy.
  var services: [Placed<ServiceDeclaration>] = []
  var gateways: [Placed<GatewayDeclaration>] = []
  var principals: [Placed<PrincipalDeclaration>] = []
  var tokens: [Placed<JWTDeclaration>] = []
  var dataSets: [Placed<DataDeclaration>] = []

  var authz: [Placed<AuthzDeclaration>] = []
  var ceilings: [Placed<CeilingDeclaration>] = []
  var routes: [Placed<RoutesDeclaration>] = []
  /// Parallel to `Program.routeBlocks`.
  var trees: [Placed<RoutesDeclaration>] = []
  var limits: [Placed<LimitDeclaration>] = []
  var tests: [Placed<TestDeclaration>] = []
  var proofs: [Placed<ProveDeclaration>] = []

  var importedNames: [ImportedName] = []
  /// Who has which identity.
  var identities: [String: (owner: String, span: SourceSpan)] = [:]
  var hosts: [ClaimedHost] = []
  /// Where the rules of each scope are named.
  var ruleNames: [Int: [String: SourceSpan]] = [:]
  var limitNames: [Int: [String: SourceSpan]] = [:]
  /// Rules, routes and limits of blocks that belong nowhere because of an error.
  var strayNames: Set<String> = []
  /// The names of the routes in each table.
  var routeNames: [RouteTable.Owner: Set<String>] = [:]
  /// The one table of each owner.
  var tableSpans: [RouteTable.Owner: SourceSpan] = [:]
  /// Parallel to `Program.retries`; `nil` for one with an error.
  var retryIndices: [Int?] = []
  /// Ceilings that an allow stands under.
  var landedCeilings: Set<Int> = []
  /// Modules with an allow on a port, or of a gateway, that takes callers without an identity.
  var modulesOfUncertainCallers: Set<String> = []
  /// Where each issuer of tokens is declared.
  var issuers: [String: SourceSpan] = [:]
  /// Headers that modules of the program declare, in order.
  var declaredHeaders: [(type: HeaderType, span: SourceSpan)] = []
  /// Where each name was first declared: of the mesh-wide namespace, of tokens, and of each module.
  var meshWideNames: [String: SourceSpan] = [:]
  var tokenNames: [String: SourceSpan] = [:]
  var moduleNames: [String: [String: SourceSpan]] = [:]

  init(sources: SourceSet) { expressions = ExpressionChecker(program: Program(sources: sources)) }

  var program: Program {
    get { expressions.program }
    _modify { yield &expressions.program }
  }

  mutating func report(
    _ kind: DiagnosticKind, at span: SourceSpan, _ message: String, labels: [Diagnostic.Label] = [],
    notes: [String] = [], help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    expressions.report(kind, at: span, message, labels: labels, notes: notes, help: help, fix: fix)
  }

  /// The place as `shop.weir:3:7`, for names that are unique in the whole program.
  func position(_ span: SourceSpan) -> Position { program.position(span) }
}

// MARK: Fields

extension DeclarationChecker {
  /// Sets a field that stands once; reports the second one.
  mutating func once<Value>(_ field: inout Spanned<Value>?, _ value: Value, at span: SourceSpan, _ name: String) {
    if let first = field {
      report(.repeatedField, at: span, "`\(name)` stands twice", labels: [.init(first.span, "first here")])
    } else {
      field = Spanned(value, span)
    }
  }

  /// Reports a number outside `range`.
  mutating func inRange(
    _ value: Spanned<Int64>, _ range: ClosedRange<Int64>, _ what: String, unit: (Int64) -> String = { "\($0)" }
  ) -> Int64? {
    if range.contains(value.value) { return value.value }
    report(
      .valueOutOfRange, at: value.span,
      "\(what) is \(unit(value.value)); it must be from \(unit(range.lowerBound)) to \(unit(range.upperBound))")
    return nil
  }

  /// A duration in nanoseconds: longer than nothing, at most a year.
  mutating func duration(_ value: Spanned<Int64>, _ what: String) -> Int64? {
    if value.value <= 0 {
      report(.valueOutOfRange, at: value.span, "\(what) must be longer than nothing")
      return nil
    }
    if value.value > yearNanoseconds {
      report(.valueOutOfRange, at: value.span, "\(what) is longer than a year")
      return nil
    }
    return value.value
  }

  /// A share in hundredths of a percent: more than nothing, at most all.
  mutating func share(_ value: Spanned<Int64>, _ what: String) -> Int? {
    if value.value <= 0 {
      report(.valueOutOfRange, at: value.span, "\(what) of 0% does nothing")
      return nil
    }
    if value.value > 10_000 {
      report(.valueOutOfRange, at: value.span, "\(what) is more than 100%")
      return nil
    }
    return Int(value.value)
  }

  mutating func missing(_ field: String, in declaration: String, at span: SourceSpan, help: String? = nil) {
    report(.missingField, at: span, "\(declaration) has no `\(field)`", help: help)
  }

  /// Reports members of `values` that repeat an earlier one.
  mutating func unique(_ values: [Spanned<String>], _ what: String) {
    var first: [String: SourceSpan] = [:]
    for value in values {
      if let span = first[value.value] {
        report(
          .repeatedField, at: value.span, "\(what) \"\(value.value)\" stands twice", labels: [.init(span, "first here")]
        )
      } else {
        first[value.value] = value.span
      }
    }
  }
}

private let yearNanoseconds: Int64 = 366 * 86_400 * 1_000_000_000
