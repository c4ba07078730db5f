import WeirPlan
import WeirPolicy
import WeirReference

/// Variables of the space: what is no class of one slot.
extension CaseBuilder {
  /// Data that is not given is unavailable: what is mentioned is loaded, and empty.
  mutating func addData(of variable: Variable) {
    let tests: [WeirPolicy.Test] =
      switch variable {
      case .test(let test): [test]
      case .condition(let condition): condition.tests
      }
    for test in tests { if case .isInData(let set) = test.predicate { data[set, default: []] += [] } }
  }

  /// Adds the value that makes the test true, where one does.
  mutating func satisfy(_ test: WeirPolicy.Test) {
    switch test.predicate {
    case .isInData(let set):
      guard !test.isNegated, let value = known(test.attribute) else { return }
      if !data[set, default: []].contains(value) { data[set, default: []].append(value) }
    case .has(let member):
      guard !test.isNegated else { return }
      if let index = sets.firstIndex(where: { $0.attribute == test.attribute }) { sets[index].members.append(member) }
    case .isInAttribute(let set): if !test.isNegated { add(known(test.attribute), to: set) }
    case .hasAttribute(let member): if !test.isNegated { add(known(member), to: test.attribute) }
    case .equalsAttribute(let other):
      guard !test.isNegated else { return }
      let (from, to) = side == .subject ? (other, test.attribute) : (test.attribute, other)
      if let value = known(from) { give(value, to: to) }
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex: break
    }
  }

  private mutating func add(_ member: Value?, to set: Attribute) {
    guard let member, let index = sets.firstIndex(where: { $0.attribute == set }) else { return }
    sets[index].members.append(member)
  }

  private mutating func give(_ value: Value, to attribute: Attribute) {
    if case .capture(_, let bindings) = attribute {
      give(value, to: bindings)
    } else if let index = scalars.firstIndex(where: { $0.attribute == attribute }) {
      scalars[index].value = value
    } else if let index = lines.firstIndex(where: { $0.attribute == attribute }) {
      lines[index].values = [value]
    }
  }

  /// Puts the piece where it was cut out.
  private mutating func give(_ value: Value, to bindings: [CaptureBinding]) {
    guard case .string(let piece) = value else { return }
    for binding in bindings {
      var text = path
      if binding.source == .caller {
        guard case .identity(let identity) = result.caller else { continue }
        text = identity
      }
      guard binding.piece(viewed: text, raw: text) != nil else { continue }
      var parts = text.dropFirst(binding.pattern.prefix.count + 1)
        .split(separator: "/", omittingEmptySubsequences: false)
      switch binding.piece {
      case .segment(let index):
        guard parts.indices.contains(index), !piece.isEmpty, !piece.contains("/") else { return }
        parts[index] = piece[...]
      case .rest: parts = parts.prefix(binding.pattern.segments.count) + [piece[...]]
      }
      text = binding.pattern.prefix + "/" + parts.joined(separator: "/")
      switch binding.source {
      case .path: path = text
      case .caller: if SPIFFE.isIdentity(text) { result.caller = .identity(text) }
      }
      return
    }
  }

  func known(_ attribute: Attribute) -> Value? {
    switch (attribute, result.caller) {
    case (.caller, .identity(let text)): return .string(text)
    case (.capture(_, let bindings), _): return captured(bindings)
    default: break
    }
    return scalars.first { $0.attribute == attribute }?.value
      ?? lines.first { $0.attribute == attribute }?.values.first
  }

  private func captured(_ bindings: [CaptureBinding]) -> Value? {
    for binding in bindings {
      let text: String
      switch (binding.source, result.caller) {
      case (.path, _): text = path
      case (.caller, .identity(let identity)): text = identity
      case (.caller, _): continue
      }
      if let piece = binding.piece(viewed: text, raw: text) { return .string(piece) }
    }
    return nil
  }
}
