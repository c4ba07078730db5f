import WeirRegex

/// A complete deterministic automaton over bytes.
public struct ByteMachine: Hashable, Sendable {
  /// The column of each of the 256 bytes.
  public let columnOf: [UInt8]
  public let columnCount: Int
  /// Row-major.
  public let transitions: [Int32]
  public let accepting: [Bool]
  public private(set) var start: Int32

  public init(_ dfa: DFA) {
    columnOf = dfa.byteClasses
    columnCount = dfa.classCount
    transitions = dfa.transitions.map(Int32.init)
    accepting = dfa.accepting
    start = Int32(dfa.start)
  }

  /// Numbers the states that are reached from `start`.
  ///
  /// - Parameter kinds: for each of the 256 bytes a number; no step tells bytes with the same one apart.
  /// - Returns: `nil` when there are more than `statesMax`.
  init?<State: Hashable>(
    start: State, kinds: [Int], statesMax: Int, step: (State, UInt8) -> State, isAccepting: (State) -> Bool
  ) {
    var kindNumbers: [Int: Int] = [:]
    var examples: [UInt8] = []
    let kindOf = kinds.enumerated().map { byte, kind in
      if let known = kindNumbers[kind] { return known }
      kindNumbers[kind] = examples.count
      examples.append(UInt8(truncatingIfNeeded: byte))
      return examples.count - 1
    }
    var numbers = [start: Int32(0)]
    var states = [start]
    var rows: [[Int32]] = []
    while rows.count < states.count {
      let from = states[rows.count]
      var row: [Int32] = []
      for byte in examples {
        let target = step(from, byte)
        if let number = numbers[target] {
          row.append(number)
        } else {
          guard states.count < statesMax else { return nil }
          numbers[target] = Int32(states.count)
          row.append(Int32(states.count))
          states.append(target)
        }
      }
      rows.append(row)
    }
    var columns: [[Int32]: UInt8] = [:]
    var representatives: [Int] = []
    let columnOfKind = examples.indices.map { kind in
      let column = rows.map { $0[kind] }
      if let known = columns[column] { return known }
      let number = UInt8(truncatingIfNeeded: representatives.count)
      columns[column] = number
      representatives.append(kind)
      return number
    }
    columnOf = kindOf.map { columnOfKind[$0] }
    columnCount = representatives.count
    transitions = rows.flatMap { row in representatives.map { row[$0] } }
    accepting = states.map(isAccepting)
    self.start = 0
  }

  /// What is accepted behind the texts that lead to a state.
  func starting(at state: Int32) -> ByteMachine {
    var result = self
    result.start = state
    return result
  }

  func next(_ state: Int32, _ byte: UInt8) -> Int32 {
    transitions[Int(state) * columnCount + Int(columnOf[Int(byte)])]
  }

  func accepts(_ text: String) -> Bool {
    var state = start
    for byte in text.utf8 { state = next(state, byte) }
    return accepting[Int(state)]
  }

  /// Whether the state never accepts again.
  func isDead(_ state: Int32) -> Bool {
    let row = Int(state) * columnCount
    return !accepting[Int(state)] && transitions[row..<row + columnCount].allSatisfy { $0 == state }
  }
}

extension ByteMachine {
  /// Texts of pieces of which one, or all that follow the others, is matched by a regex.
  ///
  /// - Parameters:
  ///   - lead: what stands before the first piece.
  ///   - regexAt: the index of the piece; `tokens.count` for the rest.
  /// - Returns: `nil` when it has too many states.
  init?(lead: String, pattern: TokenPattern, regexAt: Int, regex inner: ByteMachine, statesMax: Int) {
    enum State: Hashable {
      case lead(Int)
      case literal(token: Int, offset: Int)
      case wildcard(token: Int, isEmpty: Bool)
      case regex(Int32, isEmpty: Bool)
      case rest
      case restRegex(Int32)
      case dead
    }
    let leadBytes = Array(lead.utf8)
    let literals = pattern.tokens.map { token -> [UInt8] in
      if case .literal(let text) = token { Array(text.utf8) } else { [] }
    }
    let count = pattern.tokens.count
    func entry(_ token: Int) -> State {
      if token == count {
        if regexAt == count { return .restRegex(inner.start) }
        return pattern.hasRest ? .rest : .dead
      }
      if token == regexAt { return .regex(inner.start, isEmpty: true) }
      switch pattern.tokens[token] {
      case .literal: return .literal(token: token, offset: 0)
      case .wildcard: return .wildcard(token: token, isEmpty: true)
      }
    }
    func step(_ state: State, _ byte: UInt8) -> State {
      let slash = byte == UInt8(ascii: "/")
      switch state {
      case .lead(let offset):
        guard byte == leadBytes[offset] else { return .dead }
        return offset + 1 == leadBytes.count ? entry(0) : .lead(offset + 1)
      case .literal(let token, let offset):
        if offset < literals[token].count {
          return byte == literals[token][offset] ? .literal(token: token, offset: offset + 1) : .dead
        }
        return slash ? entry(token + 1) : .dead
      case .wildcard(let token, let isEmpty):
        if slash { return isEmpty ? .dead : entry(token + 1) }
        return .wildcard(token: token, isEmpty: false)
      case .regex(let at, let isEmpty):
        if slash { return isEmpty || !inner.accepting[Int(at)] ? .dead : entry(regexAt + 1) }
        return .regex(inner.next(at, byte), isEmpty: false)
      case .restRegex(let at): return .restRegex(inner.next(at, byte))
      case .rest: return .rest
      case .dead: return .dead
      }
    }
    func ends(_ token: Int) -> Bool {
      guard token + 1 == count else { return false }
      return regexAt == count ? inner.accepting[Int(inner.start)] : true
    }
    let named = Set(leadBytes + literals.joined() + [UInt8(ascii: "/")])
    let kinds = (0..<256).map { byte in
      Int(inner.columnOf[byte]) << 9 | (named.contains(UInt8(byte)) ? 256 | byte : 0)
    }
    self.init(start: leadBytes.isEmpty ? entry(0) : .lead(0), kinds: kinds, statesMax: statesMax, step: step) { state in
      switch state {
      case .lead, .dead: false
      case .literal(let token, let offset): offset == literals[token].count && ends(token)
      case .wildcard(let token, let isEmpty): !isEmpty && ends(token)
      case .regex(let at, let isEmpty): !isEmpty && inner.accepting[Int(at)] && ends(regexAt)
      case .restRegex(let at): inner.accepting[Int(at)]
      case .rest: true
      }
    }
  }
}
