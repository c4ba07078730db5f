/// A text classifier as flat tables, for machines: equal classifiers give equal tables.
public struct TextTable: Sendable {
  /// Where a segment leads.
  public enum Target: Hashable, Sendable {
    case state(Int)
    /// Nothing that follows makes a difference: a number of `patternClasses`.
    case settled(Int)
  }

  public struct State: Hashable, Sendable {
    /// Where a segment leads that no edge names.
    public var other: Target
    public var empty: Target
    /// What patterns say of a text that ends here: a number of `patternClasses`.
    public var result: Int
  }

  public struct Edge: Hashable, Sendable {
    public var state: Int
    /// Never empty.
    public var segment: String
    public var target: Target
  }

  public struct Pair: Hashable, Sendable {
    public var patterns: Int
    /// From 1.
    public var regexes: Int
    public var classID: Int
  }

  /// Every text that a rule names, in order, with its class; `nil` when no request has it.
  public var texts: [(text: String, classID: Int?)]
  /// State 0 is the first one, if there is any.
  public var states: [State] = []
  /// By state, then in the order in which patterns name the segments.
  public var edges: [Edge] = []
  public var start = Target.settled(0)
  /// For each thing that patterns say the class where regexes say nothing, if there is one. 0 is nothing.
  public var patternClasses: [Int?] = []
  /// Where regexes say something; ascending.
  public var pairs: [Pair] = []
  /// `nil` when no regex is asked.
  public var regexes: RegexProduct?
  /// For each state of the regexes what they say of a text that ends there. 0 is nothing.
  public var regexResults: [Int] = []

  /// - Complexity: near linear in the classifier.
  public init(_ classifier: TextClassifier) {
    texts = classifier.named.map { ($0.text, classifier.classOf[$0.signature].map(Int.init)) }
    var patternResults = Numbering()
    add(classifier.tokens, &patternResults)
    var regexResultNumbers = Numbering()
    if !classifier.regexes.isTrivial {
      regexes = classifier.regexes
      regexResults = classifier.regexes.accepted.map { regexResultNumbers.number(of: $0) }
    }
    patternClasses = Array(repeating: nil, count: patternResults.count)
    for (signature, classID) in classifier.classOf where signature.exact == ListPool.empty {
      guard let patterns = patternResults.known(signature.patterns),
        let regexes = regexResultNumbers.known(signature.regexes)
      else { continue }
      if regexes == 0 {
        patternClasses[patterns] = Int(classID)
      } else {
        pairs.append(Pair(patterns: patterns, regexes: regexes, classID: Int(classID)))
      }
    }
    pairs.sort { ($0.patterns, $0.regexes) < ($1.patterns, $1.regexes) }
  }

  private mutating func add(_ automaton: TokenAutomaton, _ results: inout Numbering) {
    let isSettled = automaton.settledStates
    var numbers = [Int](repeating: 0, count: automaton.stateCount)
    var kept: [Int] = []
    for state in 0..<automaton.stateCount where !isSettled[state] {
      numbers[state] = kept.count
      kept.append(state)
    }
    func target(_ state: Int32) -> Target {
      isSettled[Int(state)]
        ? .settled(results.number(of: automaton.accepted[Int(state)])) : .state(numbers[Int(state)])
    }
    start = target(0)
    for state in kept {
      states.append(
        State(
          other: target(automaton.other[state]), empty: target(automaton.stepEmpty(Int32(state))),
          result: results.number(of: automaton.accepted[state])))
      for symbol in automaton.known[state] where !automaton.symbols[Int(symbol)].isEmpty {
        let next = target(automaton.step(Int32(state), symbol: symbol))
        guard next != states[states.count - 1].other else { continue }
        edges.append(
          Edge(state: states.count - 1, segment: automaton.symbols[Int(symbol)], target: next))
      }
    }
  }
}

/// Small numbers for large ones, in the order of first use; the empty list comes first.
private struct Numbering {
  private var numbers: [Int32: Int] = [ListPool.empty: 0]

  var count: Int { numbers.count }

  func known(_ id: Int32) -> Int? { numbers[id] }

  mutating func number(of id: Int32) -> Int {
    if let known = numbers[id] { return known }
    numbers[id] = numbers.count
    return numbers.count - 1
  }
}

extension TokenAutomaton {
  /// Which states stay what they are, whatever follows.
  fileprivate var settledStates: [Bool] {
    var settled = known.map { $0.isEmpty }
    var changes = true
    while changes {
      changes = false
      for state in settled.indices where settled[state] {
        let next = [Int(other[state]), Int(empty[state])]
        if next.contains(where: { $0 != state && (!settled[$0] || accepted[$0] != accepted[state]) }) {
          settled[state] = false
          changes = true
        }
      }
    }
    return settled
  }
}
