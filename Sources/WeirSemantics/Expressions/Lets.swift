import WeirPolicy
import WeirSource
import WeirSyntax

/// `let` declarations and types as they are written.
extension ExpressionChecker {
  /// The value of a `let`; `nil` after an error, which is reported once, where it is declared.
  mutating func constant(ofLet index: Int, at use: SourceSpan) -> Constant? {
    switch constants[index] {
    case .done(let constant): return constant
    case .broken: return nil
    case .inProgress:
      fail(
        .recursion, at: use, "`\(program.lets[index].name.text)` is defined by itself",
        labels: [.init(program.lets[index].name.span, "defined here")])
      return nil
    case nil:
      constants[index] = .inProgress
      // A constant may be met while a call is inlined; what is wrong with it is not about the call.
      let outer = calls
      calls = []
      let constant = value(of: program.lets[index])
      calls = outer
      constants[index] = constant.map { .done($0) } ?? .broken
      return constant
    }
  }

  private mutating func value(of declared: Declared<LetDeclaration>) -> Constant? {
    let scope = Scope(.declaration(in: declared.module, named: "let \(declared.name.text)"))
    let syntax = declared.syntax
    guard let written = syntax.type else { return inferred(syntax.value, name: declared.name, in: scope) }
    guard let type = constantType(written) else { return nil }
    let purpose = "`\(declared.name.text)` is declared as \(type.phrase)"
    if type == .destination { return destinationConstant(syntax.value, because: purpose, in: scope) }
    guard let term = term(syntax.value, in: scope) else { return nil }
    return constant(term, as: type, because: purpose, in: scope)
  }

  /// The type that may be left out.
  private mutating func inferred(_ value: Operand, name: Name, in scope: Scope) -> Constant? {
    guard let type = value.evidentType else {
      switch value {
      case .missing: return nil
      case .set(let elements, _) where elements.isEmpty:
        return constant(.literal(value), as: .set(.string), because: "", in: scope)
      case .reference:
        // Another name for a constant has its type.
        guard let term = term(value, in: scope) else { return nil }
        if case .constant(let constant, _) = term, constant.type != .identity, constant.type != .destination {
          return constant
        }
      case .string, .regex, .int, .bool, .duration, .size, .percent, .rate, .time, .date, .range, .set: break
      }
      fail(
        .typeNeeded, at: name.span, "`\(name.text)` needs its type",
        notes: ["the type is left out for strings, numbers and durations alone"],
        help: "write `let \(name.text): TYPE = …`")
      return nil
    }
    return constant(.literal(value), as: type, because: "`\(name.text)` holds \(type.phrase)", in: scope)
  }

  private mutating func destinationConstant(_ value: Operand, because purpose: String, in scope: Scope) -> Constant? {
    guard case .reference(let reference) = value, reference.arguments == nil,
      case .name(let service) = reference.parts.first, reference.parts.count <= 2
    else {
      guard let term = term(value, in: scope) else { return nil }
      return mismatch(term, .destination, purpose)
    }
    var subset: Name?
    if reference.parts.count == 2 {
      guard case .name(let name) = reference.parts[1] else { return nil }
      subset = name
    }
    let syntax = DestinationSyntax(service: service, subset: subset, span: reference.span)
    return destination(syntax, in: scope.module).map { Constant(type: .destination, payload: .destination($0)) }
  }

  // MARK: - Types

  /// A type as it is written.
  mutating func type(_ written: TypeName) -> DeclaredType? {
    let name = written.name.text
    if name == "Set" {
      guard written.arguments.count == 1, let member = type(written.arguments[0]) else {
        if written.arguments.isEmpty {
          fail(.unknownType, at: written.span, "`Set` needs the type of its members", help: "write `Set<String>`")
        }
        return nil
      }
      guard !member.isOptional, member.type.canBeMember else {
        fail(
          .unknownType, at: written.arguments[0].span, "a set cannot hold \(written.arguments[0].text)",
          notes: ["members are of one of \(Type.named.filter(\.canBeMember).map(\.name).joined(separator: ", "))"])
        return nil
      }
      return DeclaredType(type: .set(member.type), isOptional: written.isOptional)
    }
    guard let type = Type.named.first(where: { $0.name == name }) else {
      if name == "Regex" {
        fail(
          .unknownType, at: written.span, "a regex stands only where it is used",
          notes: ["regexes are literals: `matches re\"…\"`"])
        return nil
      }
      let known = Type.named.map(\.name) + ["Set"]
      let suggestion = Spelling.suggestion(for: name, among: known)
      fail(
        .unknownType, at: written.name.span, "there is no type `\(name)`",
        notes: ["the types are \(known.sorted().joined(separator: ", "))"],
        help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion.map { .init(written.name.span, $0) })
      return nil
    }
    guard written.arguments.isEmpty else {
      fail(
        .unknownType, at: written.span, "`\(name)` has no members to give the type of", help: "write `Set<\(name)>`?")
      return nil
    }
    return DeclaredType(type: type, isOptional: written.isOptional)
  }

  /// The type of a constant: never optional.
  private mutating func constantType(_ written: TypeName) -> Type? {
    guard let declared = type(written) else { return nil }
    guard !declared.isOptional else {
      fail(
        .unknownType, at: written.span, "a constant is always there",
        fix: .init(SourceSpan(file: written.span.file, start: written.span.end - 1, end: written.span.end), ""))
      return nil
    }
    return declared.type
  }
}

extension Type {
  /// Every type that has a name of its own in the language.
  static let named: [Type] = [
    .bool, .int, .string, .duration, .size, .percent, .rate, .time, .date, .weekday, .ip, .network, .host, .path,
    .pathPattern, .method, .status, .identity, .destination,
  ]

  var canBeMember: Bool {
    switch self {
    case .int, .string, .time, .date, .weekday, .ip, .network, .host, .path, .method, .status, .identity: true
    case .bool, .duration, .size, .percent, .rate, .pathPattern, .destination, .regex, .set: false
    }
  }
}

extension TypeName {
  fileprivate var text: String {
    name.text + (arguments.isEmpty ? "" : "<\(arguments.map(\.text).joined(separator: ", "))>")
      + (isOptional ? "?" : "")
  }
}

extension Operand {
  /// The type that a literal has by itself; `nil` when its type must be said.
  fileprivate var evidentType: Type? {
    switch self {
    case .string: .string
    case .int: .int
    case .bool: .bool
    case .duration: .duration
    case .size: .size
    case .percent: .percent
    case .rate: .rate
    case .time: .time
    case .date: .date
    case .range(let low, _, _): low.evidentType.map { .set($0) }
    case .set(let elements, _):
      elements.first?.evidentType.flatMap { type in
        if case .set = type { return type }
        return .set(type)
      }
    case .regex, .reference, .missing: nil
    }
  }
}

extension ExpressionContext {
  /// Where a `let` or a `fn` is declared: nothing of a request is there.
  static func declaration(in module: String, named name: String) -> ExpressionContext {
    ExpressionContext(
      module: module, use: .value, layer: .http, callerIsOptional: false, token: nil, pathView: .exact, scopeName: name)
  }
}
