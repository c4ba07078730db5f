/// A nondeterministic automaton over bytes (Thompson's construction). State 0 accepts; every state has its successors
/// before it was made, so the construction runs from the end of the regex to its beginning.
struct Automaton: Sendable {
  enum State: Sendable {
    case accept
    /// Goes on to `next` with any byte of `set`.
    case byte(ByteSet, next: Int32)
    /// Goes on to both without a byte.
    case fork(Int32, Int32)
  }

  private(set) var states: [State] = [.accept]
  private(set) var start: Int32 = 0

  /// - Throws: `tooManyAutomatonStates` when the repetitions write out to more than the limit.
  init(_ node: RegexNode) throws(RegexError) {
    start = try add(node, before: 0)
  }

  private mutating func add(_ state: State) throws(RegexError) -> Int32 {
    guard states.count < RegexLimits.automatonStatesMax else {
      throw RegexError(kind: .tooManyAutomatonStates, offset: 0)
    }
    states.append(state)
    return Int32(states.count - 1)
  }

  /// Adds the states that match `node` and then go on at `next`; returns the state to enter at.
  private mutating func add(_ node: RegexNode, before next: Int32) throws(RegexError) -> Int32 {
    switch node {
    case .bytes(let set):
      return try add(.byte(set, next: next))
    case .sequence(let nodes):
      var entry = next
      for node in nodes.reversed() { entry = try add(node, before: entry) }
      return entry
    case .choice(let nodes):
      var entry: Int32?
      for node in nodes.reversed() {
        let branch = try add(node, before: next)
        entry = if let entry { try add(.fork(branch, entry)) } else { branch }
      }
      return entry ?? next
    case .repetition(let node, let least, let most):
      var entry = next
      if let most {
        for _ in least..<most {
          let optional = try add(node, before: entry)
          entry = try add(.fork(optional, next))
        }
      } else {
        let loop = try add(.fork(next, next))
        states[Int(loop)] = .fork(try add(node, before: loop), next)
        entry = loop
      }
      for _ in 0..<least { entry = try add(node, before: entry) }
      return entry
    }
  }
}
