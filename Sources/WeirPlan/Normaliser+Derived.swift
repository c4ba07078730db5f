import WeirPolicy
import WeirRegex

/// Attributes that are cut out of another one: predicates on what they are cut out of.
extension Normaliser {
  mutating func derivedPresence(_ attribute: Attribute) -> Formula? {
    switch attribute {
    case .callerTrustDomain: return callerAtom { atom, _ in atom.patterns = [TokenPattern([.wildcard], hasRest: true)] }
    case .callerNamespace, .callerAccount:
      return callerAtom { atom, _ in atom.patterns = [TokenPattern(.namespaced, hasRest: false)] }
    case .capture(_, let bindings):
      guard bindings.haveOneSource else { return nil }
      var parts: [Formula] = []
      for binding in bindings {
        guard let part = covers(binding) else { return nil }
        parts.append(part)
      }
      return .any(parts)
    default: return nil
    }
  }

  mutating func derivedHolds(_ attribute: Attribute, _ predicate: Predicate) -> Formula? {
    guard let wanted = Wanted(predicate) else { return nil }
    switch attribute {
    case .callerTrustDomain:
      return callerAtom { $0.add(TokenPattern([.wildcard], hasRest: true), piece: 0, wanted, $1) }
    case .callerNamespace:
      return callerAtom { $0.add(TokenPattern(.namespaced, hasRest: false), piece: 2, wanted, $1) }
    case .callerAccount:
      return callerAtom { $0.add(TokenPattern(.namespaced, hasRest: false), piece: 4, wanted, $1) }
    case .capture(_, let bindings):
      guard bindings.haveOneSource else { return nil }
      // The first binding that matches gives the piece.
      var result = Formula.constant(false)
      for binding in bindings.reversed() {
        guard let covers = covers(binding), let holds = self.holds(binding, wanted) else { return nil }
        result = .any([holds, .all([covers.negated, result])])
      }
      return result
    default: return nil
    }
  }

  private mutating func callerAtom(_ fill: (inout TextAtom, Slot.Kind) -> Void) -> Formula? {
    guard let slot = Slot(.caller, isRepeated: false, context: context) else { return nil }
    var text = TextAtom()
    fill(&text, slot.kind)
    return atom(self.slot(slot), .text(text))
  }

  private func parent(_ binding: CaptureBinding) -> Slot? {
    switch binding.source {
    case .path: Slot(.path, isRepeated: false, context: context)
    case .caller: Slot(.caller, isRepeated: false, context: context)
    }
  }

  private mutating func covers(_ binding: CaptureBinding) -> Formula? {
    guard let slot = parent(binding) else { return nil }
    var text = TextAtom()
    guard text.add(binding.pattern, slot.kind) else { return nil }
    return atom(self.slot(slot), .text(text))
  }

  private mutating func holds(_ binding: CaptureBinding, _ wanted: Wanted) -> Formula? {
    guard let slot = parent(binding), let pattern = TokenPattern(binding.pattern, kind: slot.kind) else { return nil }
    // A capture keeps the letters of the request, which the slot no longer has.
    if case .path(let view) = slot.kind, view.ignoresCase { return nil }
    var text = TextAtom()
    switch binding.piece {
    case .segment(let index):
      text.add(pattern, piece: index + pattern.tokens.count - binding.pattern.segments.count, wanted, slot.kind)
    case .rest: text.add(pattern, piece: pattern.tokens.count, wanted, slot.kind)
    }
    return atom(self.slot(slot), .text(text))
  }
}

extension [CaptureBinding] {
  /// Bindings of several slots are no predicate on one; while the first of them is unavailable the others do not count.
  fileprivate var haveOneSource: Bool { allSatisfy { $0.source == first?.source } }
}

/// What is asked of a piece.
private enum Wanted {
  case oneOf([String])
  case matching(DFA)

  init?(_ predicate: Predicate) {
    switch predicate {
    case .equals(.string(let text)): self = .oneOf([text])
    case .isIn(let values):
      let texts = values.compactMap(\.text)
      guard texts.count == values.count else { return nil }
      self = .oneOf(texts)
    case .matchesRegex(let source):
      guard let dfa = try? CompiledRegexes.automaton(of: source) else { return nil }
      self = .matching(dfa)
    default: return nil
    }
  }
}

extension TextAtom {
  /// Adds the texts of a pattern whose piece is as wanted; the piece after the last token is the rest.
  fileprivate mutating func add(_ pattern: TokenPattern, piece: Int, _ wanted: Wanted, _ kind: Slot.Kind) {
    switch wanted {
    case .matching(let dfa):
      // The regex has its own bound, and the pattern adds a state for each of its bytes.
      if let machine = ByteMachine(
        lead: kind.lead ?? "", pattern: pattern, regexAt: piece, regex: ByteMachine(dfa), statesMax: .max)
      {
        machines.append(machine)
      }
    case .oneOf(let texts):
      for text in texts {
        var pattern = pattern
        if piece < pattern.tokens.count {
          if text.isEmpty || text.utf8.contains(UInt8(ascii: "/")) { continue }
          pattern.tokens[piece] = .literal(text)
          add(pattern, kind)
          continue
        }
        pattern.hasRest = false
        // An empty rest is nothing or a final slash.
        if text.isEmpty, !pattern.tokens.isEmpty { add(pattern, kind) }
        pattern.tokens += text.split(separator: "/", omittingEmptySubsequences: false).map { .literal(String($0)) }
        add(pattern, kind)
      }
    }
  }
}

extension [TokenPattern.Token] {
  /// `TRUST_DOMAIN/ns/NS/sa/ACCOUNT`
  fileprivate static var namespaced: [TokenPattern.Token] {
    [.wildcard, .literal("ns"), .wildcard, .literal("sa"), .wildcard]
  }
}
