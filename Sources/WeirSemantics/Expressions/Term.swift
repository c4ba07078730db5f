import WeirPolicy
import WeirSource
import WeirSyntax

/// An operand after its names are resolved.
enum Term {
  /// Something of the request.
  case reading(Reading)
  /// Takes its type from the other side.
  case literal(Operand)
  /// A typed constant, and how it was named.
  case constant(Constant, SourceSpan)
  /// `GET`, `Mon`
  case word(Name)
  /// A data set and the type of its members.
  case data(Int, Type, SourceSpan)

  var span: SourceSpan {
    switch self {
    case .reading(let reading): reading.span
    case .literal(let operand): operand.span
    case .constant(_, let span), .data(_, _, let span): span
    case .word(let name): name.span
    }
  }

  /// The type in words, for messages: `an Int`.
  var typeName: String {
    switch self {
    case .reading(let reading): reading.typeName
    case .literal(let operand): operand.typeName
    case .constant(let constant, _): constant.type.phrase
    case .word(let name): Weekdays.number(of: name.text) == nil ? "a Method" : "a Weekday"
    case .data(_, let member, _): "a data set of \(member.name)"
    }
  }
}

/// A constant after its type is known.
struct Constant: Hashable {
  enum Payload: Hashable {
    /// Scalars that are compared as they are.
    case value(Value)
    case network(Network)
    case pattern(SegmentPattern)
    /// What a service, gateway or principal stands for.
    case identities(IdentitySet)
    case set(ConstantSet)
    case destination(Destination)
    /// Duration, Size, Percent and Rate, which no test compares.
    case quantity
  }

  var type: Type
  var payload: Payload
}

/// Exact identities and patterns.
struct IdentitySet: Hashable {
  var exact: [String] = []
  var patterns: [SegmentPattern] = []
}

/// The members of a constant set, each kind in the order of the source.
struct ConstantSet: Hashable {
  var values: [Value] = []
  var ranges: [ClosedRange<Int64>] = []
  var networks: [Network] = []
  var patterns: [SegmentPattern] = []
}

/// An attribute where it is read.
struct Reading {
  enum Occurrence {
    /// Once by nature.
    case once
    /// A header, query parameter or cookie: a second one refuses the request, unless `any` or `all` is said.
    case repeatable
    /// A header that is a list by its declaration.
    case list
  }

  var attribute: Attribute
  /// The type of one value.
  var type: Type
  var isOptional: Bool
  var occurrence: Occurrence = .once
  /// A `token` can be present or absent, nothing else.
  var isOnlyPresent = false
  /// As it is written.
  var text: String
  var span: SourceSpan

  var typeName: String { occurrence == .list ? "a list of \(type.name)" : type.phrase }
}

/// A `fn` whose declaration is in order.
struct Signature {
  var parameters: [(name: String, declared: DeclaredType)]
}

/// What is known of a declaration that others refer to.
enum Checked<Value> {
  /// Being checked: meeting it again is a cycle.
  case inProgress
  /// An error was reported where it is declared.
  case broken
  case done(Value)
}

/// A call whose body stands in place of it.
struct InlinedCall {
  var name: String
  var span: SourceSpan
}

/// Where an operand is looked at: the seam's context and what inlining adds to it.
struct Scope {
  var context: ExpressionContext
  /// The module whose names hold; inside an inlined `fn`, that of the `fn`.
  var module: String
  /// `nil` outside a `fn`.
  var parameters: [String: Parameter]?
  var captures: [String: [CaptureBinding]]
  /// A `fn` is being checked where it is declared: its calls are not inlined.
  var isDeclaration = false

  init(_ context: ExpressionContext) {
    self.context = context
    module = context.module
    captures = context.captures
  }
}

/// A parameter and what stands for it.
struct Parameter {
  var declared: DeclaredType
  var term: Term
}

extension Type {
  /// With its article: `an Int`.
  var phrase: String {
    switch self {
    case .int, .ip, .identity: "an \(name)"
    case .bool, .string, .duration, .size, .percent, .rate, .time, .date, .weekday, .network, .host, .path,
      .pathPattern, .method, .status, .destination, .regex, .set:
      "a \(name)"
    }
  }
}

extension Operand {
  /// The type of a literal in words.
  var typeName: String {
    switch self {
    case .string: "a String"
    case .regex: "a regex"
    case .int: "an Int"
    case .bool: "a Bool"
    case .duration: "a Duration"
    case .size: "a Size"
    case .percent: "a Percent"
    case .rate: "a Rate"
    case .time: "a Time"
    case .date: "a Date"
    case .range: "a range"
    case .set: "a set"
    case .reference, .missing: "a value"
    }
  }
}
