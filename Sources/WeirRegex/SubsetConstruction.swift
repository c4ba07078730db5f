/// Makes an automaton deterministic: a state of the result is a set of states of the automaton.
struct SubsetConstruction {
  /// Row-major: the successor of state s at class c is `transitions[s * classes.count + c]`. The start is 0.
  private(set) var transitions: [Int32] = []
  private(set) var accepting: [Bool] = []
  let classes: ByteClasses

  private let states: [Automaton.State]
  /// For each byte state: its set by class.
  private var accepts: [[Bool]] = []
  private var members: [[Int32]] = []
  private var numbers: [[Int32]: Int32] = [:]
  private var steps = 0
  /// The round in which each automaton state was last visited: a set that is cleared at no cost.
  private var visited: [Int]
  private var round = 0

  /// - Throws: `tooManyStates` or `tooMuchWork`; both bound time and memory whatever the automaton is.
  init(_ automaton: Automaton) throws(RegexError) {
    states = automaton.states
    visited = [Int](repeating: 0, count: states.count)
    var sets: [ByteSet] = []
    for case .byte(let set, _) in states { sets.append(set) }
    classes = ByteClasses(separating: Set(sets))
    let representatives = classes.representatives
    var rows: [ByteSet: [Bool]] = [:]
    accepts = states.map { state in
      guard case .byte(let set, _) = state else { return [] }
      if let row = rows[set] { return row }
      let row = representatives.map { set.contains($0) }
      rows[set] = row
      return row
    }

    round = 1
    var first: [Int32] = []
    close(over: automaton.start, into: &first)
    _ = try number(of: first)
    var current = 0
    while current < members.count {
      let from = members[current]
      for byteClass in 0..<classes.count {
        round += 1
        steps += from.count + 1
        guard steps <= RegexLimits.stepsMax else { throw RegexError(kind: .tooMuchWork, offset: 0) }
        var target: [Int32] = []
        for state in from {
          guard case .byte(_, let next) = states[Int(state)], accepts[Int(state)][byteClass] else { continue }
          close(over: next, into: &target)
        }
        transitions.append(try number(of: target))
      }
      current += 1
    }
  }

  /// Adds the byte and accepting states that are reached from `entry` without a byte.
  private mutating func close(over entry: Int32, into set: inout [Int32]) {
    var pending = [entry]
    while let state = pending.popLast() {
      guard visited[Int(state)] != round else { continue }
      visited[Int(state)] = round
      steps += 1
      switch states[Int(state)] {
      case .accept, .byte: set.append(state)
      case .fork(let left, let right):
        pending.append(left)
        pending.append(right)
      }
    }
  }

  private mutating func number(of set: [Int32]) throws(RegexError) -> Int32 {
    let key = set.sorted()
    if let number = numbers[key] { return number }
    guard members.count < RegexLimits.statesMax else { throw RegexError(kind: .tooManyStates, offset: 0) }
    let number = Int32(members.count)
    numbers[key] = number
    members.append(key)
    accepting.append(key.first == 0)
    return number
  }
}
