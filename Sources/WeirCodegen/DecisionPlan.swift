import WeirISA
import WeirPlan
import WeirPolicy

/// How one scope is decided by classes: everything but the classifiers' tables.
struct DecisionPlan {
  var strategy: ScopeStrategy
  /// Numbers of classifiers, in the order in which the graph asks.
  var classifiers: [Int]
  /// Numbers of conditions.
  var variables: [Int]
  var head: DecisionHead
  /// All words of the decision.
  var words: [UInt32]

  /// Units of one decision besides classifiers and variables.
  var costConstant: UInt64 {
    DecisionCost.constant(
      dimensions: classifiers.count + variables.count, clauses: Int(head.clauses), clauseWords: Int(head.clauseWords),
      ranges: Int(head.ranges), rowDimensions: Int(head.rowDimensions))
  }
}

/// Lays out the clauses, rows and graph of a scope.
struct DecisionWriter {
  private let space: Space
  private let graph: DecisionGraph?
  /// The dimensions that rules ask for, in the order of levels; slots come first.
  private let dimensions: [Int]
  /// For each dimension of the space its place among `dimensions`.
  private let placeOf: [Int]
  private let conditionCount: Int

  private var literals = Interner<Literal>()
  private var ranges: [UInt32] = []
  private var rangeNumbers: [[UInt32]: Int] = [:]
  private var clauseWords: [UInt32] = []
  /// Where the constraints of a clause begin, for the leaves of the graph.
  private var placeOfLeaf: [DecisionGraph.Leaf: Int] = [:]
  private var isRow: [Bool]
  private var rowWords: [UInt32] = []

  /// - Parameter conditionCount: the rules of the scope; they are the first conditions of the space.
  init(_ space: Space, _ graph: DecisionGraph?, conditionCount: Int) {
    self.space = space
    self.graph = graph
    self.conditionCount = conditionCount
    let mentioned = Set(space.mentioned(by: Array(0..<conditionCount)))
    dimensions = space.order.filter { mentioned.contains($0) }
    var places = [Int](repeating: 0, count: space.dimensionCount)
    for (place, dimension) in dimensions.enumerated() { places[dimension] = place }
    placeOf = places
    isRow = [Bool](repeating: false, count: dimensions.count)
  }

  /// Slots of the space that the decision looks at, in order.
  var slots: [Int] { dimensions.filter { $0 < space.slots.count } }
  /// Variables of the space that the decision looks at, in order.
  var variables: [Int] { dimensions.filter { $0 >= space.slots.count }.map { $0 - space.slots.count } }

  /// - Parameters:
  ///   - classifiers: of the slots.
  ///   - conditions: of the variables.
  mutating func write(classifiers: [Int], conditions: [Int], needed: [Int]) throws(CodegenError) -> DecisionPlan {
    chooseRows()
    writeClauses()
    writeRows()
    let graphWords = try graph.map(words) ?? []
    let limit = Int(DecisionFormat.numberMask)
    guard clauseWords.count < limit, rowWords.count < limit, graphWords.count < limit else {
      throw .tooMany("words of a decision", limit: limit)
    }
    let head = DecisionHead(
      slots: UInt32(classifiers.count), variables: UInt32(conditions.count), needed: UInt32(needed.count),
      literals: UInt32(literals.count), ranges: UInt32(ranges.count / 2), clauses: UInt32(clauseCount),
      clauseWords: UInt32(clauseWords.count), rowDimensions: UInt32(isRow.count { $0 }),
      rowWords: UInt32(rowWords.count),
      graphWords: UInt32(graphWords.count))
    var words = [UInt32](repeating: 0, count: DecisionHead.wordCount)
    head.write(to: &words)
    words += classifiers.map { UInt32($0) } + conditions.map { UInt32($0) } + needed.map { UInt32(placeOf[$0]) }
    for literal in literals.values { words += [literal.head, literal.first, literal.second] }
    words += ranges
    words += clauseWords
    words += isRow.indices.filter { isRow[$0] }.map { UInt32($0) }
    words += rowWords
    words += graphWords
    return DecisionPlan(
      strategy: graph == nil ? .clauses : .graph, classifiers: classifiers, variables: conditions, head: head,
      words: words)
  }

  // MARK: - Clauses

  private var clauses: ClauseTable { space.clauses }
  private var clauseCount: Int { conditionCount == 0 ? 0 : clauses.clausesOf[conditionCount - 1].upperBound }
  private var rowWordCount: Int { (clauseCount + 31) / 32 }

  /// A slot that many clauses mention gets rows; the others are looked at clause by clause.
  private mutating func chooseRows() {
    var mentions = [Int](repeating: 0, count: dimensions.count)
    for clause in 0..<clauseCount {
      for constraint in clauses.constraints[clause] { mentions[placeOf[Int(clauses.dimensions[constraint])]] += 1 }
      for dimension in clauses.mentions[clause] { mentions[placeOf[Int(dimension)]] += 1 }
    }
    for (place, dimension) in dimensions.enumerated() where dimension < space.slots.count {
      isRow[place] = rowWordCount <= 4 || mentions[place] * 16 >= clauseCount
    }
  }

  private mutating func writeClauses() {
    let leaves = graph?.leaves ?? []
    placeOfLeaf.reserveCapacity(leaves.count)
    var firstLeaf = [Int](repeating: .max, count: clauseCount)
    for leaf in leaves { firstLeaf[leaf.clause] = min(firstLeaf[leaf.clause], leaf.constraint) }
    for clause in 0..<clauseCount {
      var items: [(place: Int, constraint: Int?, literal: Int)] = []
      let begin = clauses.constraints[clause].lowerBound
      for constraint in clauses.constraints[clause] {
        let place = placeOf[Int(clauses.dimensions[constraint])]
        // The rows know, and no leaf asks.
        if isRow[place], constraint - begin < firstLeaf[clause] { continue }
        items.append((place, constraint - begin, literal(place, clauses.set(at: constraint))))
      }
      for dimension in clauses.mentions[clause] {
        let place = placeOf[Int(dimension)]
        if !isRow[place] { items.append((place, nil, literal(place, nil))) }
      }
      for item in items.sorted(by: { $0.place < $1.place }) {
        if let constraint = item.constraint {
          placeOfLeaf[DecisionGraph.Leaf(clause: clause, constraint: constraint)] = clauseWords.count
        }
        clauseWords.append(UInt32(item.literal) | (isRow[item.place] ? DecisionFormat.rowBit : 0))
      }
      clauseWords.append(UInt32(clauses.conditionOf[clause]) | DecisionFormat.ruleBit)
    }
  }

  private struct Literal: Hashable {
    /// The place of the dimension, and the form.
    var head: UInt32
    var first: UInt32
    var second: UInt32
  }

  /// - Parameter set: `nil` for all classes.
  private mutating func literal(_ place: Int, _ set: ClassSet?) -> Int {
    let found = set.map(\.ranges) ?? []
    let isComplement = set?.isComplement ?? true
    let form: LiteralForm
    let operands: (first: UInt32, second: UInt32)
    if found.count == 1 {
      form = isComplement ? .outsideRange : .range
      operands = (UInt32(found[0].lowerBound), UInt32(found[0].upperBound))
    } else {
      form = isComplement ? .outsideRanges : .ranges
      let words = found.flatMap { [UInt32($0.lowerBound), UInt32($0.upperBound)] }
      let first = rangeNumbers[words] ?? ranges.count / 2
      if first == ranges.count / 2 {
        rangeNumbers[words] = first
        ranges += words
      }
      operands = (UInt32(first), UInt32(found.count))
    }
    let head = UInt32(place) | UInt32(form.rawValue) << 28
    return literals.number(of: Literal(head: head, first: operands.first, second: operands.second))
  }

  // MARK: - Rows

  private mutating func writeRows() {
    let wordCount = rowWordCount
    for place in isRow.indices where isRow[place] {
      let classCount = space.classCount(dimensions[place])
      // As if every class were in every clause; which clauses mention the slot; where a class differs.
      var common = [UInt32](repeating: 0, count: wordCount)
      for clause in 0..<clauseCount { common[clause >> 5] |= 1 << UInt32(clause & 31) }
      var mentioning = [UInt32](repeating: 0, count: wordCount)
      var differing = [[UInt32]](repeating: [], count: classCount)
      for clause in 0..<clauseCount {
        let bit: UInt32 = 1 << UInt32(clause & 31)
        for dimension in clauses.mentions[clause] where placeOf[Int(dimension)] == place {
          mentioning[clause >> 5] |= bit
        }
        for constraint in clauses.constraints[clause] where placeOf[Int(clauses.dimensions[constraint])] == place {
          let set = clauses.set(at: constraint)
          mentioning[clause >> 5] |= bit
          if !set.isComplement { common[clause >> 5] &= ~bit }
          for member in set.members { differing[Int(member)].append(UInt32(clause)) }
        }
      }
      rowWords += common
      rowWords += mentioning
      var starts: [UInt32] = []
      var lists: [UInt32] = []
      for list in differing {
        if list.count > wordCount {
          starts.append(UInt32(lists.count) | DecisionFormat.wholeRowBit)
          var row = common
          for clause in list { row[Int(clause >> 5)] ^= 1 << (clause & 31) }
          lists += row
        } else {
          starts.append(UInt32(lists.count))
          lists += list
        }
      }
      starts.append(UInt32(lists.count))
      rowWords += starts
      rowWords += lists
    }
  }

  // MARK: - Graph

  private func words(_ graph: DecisionGraph) throws(CodegenError) -> [UInt32] {
    // Levels grow along every path, so in their order every target lies behind its node.
    let order = graph.levels.indices.sorted { (graph.levels[$0], $0) < (graph.levels[$1], $1) }
    var forms: [NodeForm] = []
    var offsets = [Int](repeating: 0, count: order.count)
    var end = 1
    for node in order {
      let form = form(of: node, in: graph)
      forms.append(form)
      offsets[node] = end
      end += size(of: node, in: graph, as: form)
    }
    guard end < Int(DecisionFormat.clauseBit) else { throw .tooMany("words of a graph", limit: 1 << 30) }

    func word(_ target: DecisionGraph.Target) -> UInt32 {
      guard let entry = DecisionGraph.entry(of: target) else { return UInt32(offsets[Int(target)]) }
      if let leaf = graph.leaf(of: target) {
        return UInt32(placeOfLeaf[graph.leaves[leaf]] ?? 0) | DecisionFormat.endBit | DecisionFormat.clauseBit
      }
      guard entry < graph.entries.count else { return DecisionFormat.noRule }
      return UInt32(graph.entries[entry]) | DecisionFormat.endBit
    }
    var words = [word(graph.root)]
    words.reserveCapacity(end)
    for (node, form) in zip(order, forms) {
      let dimension = dimensionOf(node, in: graph)
      let edges = graph.edges[node].map(Int.init)
      switch form {
      case .table:
        words.append(NodeHead(dimension: placeOf[dimension], form: .table, edges: 0).word)
        var targets = [UInt32](repeating: word(graph.defaults[node]), count: space.classCount(dimension))
        for edge in edges {
          for classID in graph.edgeFirst[edge]...graph.edgeLast[edge] {
            targets[Int(classID)] = word(graph.edgeTarget[edge])
          }
        }
        words += targets
      case .classes:
        let count = width(of: node, in: graph)
        words += [
          NodeHead(dimension: placeOf[dimension], form: .classes, edges: count).word, word(graph.defaults[node]),
        ]
        for edge in edges {
          for classID in graph.edgeFirst[edge]...graph.edgeLast[edge] {
            words += [UInt32(classID), word(graph.edgeTarget[edge])]
          }
        }
      case .ranges:
        words += [
          NodeHead(dimension: placeOf[dimension], form: .ranges, edges: edges.count).word, word(graph.defaults[node]),
        ]
        for edge in edges {
          words += [UInt32(graph.edgeFirst[edge]), UInt32(graph.edgeLast[edge]), word(graph.edgeTarget[edge])]
        }
      }
    }
    return words
  }

  private func dimensionOf(_ node: Int, in graph: DecisionGraph) -> Int { space.order[Int(graph.levels[node])] }

  /// The classes that some edge names.
  private func width(of node: Int, in graph: DecisionGraph) -> Int {
    graph.edges[node].reduce(0) { $0 + Int(graph.edgeLast[Int($1)] - graph.edgeFirst[Int($1)]) + 1 }
  }

  private func size(of node: Int, in graph: DecisionGraph, as form: NodeForm) -> Int {
    switch form {
    case .table: 1 + space.classCount(dimensionOf(node, in: graph))
    case .classes: 2 + 2 * width(of: node, in: graph)
    case .ranges: 2 + 3 * graph.edges[node].count
    }
  }

  /// The smaller of the two lists, or a table where that is not much larger: it is faster.
  private func form(of node: Int, in graph: DecisionGraph) -> NodeForm {
    let isWide = width(of: node, in: graph) > DecisionFormat.edgesMax
    let classes = isWide ? Int.max : size(of: node, in: graph, as: .classes)
    let ranges = graph.edges[node].count > DecisionFormat.edgesMax ? Int.max : size(of: node, in: graph, as: .ranges)
    let smaller = min(classes, ranges)
    if smaller == .max || size(of: node, in: graph, as: .table) <= smaller + smaller / 2 { return .table }
    return classes <= ranges ? .classes : .ranges
  }
}

extension ClassSet {
  /// The members as ranges.
  var ranges: [ClosedRange<Int32>] {
    var result: [ClosedRange<Int32>] = []
    for member in members {
      if let last = result.last, last.upperBound == member - 1 {
        result[result.count - 1] = last.lowerBound...member
      } else {
        result.append(member...member)
      }
    }
    return result
  }
}
