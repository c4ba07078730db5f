import WeirPolicy
import WeirSource
import WeirSyntax

/// What a name stands for.
enum Symbol: Hashable {
  case mesh
  /// Indices into the arrays of the policy under construction.
  case service(Int), gateway(Int), principal(Int), token(Int), dataSet(Int)
  /// Indices into `Program.lets`, `.functions`, …
  case `let`(Int), function(Int), retry(Int), headers(Int), routes(Int), limit(Int)
  /// The last part of `import std.http`, by which the module's public names are reached.
  case module(String)
}

/// A named declaration before it is checked.
struct Declared<Syntax> {
  var syntax: Syntax
  var name: Name
  var module: String
  var isPublic: Bool
  var documentation: [String]
}

/// The names of all modules and what has been resolved of them so far.
///
/// Built by the declaration checker before any expression is looked at; the expression checker only reads it.
struct Program {
  struct Module {
    /// What is declared in the module, by name.
    var own: [String: Symbol] = [:]
    /// What its files import, by name as used. Names are resolved per module, not per file.
    var imported: [String: Symbol] = [:]
    /// Names whose import failed: what is wrong with them was said there.
    var unresolved: Set<String> = []
    /// Header declarations of the module, by lower-case name.
    var headers: [String: HeaderType] = [:]
    /// Headers whose declaration cannot hold, by lower-case name: what is wrong with them was said there.
    var brokenHeaders: Set<String> = []
  }

  var sources: SourceSet
  var modules: [String: Module] = [:]
  /// `policy.services`, `.gateways`, `.principals`, `.tokens`, `.dataSets` and `.mesh` are filled before expressions are checked.
  var policy = Policy()
  var lets: [Declared<LetDeclaration>] = []
  var functions: [Declared<FunctionDeclaration>] = []
  var retries: [Declared<RetryDeclaration>] = []
  var headerBlocks: [Declared<HeadersDeclaration>] = []
  /// Trees that can be mounted: `public routes NAME`.
  var routeBlocks: [Declared<RoutesDeclaration>] = []
  var limits: [Declared<LimitDeclaration>] = []
  var dataSets: [Declared<DataDeclaration>] = []
  /// Indices of data sets that cannot be: what is wrong with them was said at their declaration.
  var brokenDataSets: Set<Int> = []
  /// Headers of `std.http`, known everywhere.
  var standardHeaders: [String: HeaderType] = [:]

  /// The place of a span, as the policy carries it.
  func position(_ span: SourceSpan) -> Position {
    let place = sources[span.file].lineColumn(at: span.start)
    return Position(file: span.file.index, line: place.line, column: place.column)
  }
}

/// Where an expression stands: decides which attributes exist, whether the caller may be absent, and what absence may do.
struct ExpressionContext {
  enum Use: Hashable {
    case allow, deny, audit, ceiling, route, limit, retry, testFact, proof
    /// A header value, a sticky or limit key, a `let`.
    case value
  }

  enum Layer: Hashable {
    case connection, http
    /// Retry conditions and response header changes.
    case response
  }

  var module: String
  var use: Use
  var layer: Layer
  /// `caller` is an `Identity?` here.
  var callerIsOptional: Bool
  /// The issuer chosen by `with token`.
  var token: Int?
  var pathView: PathView
  /// Captures bound by the condition that surrounds this one (a route's, for its statements).
  var captures: [String: [CaptureBinding]] = [:]
  /// The declaration, for diagnostics: `authz payments`.
  var scopeName: String
  /// The rule or route, for diagnostics.
  var ruleName: String?
}
