import PropertyTesting

@testable import WeirRegex

/// The ends of all matches of `node` that begin at `start`: the definition of the language, with no automaton.
func ends(of node: RegexNode, in bytes: [UInt8], from start: Int) -> Set<Int> {
  switch node {
  case .bytes(let set):
    return start < bytes.count && set.contains(bytes[start]) ? [start + 1] : []
  case .sequence(let nodes):
    return nodes.reduce(into: [start]) { reached, node in
      reached = reached.reduce(into: []) { $0.formUnion(ends(of: node, in: bytes, from: $1)) }
    }
  case .choice(let nodes):
    return nodes.reduce(into: []) { $0.formUnion(ends(of: $1, in: bytes, from: start)) }
  case .repetition(let node, let least, let most):
    var reached: Set<Int> = [start]
    var result: Set<Int> = least == 0 ? [start] : []
    // More rounds than bytes reach nothing new beyond the least number.
    for round in 1...(min(most ?? .max, least + bytes.count + 1)) {
      reached = reached.reduce(into: []) { $0.formUnion(ends(of: node, in: bytes, from: $1)) }
      if round >= least { result.formUnion(reached) }
    }
    return result
  }
}

/// Runs the nondeterministic automaton itself, state by state.
func simulate(_ automaton: Automaton, on bytes: [UInt8]) -> Bool {
  func closure(_ entries: Set<Int32>) -> Set<Int32> {
    var seen: Set<Int32> = []
    var pending = Array(entries)
    while let state = pending.popLast() {
      guard seen.insert(state).inserted else { continue }
      if case .fork(let left, let right) = automaton.states[Int(state)] { pending += [left, right] }
    }
    return seen
  }
  var current = closure([automaton.start])
  for byte in bytes {
    var next: Set<Int32> = []
    for state in current {
      if case .byte(let set, let target) = automaton.states[Int(state)], set.contains(byte) { next.insert(target) }
    }
    current = closure(next)
  }
  return current.contains(0)
}

/// A random regex over a small alphabet.
func randomRegex(depth: Int, using generator: inout SplitMix64) -> String {
  if depth == 0 || Int.random(in: 0..<6, using: &generator) == 0 {
    let atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "\\w", "\\d", "\\.", "1", "[^\\d]", "\\S"]
    return atoms.randomElement(using: &generator) ?? "a"
  }
  switch Int.random(in: 0..<4, using: &generator) {
  case 0, 1:
    return (0..<Int.random(in: 1...3, using: &generator))
      .map { _ in randomRegex(depth: depth - 1, using: &generator) }.joined()
  case 2:
    return "("
      + (0..<Int.random(in: 1...3, using: &generator))
      .map { _ in randomRegex(depth: depth - 1, using: &generator) }.joined(separator: "|") + ")"
  default:
    let quantifiers = ["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}"]
    return "(?:" + randomRegex(depth: depth - 1, using: &generator) + ")"
      + (quantifiers.randomElement(using: &generator) ?? "*")
  }
}

func randomValue(using generator: inout SplitMix64) -> String {
  let alphabet = Array("aaabbc1.-")
  return String(
    (0..<Int.random(in: 0...7, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
}
