import WeirPolicy
import WeirSource
import WeirSyntax

/// What a test asks of the value it reads, by the type of that value.
extension ExpressionChecker {
  typealias Asked = (predicate: Predicate, other: Reading?)

  mutating func predicate(_ predicate: Comparison.Predicate, of reading: Reading, in scope: Scope) -> Asked? {
    let asked: Asked?
    switch predicate {
    case .isPresent, .isAbsent: asked = nil
    case .is(let operand): asked = equality(operand, of: reading, in: scope)
    case .in(let operand): asked = membership(operand, of: reading, in: scope)
    case .has(let operand): asked = member(operand, of: reading, in: scope)
    case .matches(let operand): asked = match(operand, of: reading, in: scope).map { ($0, nil) }
    case .under(let operand): asked = prefix(operand, of: reading, in: scope).map { ($0, nil) }
    }
    guard let (question, other) = asked else { return nil }
    if let other, other.attribute == reading.attribute, !reading.isStandIn {
      fail(.nothingRead, at: other.span, "`\(reading.text)` is compared with itself")
      return nil
    }
    guard checkPossible(question, of: reading, at: predicate.operandSpan ?? reading.span) else { return nil }
    return (reading.attribute == .path ? question.seen(through: scope.context.pathView) : question, other)
  }

  // MARK: - is

  private mutating func equality(_ operand: Operand, of reading: Reading, in scope: Scope) -> Asked? {
    if case .set = reading.type {
      fail(
        .wrongTest, at: operand.span, "`\(reading.text)` is a set, it is not compared as a whole",
        help: "ask for a member: `\(reading.text) has …`")
      return nil
    }
    guard let term = term(operand, in: scope) else { return nil }
    switch term {
    case .reading(let other):
      guard let other = comparable(other, with: reading.type, because: reading.purpose) else { return nil }
      return (.equalsAttribute(other.attribute), other)
    case .constant(let constant, let span):
      if case .set = constant.type { return useMembership(span) }
      if reading.type == .ip, constant.type == .network { return useMembership(span) }
    case .literal(.set(_, let span)), .literal(.range(_, _, let span)), .data(_, _, let span):
      return useMembership(span)
    case .literal(.string(let text, let span)):
      if reading.type == .ip, text.utf8.contains(UInt8(ascii: "/")) { return useMembership(span) }
      if reading.type == .path || reading.type == .identity, text.utf8.contains(UInt8(ascii: "{")) {
        return usePattern(reading, span)
      }
    case .literal(.regex(_, let span)):
      return usePattern(reading, span)
    case .literal, .word: break
    }
    guard let constant = constant(term, as: reading.type, because: reading.purpose, in: scope) else { return nil }
    return constant.equality.map { ($0, nil) }
  }

  private mutating func useMembership(_ span: SourceSpan) -> Asked? {
    fail(
      .wrongTest, at: span, "`is` compares with one value, this holds several",
      help: "membership is `in`: `… in \(program.sources.text(of: span))`")
    return nil
  }

  private mutating func usePattern(_ reading: Reading, _ span: SourceSpan) -> Asked? {
    fail(
      .wrongTest, at: span, "`is` compares with one value, this is a pattern",
      help: "write `\(reading.text) matches \(program.sources.text(of: span))`")
    return nil
  }

  /// The other side of a comparison of two attributes.
  private mutating func comparable(
    _ other: Reading, with type: Type, because purpose: @autoclosure () -> String
  ) -> Reading? {
    guard other.occurrence != .list else {
      fail(
        .listHeader, at: other.span, "`\(other.text)` may have several values",
        help: "put it first, with `any` or `all`")
      return nil
    }
    guard !other.isOnlyPresent, other.type == type else {
      var help: String?
      if other.type == .set(type) { help = "membership is `in`: `… in \(other.text)`" }
      fail(.typeMismatch, at: other.span, "`\(other.text)` is \(other.typeName)", notes: [purpose()], help: help)
      return nil
    }
    return other
  }

  // MARK: - in

  private mutating func membership(_ operand: Operand, of reading: Reading, in scope: Scope) -> Asked? {
    if case .set = reading.type {
      fail(
        .wrongTest, at: operand.span, "`\(reading.text)` is a set itself",
        help: "ask for a member: `\(reading.text) has …`")
      return nil
    }
    guard reading.type != .bool else {
      fail(.wrongTest, at: operand.span, "`\(reading.text)` is a Bool: write `is true` or `is not true`")
      return nil
    }
    guard let term = term(operand, in: scope) else { return nil }
    switch term {
    case .reading(let other):
      if other.isStandIn, reading.type == .ip, other.type == .set(.network) {
        return (.isInAttribute(other.attribute), other)
      }
      if other.type == reading.type, other.occurrence != .list {
        fail(
          .wrongTest, at: other.span, "`\(other.text)` is one value, not a set", help: "equality is `is`")
        return nil
      }
      return comparable(other, with: .set(reading.type), because: reading.purpose)
        .map { (.isInAttribute($0.attribute), $0) }
    case .data(let index, let member, let span):
      guard member == reading.type else {
        fail(.typeMismatch, at: span, "the data set holds \(member.name)", notes: [reading.purpose])
        return nil
      }
      guard reading.type != .path || scope.context.pathView == .exact else {
        fail(
          .wrongTest, at: span, "the paths of a data set are compared letter by letter, and this service folds paths",
          notes: ["`paths case_insensitive` and `trailing_slash ignored` fold what rules say, and data comes later"],
          help: "name the paths in the policy")
        return nil
      }
      return (.isInData(index), nil)
    case .constant(let constant, let span):
      if case .set(let set) = constant.payload {
        let isAddressInNetworks = reading.type == .ip && constant.type == .set(.network)
        let isStatusInInts = reading.type == .status && constant.type == .set(.int)
        guard constant.type == .set(reading.type) || isAddressInNetworks || isStatusInInts else {
          _ = mismatch(term, .set(reading.type), reading.purpose)
          return nil
        }
        return (set.membership, nil)
      }
      if reading.type == .ip, case .network(let network) = constant.payload { return (.isInNetworks([network]), nil) }
      return useEquality(reading, span)
    case .literal(.set), .literal(.range):
      guard let constant = constant(term, as: .set(reading.type), because: reading.purpose, in: scope),
        case .set(let set) = constant.payload
      else { return nil }
      return (set.membership, nil)
    case .literal(.string(let text, let span)) where reading.type == .ip && text.utf8.contains(UInt8(ascii: "/")):
      return network(Spanned(text, span)).map { (.isInNetworks([$0]), nil) }
    case .literal(let literal): return useEquality(reading, literal.span)
    case .word(let name): return useEquality(reading, name.span)
    }
  }

  private mutating func useEquality(_ reading: Reading, _ span: SourceSpan) -> Asked? {
    fail(
      .wrongTest, at: span, "`in` asks for membership, this is one value",
      help: "equality is `is`: `\(reading.text) is \(program.sources.text(of: span))`")
    return nil
  }

  // MARK: - has, matches, under

  private mutating func member(_ operand: Operand, of reading: Reading, in scope: Scope) -> Asked? {
    guard case .set(let member) = reading.type else {
      fail(
        .wrongTest, at: operand.span, "`has` asks a set for a member, and `\(reading.text)` is \(reading.typeName)",
        help: "equality is `is`")
      return nil
    }
    guard let term = term(operand, in: scope) else { return nil }
    let purpose = "the members of `\(reading.text)` are \(member.name)"
    if case .reading(let other) = term {
      return comparable(other, with: member, because: purpose).map { (.hasAttribute($0.attribute), $0) }
    }
    guard let constant = constant(term, as: member, because: purpose, in: scope) else { return nil }
    switch constant.payload {
    case .value(let value): return (.has(value), nil)
    case .identities(let set):
      return set.exact.count == 1 && set.patterns.isEmpty ? (.has(.string(set.exact[0])), nil) : nil
    case .network, .pattern, .set, .destination, .quantity: return nil
    }
  }

  private mutating func match(_ operand: Operand, of reading: Reading, in scope: Scope) -> Predicate? {
    guard let term = term(operand, in: scope) else { return nil }
    switch (term, reading.type) {
    case (.literal(.regex(let source, let span)), .path), (.literal(.regex(let source, let span)), .string),
      (.literal(.regex(let source, let span)), .host):
      return regex(source, at: span).map { .matchesRegex($0) }
    case (.literal(.string(let text, let span)), .path):
      return pathPattern(Spanned(text, span)).map { .matches($0) }
    case (.literal(.string(let text, let span)), .identity):
      return identityPattern(Spanned(text, span)).map { .matches($0) }
    case (.constant(let constant, _), .path):
      if case .pattern(let pattern) = constant.payload { return .matches(pattern) }
    case (.reading(let other), .path) where other.isStandIn && other.type == .pathPattern:
      return .matches(SegmentPattern(prefix: "", segments: [], rest: .any(name: nil), text: ""))
    case (.reading(let other), _):
      fail(
        .notConstant, at: other.span, "a pattern is a constant of the policy, `\(other.text)` is not",
        notes: ["two attributes are compared by `is`"])
      return nil
    case (.constant, _), (.data, _), (.word, _), (.literal, _): break
    }
    let expected: String
    switch reading.type {
    case .path: expected = "a pattern in quotes or a regex"
    case .identity: expected = "a pattern of an identity in quotes"
    case .string, .host: expected = "a regex: `matches re\"…\"`"
    case .bool, .int, .duration, .size, .percent, .rate, .time, .date, .weekday, .ip, .network, .pathPattern, .method,
      .status, .destination, .regex, .set:
      fail(
        .wrongTest, at: operand.span, "`\(reading.text)` is \(reading.typeName), which is not matched with patterns",
        help: "compare it with `is` or `in`")
      return nil
    }
    fail(
      .wrongTest, at: operand.span, "`\(reading.text)` is matched with \(expected)", notes: ["this is \(term.typeName)"]
    )
    return nil
  }

  private mutating func prefix(_ operand: Operand, of reading: Reading, in scope: Scope) -> Predicate? {
    guard reading.type == .path else {
      fail(
        .wrongTest, at: operand.span, "`under` is for paths, and `\(reading.text)` is \(reading.typeName)")
      return nil
    }
    guard let term = term(operand, in: scope) else { return nil }
    switch term {
    case .literal(.string(let text, let span)):
      return pathPrefix(Spanned(text, span), as: .exact).map { .isUnder($0) }
    case .reading(let other) where other.isStandIn && other.type == .path:
      return .isUnder("/")
    case .constant, .reading, .data, .word, .literal:
      guard let constant = constant(term, as: .path, because: reading.purpose, in: scope),
        case .value(.string(let path)) = constant.payload
      else { return nil }
      guard path == "/" || path.utf8.last != UInt8(ascii: "/") else {
        fail(.badPath, at: term.span, "`under` takes a path without a final slash, this one is `\(path)`")
        return nil
      }
      return .isUnder(path)
    }
  }
}

extension Reading {
  /// Why a constant has to have its type, for messages.
  fileprivate var purpose: String { "`\(text)` is \(typeName)" }

  /// Stands for a parameter where a `fn` is declared.
  var isStandIn: Bool {
    if case .capture(_, let bindings) = attribute { return bindings.isEmpty }
    return false
  }
}

extension Comparison.Predicate {
  var operandSpan: SourceSpan? {
    switch self {
    case .isPresent, .isAbsent: nil
    case .is(let operand), .in(let operand), .has(let operand), .matches(let operand), .under(let operand): operand.span
    }
  }
}

extension Constant {
  /// The test for being equal to it.
  fileprivate var equality: Predicate? {
    switch payload {
    case .value(let value): .equals(value)
    case .identities(let set): set.equality
    case .pattern(let pattern): .matches(pattern)
    case .network(let network): .isInNetworks([network])
    case .set(let set): set.membership
    case .destination, .quantity: nil
    }
  }
}

extension IdentitySet {
  /// One of them.
  fileprivate var equality: Predicate {
    if patterns.isEmpty, exact.count == 1 { return .equals(.string(exact[0])) }
    return ConstantSet(values: exact.map { .string($0) }, patterns: patterns).membership
  }
}

extension ConstantSet {
  /// The test for being in it, in the order that a policy keeps.
  var membership: Predicate {
    if !patterns.isEmpty {
      return values.isEmpty && patterns.count == 1
        ? .matches(patterns[0]) : .matchesAny(patterns: patterns, values: values.sortedWithoutRepetition)
    }
    if !networks.isEmpty {
      let single = values.compactMap { value -> Network? in
        if case .ip(let address) = value { return Network(address) }
        return nil
      }
      return .isInNetworks((networks + single).sortedWithoutRepetition)
    }
    if !ranges.isEmpty {
      let single = values.compactMap { value -> ClosedRange<Int64>? in
        if case .int(let number) = value { return number...number }
        return nil
      }
      return .isInRanges(merged(ranges + single))
    }
    return .isIn(values.sortedWithoutRepetition)
  }

  /// Overlapping and neighbouring ranges become one.
  private func merged(_ ranges: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
    var result: [ClosedRange<Int64>] = []
    for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
      if let last = result.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}

extension Array where Element: Comparable {
  fileprivate var sortedWithoutRepetition: [Element] {
    var result: [Element] = []
    for element in sorted() where result.last != element { result.append(element) }
    return result
  }
}

extension Predicate {
  /// The same for paths as a service with that view sees them.
  fileprivate func seen(through view: PathView) -> Predicate {
    guard view != .exact else { return self }
    func fold(_ value: Value) -> Value {
      if case .string(let path) = value { return .string(view.apply(to: path)) }
      return value
    }
    switch self {
    case .equals(let value): return .equals(fold(value))
    case .isIn(let values): return .isIn(values.map(fold).sortedWithoutRepetition)
    case .isUnder(let path): return .isUnder(view.apply(to: path))
    case .matches(let pattern): return .matches(view.apply(to: pattern))
    case .matchesAny(let patterns, let values):
      return .matchesAny(
        patterns: patterns.map { view.apply(to: $0) }, values: values.map(fold).sortedWithoutRepetition)
    case .isPresent, .isInRanges, .isInNetworks, .matchesRegex, .equalsAttribute, .isInAttribute, .isInData, .has,
      .hasAttribute:
      return self
    }
  }
}
