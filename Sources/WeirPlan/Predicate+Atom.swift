import WeirPolicy
import WeirRegex

extension Predicate {
  /// This predicate on a value of a slot; `nil` when it is not one on the value alone.
  func atomTest(_ kind: Slot.Kind) -> Atom.Test? {
    if case .isPresent = self { return .isPresent }
    switch kind {
    case .path, .identity, .text, .finite: return textAtom(kind).map(Atom.Test.text)
    case .integer, .address: return intervals.map(Atom.Test.intervals)
    case .presence: return nil
    }
  }

  private func textAtom(_ kind: Slot.Kind) -> TextAtom? {
    var atom = TextAtom()
    switch self {
    case .equals(let value):
      guard value.text != nil else { return nil }
      atom.values = [value]
    case .isIn(let values):
      guard values.allSatisfy({ $0.text != nil }) else { return nil }
      atom.values = values
    case .isUnder(let prefix):
      guard case .path = kind, let pieces = kind.pieces(of: prefix) else { return nil }
      atom.patterns = [TokenPattern(prefix == "/" ? [] : pieces.map { .literal(String($0)) }, hasRest: true)]
    case .matches(let pattern):
      guard atom.add(pattern, kind) else { return nil }
    case .matchesAny(let patterns, let values):
      guard values.allSatisfy({ $0.text != nil }) else { return nil }
      atom.values = values
      for pattern in patterns { guard atom.add(pattern, kind) else { return nil } }
    case .matchesRegex(let source):
      guard let dfa = try? CompiledRegexes.automaton(of: source) else { return nil }
      atom.machines = [ByteMachine(dfa)]
    case .isPresent, .isInRanges, .isInNetworks, .equalsAttribute, .isInAttribute, .isInData, .has, .hasAttribute:
      return nil
    }
    return atom
  }

  private var intervals: [ClosedRange<UInt128>]? {
    switch self {
    case .equals(let value): return value.key.map { [$0...$0] }
    case .isIn(let values):
      let keys = values.compactMap(\.key)
      return keys.count == values.count ? union(keys.map { $0...$0 }) : nil
    case .isInRanges(let ranges):
      return union(ranges.map { orderedKey($0.lowerBound)...orderedKey($0.upperBound) })
    case .isInNetworks(let networks):
      return union(
        networks.map { network in
          let low = network.base.key
          let room: UInt128 = network.prefixLength == 0 ? .max : (1 << UInt128(128 - network.prefixLength)) - 1
          return low...(low | room)
        })
    case .isPresent, .isUnder, .matches, .matchesAny, .matchesRegex, .equalsAttribute, .isInAttribute, .isInData, .has,
      .hasAttribute:
      return nil
    }
  }

  /// Ascending, overlapping and touching ones made one.
  private func union(_ ranges: [ClosedRange<UInt128>]) -> [ClosedRange<UInt128>] {
    var result: [ClosedRange<UInt128>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}

extension TextAtom {
  mutating func add(_ pattern: SegmentPattern, _ kind: Slot.Kind) -> Bool {
    guard let pattern = TokenPattern(pattern, kind: kind) else { return false }
    add(pattern, kind)
    return true
  }

  /// A pattern of literals alone is a value.
  mutating func add(_ pattern: TokenPattern, _ kind: Slot.Kind) {
    if let pieces = pattern.onlyPieces {
      values.append(.string(kind.text(of: pieces)))
    } else {
      patterns.append(pattern)
    }
  }
}

/// The place of an integer among the unsigned ones, order kept.
func orderedKey(_ value: Int64) -> UInt128 { UInt128(UInt64(bitPattern: value) ^ (1 << 63)) }

extension IPAddress {
  var key: UInt128 { UInt128(high) << 64 | UInt128(low) }

  init(key: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: key >> 64), low: UInt64(truncatingIfNeeded: key))
  }
}

extension Value {
  var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The place of a number or an address in its order.
  var key: UInt128? {
    switch self {
    case .string: nil
    case .int(let value): orderedKey(value)
    case .ip(let address): address.key
    }
  }
}
