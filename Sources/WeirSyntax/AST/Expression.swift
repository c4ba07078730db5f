import WeirSource

/// A word of the user's with its place.
public struct Name: Hashable, Sendable {
  public let text: String
  public let span: SourceSpan

  public init(_ text: String, _ span: SourceSpan) {
    self.text = text
    self.span = span
  }
}

/// `shop.cart.tree`
public struct Path: Hashable, Sendable {
  public let parts: [Name]
  public let span: SourceSpan

  public init(_ parts: [Name], _ span: SourceSpan) {
    self.parts = parts
    self.span = span
  }

  /// The parts joined by dots.
  public var text: String { parts.map(\.text).joined(separator: ".") }
}

/// A value with its place.
public struct Spanned<Value> {
  public let value: Value
  public let span: SourceSpan

  public init(_ value: Value, _ span: SourceSpan) {
    self.value = value
    self.span = span
  }
}

extension Spanned: Equatable where Value: Equatable {}
extension Spanned: Hashable where Value: Hashable {}
extension Spanned: Sendable where Value: Sendable {}

/// A condition as it is written.
public indirect enum Expression: Hashable, Sendable {
  /// At least two operands.
  case and([Expression], SourceSpan)
  /// At least two operands.
  case or([Expression], SourceSpan)
  case not(Expression, SourceSpan)
  /// Kept because mixing `and` with `or` needs it, and for the formatter.
  case parenthesized(Expression, SourceSpan)
  case comparison(Comparison)
  /// What stands where no condition could be read; a diagnostic was already given.
  case missing(SourceSpan)

  public var span: SourceSpan {
    switch self {
    case .and(_, let span), .or(_, let span), .not(_, let span), .parenthesized(_, let span), .missing(let span): span
    case .comparison(let comparison): comparison.span
    }
  }
}

/// `[any|all] SUBJECT [in "ZONE"] PREDICATE [else true|false]`, or a call that stands alone.
public struct Comparison: Hashable, Sendable {
  public enum Quantifier: String, Hashable, Sendable { case any, all }

  public enum Predicate: Hashable, Sendable {
    case isPresent, isAbsent
    case `is`(Operand), `in`(Operand), has(Operand), matches(Operand), under(Operand)
  }

  public var quantifier: Spanned<Quantifier>?
  public var subject: Operand
  /// The time zone of `time.hour in "Europe/Berlin" in 6..20`.
  public var zone: Spanned<String>?
  /// `is not`, `not in`, …
  public var isNegated: Bool
  /// Absent when the subject stands alone: `http.is_probe(request.path)`.
  public var predicate: Predicate?
  /// The value of this test, negation included, when its subject is absent.
  public var otherwise: Spanned<Bool>?
  public var span: SourceSpan

  public init(
    quantifier: Spanned<Quantifier>?, subject: Operand, zone: Spanned<String>?, isNegated: Bool,
    predicate: Predicate?, otherwise: Spanned<Bool>?, span: SourceSpan
  ) {
    self.quantifier = quantifier
    self.subject = subject
    self.zone = zone
    self.isNegated = isNegated
    self.predicate = predicate
    self.otherwise = otherwise
    self.span = span
  }
}

/// A value as it is written.
public indirect enum Operand: Hashable, Sendable {
  /// Escapes resolved.
  case string(String, SourceSpan)
  /// The text between the quotes, unchanged.
  case regex(String, SourceSpan)
  case int(Int64, SourceSpan)
  case bool(Bool, SourceSpan)
  /// Nanoseconds.
  case duration(Int64, SourceSpan)
  /// Bytes.
  case size(Int64, SourceSpan)
  /// Hundredths of a percent.
  case percent(Int64, SourceSpan)
  /// `count` each `perNanoseconds`.
  case rate(count: Int64, perNanoseconds: Int64, SourceSpan)
  /// Seconds since 1970-01-01T00:00:00Z.
  case time(Int64, SourceSpan)
  /// Days since 1970-01-01.
  case date(Int64, SourceSpan)
  /// `6..20`, both ends included; both operands are of one of the kinds int, time, date.
  case range(Operand, Operand, SourceSpan)
  case set([Operand], SourceSpan)
  case reference(Reference)
  /// A diagnostic was already given.
  case missing(SourceSpan)

  public var span: SourceSpan {
    switch self {
    case .string(_, let span), .regex(_, let span), .int(_, let span), .bool(_, let span), .duration(_, let span),
      .size(_, let span), .percent(_, let span), .rate(_, _, let span), .time(_, let span), .date(_, let span),
      .range(_, _, let span), .set(_, let span), .missing(let span):
      span
    case .reference(let reference): reference.span
    }
  }
}

/// `request.header["x"]`, `payments.canary`, `GET`, `http.is_probe(request.path)`
public struct Reference: Hashable, Sendable {
  public enum Part: Hashable, Sendable {
    case name(Name)
    /// `["x"]`
    case key(String, SourceSpan)
  }

  /// The first is a name.
  public var parts: [Part]
  /// Present for a call, `nil` otherwise.
  public var arguments: [Operand]?
  public var span: SourceSpan

  public init(parts: [Part], arguments: [Operand]?, span: SourceSpan) {
    self.parts = parts
    self.arguments = arguments
    self.span = span
  }
}

/// `Set<String>?`
public struct TypeName: Hashable, Sendable {
  public var name: Name
  /// In angle brackets.
  public var arguments: [TypeName]
  public var isOptional: Bool
  public var span: SourceSpan

  public init(name: Name, arguments: [TypeName], isOptional: Bool, span: SourceSpan) {
    self.name = name
    self.arguments = arguments
    self.isOptional = isOptional
    self.span = span
  }
}
