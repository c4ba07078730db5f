import WeirPolicy
import WeirVM

/// The meaning of conditions, written down as directly as possible: the oracle of these tests.
struct Model {
  let world: World

  func truth(_ condition: Condition) -> Truth {
    switch condition {
    case .constant(let isTrue): return isTrue ? .yes : .no
    case .not(let operand): return Self.not(truth(operand))
    case .and(let operands):
      let truths = operands.map(truth)
      return truths.contains(.no) ? .no : truths.contains(.undetermined) ? .undetermined : .yes
    case .or(let operands):
      let truths = operands.map(truth)
      return truths.contains(.yes) ? .yes : truths.contains(.undetermined) ? .undetermined : .no
    case .test(let test): return truth(test)
    }
  }

  static func not(_ truth: Truth) -> Truth {
    switch truth {
    case .yes: .no
    case .no: .yes
    case .undetermined: .undetermined
    }
  }

  private func truth(_ test: Test) -> Truth {
    let value = world.value(test.attribute, isRepeated: test.quantifier != nil)
    if test.predicate == .isPresent {
      switch value {
      case .absent: return test.isNegated ? .yes : .no
      case .unavailable: return .undetermined
      case .string, .int, .ip, .list: return test.isNegated ? .no : .yes
      }
    }
    let absent: Truth = test.whenAbsent ? .yes : .no
    let other = otherAttribute(test.predicate).map { world.value($0, isRepeated: false) }
    if value == .absent || other == .absent { return absent }
    if test.quantifier != nil, value == .list([]) { return absent }
    if value == .unavailable || other == .unavailable { return .undetermined }
    if let quantifier = test.quantifier, case .list(let members) = value {
      let truths = members.map { inverted(holds(test.predicate, $0, other), test.isNegated) }
      switch quantifier {
      case .any: return truths.contains(.yes) ? .yes : truths.contains(.undetermined) ? .undetermined : .no
      case .all: return truths.contains(.no) ? .no : truths.contains(.undetermined) ? .undetermined : .yes
      }
    }
    return inverted(holds(test.predicate, value, other), test.isNegated)
  }

  private func inverted(_ truth: Truth, _ isInverted: Bool) -> Truth { isInverted ? Self.not(truth) : truth }

  private func otherAttribute(_ predicate: Predicate) -> Attribute? {
    switch predicate {
    case .equalsAttribute(let other), .isInAttribute(let other), .hasAttribute(let other): other
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .isInData, .has:
      nil
    }
  }

  private func holds(_ predicate: Predicate, _ value: World.Value, _ other: World.Value?) -> Truth {
    if value == .unavailable { return .undetermined }
    switch predicate {
    case .isPresent: return .yes
    case .equals(let constant): return truth(value == Self.value(constant))
    case .isIn(let constants): return truth(constants.map(Self.value).contains(value))
    case .isInRanges(let ranges):
      guard case .int(let number) = value else { return .undetermined }
      return truth(ranges.contains { $0.contains(number) })
    case .isInNetworks(let networks):
      guard case .ip(let address) = value else { return .undetermined }
      return truth(networks.contains { $0.contains(address) })
    case .isUnder(let path):
      guard case .string(let text) = value else { return .undetermined }
      return truth(path == "/" ? text.hasPrefix("/") : text == path || text.hasPrefix(path + "/"))
    case .matches(let pattern):
      guard case .string(let text) = value else { return .undetermined }
      return truth(Self.pieces(of: text, by: pattern) != nil)
    case .matchesAny(let patterns, let values):
      guard case .string(let text) = value else { return .undetermined }
      return truth(
        values.map(Self.value).contains(value) || patterns.contains { Self.pieces(of: text, by: $0) != nil })
    case .matchesRegex(let source):
      guard case .string(let text) = value else { return .undetermined }
      return truth(Self.regexes[source]?(text) ?? false)
    case .equalsAttribute: return truth(value == other)
    case .isInAttribute:
      guard case .list(let members) = other else { return .undetermined }
      return truth(members.contains(value))
    case .hasAttribute:
      guard case .list(let members) = value, let other else { return .undetermined }
      return truth(members.contains(other))
    case .isInData(let number):
      guard let set = world.data[number], case .string(let text) = value else { return .undetermined }
      return truth(set.contains { World.Value.string($0) == .string(text) })
    case .has(let constant):
      guard case .list(let members) = value else { return .undetermined }
      return truth(members.contains(Self.value(constant)))
    }
  }

  private func truth(_ holds: Bool) -> Truth { holds ? .yes : .no }

  /// The regexes that random conditions use, said in another way.
  static let regexes: [String: @Sendable (String) -> Bool] = [
    "/v[0-9]+/.*": { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count >= 3, parts[0].isEmpty, parts[1].hasPrefix("v") else { return false }
      let digits = parts[1].dropFirst()
      return !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    },
    "a*b?": { text in
      let rest = text.drop { $0 == "a" }
      return rest.isEmpty || rest == "b"
    },
  ]

  static func value(_ constant: Value) -> World.Value {
    switch constant {
    case .string(let text): .string(text)
    case .int(let number): .int(number)
    case .ip(let address): .ip(address)
    }
  }

  /// What each segment and the rest of a pattern matched; `nil` when the pattern does not match.
  static func pieces(of text: String, by pattern: SegmentPattern) -> (segments: [String], rest: String)? {
    guard text.hasPrefix(pattern.prefix) else { return nil }
    let tail = text.dropFirst(pattern.prefix.count)
    // What follows the prefix and one slash, split at slashes; nothing at all has no segments.
    guard tail.isEmpty || tail.hasPrefix("/") else { return nil }
    let parts =
      tail.isEmpty ? [] : tail.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= pattern.segments.count else { return nil }
    for (part, segment) in zip(parts, pattern.segments) {
      switch segment {
      case .literal(let literal): if part != literal { return nil }
      case .capture: if part.isEmpty { return nil }
      }
    }
    let rest = parts.dropFirst(pattern.segments.count)
    if case .none = pattern.rest, !rest.isEmpty { return nil }
    return (Array(parts.prefix(pattern.segments.count)), rest.joined(separator: "/"))
  }
}
