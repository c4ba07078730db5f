/// The patterns of one slot, merged and made deterministic: it reads a text piece by piece.
///
/// A state knows a few pieces; every other piece that is not empty leads to one state, and the empty piece to another.
public struct TokenAutomaton: Sendable {
  private var names = Interner<String>()
  /// For each state the symbols it knows.
  public private(set) var known: [[Int32]] = []
  private var next: [UInt64: Int32] = [:]
  public private(set) var other: [Int32] = []
  public private(set) var empty: [Int32] = []
  /// For each state the list of atoms that cover a text which ends there.
  private(set) var accepted: [Int32] = []
  /// Whether the state is reached with one of the marked texts alone.
  private(set) var isMarked: [Bool] = []

  var stateCount: Int { known.count }

  /// The pieces that patterns name.
  public var symbols: [String] { names.values }

  /// - Parameters:
  ///   - patterns: with the number of their atom.
  ///   - marked: texts, split, whose end gets a state of its own.
  /// - Returns: `nil` when there are too many states or list entries.
  init?(
    _ patterns: [(atom: Int32, pattern: TokenPattern)], marked: [[String]], pool: inout ListPool, limits: PlanLimits
  ) {
    var trie = Trie()
    for (atom, pattern) in patterns {
      var node: Int32 = 0
      for token in pattern.tokens {
        switch token {
        case .literal(let text): node = trie.child(of: node, symbol(text))
        case .wildcard: node = trie.wildcard(of: node)
        }
      }
      if pattern.hasRest { trie.rests[Int(node)].append(atom) } else { trie.ends[Int(node)].append(atom) }
    }
    for pieces in marked {
      var node: Int32 = 0
      for piece in pieces { node = trie.child(of: node, symbol(piece)) }
      trie.isMarked[Int(node)] = true
    }
    guard determinise(trie, atoms: patterns.count, pool: &pool, limits: limits) else { return nil }
  }

  private mutating func symbol(_ text: String) -> Int32 { Int32(names.number(of: text)) }

  func step(_ state: Int32, symbol: Int32) -> Int32 { next[pair(state, symbol)] ?? other[Int(state)] }

  /// Whether the state knows a piece.
  func knows(_ piece: String, in state: Int32) -> Bool {
    names.known(piece).map { next[pair(state, Int32($0))] != nil } ?? false
  }

  /// Where the empty piece leads.
  func stepEmpty(_ state: Int32) -> Int32 {
    names.known("").flatMap { next[pair(state, Int32($0))] } ?? empty[Int(state)]
  }

  func step(_ state: Int32, _ piece: Substring) -> Int32 {
    if !known[Int(state)].isEmpty, let symbol = names.known(String(piece)),
      let target = next[pair(state, Int32(symbol))]
    {
      return target
    }
    return piece.isEmpty ? empty[Int(state)] : other[Int(state)]
  }

  private mutating func determinise(
    _ trie: Trie, atoms: Int, pool: inout ListPool, limits: PlanLimits
  ) -> Bool {
    let statesMax = max(limits.tokenStatesMin, trie.count * limits.tokenStatesPerSegmentMax)
    let edgesMax = max(limits.tokenStatesMin, trie.count * limits.tokenEdgesPerSegmentMax)
    // What the pool holds already is not this automaton's.
    let entriesMax = pool.entryCount + limits.memberships(ofAtoms: atoms)
    let emptySymbol = names.known("").map { Int32($0) }
    let restOf = trie.rests.map { pool.id($0.asSet) }
    let endOf = trie.ends.map { pool.id($0.asSet) }
    var keys = Interner<[Int32]>()
    // A key is the list that holds whatever follows, then the nodes.
    func number(_ nodes: [Int32], _ rest: Int32) -> Int32 {
      var rest = rest
      for node in nodes { rest = pool.union(rest, restOf[Int(node)]) }
      return Int32(keys.number(of: [rest] + nodes))
    }
    _ = number([0], ListPool.empty)
    var current = 0
    while current < keys.count {
      guard keys.count <= statesMax, next.count <= edgesMax, pool.entryCount <= entriesMax else { return false }
      let key = keys[current]
      let nodes = Array(key.dropFirst())
      var accept = key[0]
      for node in nodes { accept = pool.union(accept, endOf[Int(node)]) }
      accepted.append(accept)
      isMarked.append(nodes.contains { trie.isMarked[Int($0)] })

      let wild = nodes.compactMap { trie.wildcards[Int($0)] }.asSet
      let symbols = nodes.count == 1 ? trie.childSymbols[Int(nodes[0])] : nodes.flatMap { trie.childSymbols[Int($0)] }
      let distinct = symbols.asSet
      for symbol in distinct {
        let children = nodes.compactMap { trie.children[pair($0, symbol)] }
        next[pair(Int32(current), symbol)] = number(
          symbol == emptySymbol ? children.asSet : wild.isEmpty ? children.asSet : (children + wild).asSet, key[0])
      }
      known.append(distinct)
      other.append(number(wild, key[0]))
      empty.append(number([], key[0]))
      current += 1
    }
    return true
  }
}

func pair(_ left: Int32, _ right: Int32) -> UInt64 {
  UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
}

private struct Trie {
  var children: [UInt64: Int32] = [:]
  var childSymbols: [[Int32]] = [[]]
  var wildcards: [Int32?] = [nil]
  var rests: [[Int32]] = [[]]
  var ends: [[Int32]] = [[]]
  var isMarked: [Bool] = [false]

  var count: Int { ends.count }

  private mutating func add() -> Int32 {
    childSymbols.append([])
    wildcards.append(nil)
    rests.append([])
    ends.append([])
    isMarked.append(false)
    return Int32(ends.count - 1)
  }

  mutating func child(of node: Int32, _ symbol: Int32) -> Int32 {
    if let known = children[pair(node, symbol)] { return known }
    let child = add()
    children[pair(node, symbol)] = child
    childSymbols[Int(node)].append(symbol)
    return child
  }

  mutating func wildcard(of node: Int32) -> Int32 {
    if let known = wildcards[Int(node)] { return known }
    let child = add()
    wildcards[Int(node)] = child
    return child
  }
}
