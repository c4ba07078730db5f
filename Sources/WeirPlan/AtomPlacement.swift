/// Where predicates are that the classes of their slot had no room for.
///
/// A decision only asks for the class of a value, so that a slot can have several classifiers, each with classes of its own; a
/// proof must know which values there are, and does without what has no room.
struct AtomPlacement {
  enum Place {
    case group(Int)
    /// Both must hold: the pieces that its texts begin with, and a regex on what follows them.
    case split(head: TextAtom, tail: TextAtom)
    /// A test that needs it becomes a variable.
    case nowhere
  }

  typealias Candidate = (offset: Int, element: Atom)

  private var places: [Slot: [Atom.Test: Place]] = [:]

  /// - Parameter slot: one without a group.
  func place(of test: Atom.Test, in slot: Slot) -> Place {
    if places.isEmpty { return .group(0) }
    return places[slot]?[test] ?? .group(0)
  }

  /// Gives further groups of a slot what one of its groups has no room for, as long as each of them takes a good part.
  ///
  /// Regexes that differ in the pieces before them alone are split there first: what follows has few states, and the pieces
  /// are a pattern.
  ///
  /// - Parameter all: what the group was to hold, those for which there is no room included.
  /// - Returns: what gets no place.
  mutating func place(
    _ refused: [Candidate], among all: [Candidate], of slot: Slot, _ purpose: Space.Purpose, _ limits: PlanLimits
  ) -> [Candidate] {
    var left = refused
    var group = slot.group
    if purpose == .deciding {
      if group == 0, refused.contains(where: \.element.hasMachine) {
        let whole = split(all, of: slot, after: &group, limits)
        left = left.filter { whole.contains($0.offset) }
      }
      left = assign(left, uses: [Int](repeating: 1, count: left.count), of: slot, after: &group, limits)
    }
    for candidate in left { set(candidate.element.test, .nowhere, of: slot) }
    return left
  }

  /// - Parameters:
  ///   - uses: how many tests need each candidate.
  ///   - group: the last one that is taken; then the last one that got some.
  /// - Returns: those that got no group.
  private mutating func assign(
    _ candidates: [Candidate], uses: [Int], of slot: Slot, after group: inout Int, _ limits: PlanLimits
  ) -> [Candidate] {
    var left = Array(zip(candidates, uses))
    while group + 1 < limits.groupsPerSlotMax, !left.isEmpty {
      var refused: Set<Int> = []
      let outcome = SlotClasses.build(slot.inGroup(group + 1), left.map(\.0), .deciding, limits)
      if case .refused(let found) = outcome { refused = found }
      let kept = left.filter { !refused.contains($0.0.offset) }
      let total = left.reduce(0) { $0 + $1.1 }
      guard kept.reduce(0, { $0 + $1.1 }) >= max(Self.keptMin, total / Self.keptPartMin) else { break }
      group += 1
      for candidate in kept { set(candidate.0.element.test, .group(group), of: slot) }
      left = left.filter { refused.contains($0.0.offset) }
    }
    return left.map(\.0)
  }

  /// Splits regexes whose tails several have, where there is a group for these tails.
  ///
  /// - Returns: the offsets of what stays whole.
  private mutating func split(
    _ candidates: [Candidate], of slot: Slot, after group: inout Int, _ limits: PlanLimits
  ) -> Set<Int> {
    var whole: Set<Int> = []
    var tails = Interner<TextAtom>()
    var users: [[(candidate: Candidate, head: TextAtom)]] = []
    for candidate in candidates {
      guard case .text(let atom) = candidate.element.test, let (head, tail) = atom.split(slot.kind) else {
        whole.insert(candidate.offset)
        continue
      }
      let number = tails.number(of: tail)
      if number == users.count { users.append([]) }
      users[number].append((candidate, head))
    }
    let shared = users.indices.filter { users[$0].count >= Self.tailUsersMin }
    let unplaced = assign(
      shared.map { (offset: $0, element: Atom(slot: 0, test: .text(tails[$0]))) }, uses: shared.map { users[$0].count },
      of: slot, after: &group, limits)
    let placed = Set(shared).subtracting(unplaced.map(\.offset))
    for (number, users) in users.enumerated() {
      for (candidate, head) in users {
        if placed.contains(number) {
          set(candidate.element.test, .split(head: head, tail: tails[number]), of: slot)
        } else {
          whole.insert(candidate.offset)
        }
      }
    }
    return whole
  }

  /// A classifier for fewer costs more than it saves.
  private static let keptMin = 8
  private static let keptPartMin = 16
  /// A tail that fewer have saves no states.
  private static let tailUsersMin = 4

  private mutating func set(_ test: Atom.Test, _ place: Place, of slot: Slot) {
    places[slot.inGroup(0), default: [:]][test] = place
  }
}

extension Atom {
  fileprivate var hasMachine: Bool { if case .text(let text) = test { !text.machines.isEmpty } else { false } }
}
