import WeirPolicy

/// Makes the classes of a slot of numbers or addresses by one sweep over the ends of all intervals.
struct IntervalClassesBuilder {
  let slot: Slot
  let atoms: [(index: Int32, intervals: [ClosedRange<UInt128>])]
  let limits: PlanLimits

  func build() -> SlotOutcome {
    let fit = largestFit(atoms.count) { classes(Array(atoms.prefix($0))) }
    guard fit.count == atoms.count, let classes = fit.result else {
      return .refused(Set(atoms.dropFirst(fit.count).map { Int($0.index) }))
    }
    return .classes(classes)
  }

  private var domain: ClosedRange<UInt128> {
    if case .integer(let range) = slot.kind {
      orderedKey(range.lowerBound)...orderedKey(range.upperBound)
    } else {
      0 ... .max
    }
  }

  /// - Returns: `nil` when the lists of what holds where grow too long.
  private func classes(_ atoms: [(index: Int32, intervals: [ClosedRange<UInt128>])]) -> SlotClasses? {
    let domain = domain
    struct Event {
      var at: UInt128
      var atom: Int32
      var begins: Bool
    }
    var events: [Event] = []
    for (index, intervals) in atoms {
      for interval in intervals where interval.overlaps(domain) {
        events.append(Event(at: max(interval.lowerBound, domain.lowerBound), atom: index, begins: true))
        if interval.upperBound < domain.upperBound {
          events.append(Event(at: interval.upperBound + 1, atom: index, begins: false))
        }
      }
    }
    events.sort { $0.at < $1.at }

    let membershipsMax = limits.memberships(ofAtoms: atoms.count)
    var pool = ListPool()
    var starts: [UInt128] = []
    var lists: [Int32] = []
    var active: [Int32] = []
    var work = 0
    var next = 0
    var at = domain.lowerBound
    while true {
      while next < events.count, events[next].at == at {
        toggle(events[next].atom, &active)
        work += active.count
        next += 1
      }
      work += active.count
      guard work <= limits.membershipsMax * 4, pool.entryCount <= membershipsMax else { return nil }
      starts.append(at)
      lists.append(pool.id(active))
      guard next < events.count else { break }
      at = events[next].at
    }
    return classes(of: atoms.map(\.index), starts, lists, pool)
  }

  /// An atom's intervals do not touch, so an end is never also a beginning of the same atom.
  private func toggle(_ atom: Int32, _ active: inout [Int32]) {
    var low = 0
    var high = active.count
    while low < high {
      let middle = (low + high) / 2
      if active[middle] < atom { low = middle + 1 } else { high = middle }
    }
    if low < active.count, active[low] == atom { active.remove(at: low) } else { active.insert(atom, at: low) }
  }

  private func classes(of indices: [Int32], _ starts: [UInt128], _ lists: [Int32], _ pool: ListPool) -> SlotClasses {
    var witnesses: [SlotValue] = slot.canBeAbsent ? [.absent] : []
    var ranks: [Int] = witnesses.map { _ in 0 }
    var holding: [Int: [Int32]] = [:]
    for index in indices { holding[Int(index)] = [] }
    var classOfList: [Int32: Int32] = [:]
    var classOf: [Int32] = []
    for (segment, list) in lists.enumerated() {
      let end = segment + 1 < starts.count ? starts[segment + 1] - 1 : domain.upperBound
      let (value, rank) = witness(starts[segment]...end)
      if let known = classOfList[list] {
        classOf.append(known)
        if rank > ranks[Int(known)] {
          ranks[Int(known)] = rank
          witnesses[Int(known)] = .value(value)
        }
        continue
      }
      let id = Int32(witnesses.count)
      classOfList[list] = id
      classOf.append(id)
      witnesses.append(.value(value))
      ranks.append(rank)
      for atom in pool.lists[Int(list)] { holding[Int(atom)]?.append(id) }
    }
    let classifier = IntervalClassifier(starts: starts, last: domain.upperBound, classOf: classOf)
    return SlotClasses(witnesses: witnesses, holding: holding, classifier: .intervals(classifier))
  }

  /// A usual value among these, and how usual it is.
  private func witness(_ keys: ClosedRange<UInt128>) -> (Value, rank: Int) {
    if case .integer = slot.kind {
      for usual in [Int64(443), 0] where keys.contains(orderedKey(usual)) { return (.int(usual), 3) }
      // Towards zero.
      let key = keys.upperBound < orderedKey(0) ? keys.upperBound : keys.lowerBound
      return (.int(Int64(bitPattern: UInt64(truncatingIfNeeded: key) ^ (1 << 63))), 2)
    }
    // Addresses for documentation first (RFC 5737), then other IPv4 ones, then any.
    let documentation = IPAddress(ipv4: 0xC0_00_02_01)
    if keys.contains(documentation.key) { return (.ip(documentation), 3) }
    let lowest = max(keys.lowerBound, IPAddress(ipv4: 0).key)
    if lowest <= min(keys.upperBound, IPAddress(ipv4: .max).key) {
      // Not the address of a network itself where there is another.
      return (.ip(IPAddress(key: lowest < keys.upperBound ? lowest + 1 : lowest)), 2)
    }
    return (.ip(IPAddress(key: keys.lowerBound)), 1)
  }
}
