/// The regexes of one slot, merged into one automaton over bytes.
public struct RegexProduct: Sendable {
  public private(set) var columnOf = [UInt8](repeating: 0, count: 256)
  public private(set) var columnCount = 1
  /// Row-major.
  public private(set) var transitions: [Int32] = []
  /// For each state the list of atoms that accept a text which ends there.
  private(set) var accepted: [Int32] = []
  let start: Int32 = 0

  public var startState: Int { Int(start) }

  var stateCount: Int { accepted.count }
  let isTrivial: Bool

  /// - Returns: `nil` when there are too many states or too much is to be done.
  init?(_ machines: [(atom: Int32, machine: ByteMachine)], pool: inout ListPool, limits: PlanLimits) {
    isTrivial = machines.isEmpty
    let representatives = merge(machines.map(\.machine))
    let isDead = machines.map { entry in entry.machine.accepting.indices.map { entry.machine.isDead(Int32($0)) } }
    // A state is the machines that can still accept, each with its own state.
    var keys = Interner<[UInt64]>()
    func number(_ key: [UInt64]) -> Int32 { Int32(keys.number(of: key)) }
    _ = number(
      machines.indices.filter { !isDead[$0][Int(machines[$0].machine.start)] }
        .map { pair(Int32($0), machines[$0].machine.start) })
    let nothing = number([])
    let ownStates = machines.reduce(0) { $0 + $1.machine.accepting.count }
    let statesMax = min(
      limits.regexStatesMax, max(limits.regexStatesMin, ownStates * limits.regexStatesPerStateMax))
    var steps = 0
    while accepted.count < keys.count {
      guard keys.count <= statesMax else { return nil }
      let key = keys[accepted.count]
      var atoms: [Int32] = []
      for live in key where machines[Int(live >> 32)].machine.accepting[Int(live & 0xFFFF_FFFF)] {
        atoms.append(machines[Int(live >> 32)].atom)
      }
      accepted.append(pool.id(atoms.asSet))
      steps += (key.count + 1) * columnCount
      guard steps <= limits.regexStepsMax else { return nil }
      for byte in representatives {
        var target: [UInt64] = []
        for live in key {
          let index = Int(live >> 32)
          let state = machines[index].machine.next(Int32(truncatingIfNeeded: live), byte)
          if !isDead[index][Int(state)] { target.append(pair(Int32(index), state)) }
        }
        transitions.append(target.isEmpty ? nothing : number(target))
      }
    }
  }

  /// The coarsest columns that no machine splits; a byte of each.
  private mutating func merge(_ machines: [ByteMachine]) -> [UInt8] {
    var columns = [Int](repeating: 0, count: 256)
    for machine in Set(machines.map(\.columnOf)) {
      var numbers: [Int: Int] = [:]
      columns = columns.indices.map { byte in
        let key = columns[byte] << 8 | Int(machine[byte])
        if let known = numbers[key] { return known }
        numbers[key] = numbers.count
        return numbers.count - 1
      }
    }
    // Sets come in any order; numbering by first byte makes the result the same every time.
    var numbers: [Int: UInt8] = [:]
    var representatives: [UInt8] = []
    for byte in 0..<256 {
      if let known = numbers[columns[byte]] {
        columnOf[byte] = known
      } else {
        let number = UInt8(truncatingIfNeeded: representatives.count)
        numbers[columns[byte]] = number
        columnOf[byte] = number
        representatives.append(UInt8(byte))
      }
    }
    columnCount = representatives.count
    return representatives
  }

  func step(_ state: Int32, _ byte: UInt8) -> Int32 {
    transitions[Int(state) * columnCount + Int(columnOf[Int(byte)])]
  }

  func run(_ text: some StringProtocol, from state: Int32) -> Int32 {
    if isTrivial { return state }
    var state = state
    for byte in text.utf8 { state = step(state, byte) }
    return state
  }
}
