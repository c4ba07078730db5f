import WeirPolicy
import WeirSource
import WeirSyntax

/// From the words of an operand to what they stand for.
extension ExpressionChecker {
  /// `nil` after an error.
  mutating func term(_ operand: Operand, in scope: Scope) -> Term? {
    switch operand {
    case .missing: nil
    case .reference(let reference): term(reference, in: scope)
    case .string, .regex, .int, .bool, .duration, .size, .percent, .rate, .time, .date, .range, .set: .literal(operand)
    }
  }

  private mutating func term(_ reference: Reference, in scope: Scope) -> Term? {
    guard case .name(let first) = reference.parts.first else { return nil }
    if let parameters = scope.parameters, let parameter = parameters[first.text] {
      guard reference.parts.count == 1, reference.arguments == nil else {
        fail(
          .impureFunction, at: reference.span, "the parameter `\(first.text)` has no parts",
          help: "pass what is needed as another parameter")
        return nil
      }
      usedParameters.insert(first.text)
      return parameter.term
    }
    if reference.parts.count == 1, reference.arguments == nil, let initial = first.text.utf8.first,
      (0x41...0x5A).contains(initial)
    {
      return .word(first)
    }
    if let root = AttributeRoot(rawValue: first.text) {
      guard scope.parameters == nil || root == .capture else {
        fail(
          .impureFunction, at: reference.span, "a `fn` reads its parameters alone, not `\(first.text)`",
          help: "add a parameter and pass the attribute where it is called")
        return nil
      }
      return reading(reference, root, in: scope).map { .reading($0) }
    }
    guard let (symbol, count) = symbol(reference, first, in: scope) else { return nil }
    if reference.arguments != nil {
      if case .function = symbol {
        fail(
          .bareValue, at: reference.span, "a call of `\(first.text)` is a condition, it has no value to compare",
          notes: ["a `fn` gives true or false and stands alone: `http.is_probe(request.path)`"])
      } else {
        reportWrongKind(first, symbol, expected: "a `fn`")
      }
      return nil
    }
    return term(symbol, reference, used: count, in: scope)
  }

  /// The symbol at the front of a reference and how many parts name it.
  mutating func symbol(_ reference: Reference, _ first: Name, in scope: Scope) -> (Symbol, Int)? {
    if program.lookup(first.text, in: scope.module) == nil, scope.parameters == nil,
      program.modulesDeclaring(first.text, except: scope.module).isEmpty,
      let root = Spelling.suggestion(for: first.text, among: AttributeRoot.allCases.map(\.rawValue))
    {
      fail(
        .unknownAttribute, at: first.span, "`\(first.text)` is not known in module `\(scope.module)`",
        help: "did you mean `\(root)`?", fix: .init(first.span, root))
      return nil
    }
    guard let symbol = resolve(first, in: scope.module) else { return nil }
    guard case .module(let module) = symbol else { return (symbol, 1) }
    guard reference.parts.count >= 2, case .name(let name) = reference.parts[1] else {
      reportWrongKind(first, symbol, expected: "a value")
      return nil
    }
    guard let member = member(name, of: module, from: scope.module) else { return nil }
    return (member, 2)
  }

  private mutating func term(_ symbol: Symbol, _ reference: Reference, used: Int, in scope: Scope) -> Term? {
    let span = reference.span
    guard case .name(let name) = reference.parts[used - 1] else { return nil }
    let text = reference.text
    switch symbol {
    case .service(let index):
      if reference.parts.count == used + 1, case .name(let subset) = reference.parts[used] {
        let destination = DestinationSyntax(service: name, subset: subset, span: span)
        return self.destination(destination, service: index)
          .map { .constant(Constant(type: .destination, payload: .destination($0)), span) }
      }
      guard requireNoParts(reference, used) else { return nil }
      let service = program.policy.services[index]
      return identities(IdentitySet(exact: service.identities), of: "service `\(text)`", span)
    case .gateway(let index):
      guard requireNoParts(reference, used) else { return nil }
      let gateway = program.policy.gateways[index]
      return identities(IdentitySet(exact: gateway.identity.map { [$0] } ?? []), of: "gateway `\(text)`", span)
    case .principal(let index):
      guard requireNoParts(reference, used) else { return nil }
      var set = IdentitySet()
      for pattern in program.policy.principals[index].identities {
        if pattern.isExact { set.exact.append(pattern.text) } else { set.patterns.append(pattern.anonymous) }
      }
      return identities(set, of: "principal `\(text)`", span)
    case .dataSet(let index):
      guard requireNoParts(reference, used), !program.brokenDataSets.contains(index) else { return nil }
      return .data(index, Type(program.policy.dataSets[index].member), span)
    case .let(let index):
      guard requireNoParts(reference, used), let constant = constant(ofLet: index, at: span) else { return nil }
      return .constant(constant, span)
    case .function:
      fail(
        .bareValue, at: span, "`\(text)` is a function and is called with its arguments in parentheses",
        help: "write `\(text)(…)`")
      return nil
    case .mesh, .token, .retry, .headers, .routes, .limit, .module:
      reportWrongKind(name, symbol, expected: "a value")
      return nil
    }
  }

  private mutating func identities(_ set: IdentitySet, of what: String, _ span: SourceSpan) -> Term? {
    guard !set.exact.isEmpty || !set.patterns.isEmpty else {
      fail(
        .callerWithoutIdentity, at: span, "\(what) has no identity, so it is never the caller",
        help: "give it an `identity \"spiffe://…\"`")
      return nil
    }
    return .constant(Constant(type: .identity, payload: .identities(set)), span)
  }

  private mutating func requireNoParts(_ reference: Reference, _ used: Int) -> Bool {
    guard reference.parts.count > used else { return true }
    fail(.unknownAttribute, at: reference.span, "`\(reference.text(parts: used))` has no parts")
    return false
  }

  // MARK: - Destinations

  mutating func destination(_ syntax: DestinationSyntax, service: Int) -> Destination? {
    guard let subset = syntax.subset else { return Destination(service: service, subset: nil) }
    let declared = program.policy.services[service]
    guard declared.subsets.contains(where: { $0.name == subset.text }) else {
      let known = declared.subsets.map(\.name).sorted()
      reportUnknown(subset, "service `\(declared.name)` has no subset `\(subset.text)`", among: known)
      return nil
    }
    return Destination(service: service, subset: subset.text)
  }
}

extension Reference {
  /// As it is written.
  var text: String { text(parts: parts.count) }

  func text(parts count: Int) -> String {
    parts.prefix(count).enumerated().map { index, part in
      switch part {
      case .name(let name): index == 0 ? name.text : ".\(name.text)"
      case .key(let key, _): "[\"\(key)\"]"
      }
    }.joined()
  }
}
