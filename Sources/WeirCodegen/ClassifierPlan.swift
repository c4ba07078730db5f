import WeirISA
import WeirPlan
import WeirPolicy

/// A classifier before its strings have places. Equal plans become one classifier, whichever scopes they belong to.
struct ClassifierPlan: Hashable {
  var head: UInt32
  var classCount: Int
  var body: Body

  enum Body: Hashable {
    case presence
    /// The words of integers or addresses.
    case intervals([UInt32], count: Int)
    case texts(TextPlan)
  }
}

/// The tables of a classifier of texts, with strings by number.
struct TextPlan: Hashable {
  struct Text: Hashable {
    var string: Int
    var classID: UInt32
  }

  struct Edge: Hashable {
    var state: UInt32
    var string: Int
    var target: UInt32
  }

  var lead: TextLead
  var texts: [Text]
  /// Ascending by state.
  var edges: [Edge] = []
  var stateWords: [UInt32] = []
  var start: UInt32
  var patternClasses: [UInt32]
  var pairWords: [UInt32] = []
  /// Among the merged automata.
  var automaton: Int?
  var acceptingResults: [UInt32] = []
}

/// The regexes of one slot as one automaton: state 0 is dead, the accepting ones come last.
struct MergedAutomaton: Hashable {
  var byteClasses: [UInt8]
  var classCount: Int
  var stateCount: Int
  var transitions: [UInt16]
  var start: Int
  var firstAccepting: Int
}

extension TextPlan {
  /// - Parameters:
  ///   - kind: of the slot.
  ///   - automaton: keeps a merged automaton and gives its number.
  init(
    _ table: TextTable, lead: TextLead, _ pools: inout Pools, automaton number: (MergedAutomaton) -> Int
  ) throws(CodegenError) {
    self.lead = lead
    func word(_ classID: Int?) -> UInt32 { classID.map { UInt32($0) } ?? DecisionFormat.noClass }
    func word(_ target: TextTable.Target) -> UInt32 {
      switch target {
      case .state(let state): UInt32(state)
      case .settled(let result): UInt32(result) | DecisionFormat.settledBit
      }
    }
    texts = []
    for (text, classID) in table.texts { texts.append(Text(string: pools.string(text), classID: word(classID))) }
    var edgeCounts = [UInt32](repeating: 0, count: table.states.count)
    for edge in table.edges { edgeCounts[edge.state] += 1 }
    for (state, edgeCount) in zip(table.states, edgeCounts) {
      stateWords += [word(state.other), word(state.empty), UInt32(state.result), edgeCount]
    }
    for edge in table.edges {
      guard edge.segment.utf8.count < 1 << 16 else { throw .tooMany("bytes in a segment of a pattern", limit: 1 << 16) }
      edges.append(Edge(state: UInt32(edge.state), string: pools.string(edge.segment), target: word(edge.target)))
    }
    start = word(table.start)
    patternClasses = table.patternClasses.map(word)
    for pair in table.pairs { pairWords += [UInt32(pair.patterns), UInt32(pair.regexes), UInt32(pair.classID)] }
    if let regexes = table.regexes {
      let (merged, order) = try MergedAutomaton.numbering(regexes, table.regexResults)
      acceptingResults = order.dropFirst(merged.firstAccepting - 1).map { UInt32(table.regexResults[$0]) }
      automaton = number(merged)
    }
  }
}

extension MergedAutomaton {
  /// The automaton, and the states of the product in its order, from state 1 on.
  static func numbering(
    _ product: RegexProduct, _ results: [Int]
  ) throws(CodegenError) -> (automaton: MergedAutomaton, order: [Int]) {
    let columns = product.columnCount
    func isDead(_ state: Int) -> Bool {
      results[state] == 0
        && product.transitions[(state * columns)..<((state + 1) * columns)].allSatisfy { Int($0) == state }
    }
    let living = results.indices.filter { !isDead($0) }
    let order = living.filter { results[$0] == 0 } + living.filter { results[$0] != 0 }
    guard order.count < UInt16.max else { throw .tooMany("states of the regexes of one slot", limit: Int(UInt16.max)) }
    var numbers = [UInt16](repeating: 0, count: results.count)
    for (index, state) in order.enumerated() { numbers[state] = UInt16(index + 1) }
    var transitions = [UInt16](repeating: 0, count: columns)
    transitions.reserveCapacity((order.count + 1) * columns)
    for state in order {
      for column in 0..<columns { transitions.append(numbers[Int(product.transitions[state * columns + column])]) }
    }
    let automaton = MergedAutomaton(
      byteClasses: product.columnOf, classCount: columns, stateCount: order.count + 1, transitions: transitions,
      start: Int(numbers[product.startState]), firstAccepting: living.count { results[$0] == 0 } + 1)
    return (automaton, order)
  }
}

extension IntervalClassifier {
  /// Numbers: the first, the last one, the first of each interval, the classes.
  var integerWords: [UInt32] {
    var words: [UInt32] = []
    func append(_ key: UInt128) {
      words.append(UInt32(truncatingIfNeeded: key))
      words.append(UInt32(truncatingIfNeeded: key >> 32))
    }
    append(last)
    for start in starts { append(start) }
    return words + classOf.map { UInt32($0) }
  }

  /// Addresses: the first of each interval, high half first, each half low word first; the classes.
  var addressWords: [UInt32] {
    var words: [UInt32] = []
    for start in starts {
      for shift in [64, 96, 0, 32] as [UInt128] { words.append(UInt32(truncatingIfNeeded: start >> shift)) }
    }
    return words + classOf.map { UInt32($0) }
  }
}

extension Slot.Kind {
  var lead: TextLead {
    switch self {
    case .path: .path
    case .identity: .identity
    case .text, .finite, .integer, .address, .presence: .none
    }
  }
}
