import WeirPolicy
import WeirSource
import WeirSyntax

/// What declarations ask of expressions. Each reports what is wrong and then gives `nil`.
///
/// Beside these: `type`, `fact`, `tokenError`, `callerIdentity`, `template`, `host`, `hostPattern`, `identity`,
/// `identityPattern`, `trustDomain`, `path`, `pathPrefix`, `bindings(of:)` and `singleReads(of:)`.
extension ExpressionChecker {
  /// Checks every `let` and `fn` once, used or not; those of the standard library, which its tests call, when they are used.
  /// Call it after the names are collected and before the rest.
  mutating func checkConstantsAndFunctions() {
    for index in program.lets.indices { _ = constant(ofLet: index, at: program.lets[index].name.span) }
    for index in program.functions.indices where !program.functions[index].module.hasPrefix("std.") {
      _ = signature(ofFunction: index, calledAt: program.functions[index].name.span)
    }
  }

  /// A whole condition: types, layers, absence and polarity, captures; `fn`s inlined.
  mutating func condition(_ expression: Expression, in context: ExpressionContext) -> Condition? {
    testCount = 0
    guard let draft = draft(expression, negated: false, in: Scope(context)), checkPolarity(draft, in: context) else {
      return nil
    }
    return draft.condition
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
    guard let term = term(operand, in: Scope(context)) else { return nil }
    guard case .reading(let reading) = term else {
      fail(.nothingRead, at: operand.span, "an attribute of the request is expected here, this is a constant")
      return nil
    }
    return singleValue(reading)
  }

  private mutating func singleValue(_ reading: Reading) -> Attribute? {
    if reading.occurrence == .list {
      fail(
        .listHeader, at: reading.span, "`\(reading.text)` may have several values, one is expected here",
        notes: ["the header is a list by its declaration"])
      return nil
    }
    if case .set = reading.type {
      fail(.typeMismatch, at: reading.span, "`\(reading.text)` is a set, one value is expected here")
      return nil
    }
    guard !reading.isOnlyPresent else {
      fail(
        .wrongTest, at: reading.span, "a token has no value of its own", help: "name a claim, such as `token.sub`")
      return nil
    }
    return reading.attribute
  }

  /// The header of `set request.header["x"] to …`: the side it is on and its lower-case name.
  mutating func headerTarget(_ operand: Operand, in context: ExpressionContext) -> (HeaderChange.Side, String)? {
    guard case .reference(let reference) = operand, reference.arguments == nil, reference.parts.count == 3,
      let root = reference.parts[0].nameText, root == "request" || root == "response",
      reference.parts[1].nameText == "header", case .key(let text, let span) = reference.parts[2]
    else {
      if case .missing = operand { return nil }
      fail(
        .notAHeader, at: operand.span, "headers are changed, nothing else",
        help: "write `request.header[\"x-region\"]` or `response.header[\"x-region\"]`")
      return nil
    }
    guard let header = headerType(Spanned(text, span), in: context.module) else { return nil }
    guard header.name == text else {
      fail(.secondSpelling, at: span, "header names are written in lower case", fix: .init(span, "\"\(header.name)\""))
      return nil
    }
    return (root == "request" ? .request : .response, header.name)
  }

  /// The value of a header change: a string or an attribute.
  mutating func headerValue(_ operand: Operand, in context: ExpressionContext) -> HeaderChange.Value? {
    let scope = Scope(context)
    guard let term = term(operand, in: scope) else { return nil }
    if case .reading(let reading) = term { return singleValue(reading).map { .attribute($0) } }
    guard let constant = constant(term, as: .string, because: "the value of a header is a String", in: scope),
      case .value(.string(let text)) = constant.payload
    else { return nil }
    guard text.isHeaderValue else {
      fail(
        .valueNeverOccurs, at: operand.span, "a header cannot carry this value",
        notes: ["values have no control characters and no blanks at their ends (RFC 9110 5.5)"])
      return nil
    }
    return .text(text)
  }

  /// What `sticky by` and `maglev by` hash.
  mutating func stickyKey(_ key: KeySyntax, in context: ExpressionContext) -> StickyKey? {
    switch key {
    case .cookie(let name), .header(let name):
      guard context.layer != .connection else {
        fail(
          .wrongLayer, at: name.span, "headers and cookies cannot be read in \(context.scopeName)",
          notes: ["it holds at connection level, where there is no HTTP request"])
        return nil
      }
    case .operand: break
    }
    switch key {
    case .cookie(let name):
      guard name.value.isToken else {
        fail(.unknownAttribute, at: name.span, "`\(name.value)` cannot be the name of a cookie")
        return nil
      }
      return .cookie(name.value)
    case .header(let name):
      guard let header = headerType(name, in: context.module) else { return nil }
      guard header.name == name.value else {
        fail(
          .secondSpelling, at: name.span, "header names are written in lower case",
          fix: .init(name.span, "\"\(header.name)\""))
        return nil
      }
      guard header.type != .stringSet else {
        fail(
          .listHeader, at: name.span, "header \"\(header.name)\" may have several values, one is expected here",
          notes: ["the header is a list by its declaration"])
        return nil
      }
      return .attribute(.header(header.name))
    case .operand(let operand):
      return attribute(operand, in: context).map { .attribute($0) }
    }
  }

  /// A destination, or the `let` that names one.
  mutating func destination(_ syntax: DestinationSyntax, in module: String) -> Destination? {
    guard let symbol = resolve(syntax.service, in: module) else { return nil }
    switch symbol {
    case .service(let index): return destination(syntax, service: index)
    case .let(let index):
      guard let constant = constant(ofLet: index, at: syntax.service.span) else { return nil }
      guard case .destination(let destination) = constant.payload else {
        fail(
          .typeMismatch, at: syntax.service.span,
          "`\(syntax.service.text)` is \(constant.type.phrase), a destination is expected here",
          help: "declare it as `let \(syntax.service.text): Destination = …`")
        return nil
      }
      guard let subset = syntax.subset else { return destination }
      fail(
        .unknownAttribute, at: subset.span, "`\(syntax.service.text)` is a destination already, it has no subsets")
      return nil
    case .module(let name):
      guard let subset = syntax.subset else {
        reportWrongKind(syntax.service, symbol, expected: "a destination")
        return nil
      }
      guard let member = member(subset, of: name, from: module) else { return nil }
      if case .service(let index) = member { return Destination(service: index, subset: nil) }
      if case .let(let index) = member, let constant = constant(ofLet: index, at: subset.span),
        case .destination(let destination) = constant.payload
      {
        return destination
      }
      reportWrongKind(subset, member, expected: "a destination")
      return nil
    case .mesh, .gateway, .principal, .token, .dataSet, .function, .retry, .headers, .routes, .limit:
      reportWrongKind(syntax.service, symbol, expected: "a destination")
      return nil
    }
  }
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
