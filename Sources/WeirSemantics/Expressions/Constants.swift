import WeirPolicy
import WeirSource
import WeirSyntax

/// Constants take their type from what they are compared with or declared as.
extension ExpressionChecker {
  /// `term` as a constant of `type`; `purpose` ends the headline of a mismatch: `` `request.port` is an Int``.
  mutating func constant(
    _ term: Term, as type: Type, because purpose: @autoclosure () -> String, in scope: Scope
  ) -> Constant? {
    switch term {
    case .reading(let reading):
      fail(
        .notConstant, at: reading.span, "`\(reading.text)` is read from the request, a constant is expected here")
      return nil
    case .data(_, _, let span):
      fail(.typeMismatch, at: span, "a data set stands where \(type.phrase) is expected", notes: [purpose()])
      return nil
    case .constant(let constant, let span):
      if constant.type == type { return constant }
      if type == .status, constant.type == .int, case .value(.int(let number)) = constant.payload {
        return scalar(.int(number, span), as: type, because: purpose())
      }
      return mismatch(term, type, purpose())
    case .word(let name):
      return word(name, as: type, because: purpose())
    case .literal(let operand):
      switch (operand, type) {
      case (.set(let elements, let span), .set(let member)):
        return set(elements, of: member, at: span, because: purpose(), in: scope)
          .map { Constant(type: type, payload: .set($0)) }
      case (.range(let low, let high, _), .set(let member)):
        guard let range = range(low, high, of: member, because: purpose()) else { return nil }
        return Constant(type: type, payload: .set(ConstantSet(ranges: [range])))
      case (.set, _), (.range, _), (.regex, _), (.missing, _), (.reference, _):
        return mismatch(term, type, purpose())
      case (.string, _), (.int, _), (.bool, _), (.duration, _), (.size, _), (.percent, _), (.rate, _), (.time, _),
        (.date, _):
        return scalar(operand, as: type, because: purpose())
      }
    }
  }

  mutating func mismatch(_ term: Term, _ type: Type, _ purpose: String) -> Constant? {
    var help: String?
    if case .constant(let constant, let span) = term, constant.type.isMadeOfStrings, type.isWrittenAsString {
      help = "declare `\(program.sources.text(of: span))` with its type: `: \(type.name)`"
    }
    fail(
      .typeMismatch, at: term.span, "\(term.typeName) stands where \(type.phrase) is expected", notes: [purpose],
      help: help)
    return nil
  }

  private mutating func word(
    _ name: Name, as type: Type, because purpose: @autoclosure () -> String
  ) -> Constant? {
    switch type {
    case .method:
      if Methods.names.contains(name.text) { return Constant(type: type, payload: .value(.string(name.text))) }
      let suggestion = Spelling.suggestion(for: name.text, among: Methods.names)
      fail(
        .valueNeverOccurs, at: name.span, "`\(name.text)` is no method of RFC 9110",
        help: suggestion.map { "did you mean `\($0)`?" }
          ?? "a method of another kind is written in quotes: \"\(name.text)\"",
        fix: .init(name.span, suggestion ?? "\"\(name.text)\""))
      return nil
    case .weekday:
      if let number = Weekdays.number(of: name.text) { return Constant(type: type, payload: .value(.int(number))) }
      let suggestion =
        Spelling.suggestion(for: name.text, among: Weekdays.names)
        ?? Weekdays.names.first { name.text.hasPrefix($0) }
      fail(
        .valueNeverOccurs, at: name.span, "`\(name.text)` is no day of the week",
        notes: ["the days are \(Weekdays.names.joined(separator: ", "))"],
        help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion.map { .init(name.span, $0) })
      return nil
    case .bool, .int, .string, .duration, .size, .percent, .rate, .time, .date, .ip, .network, .host, .path,
      .pathPattern, .status, .identity, .destination, .regex, .set:
      if Methods.names.contains(name.text) || Weekdays.number(of: name.text) != nil {
        return mismatch(.word(name), type, purpose())
      }
      fail(
        .typeMismatch, at: name.span, "`\(name.text)` means nothing here", notes: [purpose()],
        help: type.isWrittenAsString ? "write it in quotes: \"\(name.text)\"" : nil)
      return nil
    }
  }

  /// A literal that is no set and no range.
  private mutating func scalar(
    _ operand: Operand, as type: Type, because purpose: @autoclosure () -> String
  ) -> Constant? {
    func value(_ value: Value) -> Constant { Constant(type: type, payload: .value(value)) }
    let span = operand.span
    switch (type, operand) {
    case (.string, .string(let text, _)): return value(.string(text))
    case (.host, .string(let text, _)): return host(Spanned(text, span)).map { value(.string($0)) }
    case (.path, .string(let text, _)): return canonicalPath(Spanned(text, span)).map { value(.string($0)) }
    case (.pathPattern, .string(let text, _)):
      return pathPattern(Spanned(text, span)).map { Constant(type: type, payload: .pattern($0)) }
    case (.method, .string(let text, _)): return method(Spanned(text, span)).map { value(.string($0)) }
    case (.identity, .string(let text, _)):
      return identity(Spanned(text, span))
        .map { Constant(type: type, payload: .identities(IdentitySet(exact: [$0]))) }
    case (.ip, .string(let text, _)): return address(Spanned(text, span)).map { value(.ip($0)) }
    case (.network, .string(let text, _)):
      return network(Spanned(text, span)).map { Constant(type: type, payload: .network($0)) }
    case (.int, .int(let number, _)), (.time, .time(let number, _)), (.date, .date(let number, _)):
      return value(.int(number))
    case (.status, .int(let number, _)):
      guard (100...599).contains(number) else {
        fail(
          .valueNeverOccurs, at: span, "there is no status \(number)", notes: ["statuses are 100 to 599 (RFC 9110 15)"])
        return nil
      }
      return value(.int(number))
    case (.bool, .bool(let flag, _)): return value(.int(flag ? 1 : 0))
    case (.duration, .duration), (.size, .size), (.percent, .percent), (.rate, .rate):
      return Constant(type: type, payload: .quantity)
    default:
      return mismatch(.literal(operand), type, purpose())
    }
  }

  mutating func range(
    _ low: Operand, _ high: Operand, of member: Type, because purpose: @autoclosure () -> String
  ) -> ClosedRange<Int64>? {
    guard let lower = scalar(low, as: member, because: purpose()),
      let upper = scalar(high, as: member, because: purpose()),
      case .value(.int(let from)) = lower.payload, case .value(.int(let to)) = upper.payload, from <= to
    else { return nil }
    return from...to
  }

  /// The members of `{ … }`; a member may be a set of its own, whose members are taken.
  mutating func set(
    _ elements: [Operand], of member: Type, at span: SourceSpan, because purpose: @autoclosure () -> String,
    in scope: Scope
  ) -> ConstantSet? {
    guard !elements.isEmpty else {
      fail(.emptySet, at: span, "the set is empty", notes: ["no value is in it: the test would be constant"])
      return nil
    }
    var set = ConstantSet()
    set.values.reserveCapacity(elements.count)
    var places: [Value: SourceSpan] = [:]
    places.reserveCapacity(elements.count)
    var networkPlaces: [Network: SourceSpan] = [:]
    var isComplete = true
    for element in elements {
      guard let term = term(element, in: scope), let part = members(term, of: member, because: purpose(), in: scope)
      else {
        isComplete = false
        continue
      }
      for value in part.values {
        if let first = places.updateValue(element.span, forKey: value) { duplicate(element.span, first) }
      }
      for network in part.networks {
        if let first = networkPlaces.updateValue(element.span, forKey: network) { duplicate(element.span, first) }
      }
      set.values += part.values
      set.ranges += part.ranges
      set.networks += part.networks
      set.patterns += part.patterns
    }
    return isComplete ? set : nil
  }

  private mutating func duplicate(_ span: SourceSpan, _ first: SourceSpan) {
    fail(
      .duplicateMember, at: span, "`\(program.sources.text(of: span))` is in the set already",
      labels: [.init(first, "here first")], help: "remove it")
  }

  private mutating func members(
    _ term: Term, of member: Type, because purpose: @autoclosure () -> String, in scope: Scope
  ) -> ConstantSet? {
    if case .constant(let constant, _) = term, case .set(let inner) = constant.payload {
      guard constant.type == .set(member) else {
        _ = mismatch(term, .set(member), purpose())
        return nil
      }
      return inner
    }
    if case .literal(.range(let low, let high, _)) = term {
      return range(low, high, of: member, because: purpose()).map { ConstantSet(ranges: [$0]) }
    }
    // A network and an address may stand side by side.
    if member == .ip, case .literal(.string(let text, let span)) = term, text.utf8.contains(UInt8(ascii: "/")) {
      return network(Spanned(text, span)).map { ConstantSet(networks: [$0]) }
    }
    guard let constant = constant(term, as: member, because: purpose(), in: scope) else { return nil }
    switch constant.payload {
    case .value(let value): return ConstantSet(values: [value])
    case .network(let network): return ConstantSet(networks: [network])
    case .pattern(let pattern): return ConstantSet(patterns: [pattern])
    case .identities(let set): return ConstantSet(values: set.exact.map { .string($0) }, patterns: set.patterns)
    case .set(let set): return set
    case .destination, .quantity: return ConstantSet()
    }
  }
}

extension Type {
  /// Constants of this type are written in quotes.
  var isWrittenAsString: Bool {
    switch self {
    case .string, .ip, .network, .host, .path, .pathPattern, .identity: true
    case .set(let member): member.isWrittenAsString
    case .bool, .int, .duration, .size, .percent, .rate, .time, .date, .weekday, .method, .status, .destination, .regex:
      false
    }
  }

  var isMadeOfStrings: Bool { self == .string || self == .set(.string) }
}
