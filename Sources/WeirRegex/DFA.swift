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
    let oldClassCount = construction.classes.count
    let groupOf = equivalentStates(
      transitions: construction.transitions, accepting: construction.accepting, classCount: oldClassCount)
    var representative: [Int: Int] = [:]
    for (state, group) in groupOf.enumerated() where representative[group] == nil { representative[group] = state }

    // Breadth first from the start, in the order of the classes.
    var numbers = [groupOf[0]: 0]
    var order = [groupOf[0]]
    var rows: [[Int]] = []
    while rows.count < order.count {
      let state = representative[order[rows.count]] ?? 0
      rows.append(
        (0..<oldClassCount).map { byteClass in
          let group = groupOf[Int(construction.transitions[state * oldClassCount + byteClass])]
          if let number = numbers[group] { return number }
          numbers[group] = order.count
          order.append(group)
          return order.count - 1
        })
    }

    // Bytes that every state treats alike become one class.
    var columns: [[Int]: Int] = [:]
    let columnOf = (0..<oldClassCount).map { byteClass in
      let column = rows.map { $0[byteClass] }
      let number = columns[column] ?? byteClass
      columns[column] = number
      return number
    }
    let classes = ByteClasses(numbering: construction.classes.classOf.map { columnOf[Int($0)] })
    let oldClasses = classes.representatives.map { Int(construction.classes.classOf[Int($0)]) }

    byteClasses = classes.classOf
    classCount = classes.count
    stateCount = order.count
    transitions = rows.flatMap { row in oldClasses.map { UInt16(row[$0]) } }
    accepting = order.map { construction.accepting[representative[$0] ?? 0] }
    start = 0
  }

  /// Whether the whole value matches. One table look-up a byte.
  public func matches(_ bytes: some Collection<UInt8>) -> Bool {
    var state = Int(start)
    for byte in bytes { state = Int(transitions[state * classCount + Int(byteClasses[Int(byte)])]) }
    return accepting[state]
  }
}
