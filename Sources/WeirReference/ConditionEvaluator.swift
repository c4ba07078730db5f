import WeirPolicy
import WeirRegex
import WeirRequest

extension AttributeReader {
  /// Walks the tree; written to be read, not to be fast.
  func evaluate(_ condition: Condition) -> Kleene {
    switch condition {
    case .constant(let value): Kleene(value)
    case .and(let operands): .all(operands.lazy.map { evaluate($0) })
    case .or(let operands): .any(operands.lazy.map { evaluate($0) })
    case .not(let operand): !evaluate(operand)
    case .test(let test): evaluate(test)
    }
  }

  private func evaluate(_ test: Test) -> Kleene {
    let subject = read(test.attribute, isQuantified: test.quantifier != nil)
    if case .isPresent = test.predicate {
      switch subject {
      case .known: return Kleene(!test.isNegated)
      case .absent: return Kleene(test.isNegated)
      case .unavailable: return .undetermined
      }
    }
    let other = test.predicate.otherAttribute.map { read($0) }
    // Absent is decided before unavailable.
    if subject == .absent || other == .absent { return Kleene(test.whenAbsent) }
    guard case .known(let value) = subject else { return .undetermined }
    if case .unavailable? = other { return .undetermined }

    func one(_ value: AttributeValue) -> Kleene {
      let holds = self.holds(test.predicate, value, other)
      return test.isNegated ? !holds : holds
    }
    switch (test.quantifier, value) {
    case (nil, _), (_, .scalar): return one(value)
    case (.any, .several(let values)): return .any(values.map { one(.scalar($0)) })
    case (.all, .several(let values)): return .all(values.map { one(.scalar($0)) })
    }
  }

  private func holds(_ predicate: Predicate, _ value: AttributeValue, _ other: Fact<AttributeValue>?) -> Kleene {
    switch (predicate, value) {
    case (.isInData(let index), .scalar(.string(let text))):
      return facts.data[index].map { Kleene($0.contains(text)) } ?? .undetermined
    case (.isInData(let index), .scalar(.ip(let address))):
      return facts.data[index].map { Kleene($0.contains { IPAddress($0) == address }) } ?? .undetermined
    case (.isInData, _):
      return .undetermined
    case (.equals(let constant), .scalar(let scalar)): return Kleene(scalar == constant)
    case (.isIn(let constants), .scalar(let scalar)): return Kleene(constants.contains(scalar))
    case (.isInRanges(let ranges), .scalar(.int(let number))):
      return Kleene(ranges.contains { $0.contains(number) })
    case (.isInNetworks(let networks), .scalar(.ip(let address))):
      return Kleene(networks.contains { $0.contains(address) })
    case (.isUnder(let prefix), .scalar(.string(let text))): return Kleene(path(text, isUnder: prefix))
    case (.matches(let pattern), .scalar(.string(let text))): return Kleene(pattern.match(text) != nil)
    case (.matchesAny(let patterns, let values), .scalar(.string(let text))):
      return Kleene(values.contains(.string(text)) || patterns.contains { $0.match(text) != nil })
    case (.matchesRegex(let source), .scalar(.string(let text))):
      guard let dfa = try? CompiledRegexes.automaton(of: source) else { return .undetermined }
      return Kleene(dfa.matches(text.utf8))
    case (.has(let member), .several(let members)): return Kleene(members.contains(member))
    case (.equalsAttribute, .scalar), (.isInAttribute, .scalar):
      switch other {
      case .known(.scalar(let scalar)): return Kleene(value == .scalar(scalar))
      case .known(.several(let members)):
        guard case .scalar(let scalar) = value else { return .undetermined }
        return Kleene(members.contains(scalar))
      case .absent, .unavailable, nil: return .undetermined
      }
    case (.hasAttribute, .several(let members)):
      guard case .known(.scalar(let scalar))? = other else { return .undetermined }
      return Kleene(members.contains(scalar))
    default:
      // A pair that the checker never makes.
      return .undetermined
    }
  }
}
