/// A complete minimal deterministic automaton over bytes, in a canonical numbering: two regexes that match the same
/// values have equal automata.
///
/// States are numbered from the start, 0, breadth first by class; classes by their first byte.
public struct DFA: Hashable, Sendable {
  /// The class of each of the 256 bytes.
  public let byteClasses: [UInt8]
  /// Number of classes, 1 to 256.
  public let classCount: Int
  /// Number of states, 1 to `RegexLimits.statesMax`.
  public let stateCount: Int
  /// Row-major: state s goes at class c to `transitions[s * classCount + c]`.
  public let transitions: [UInt16]
  /// Whether a value that ends in the state matches.
  public let accepting: [Bool]
  /// The state before the first byte.
  public let start: UInt16

  /// Compiles the source of a regex literal.
  ///
  /// - Throws: `RegexError` with a byte offset; the limits are in `RegexLimits`.
  /// - Complexity: bounded by `RegexLimits.stepsMax`, whatever the source says.
  public init(regex source: String) throws(RegexError) {
    let construction = try SubsetConstruction(try Automaton(try RegexParser.parse(Array(source.utf8))))
    self.init(minimising: construction)
  }

  private init(minimising construction: SubsetConstruction) {
    let classCount = construction.classes.count
    let groupOf = equivalentStates(
      transitions: construction.transitions, accepting: construction.accepting, classCount: classCount)
    var representative: [Int: Int] = [:]
    for (state, group) in groupOf.enumerated() where representative[group] == nil { representative[group] = state }
    self.init(
      start: groupOf[0], classes: construction.classes,
      next: { group, byteClass in
        groupOf[Int(construction.transitions[(representative[group] ?? 0) * classCount + byteClass])]
      }, accepts: { construction.accepting[representative[$0] ?? 0] })
  }

  /// Numbers the states that are reached, of which no two accept the same.
  private init(start first: Int, classes old: ByteClasses, next: (Int, Int) -> Int, accepts: (Int) -> Bool) {
    // Breadth first from the start, in the order of the classes.
    var numbers = [first: 0]
    var order = [first]
    var rows: [[Int]] = []
    while rows.count < order.count {
      let state = order[rows.count]
      rows.append(
        (0..<old.count).map { byteClass in
          let target = next(state, byteClass)
          if let number = numbers[target] { return number }
          numbers[target] = order.count
          order.append(target)
          return order.count - 1
        })
    }

    // Bytes that every state treats alike become one class.
    var columns: [[Int]: Int] = [:]
    let columnOf = (0..<old.count).map { byteClass in
      let column = rows.map { $0[byteClass] }
      let number = columns[column] ?? byteClass
      columns[column] = number
      return number
    }
    let classes = ByteClasses(numbering: old.classOf.map { columnOf[Int($0)] })
    let oldClasses = classes.representatives.map { Int(old.classOf[Int($0)]) }

    byteClasses = classes.classOf
    classCount = classes.count
    stateCount = order.count
    transitions = rows.flatMap { row in oldClasses.map { UInt16(row[$0]) } }
    accepting = order.map(accepts)
    start = 0
  }

  /// The automaton of what leads from a state to an accepting one.
  ///
  /// - Complexity: that of its transitions.
  public func remainder(from state: UInt16) -> DFA {
    DFA(
      start: Int(state), classes: ByteClasses(numbering: byteClasses.map(Int.init)),
      next: { Int(transitions[$0 * classCount + $1]) }, accepts: { accepting[$0] })
  }

  /// Whether the whole value matches. One table look-up a byte.
  public func matches(_ bytes: some Collection<UInt8>) -> Bool {
    var state = Int(start)
    for byte in bytes { state = Int(transitions[state * classCount + Int(byteClasses[Int(byte)])]) }
    return accepting[state]
  }
}
