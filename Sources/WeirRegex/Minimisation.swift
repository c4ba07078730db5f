/// Groups the states of a complete deterministic automaton that no input tells apart (Hopcroft 1971).
///
/// - Returns: the group of each state, in no particular numbering.
/// - Complexity: O(classes · states · log states).
func equivalentStates(transitions: [Int32], accepting: [Bool], classCount: Int) -> [Int] {
  let stateCount = accepting.count
  var partition = RefinablePartition(accepting: accepting)
  let inverse = InverseTransitions(transitions: transitions, stateCount: stateCount, classCount: classCount)

  var pending: [(group: Int, byteClass: Int)] = []
  for group in 0..<partition.count {
    for byteClass in 0..<classCount { pending.append((group, byteClass)) }
  }
  while let (group, byteClass) = pending.popLast() {
    for member in partition.members(of: group) {
      for source in inverse.sources(of: member, byteClass: byteClass) { partition.mark(Int(source)) }
    }
    // A split leaves the larger part under the old number. Whether the old one is still pending or not, adding the
    // smaller part is enough.
    for smaller in partition.splitMarked() {
      for byteClass in 0..<classCount { pending.append((smaller, byteClass)) }
    }
  }
  return partition.groupOf
}

/// For each state and class the states that go there.
private struct InverseTransitions {
  private let starts: [Int32]
  private let flat: [Int32]
  private let classCount: Int

  init(transitions: [Int32], stateCount: Int, classCount: Int) {
    var starts = [Int32](repeating: 0, count: stateCount * classCount + 1)
    for index in transitions.indices {
      starts[Int(transitions[index]) * classCount + index % classCount + 1] += 1
    }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var cursor = starts
    var flat = [Int32](repeating: 0, count: transitions.count)
    for index in transitions.indices {
      let slot = Int(transitions[index]) * classCount + index % classCount
      flat[Int(cursor[slot])] = Int32(index / classCount)
      cursor[slot] += 1
    }
    self.starts = starts
    self.flat = flat
    self.classCount = classCount
  }

  func sources(of state: Int, byteClass: Int) -> ArraySlice<Int32> {
    let slot = state * classCount + byteClass
    return flat[Int(starts[slot])..<Int(starts[slot + 1])]
  }
}

/// Groups of states as ranges of one permutation; marking and splitting cost what they touch.
private struct RefinablePartition {
  private(set) var groupOf: [Int]
  private(set) var ranges: [Range<Int>] = []
  private var order: [Int]
  private var place: [Int]
  /// How many members at the front of each group are marked.
  private var marked: [Int] = []
  private var touched: [Int] = []

  var count: Int { ranges.count }

  /// Begins with the accepting and the other states, leaving out an empty group.
  init(accepting: [Bool]) {
    let states = Array(accepting.indices)
    order = states.filter { accepting[$0] }
    let acceptingCount = order.count
    order += states.filter { !accepting[$0] }
    groupOf = states
    place = states
    for range in [0..<acceptingCount, acceptingCount..<states.count] where !range.isEmpty {
      for position in range {
        groupOf[order[position]] = ranges.count
        place[order[position]] = position
      }
      ranges.append(range)
      marked.append(0)
    }
  }

  /// A copy: marking moves members about.
  func members(of group: Int) -> [Int] { Array(order[ranges[group]]) }

  mutating func mark(_ state: Int) {
    let group = groupOf[state]
    let front = ranges[group].lowerBound + marked[group]
    guard place[state] >= front else { return }
    if marked[group] == 0 { touched.append(group) }
    let other = order[front]
    order.swapAt(front, place[state])
    place[other] = place[state]
    place[state] = front
    marked[group] += 1
  }

  /// Splits every group that is marked in part and returns the new groups, each the smaller part.
  mutating func splitMarked() -> [Int] {
    var created: [Int] = []
    for group in touched {
      let range = ranges[group]
      let middle = range.lowerBound + marked[group]
      marked[group] = 0
      guard middle < range.upperBound else { continue }
      let front = range.lowerBound..<middle
      let back = middle..<range.upperBound
      let (smaller, larger) = front.count <= back.count ? (front, back) : (back, front)
      ranges[group] = larger
      for position in smaller { groupOf[order[position]] = ranges.count }
      created.append(ranges.count)
      ranges.append(smaller)
      marked.append(0)
    }
    touched.removeAll(keepingCapacity: true)
    return created
  }
}
