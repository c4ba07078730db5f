import WeirISA

/// What the tests ask of one value. A value of another type than the slot's is doubt, not an answer.
extension VerifiedProgram {
  @inline(__always)
  func predicate(
    _ step: Step, _ value: SlotValue, _ frame: borrowing Frame, _ data: borrowing DataSets
  ) -> Truth {
    let operand = Int(step.operand)
    switch step.opcode {
    case .equalsInteger:
      guard value.state == .integer else { return .undetermined }
      return truth(value.integer == tables.integers[operand])
    case .equalsAddress:
      guard value.state == .address else { return .undetermined }
      return truth(value.address == tables.addresses[operand])
    case .isInRanges:
      guard value.state == .integer else { return .undetermined }
      return truth(isIn(tables.rangeSets[operand], value.integer))
    case .isInNetworks:
      guard value.state == .address else { return .undetermined }
      return truth(isIn(tables.networkSets[operand], value.address))
    case .isInData:
      return isInData(operand, value, frame, data)
    case .equalsBytes, .isInSet, .isUnder, .matchesPattern, .matchesGroup, .matchesRegex:
      guard let range = frame.range(ofBytes: value) else { return .undetermined }
      let text = frame.arena.span.extracting(range)
      switch step.opcode {
      case .equalsBytes: return truth(isEqual(text, tables.strings[operand]))
      case .isInSet: return truth(isIn(tables.hashSets[operand], range, frame))
      case .isUnder: return truth(isUnder(text, tables.strings[operand]))
      case .matchesPattern: return truth(match(tables.patterns[operand], text, taking: .nothing) != nil)
      case .matchesGroup: return truth(isIn(tables.patternGroups[operand], range, frame))
      case .matchesRegex: return truth(accepts(tables.automata[operand], text))
      case .accept, .reject, .jump, .capture, .captureElse, .isPresent, .equalsInteger, .equalsAddress, .isInRanges,
        .isInNetworks, .equalsRegister, .isInRegister, .isInData, .hasBytes, .hasInteger, .hasAddress:
        return .undetermined
      }
    case .accept, .reject, .jump, .capture, .captureElse, .isPresent, .equalsRegister, .isInRegister, .hasBytes,
      .hasInteger, .hasAddress:
      return .undetermined
    }
  }

  @inline(__always)
  private func truth(_ holds: Bool) -> Truth { holds ? .yes : .no }

  @inline(__always)
  func isEqual(_ text: Span<UInt8>, _ string: StringRecord) -> Bool {
    guard text.count == Int(string.count) else { return false }
    let start = Int(string.offset)
    return areEqual(text, tables.bytes.span.extracting(start..<(start + Int(string.count))))
  }

  /// Whole segments: the string itself, or the string and a slash; everything is under `/`.
  private func isUnder(_ text: Span<UInt8>, _ string: StringRecord) -> Bool {
    let count = Int(string.count)
    let start = Int(string.offset)
    let slash = UInt8(ascii: "/")
    if count == 1, tables.bytes[start] == slash { return text.count > 0 && text[0] == slash }
    guard text.count >= count, text.count == count || text[count] == slash else { return false }
    return areEqual(text.extracting(0..<count), tables.bytes.span.extracting(start..<(start + count)))
  }

  private func isIn(_ set: HashSetRecord, _ text: Range<Int>, _ frame: borrowing Frame) -> Bool {
    let hash = TextWords.hash(frame.arena.span, text, seed: tables.program.hashSeed)
    let mask = Int(set.bucketCount) - 1
    let fingerprint = UInt32(truncatingIfNeeded: hash >> 32)
    var place = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Int(set.probesMax) {
      let bucket = hashBuckets[Int(set.firstBucket) + place]
      if bucket.member == 0 { return false }
      if bucket.fingerprint == fingerprint {
        let string = tables.strings[Int(bucket.member) - 1]
        if text.count == Int(string.count),
          TextWords.areEqual(frame.arena.span, text, tables.bytes.span, at: Int(string.offset))
        {
          return true
        }
      }
      place = (place + 1) & mask
    }
    return false
  }

  private func isIn(_ set: RangeSetRecord, _ value: Int64) -> Bool {
    var low = Int(set.first)
    var high = low + Int(set.count)
    while low < high {
      let middle = (low + high) / 2
      if value < tables.rangeBounds[2 * middle] {
        high = middle
      } else if value > tables.rangeBounds[2 * middle + 1] {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }

  private func isIn(_ set: RangeSetRecord, _ value: Address) -> Bool {
    var low = Int(set.first)
    var high = low + Int(set.count)
    while low < high {
      let middle = (low + high) / 2
      if value < tables.networkBounds[2 * middle] {
        high = middle
      } else if tables.networkBounds[2 * middle + 1] < value {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }

  private func isIn(_ group: PatternGroupRecord, _ range: Range<Int>, _ frame: borrowing Frame) -> Bool {
    if isIn(tables.hashSets[Int(group.hashSet)], range, frame) { return true }
    let text = frame.arena.span.extracting(range)
    let first = Int(group.firstMember)
    for member in first..<(first + Int(group.memberCount))
    where match(tables.patterns[Int(tables.groupMembers[member])], text, taking: .nothing) != nil {
      return true
    }
    return false
  }

  private func accepts(_ automaton: AutomatonRecord, _ text: Span<UInt8>) -> Bool {
    let prefix = tables.strings[Int(automaton.prefix)]
    let prefixCount = Int(prefix.count)
    guard text.count >= prefixCount, isEqual(text.extracting(0..<prefixCount), prefix) else { return false }
    let classMap = Int(tables.strings[Int(automaton.byteClasses)].offset)
    let classes = Int(automaton.classCount)
    let first = Int(automaton.firstTransition)
    var state = Int(automaton.start)
    for index in prefixCount..<text.count {
      if state == 0 { return false }
      state = Int(tables.transitions[first + state * classes + Int(tables.bytes[classMap + Int(text[index])])])
    }
    return state >= Int(automaton.firstAccepting)
  }

  private func isInData(
    _ set: Int, _ value: SlotValue, _ frame: borrowing Frame, _ data: borrowing DataSets
  ) -> Truth {
    switch value.state {
    case .bytes:
      guard let range = frame.range(ofBytes: value) else { return .undetermined }
      return data.contains(frame.arena.span.extracting(range), in: set)
    case .integer:
      return data.contains(integer: value.integer, in: set)
    case .address:
      return data.contains(address: value.address, in: set)
    case .absent, .unavailable, .list:
      return .undetermined
    }
  }

  /// Whether two values are the same; undetermined when one of them is none.
  func areSame(_ a: SlotValue, _ b: SlotValue, _ frame: borrowing Frame) -> Truth {
    switch (a.state, b.state) {
    case (.integer, .integer): return truth(a.integer == b.integer)
    case (.address, .address): return truth(a.address == b.address)
    case (.bytes, .bytes):
      guard let left = frame.range(ofBytes: a), let right = frame.range(ofBytes: b) else { return .undetermined }
      let arena = frame.arena.span
      return truth(areEqual(arena.extracting(left), arena.extracting(right)))
    case (.unavailable, _), (.absent, _), (.bytes, _), (.integer, _), (.address, _), (.list, _):
      return .undetermined
    }
  }

  /// Whether a list has a value.
  func contains(_ list: SlotValue, _ value: SlotValue, _ frame: borrowing Frame) -> Truth {
    guard let members = frame.range(ofMembers: list) else { return .undetermined }
    var result: Truth = .no
    for index in members {
      switch areSame(frame.members[index], value, frame) {
      case .yes: return .yes
      case .undetermined: result = .undetermined
      case .no: break
      }
    }
    return result
  }

  /// Whether a member of a list is the constant.
  func memberEquals(_ opcode: Opcode, _ operand: Int, _ member: SlotValue, _ frame: borrowing Frame) -> Truth {
    switch (opcode, member.state) {
    case (.hasBytes, .bytes):
      guard let range = frame.range(ofBytes: member) else { return .undetermined }
      return truth(isEqual(frame.arena.span.extracting(range), tables.strings[operand]))
    case (.hasInteger, .integer): return truth(member.integer == tables.integers[operand])
    case (.hasAddress, .address): return truth(member.address == tables.addresses[operand])
    case (_, _): return .undetermined
    }
  }
}
