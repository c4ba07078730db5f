import WeirPolicy
import WeirSource
import WeirSyntax

/// From expressions to drafts.
extension ExpressionChecker {
  /// The whole condition after names, types and layers; `negated` when an odd number of `not` stands around it.
  mutating func draft(_ expression: Expression, negated: Bool, in scope: Scope) -> Draft? {
    // What is beyond the limit is not looked at: the calls of a small text can stand for more tests than fit anywhere.
    guard testCount <= ConditionLimits.testsMax else { return nil }
    switch expression {
    case .missing: return nil
    case .parenthesized(let inner, _): return draft(inner, negated: negated, in: scope)
    case .not(let inner, _): return draft(inner, negated: !negated, in: scope)
    case .comparison(let comparison): return draft(comparison, negated: negated, in: scope)
    case .and, .or:
      let (isAll, elements) = list(expression, negated: negated)
      var inner = scope
      if isAll { bind(elements, in: &inner) }
      var operands: [Draft] = []
      for element in elements {
        if let operand = draft(element.expression, negated: element.negated, in: inner) {
          operands.append(operand)
        } else if !calls.isEmpty {
          // Said once for the call; its other branches would say it again, and there may be very many.
          return nil
        }
      }
      return operands.count == elements.count ? .list(operands, isAll: isAll) : nil
    }
  }

  private typealias Element = (expression: Expression, negated: Bool)

  /// The elements of one list, through parentheses, `not` and lists of the same kind.
  private func list(_ expression: Expression, negated: Bool) -> (isAll: Bool, [Element]) {
    let isAll: Bool
    if case .and = expression { isAll = !negated } else { isAll = negated }
    var elements: [Element] = []
    func collect(_ expression: Expression, _ negated: Bool) {
      switch expression {
      case .parenthesized(let inner, _): collect(inner, negated)
      case .not(let inner, _): collect(inner, !negated)
      case .and(let operands, _) where isAll != negated, .or(let operands, _) where isAll == negated:
        for operand in operands { collect(operand, negated) }
      case .and, .or, .comparison, .missing: elements.append((expression, negated))
      }
    }
    collect(expression, negated)
    return (isAll, elements)
  }

  /// Adds what the `matches` tests of a list of `and` bind: whatever stands beside or below them is looked at only when they
  /// hold.
  private mutating func bind(_ elements: [Element], in scope: inout Scope) {
    let outer = scope
    for element in elements {
      guard case .comparison(let comparison) = element.expression, comparison.quantifier == nil,
        comparison.isNegated == element.negated, case .matches(let operand) = comparison.predicate
      else { continue }
      // The test itself is checked with the others; here only its pattern counts.
      let (saved, count) = (diagnostics, testCount)
      let draft = draft(comparison, negated: element.negated, in: outer)
      (diagnostics, testCount) = (saved, count)
      // With `else`, an absent caller could make the test true and bind nothing.
      guard case .test(let test) = draft, case .matches(let pattern) = test.test.predicate,
        test.optionals.isEmpty || test.test.whenAbsent == test.isInverted
      else { continue }
      let source: CaptureBinding.Source = pattern.prefix.isEmpty ? .path : .caller
      for (name, binding) in pattern.bindings(source) {
        guard scope.captures[name] == nil else {
          fail(
            .captureTwice, at: operand.span, "`{\(name)}` is bound already",
            notes: ["`capture.\(name)` could mean either"], help: "give it another name")
          continue
        }
        // What a `fn` binds has no name outside of it.
        let pattern = scope.parameters == nil ? binding.pattern : binding.pattern.anonymous
        scope.captures[name] = [CaptureBinding(source: source, pattern: pattern, piece: binding.piece)]
      }
    }
  }

  // MARK: - Tests

  /// One test, or the `fn` that is called.
  private mutating func draft(_ comparison: Comparison, negated: Bool, in scope: Scope) -> Draft? {
    if case .reference(let reference) = comparison.subject, reference.arguments != nil,
      AttributeRoot(rawValue: reference.parts.first?.nameText ?? "") == nil || scope.parameters != nil
    {
      return call(reference, comparison, negated: negated, in: scope)
    }
    guard countTest(comparison) else { return nil }
    guard let predicate = comparison.predicate else { return bareValue(comparison, in: scope) }
    guard let subject = term(comparison.subject, in: scope) else { return nil }
    guard case .reading(var reading) = subject else {
      return constantSubject(subject, comparison, negated: negated, in: scope)
    }
    guard apply(comparison.zone, to: &reading), checkQuantifier(comparison, reading) else { return nil }
    switch predicate {
    case .isPresent: return presence(comparison, reading, isAbsent: false, negated: negated, in: scope)
    case .isAbsent: return presence(comparison, reading, isAbsent: true, negated: negated, in: scope)
    case .is(let operand), .in(let operand), .has(let operand), .matches(let operand), .under(let operand):
      guard !reading.isOnlyPresent else {
        fail(
          .wrongTest, at: comparison.span, "a token is present or absent; its claims can be compared",
          help: "write `token.sub`, or another claim, for `token`")
        return nil
      }
      guard let (question, other) = self.predicate(predicate, of: reading, in: scope) else { return nil }
      var optionals = reading.isOptional ? [reading] : []
      if let other, other.isOptional { optionals.append(other) }
      guard checkElse(comparison, operand, optionals, reading) else { return nil }
      let quantifier: Test.Quantifier? = comparison.quantifier.map { $0.value == .any ? .any : .all }
      let own = quantifier == nil ? comparison.isNegated : false
      // Inlined into a call, an `else` may have nothing left to say.
      let otherwise = optionals.isEmpty ? nil : comparison.otherwise
      let test = Test(
        attribute: reading.attribute, quantifier: quantifier, predicate: question,
        isNegated: comparison.isNegated, whenAbsent: otherwise?.value ?? own, hasExplicitElse: otherwise != nil,
        position: program.position(calls.first?.span ?? comparison.span))
      return finish(
        test, comparison, optionals: optionals, negated: negated,
        otherwise: otherwise.map { SourceSpan(file: $0.span.file, start: operand.span.end, end: $0.span.end) })
    }
  }

  /// Counts a test, also one that turns out to be constant: it is work all the same. False, with one report, beyond the
  /// limit.
  private mutating func countTest(_ comparison: Comparison) -> Bool {
    testCount += 1
    if testCount == ConditionLimits.testsMax + 1 {
      fail(
        .conditionTooLarge, at: calls.first?.span ?? comparison.span,
        "the condition has more than \(ConditionLimits.testsMax) tests",
        notes: ["functions are put in place of their calls before tests are counted"], help: "split the rule")
    }
    return testCount <= ConditionLimits.testsMax
  }

  private func finish(
    _ test: Test, _ comparison: Comparison, optionals: [Reading], negated: Bool, otherwise: SourceSpan?
  ) -> Draft {
    .test(
      DraftTest(
        test: test, isInverted: negated, optionals: optionals, span: comparison.span, otherwise: otherwise,
        call: calls.first))
  }

  private mutating func presence(
    _ comparison: Comparison, _ reading: Reading, isAbsent: Bool, negated: Bool, in scope: Scope
  ) -> Draft? {
    let word = isAbsent == comparison.isNegated ? "present" : "absent"
    if comparison.isNegated {
      let rest = SourceSpan(
        file: comparison.span.file, start: comparison.subject.span.end, end: comparison.span.end)
      fail(
        .secondSpelling, at: comparison.span, "presence is `is present` or `is absent`",
        fix: comparison.otherwise == nil && comparison.zone == nil ? .init(rest, " is \(word)") : nil)
      return nil
    }
    if let otherwise = comparison.otherwise {
      fail(.idleElse, at: otherwise.span, "`is \(word)` has a value for every request: `else` has nothing to say")
      return nil
    }
    guard reading.isOptional else {
      // The parameter may be absent, what is passed here may not.
      if !calls.isEmpty { return .constant(isAbsent == negated) }
      fail(
        .neverAbsent, at: comparison.span, "`\(reading.text)` is always present in \(scope.context.scopeName)",
        notes: reading.attribute == .caller || reading.attribute == .callerTrustDomain
          ? ["it takes mutual TLS: a service that says `mtls permissive` may have callers without an identity"] : [])
      return nil
    }
    let test = Test(
      attribute: reading.attribute, quantifier: reading.occurrence == .list ? .any : nil, predicate: .isPresent,
      isNegated: isAbsent, whenAbsent: isAbsent, position: program.position(calls.first?.span ?? comparison.span))
    return finish(test, comparison, optionals: [reading], negated: negated, otherwise: nil)
  }

  private mutating func call(
    _ reference: Reference, _ comparison: Comparison, negated: Bool, in scope: Scope
  ) -> Draft? {
    guard comparison.predicate == nil, comparison.quantifier == nil, comparison.zone == nil else {
      let rest = SourceSpan(file: comparison.span.file, start: reference.span.end, end: comparison.span.end)
      let isPlainTruth: Bool
      if case .is(.bool(true, _)) = comparison.predicate {
        isPlainTruth = !comparison.isNegated
      } else {
        isPlainTruth = false
      }
      fail(
        .bareValue, at: comparison.span, "`\(reference.text)(…)` is a condition and stands alone",
        help: "write `\(reference.text)(…)` or `not \(reference.text)(…)`",
        fix: isPlainTruth && comparison.quantifier == nil && comparison.otherwise == nil ? .init(rest, "") : nil)
      return nil
    }
    let body = inlined(reference, negated: negated, in: scope)
    return scope.parameters == nil ? body?.withoutCaptureNames : body
  }

  /// A value where a condition must stand.
  private mutating func bareValue(_ comparison: Comparison, in scope: Scope) -> Draft? {
    if case .bool(let value, _) = comparison.subject {
      fail(
        .bareValue, at: comparison.span, "`\(value)` is no test of a request",
        help: value ? "a rule that always holds ends in `always`" : "a rule that never holds can be left out")
      return nil
    }
    guard let subject = term(comparison.subject, in: scope) else { return nil }
    guard case .reading(let reading) = subject else {
      fail(.bareValue, at: comparison.span, "\(subject.typeName) is no condition")
      return nil
    }
    if reading.isOnlyPresent {
      fail(
        .bareValue, at: comparison.span, "`\(reading.text)` alone is no condition",
        fix: .init(comparison.span.after, " is present"))
    } else if reading.type == .bool {
      fail(
        .bareValue, at: comparison.span, "`\(reading.text)` alone is no condition",
        notes: ["equality is always written out"], fix: .init(comparison.span.after, " is true"))
    } else {
      fail(
        .bareValue, at: comparison.span, "`\(reading.text)` is \(reading.typeName), not a condition",
        help: "compare it: `is`, `in`, `matches` …, or ask whether it `is present`")
    }
    return nil
  }

  private mutating func constantSubject(
    _ subject: Term, _ comparison: Comparison, negated: Bool, in scope: Scope
  ) -> Draft? {
    switch comparison.predicate {
    case .isPresent where !calls.isEmpty && !comparison.isNegated: return .constant(!negated)
    case .isAbsent where !calls.isEmpty && !comparison.isNegated: return .constant(negated)
    case .isPresent, .isAbsent, .is, .in, .has, .matches, .under, nil: break
    }
    var help: String?
    var fix: Diagnostic.Fix?
    if calls.isEmpty, case .is(let operand) = comparison.predicate, case .reference = operand,
      comparison.quantifier == nil, comparison.otherwise == nil, let other = readingSilently(operand, in: scope)
    {
      let (left, right) = (program.sources.text(of: subject.span), program.sources.text(of: operand.span))
      help = "what is read of the request comes first: `\(other.text)`"
      fix = .init(comparison.span, "\(right) is \(comparison.isNegated ? "not " : "")\(left)")
    }
    fail(
      .nothingRead, at: comparison.span, "this test begins with a constant",
      notes: ["a test asks something of the request: its subject is an attribute"], help: help, fix: fix)
    return nil
  }

  private mutating func readingSilently(_ operand: Operand, in scope: Scope) -> Reading? {
    let saved = diagnostics
    defer { diagnostics = saved }
    guard case .reading(let reading) = term(operand, in: scope) else { return nil }
    return reading
  }
}

/// Limits of one condition.
enum ConditionLimits {
  /// Far beyond what people write; bounds what nested `fn`s can make of a small source.
  static let testsMax = 4096
}

extension Reference.Part {
  var nameText: String? {
    switch self {
    case .name(let name): name.text
    case .key: nil
    }
  }
}
