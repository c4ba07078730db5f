/// Which of some conditions, in their order, is the first that is true: a decision diagram over classes.
///
/// Every node asks for the class of one level and goes on by ranges of classes; levels grow along every path. Nodes that ask
/// nothing are left out, except for variables: their value may be undetermined, which only who asks finds out.
/// Equal nodes are one node, so equal questions about slots have equal graphs.
public struct DecisionGraph: Sendable {
  /// A node by its number, or a terminal: −1 − entry. The entry after the last is *none of them*.
  public typealias Target = Int32

  /// The conditions in the order in which they are tried; a terminal is an index into it.
  public let entries: [Int]
  public let root: Target
  /// For each node.
  public let levels: [Int32]
  /// Where the classes go that no edge names.
  public let defaults: [Target]
  /// For each node its edges.
  public let edges: [Range<Int32>]
  /// For each edge a range of classes, both ends included; ascending within a node.
  public let edgeFirst: [Int32]
  public let edgeLast: [Int32]
  public let edgeTarget: [Target]

  /// The rests of clauses that some targets stand for: see `leaf(of:)`. Empty unless they were asked for.
  public let leaves: [Leaf]

  /// What is left of a clause when it alone decides: its entry if these constraints hold, else none.
  public struct Leaf: Hashable, Sendable {
    /// A clause of the space.
    public var clause: Int
    /// The first of its constraints that is not settled, counted within the clause.
    public var constraint: Int

    public init(clause: Int, constraint: Int) {
      self.clause = clause
      self.constraint = constraint
    }
  }

  /// The leaf that a target stands for, by its number; `nil` for a node or an entry.
  public func leaf(of target: Target) -> Int? {
    guard let entry = Self.entry(of: target), entry > entries.count else { return nil }
    return entry - entries.count - 1
  }

  public static func terminal(_ entry: Int) -> Target { Target(-1 - entry) }
  public static func entry(of target: Target) -> Int? { target < 0 ? Int(-1 - target) : nil }

  /// Default edges included.
  public var edgeCount: Int { edgeTarget.count + defaults.count }

  /// The target of a class. Complexity: O(log edges).
  public func target(of node: Target, class candidate: Int) -> Target {
    let range = edges[Int(node)]
    var low = Int(range.lowerBound)
    var high = Int(range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if edgeLast[middle] < Int32(candidate) { low = middle + 1 } else { high = middle }
    }
    return low < Int(range.upperBound) && edgeFirst[low] <= Int32(candidate) ? edgeTarget[low] : defaults[Int(node)]
  }

  /// The entry for these classes.
  ///
  /// - Parameter classOf: the class of a level; `nil` when it is unavailable.
  /// - Returns: `nil` when a level was asked that is unavailable.
  public func entry(_ classOf: (Int) -> Int?) -> Int? {
    var target = root
    while target >= 0 {
      guard let candidate = classOf(Int(levels[Int(target)])) else { return nil }
      target = self.target(of: target, class: candidate)
    }
    return Int(-1 - target)
  }
}

/// Why there is no graph.
public enum GraphFailure: Error, Hashable, Sendable {
  /// More edges than the budget; the conditions with the most clauses in the widest states, worst first.
  case tooManyEdges(conditions: [Int])
  case tooManySteps(conditions: [Int])
}
