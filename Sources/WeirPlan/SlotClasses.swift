import WeirPolicy

/// The values of one slot, in classes that none of its atoms splits. Every class can occur.
///
/// Class 0 is *absent* where the slot can be absent.
public struct SlotClasses: Sendable {
  /// One value of each class; the shortest or most usual one.
  public let witnesses: [SlotValue]
  /// For each atom of the slot, by its index in the space, the classes in which it holds; ascending.
  public let holding: [Int: [Int32]]
  public let classifier: Classifier

  public enum Classifier: Sendable {
    case text(TextClassifier)
    case intervals(IntervalClassifier)
    case presence
  }

  public var count: Int { witnesses.count }

  /// The class of a value; `nil` when it is unavailable, or is none that the slot can have.
  public func classID(of value: SlotValue) -> Int? {
    switch value {
    case .unavailable: nil
    case .absent: witnesses.first == .absent ? 0 : nil
    case .present: classifier.isPresence ? count - 1 : nil
    case .value(let value):
      switch classifier {
      case .presence: count - 1
      case .text(let classifier): value.text.flatMap(classifier.classID)
      case .intervals(let classifier): value.key.flatMap(classifier.classID)
      }
    }
  }
}

extension SlotClasses.Classifier {
  fileprivate var isPresence: Bool { if case .presence = self { true } else { false } }
}

/// Where a number or an address lies among intervals.
public struct IntervalClassifier: Sendable {
  /// The first key of each interval, ascending.
  public let starts: [UInt128]
  /// The last key of the last interval.
  public let last: UInt128
  public let classOf: [Int32]

  /// - Complexity: O(log intervals).
  func classID(of key: UInt128) -> Int? {
    guard let first = starts.first, key >= first, key <= last else { return nil }
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= key { low = middle } else { high = middle }
    }
    return Int(classOf[low])
  }
}

/// Finds the class of a text: exact texts by look-up, patterns piece by piece, regexes byte by byte; what the three say
/// together is the class.
public struct TextClassifier: Sendable {
  public let kind: Slot.Kind
  /// For each text, a string, that an atom names, the list of atoms that name it.
  public let exact: [Value: Int32]
  public let tokens: TokenAutomaton
  public let regexes: RegexProduct
  /// Lists of atoms, by the numbers that the three parts give.
  let pool: ListPool
  /// The texts of `exact` in the order of their bytes.
  private(set) var named: [(text: String, signature: Signature)] = []
  /// The class of what the three parts say.
  public private(set) var classOf: [Signature: Int32] = [:]

  /// The lists that the three parts give.
  public struct Signature: Hashable, Sendable {
    public let exact: Int32
    public let patterns: Int32
    public let regexes: Int32
  }

  init(kind: Slot.Kind, exact: [Value: Int32], tokens: TokenAutomaton, regexes: RegexProduct, pool: ListPool) {
    self.kind = kind
    self.exact = exact
    self.tokens = tokens
    self.regexes = regexes
    self.pool = pool
    named = exact.keys.compactMap(\.text).sortedByBytes().map { ($0, signature(of: $0)) }
  }

  mutating func setClass(_ id: Int32, of signature: Signature) { classOf[signature] = id }

  func atoms(of signature: Signature) -> [Int32] {
    [signature.exact, signature.patterns, signature.regexes].flatMap { pool.lists[Int($0)] }.asSet
  }

  /// - Complexity: linear in the text.
  func classID(of text: String) -> Int? {
    classOf[signature(of: text)].map(Int.init)
  }

  func signature(of text: String) -> Signature {
    var patterns = ListPool.empty
    // No pattern covers what does not have the form of the slot.
    if let pieces = kind.pieces(of: text) {
      var state: Int32 = 0
      for piece in pieces { state = tokens.step(state, piece) }
      patterns = tokens.accepted[Int(state)]
    }
    return Signature(
      exact: exact[.string(text)] ?? ListPool.empty, patterns: patterns,
      regexes: regexes.accepted[Int(regexes.run(text, from: regexes.start))])
  }
}
