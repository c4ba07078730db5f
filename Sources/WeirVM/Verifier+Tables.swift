import WeirISA

extension Verifier {
  func checkRanges() throws(Rejection) {
    guard tables.networkBounds.count % 2 == 0 else { throw .malformedSection(.networkBounds) }
    try checkRangeSets(tables.rangeSets, .rangeSets, bounds: tables.rangeBounds)
    try checkRangeSets(tables.networkSets, .networkSets, bounds: tables.networkBounds)
  }

  private func checkRangeSets<Bound: Comparable>(
    _ sets: [RangeSetRecord], _ kind: SectionKind, bounds: [Bound]
  ) throws(Rejection) {
    var end = 0
    for (index, set) in sets.enumerated() {
      guard Int(set.first) == end, Int(set.count) <= bounds.count / 2 - end else {
        throw .malformedRecord(kind, index: index)
      }
      for range in end..<(end + Int(set.count)) {
        guard bounds[2 * range] <= bounds[2 * range + 1], range == end || bounds[2 * range - 1] < bounds[2 * range]
        else { throw .malformedRecord(kind, index: index) }
      }
      end += Int(set.count)
    }
    guard end == bounds.count / 2 else { throw .malformedSection(kind) }
  }

  /// Fills the buckets of sets with their members, each found from its home within the promised number of probes.
  mutating func checkHashSets() throws(Rejection) {
    var bucketCount = 0
    var end = 0
    for (index, set) in tables.hashSets.enumerated() {
      let buckets = Int(set.bucketCount)
      end += Int(set.memberCount)
      guard Int(set.firstBucket) == bucketCount, buckets > 0, buckets & (buckets - 1) == 0,
        buckets <= max(Int(set.memberCount) * DecisionFormat.bucketsPerMemberMax, 1),
        end <= tables.hashMembers.count, Int(set.memberCount) <= hashes.count,
        Int(set.probesMax) <= ProgramLimits.probesMax
      else { throw .malformedRecord(.hashSets, index: index) }
      bucketCount += buckets
    }
    guard end == tables.hashMembers.count else { throw .malformedSection(.hashMembers) }

    try take(bucketCount, of: MemoryLayout<HashBucket>.stride)
    var filled = [HashBucket](repeating: HashBucket(), count: bucketCount)
    var buckets = filled.mutableSpan
    var place = 0
    for set in tables.hashSets {
      let table = Int(set.firstBucket)..<(Int(set.firstBucket) + Int(set.bucketCount))
      for _ in 0..<Int(set.memberCount) {
        let member = Int(tables.hashMembers[place])
        guard member < hashes.count else { throw .malformedRecord(.hashMembers, index: place) }
        let home = table.lowerBound + Int(truncatingIfNeeded: hashes[member]) & (table.count - 1)
        guard let empty = emptyPlace(buckets, in: table, from: home, probesMax: Int(set.probesMax)) else {
          throw .malformedRecord(.hashMembers, index: place)
        }
        buckets[empty] = HashBucket(
          fingerprint: UInt32(truncatingIfNeeded: hashes[member] >> 32), member: UInt32(member) + 1)
        place += 1
      }
    }
    hashBuckets = filled
  }

  mutating func checkPatterns() throws(Rejection) {
    for (index, segment) in tables.segments.enumerated() {
      if let literal = segment.literal, Int(literal) >= tables.strings.count {
        throw .malformedRecord(.segments, index: index)
      }
    }
    var end = 0
    for (index, pattern) in tables.patterns.enumerated() {
      guard Int(pattern.prefix) < tables.strings.count, Int(pattern.firstSegment) == end,
        Int(pattern.segmentCount) <= tables.segments.count - end
      else { throw .malformedRecord(.patterns, index: index) }
      end += Int(pattern.segmentCount)
    }
    guard end == tables.segments.count else { throw .malformedSection(.segments) }

    for (index, member) in tables.groupMembers.enumerated() where Int(member) >= tables.patterns.count {
      throw .malformedRecord(.groupMembers, index: index)
    }
    end = 0
    for (index, group) in tables.patternGroups.enumerated() {
      guard Int(group.hashSet) < tables.hashSets.count, Int(group.firstMember) == end,
        Int(group.memberCount) <= tables.groupMembers.count - end
      else { throw .malformedRecord(.patternGroups, index: index) }
      // A section has fewer than 2³⁰ of either, so members times segments fits.
      var steps = Int(tables.hashSets[Int(group.hashSet)].probesMax)
      for member in tables.groupMembers[end..<(end + Int(group.memberCount))] {
        steps += 1 + Int(tables.patterns[Int(member)].segmentCount)
      }
      groupSteps.append(steps)
      end += Int(group.memberCount)
    }
    guard end == tables.groupMembers.count else { throw .malformedSection(.groupMembers) }

    for (index, capture) in tables.captures.enumerated() {
      guard isScalarBytes(capture.matched), isScalarBytes(capture.taken), Int(capture.pattern) < tables.patterns.count
      else { throw .malformedRecord(.captures, index: index) }
      let pattern = tables.patterns[Int(capture.pattern)]
      let isThere = capture.segment.map { $0 < pattern.segmentCount } ?? pattern.hasRest
      guard isThere else { throw .malformedRecord(.captures, index: index) }
    }
  }

  private func isScalarBytes(_ register: UInt32) -> Bool {
    Int(register) < tables.slots.count && tables.slots[Int(register)].type == .bytes
  }

  /// Classes and states in range; state 0 leads nowhere and does not accept.
  func checkAutomata() throws(Rejection) {
    var end = 0
    // Ascending by the first transition.
    var checked: [AutomatonRecord] = []
    for (index, automaton) in tables.automata.enumerated() {
      let states = Int(automaton.stateCount)
      let classes = Int(automaton.classCount)
      guard 1...65_536 ~= states, 1...256 ~= classes, automaton.start < automaton.stateCount,
        automaton.firstAccepting >= 1, automaton.firstAccepting <= automaton.stateCount,
        Int(automaton.byteClasses) < tables.strings.count, Int(automaton.prefix) < tables.strings.count
      else { throw .malformedRecord(.automata, index: index) }
      let map = tables.strings[Int(automaton.byteClasses)]
      guard map.count == 256 else { throw .malformedRecord(.automata, index: index) }
      for byte in Int(map.offset)..<(Int(map.offset) + 256) where Int(tables.bytes[byte]) >= classes {
        throw .malformedRecord(.automata, index: index)
      }
      if Int(automaton.firstTransition) < end {
        guard let known = record(in: checked, at: automaton.firstTransition), known.stateCount == automaton.stateCount,
          known.classCount == automaton.classCount
        else { throw .malformedRecord(.automata, index: index) }
        continue
      }
      guard Int(automaton.firstTransition) == end, states * classes <= tables.transitions.count - end else {
        throw .malformedRecord(.automata, index: index)
      }
      checked.append(automaton)
      for place in 0..<(states * classes) {
        let next = Int(tables.transitions[end + place])
        guard next < states, place >= classes || next == 0 else { throw .malformedRecord(.automata, index: index) }
      }
      end += states * classes
    }
    guard end == tables.transitions.count else { throw .malformedSection(.transitions) }
  }

  private func record(in automata: [AutomatonRecord], at firstTransition: UInt32) -> AutomatonRecord? {
    var (low, high) = (0, automata.count)
    while low < high {
      let middle = (low + high) / 2
      if automata[middle].firstTransition < firstTransition { low = middle + 1 } else { high = middle }
    }
    return low < automata.count && automata[low].firstTransition == firstTransition ? automata[low] : nil
  }
}
