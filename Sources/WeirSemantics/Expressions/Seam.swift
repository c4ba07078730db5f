import WeirPolicy
import WeirSource
import WeirSyntax

/// What declarations ask of expressions. Each reports what is wrong and then gives `nil`.
extension ExpressionChecker {
  /// Checks every `let` and `fn` once, used or not. Call it after the names are collected and before the rest.
  mutating func checkConstantsAndFunctions() {
  }

  /// A whole condition: types, layers, absence and polarity, captures; `fn`s inlined.
  mutating func condition(_ expression: Expression, in context: ExpressionContext) -> Condition? {
    nil
  }

  /// `always` is the constant true.
  mutating func condition(_ syntax: ConditionSyntax, in context: ExpressionContext) -> Condition? {
    switch syntax {
    case .always: .constant(true)
    case .when(let expression): condition(expression, in: context)
    }
  }

  /// The attribute of a key or a header value: one value a request, of the given layer.
  mutating func attribute(_ operand: Operand, in context: ExpressionContext) -> Attribute? {
    nil
  }

  /// The header of `set request.header["x"] to …`: the side it is on and its lower-case name.
  mutating func headerTarget(_ operand: Operand, in context: ExpressionContext) -> (HeaderChange.Side, String)? {
    nil
  }

  /// The value of a header change: a string or an attribute.
  mutating func headerValue(_ operand: Operand, in context: ExpressionContext) -> HeaderChange.Value? {
    nil
  }

  /// What `sticky by` and `maglev by` hash.
  mutating func stickyKey(_ key: KeySyntax, in context: ExpressionContext) -> StickyKey? {
    nil
  }

  /// A destination, or the `let` that names one.
  mutating func destination(_ syntax: DestinationSyntax, in module: String) -> Destination? {
    nil
  }

  /// A fact of a test case. `token is invalid …` is not one: see `tokenError`.
  mutating func fact(_ fact: CaseSyntax.Fact, in context: ExpressionContext) -> TestSuite.Fact? {
    nil
  }

  /// The reject code of `token is invalid expired`; `nil` also when the fact says something else.
  mutating func tokenError(_ fact: CaseSyntax.Fact, in context: ExpressionContext) -> String? {
    nil
  }

  /// The identity in `from "spiffe://…"` or of `from checkout`: of a service with several, the first.
  mutating func callerIdentity(_ operand: Operand, in context: ExpressionContext) -> String? {
    nil
  }

  /// A type as it is written.
  mutating func type(_ name: TypeName) -> DeclaredType? {
    nil
  }

  /// Text with `{capture}`, `{rest...}` and `{path...}`; for `.path` the result is a canonical path.
  mutating func template(_ text: Spanned<String>, _ kind: TemplateKind, in context: ExpressionContext) -> Template? {
    nil
  }

  /// `shop.example`, folded; no port, no wildcard.
  mutating func host(_ text: Spanned<String>) -> String? {
    nil
  }

  /// `shop.example` or `*.shop.example`.
  mutating func hostPattern(_ text: Spanned<String>) -> HostPattern? {
    nil
  }

  /// An exact SPIFFE identity.
  mutating func identity(_ text: Spanned<String>) -> String? {
    nil
  }

  /// A SPIFFE identity with or without `{x}` segments.
  mutating func identityPattern(_ text: Spanned<String>) -> SegmentPattern? {
    nil
  }

  /// A SPIFFE trust domain.
  mutating func trustDomain(_ text: Spanned<String>) -> String? {
    nil
  }

  /// A canonical path in the mesh's mode, as the service sees it.
  mutating func path(_ text: Spanned<String>, as view: PathView) -> String? {
    nil
  }

  /// The operand of `under` and of `mount`: a canonical path without a final slash.
  mutating func pathPrefix(_ text: Spanned<String>, as view: PathView) -> String? {
    nil
  }

  /// The captures that a template may use after `condition` was true: those that every way to make it true binds, and
  /// `rest` after `under`.
  static func bindings(of condition: Condition) -> [String: [CaptureBinding]] {
    [:]
  }

  /// Single-valued attributes (`query`, `header`, `cookie` without `any` or `all`) that conditions and values read; sorted
  /// by kind and name, without repetition.
  static func singleReads(of conditions: [Condition], and values: [Attribute] = []) -> [Attribute] {
    []
  }
}

enum TemplateKind: Hashable {
  /// `rewrite path to`
  case path
  /// `redirect 308 to`: an absolute path or an http or https URL.
  case location
}

/// `Set<String>?`
struct DeclaredType: Hashable {
  var type: Type
  var isOptional: Bool
}

extension Type {
  /// The type as claims, headers and data members have it; `nil` when they cannot.
  var scalar: ScalarType? {
    switch self {
    case .string: .string
    case .int: .int
    case .bool: .bool
    case .time: .time
    case .ip: .ip
    case .host: .host
    case .path: .path
    case .identity: .identity
    case .set(.string): .stringSet
    case .duration, .size, .percent, .rate, .date, .weekday, .network, .pathPattern, .method, .status, .destination,
      .regex, .set:
      nil
    }
  }
}
