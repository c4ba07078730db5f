import WeirPolicy

/// What finished conditions bind and read.
extension ExpressionChecker {
  /// The captures that a template may use after `condition` was true: those that every way to make it true binds, and
  /// `rest` after `under`.
  static func bindings(of condition: Condition) -> [String: [CaptureBinding]] {
    var bindings = bindings(of: condition, negated: false)
    // A name of the author's comes before the implied one.
    if bindings.named["rest"] == nil, let rest = bindings.rest { bindings.named["rest"] = rest }
    return bindings.named
  }

  private typealias Bound = (named: [String: [CaptureBinding]], rest: [CaptureBinding]?)

  private static func bindings(of condition: Condition, negated: Bool) -> Bound {
    switch condition {
    case .constant: return ([:], nil)
    case .not(let inner): return bindings(of: inner, negated: !negated)
    case .and(let operands): return combine(operands, negated: negated, isAll: !negated)
    case .or(let operands): return combine(operands, negated: negated, isAll: negated)
    case .test(let test):
      // With `else`, an absent caller could make the test true and bind nothing.
      guard test.quantifier == nil, test.isNegated == negated, test.whenAbsent == negated || test.attribute == .path
      else { return ([:], nil) }
      switch test.predicate {
      case .matches(let pattern):
        let named = pattern.bindings(pattern.prefix.isEmpty ? .path : .caller)
        return (Dictionary(named.map { ($0.name, [$0.binding]) }, uniquingKeysWith: { first, _ in first }), nil)
      case .isUnder(let path):
        let segments = path == "/" ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let pattern = SegmentPattern(
          prefix: "", segments: segments.map { .literal(String($0)) }, rest: .any(name: "rest"), text: path)
        return ([:], [CaptureBinding(source: .path, pattern: pattern, piece: .rest)])
      case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .matchesAny, .matchesRegex, .equalsAttribute,
        .isInAttribute, .isInData, .has, .hasAttribute:
        return ([:], nil)
      }
    }
  }

  private static func combine(_ operands: [Condition], negated: Bool, isAll: Bool) -> Bound {
    let parts = operands.map { bindings(of: $0, negated: negated) }
    guard var result = parts.first else { return ([:], nil) }
    for part in parts.dropFirst() {
      if isAll {
        result.named.merge(part.named) { first, _ in first }
        result.rest = result.rest ?? part.rest
      } else {
        let rests = [result.named["rest"] ?? result.rest, part.named["rest"] ?? part.rest].compactMap { $0 }
        result.rest = rests.count == 2 ? rests[0] + rests[1] : nil
        result.named = result.named.filter { part.named[$0.key] != nil }
        for (name, bindings) in part.named where result.named[name] != nil { result.named[name]? += bindings }
      }
    }
    return result
  }

  /// Single-valued attributes (`query`, `header`, `cookie` without `any` or `all`) that conditions and values read; sorted
  /// by kind and name, without repetition.
  static func singleReads(of conditions: [Condition], and values: [Attribute] = []) -> [Attribute] {
    var found = Set(values.filter { $0.singleReadOrder != nil })
    func visit(_ condition: Condition) {
      switch condition {
      case .constant: return
      case .and(let operands), .or(let operands): operands.forEach(visit)
      case .not(let operand): visit(operand)
      case .test(let test):
        if test.quantifier == nil, test.attribute.singleReadOrder != nil { found.insert(test.attribute) }
        if let other = test.predicate.otherAttribute, other.singleReadOrder != nil { found.insert(other) }
      }
    }
    conditions.forEach(visit)
    return found.sorted { left, right in
      guard let first = left.singleReadOrder, let second = right.singleReadOrder else { return false }
      return first.kind != second.kind
        ? first.kind < second.kind : first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
  }
}

extension Attribute {
  /// The place among single reads: queries, headers, cookies, each by name; `nil` for what cannot be repeated.
  fileprivate var singleReadOrder: (kind: Int, name: String)? {
    switch self {
    case .query(let name): (0, name)
    case .header(let name): (1, name)
    case .cookie(let name): (2, name)
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
      .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseStatus, .responseHeader:
      nil
    }
  }
}
