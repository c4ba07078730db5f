import WeirPolicy
import WeirSource
import WeirSyntax

/// `fn` declarations and their calls.
extension ExpressionChecker {
  /// The parameters of a `fn`, which is checked where it is declared when it is met first.
  mutating func signature(ofFunction index: Int, calledAt use: SourceSpan) -> Signature? {
    switch signatures[index] {
    case .done(let signature): return signature
    case .broken: return nil
    case .inProgress:
      fail(
        .recursion, at: use, "`fn \(program.functions[index].name.text)` calls itself",
        labels: [.init(program.functions[index].name.span, "declared here")],
        notes: ["every policy ends: functions are put in place of their calls"])
      return nil
    case nil:
      signatures[index] = .inProgress
      let (outerCalls, outerParameters, outerCount) = (calls, usedParameters, testCount)
      (calls, usedParameters, testCount) = ([], [], 0)
      let signature = checked(program.functions[index])
      (calls, usedParameters, testCount) = (outerCalls, outerParameters, outerCount)
      signatures[index] = signature.map { .done($0) } ?? .broken
      return signature
    }
  }

  /// Checks the body once, with a stand-in for each parameter.
  private mutating func checked(_ declared: Declared<FunctionDeclaration>) -> Signature? {
    let syntax = declared.syntax
    var isSound = true
    var parameters: [(name: String, declared: DeclaredType)] = []
    var places: [String: SourceSpan] = [:]
    for parameter in syntax.parameters {
      if let first = places.updateValue(parameter.name.span, forKey: parameter.name.text) {
        fail(
          .duplicateName, at: parameter.name.span, "two parameters are named `\(parameter.name.text)`",
          labels: [.init(first, "the first")])
        isSound = false
      }
      guard let type = type(parameter.type) else {
        isSound = false
        continue
      }
      guard type.type.canBeParameter else {
        fail(
          .unknownType, at: parameter.type.span, "a parameter cannot be \(type.type.phrase)",
          notes: ["no test compares one"])
        isSound = false
        continue
      }
      parameters.append((parameter.name.text, type))
    }
    if let result = type(syntax.result) {
      if result != DeclaredType(type: .bool, isOptional: false) {
        fail(
          .unknownType, at: syntax.result.span, "a `fn` gives a Bool", notes: ["it stands for a condition"],
          fix: .init(syntax.result.span, "Bool"))
        isSound = false
      }
    } else {
      isSound = false
    }
    guard isSound else { return nil }
    var scope = Scope(.declaration(in: declared.module, named: "fn \(declared.name.text)"))
    scope.isDeclaration = true
    scope.parameters = [:]
    for (name, type) in parameters {
      let reading = Reading(
        attribute: .capture(name: name, []), type: type.type, isOptional: type.isOptional, text: name,
        span: places[name] ?? declared.name.span)
      scope.parameters?[name] = Parameter(declared: type, term: .reading(reading))
    }
    guard draft(syntax.body, negated: false, in: scope) != nil else { return nil }
    for parameter in syntax.parameters where !usedParameters.contains(parameter.name.text) {
      fail(
        .unusedParameter, at: parameter.name.span, "`fn \(declared.name.text)` does not use `\(parameter.name.text)`")
      isSound = false
    }
    return isSound ? Signature(parameters: parameters) : nil
  }

  /// The body of the called `fn` in place of the call.
  mutating func inlined(_ reference: Reference, negated: Bool, in scope: Scope) -> Draft? {
    guard let arguments = reference.arguments, case .name(let first) = reference.parts.first,
      let (symbol, used) = symbol(reference, first, in: scope)
    else { return nil }
    guard case .function(let index) = symbol, reference.parts.count == used else {
      if case .function = symbol {
        fail(.unknownAttribute, at: reference.span, "a `fn` has no parts")
      } else {
        reportWrongKind(first, symbol, expected: "a `fn`")
      }
      return nil
    }
    guard let signature = signature(ofFunction: index, calledAt: reference.span) else { return nil }
    let function = program.functions[index]
    guard arguments.count == signature.parameters.count else {
      let expected = signature.parameters.map { "\($0.name): \($0.declared.type.name)" }.joined(separator: ", ")
      fail(
        .wrongArguments, at: reference.span,
        "`\(reference.text)` takes \(signature.parameters.count) arguments and is given \(arguments.count)",
        labels: [.init(function.name.span, "declared here")], notes: ["its parameters are (\(expected))"])
      return nil
    }
    var parameters: [String: Parameter] = [:]
    var isSound = true
    for (argument, parameter) in zip(arguments, signature.parameters) {
      guard let term = term(argument, in: scope),
        let bound = self.argument(term, for: parameter, of: function.name.text, in: scope)
      else {
        isSound = false
        continue
      }
      parameters[parameter.name] = Parameter(declared: parameter.declared, term: bound)
    }
    guard isSound else { return nil }
    // A `fn` is checked without its calls: they were checked where they are declared.
    if scope.isDeclaration { return .constant(true) }
    var inner = scope
    inner.module = function.module
    inner.parameters = parameters
    inner.captures = [:]
    calls.append(InlinedCall(name: function.name.text, span: reference.span))
    let body = draft(function.syntax.body, negated: negated, in: inner)
    calls.removeLast()
    return body
  }

  private mutating func argument(
    _ term: Term, for parameter: (name: String, declared: DeclaredType), of function: String, in scope: Scope
  ) -> Term? {
    let type = parameter.declared.type
    let purpose = "the parameter `\(parameter.name)` of `fn \(function)` is \(type.phrase)"
    switch term {
    case .reading(let reading):
      guard reading.occurrence != .list else {
        fail(
          .listHeader, at: reading.span, "`\(reading.text)` may have several values and cannot be passed to a `fn`",
          help: "write the test here, with `any` or `all`")
        return nil
      }
      guard !reading.isOnlyPresent, reading.type == type else {
        fail(.typeMismatch, at: reading.span, "`\(reading.text)` is \(reading.typeName)", notes: [purpose])
        return nil
      }
      return term
    case .data(_, let member, let span):
      guard type == .set(member) else {
        fail(.typeMismatch, at: span, "the data set holds \(member.name)", notes: [purpose])
        return nil
      }
      return term
    case .literal, .constant, .word:
      return constant(term, as: type, because: purpose, in: scope).map { .constant($0, term.span) }
    }
  }
}

extension Type {
  fileprivate var canBeParameter: Bool {
    switch self {
    case .set(let member): member.canBeParameter
    case .bool, .int, .string, .time, .date, .weekday, .ip, .network, .host, .path, .pathPattern, .method, .status,
      .identity:
      true
    case .duration, .size, .percent, .rate, .destination, .regex: false
    }
  }
}
