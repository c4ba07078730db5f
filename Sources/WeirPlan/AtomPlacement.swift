/// Where predicates are that the classes of their slot had no room for.
///
/// A decision only asks for the class of a value, so that a slot can have several classifiers, each with classes of its own; a
/// proof must know which values there are, and does without what has no room.
struct AtomPlacement {
  private enum Place {
    case group(Int)
    /// A test that needs it becomes a variable.
    case nowhere
  }

  private var places: [Slot: [Atom.Test: Place]] = [:]

  /// - Parameter slot: one without a group.
  /// - Returns: `nil` for one that has no place.
  func group(of test: Atom.Test, in slot: Slot) -> Int? {
    if places.isEmpty { return 0 }
    return switch places[slot]?[test] {
    case .group(let group): group
    case .nowhere: nil
    case nil: 0
    }
  }

  /// Gives further groups of a slot what one of its groups has no room for, as long as each of them takes a good part.
  ///
  /// - Returns: what gets no place.
  mutating func place(
    _ atoms: [(offset: Int, element: Atom)], of slot: Slot, _ purpose: Space.Purpose, _ limits: PlanLimits
  ) -> [(offset: Int, element: Atom)] {
    var left = atoms
    var group = slot.group
    while purpose == .deciding, group + 1 < limits.groupsPerSlotMax, !left.isEmpty {
      group += 1
      var refused: Set<Int> = []
      if case .refused(let found) = SlotClasses.build(slot.inGroup(group), left, purpose, limits) { refused = found }
      let kept = left.filter { !refused.contains($0.offset) }
      guard kept.count >= max(Self.keptMin, left.count / Self.keptPartMin) else { break }
      set(kept, .group(group), of: slot)
      left = left.filter { refused.contains($0.offset) }
    }
    set(left, .nowhere, of: slot)
    return left
  }

  /// A classifier for fewer costs more than it saves.
  private static let keptMin = 8
  private static let keptPartMin = 16

  private mutating func set(_ atoms: [(offset: Int, element: Atom)], _ place: Place, of slot: Slot) {
    for atom in atoms { places[slot.inGroup(0), default: [:]][atom.element.test] = place }
  }
}
