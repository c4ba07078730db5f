/// The section `decisions`: how scopes are decided without looking at one rule after another.
///
/// Little-endian 32-bit words, one piece after another; where a piece lies follows from the sizes of those before it, so
/// nothing in it can point outside.
/// ```
/// section    = classifierCount decisionCount classifier* decision*
/// classifier = head classCount body
/// decision   = DecisionHead, then its parts in the order of the head's fields
/// ```
/// A classifier says which class the value of a slot has; no rule tells the values of one class apart. A decision belongs to
/// a scope whose strategy is not `sequence`, in the order of the scopes. Its *dimensions* are slots, in the order in which
/// its graph asks for them, then Boolean variables: conditions of their own, with the classes 0 (false) and 1 (true).
public enum DecisionFormat {
  /// No class: the value is none that rules were compiled for, and they have to be asked one by one.
  public static let noClass = UInt32.max
  /// No automaton.
  public static let noAutomaton = UInt32.max

  /// number of the string, class.
  public static let textWords = 2
  /// number of the string, target.
  public static let edgeWords = 2
  /// other segment, empty segment, what holds of a text that ends here, how many edges lead on.
  public static let stateWords = 4
  /// Buckets, at most, for each key of a classifier's table: twice as many as it is meant to have.
  public static let bucketsPerKeyMax = 4
  /// The same for each member of a hash set, of which the number of buckets is rounded up to a power of two.
  public static let bucketsPerMemberMax = 8
  /// what patterns say, what regexes say, class.
  public static let pairWords = 3
  /// dimension and form, two words that depend on the form.
  public static let literalWords = 3

  /// Dimensions of one decision; a node has no room for more.
  public static let dimensionsMax = 1 << 14
  /// Edges of a node that does not name a target for every class.
  public static let edgesMax = 1 << 16 - 1

  /// A target of a segment: nothing that follows makes a difference; the other bits say what holds.
  public static let settledBit: UInt32 = 1 << 31

  /// A target of the graph that is no node.
  public static let endBit: UInt32 = 1 << 31
  /// Beside `endBit`: the rest of a clause is to be checked, the other bits are its place among the clause words.
  public static let clauseBit: UInt32 = 1 << 30
  /// The target *no rule*.
  public static let noRule: UInt32 = 1 << 31 | (1 << 30 - 1)

  /// In a clause word: the last one, the other bits are the rule's place in the scope.
  public static let ruleBit: UInt32 = 1 << 31
  /// In a clause word: a literal that the rows have decided.
  public static let rowBit: UInt32 = 1 << 30
  public static let numberMask: UInt32 = 1 << 30 - 1

  /// In the start of a class's list: the list is a row of words.
  public static let wholeRowBit: UInt32 = 1 << 31

  /// Where a key of this hash has its home among `count` buckets, which need not be a power of two.
  @inlinable
  @inline(__always)
  public static func home(_ hash: UInt64, among count: Int) -> Int {
    Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }

  /// The hash of a segment that was met in a state.
  @inlinable
  @inline(__always)
  public static func hash(_ segment: UInt64, in state: UInt32) -> UInt64 {
    TextWords.hash(UInt64(state) &* 0xD6E8_FEB8_6659_FD93, seed: segment)
  }
}

/// How a classifier reads a value.
public enum ClassifierKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// Only whether there is a value. No body.
  case presence
  /// Intervals of numbers, shifted to be unsigned, 64 bits each: how many, the last number, the first of each interval, the
  /// class of each.
  case integers
  /// Intervals of addresses: how many, the first address of each, from zero on, the class of each.
  case addresses
  /// `TextClassifierHead` and its tables.
  case texts
}

/// The first word of a classifier.
public struct ClassifierHead: BitwiseCopyable, Sendable, Equatable {
  public var kind: ClassifierKind
  /// Whether class 0 is that of an absent value.
  public var canBeAbsent: Bool
  public var slot: UInt16

  public init(kind: ClassifierKind, canBeAbsent: Bool, slot: UInt16) {
    self.kind = kind
    self.canBeAbsent = canBeAbsent
    self.slot = slot
  }

  public init?(word: UInt32) {
    guard word >> 25 == 0, let kind = ClassifierKind(rawValue: UInt8(truncatingIfNeeded: word >> 16)) else {
      return nil
    }
    self.init(kind: kind, canBeAbsent: word >> 24 == 1, slot: UInt16(truncatingIfNeeded: word))
  }

  public var word: UInt32 { UInt32(slot) | UInt32(kind.rawValue) << 16 | (canBeAbsent ? 1 << 24 : 0) }
}

/// What a text has to begin with for segment patterns to say anything.
public enum TextLead: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// Texts are not split.
  case none
  /// `/`
  case path
  /// `spiffe://`
  case identity

  public var byteCount: Int {
    switch self {
    case .none: 0
    case .path: 1
    case .identity: 9
    }
  }
}

/// The sizes of the tables of a classifier of texts, which follow in this order.
///
/// Texts that rules name are found in a hash table, the key compared in full. Every other text is read segment by segment
/// by the merged patterns, and byte by byte by the merged regexes; what the two say together has a class.
public struct TextClassifierHead: TableRecord {
  public static let wordCount = 13

  public var lead: TextLead
  public var texts: UInt32
  /// Where whoever loads the program has room for texts, and how many places a look-up comes to at most.
  public var textBuckets: UInt32
  public var textProbesMax: UInt32
  public var states: UInt32
  /// Segments that states know, by state.
  public var edges: UInt32
  public var edgeBuckets: UInt32
  public var edgeProbesMax: UInt32
  /// A state, or what holds with `settledBit`.
  public var start: UInt32
  /// How many different things patterns say; for each the class where regexes say nothing.
  public var patternResults: UInt32
  /// Where regexes say something: ascending.
  public var pairs: UInt32
  public var automaton: UInt32
  /// What each accepting state of the automaton says, from 1.
  public var acceptingStates: UInt32

  public init(
    lead: TextLead, texts: UInt32, textBuckets: UInt32, textProbesMax: UInt32, states: UInt32, edges: UInt32,
    edgeBuckets: UInt32, edgeProbesMax: UInt32, start: UInt32, patternResults: UInt32, pairs: UInt32,
    automaton: UInt32, acceptingStates: UInt32
  ) {
    self.lead = lead
    self.texts = texts
    self.textBuckets = textBuckets
    self.textProbesMax = textProbesMax
    self.states = states
    self.edges = edges
    self.edgeBuckets = edgeBuckets
    self.edgeProbesMax = edgeProbesMax
    self.start = start
    self.patternResults = patternResults
    self.pairs = pairs
    self.automaton = automaton
    self.acceptingStates = acceptingStates
  }

  public init?(_ words: Span<UInt32>) {
    guard words[0] < 256, let lead = TextLead(rawValue: UInt8(truncatingIfNeeded: words[0])) else { return nil }
    self.init(
      lead: lead, texts: words[1], textBuckets: words[2], textProbesMax: words[3], states: words[4], edges: words[5],
      edgeBuckets: words[6], edgeProbesMax: words[7], start: words[8], patternResults: words[9], pairs: words[10],
      automaton: words[11], acceptingStates: words[12])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = UInt32(lead.rawValue)
    words[1] = texts
    words[2] = textBuckets
    words[3] = textProbesMax
    words[4] = states
    words[5] = edges
    words[6] = edgeBuckets
    words[7] = edgeProbesMax
    words[8] = start
    words[9] = patternResults
    words[10] = pairs
    words[11] = automaton
    words[12] = acceptingStates
  }
}

/// The sizes of the parts of a decision, which follow in this order.
public struct DecisionHead: TableRecord {
  public static let wordCount = 10

  /// The classifier of each dimension that is a slot.
  public var slots: UInt32
  /// The condition of each dimension that is a variable.
  public var variables: UInt32
  /// Slots that must have a class before the graph is asked: rules may turn on them where the graph does not look.
  public var needed: UInt32
  /// `LiteralForm` and two words each: one dimension has one of these classes.
  public var literals: UInt32
  /// First and last class of each range of literals.
  public var ranges: UInt32
  /// How many clauses the clause words have: literals, then the rule. Clauses of a rule follow each other, rules are in order.
  public var clauses: UInt32
  public var clauseWords: UInt32
  /// Dimensions whose classes have rows: the words of `RowLayout`.
  public var rowDimensions: UInt32
  public var rowWords: UInt32
  /// Nodes of the graph: `NodeHead` and what its form says. The first word of the part is the root.
  public var graphWords: UInt32

  public init(
    slots: UInt32, variables: UInt32, needed: UInt32, literals: UInt32, ranges: UInt32, clauses: UInt32,
    clauseWords: UInt32, rowDimensions: UInt32, rowWords: UInt32, graphWords: UInt32
  ) {
    self.slots = slots
    self.variables = variables
    self.needed = needed
    self.literals = literals
    self.ranges = ranges
    self.clauses = clauses
    self.clauseWords = clauseWords
    self.rowDimensions = rowDimensions
    self.rowWords = rowWords
    self.graphWords = graphWords
  }

  public init?(_ words: Span<UInt32>) {
    self.init(
      slots: words[0], variables: words[1], needed: words[2], literals: words[3], ranges: words[4], clauses: words[5],
      clauseWords: words[6], rowDimensions: words[7], rowWords: words[8], graphWords: words[9])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = slots
    words[1] = variables
    words[2] = needed
    words[3] = literals
    words[4] = ranges
    words[5] = clauses
    words[6] = clauseWords
    words[7] = rowDimensions
    words[8] = rowWords
    words[9] = graphWords
  }
}

extension TextClassifierHead {
  /// What one look costs. A text has no more segments than bytes and one.
  public var cost: DecisionCost.Classifier {
    (
      DecisionCost.classifier(intervals: Int(pairs), probes: Int(textProbesMax)) + UInt64(edgeProbesMax),
      DecisionCost.perTextByte + UInt64(edgeProbesMax)
    )
  }
}

/// Which classes a literal is about; its first word has the dimension in the lower 28 bits and the form above.
public enum LiteralForm: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// From the first class to the last one.
  case range
  /// All others.
  case outsideRange
  /// The ranges from a place on, as many as the second word says.
  case ranges
  /// All others.
  case outsideRanges
}

/// How a node of a graph goes on; its head has the dimension in the lower 14 bits, the form in two, the number of edges in 16.
public enum NodeForm: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The target of all other classes, then a class and its target for each edge, ascending.
  case classes
  /// The target of all other classes, then the first and last class and their target for each edge, ascending.
  case ranges
  /// A target for each class.
  case table
}

/// The first word of a node.
public struct NodeHead: BitwiseCopyable, Sendable {
  public let word: UInt32

  @inlinable
  public init(word: UInt32) { self.word = word }

  public init(dimension: Int, form: NodeForm, edges: Int) {
    word = UInt32(dimension) | UInt32(form.rawValue) << 14 | UInt32(edges) << 16
  }

  @inlinable public var dimension: Int { Int(word & 0x3FFF) }
  @inlinable public var form: NodeForm? { NodeForm(rawValue: UInt8(truncatingIfNeeded: word >> 14 & 3)) }
  @inlinable public var edges: Int { Int(word >> 16) }
}

/// What deciding by classes adds to the certificate of a scope: the same sums for compiler and verifier.
public struct DecisionCost: BitwiseCopyable, Sendable, Equatable {
  /// A dimension may be looked at before the graph, by the graph, and once more when the graph cannot tell.
  public static let looksMax: UInt64 = 3
  /// Units for each byte of a text: hashed whole, hashed by segments, compared, read by the automaton.
  public static let perTextByte: UInt64 = 6
  public static let perClassifier: UInt64 = 16
  public static let perNode: UInt64 = 20
  public static let perClause: UInt64 = 2
  public static let perLiteral: UInt64 = 4

  /// Units to find a class among intervals, or a text in the tables.
  public static func classifier(intervals: Int, probes: Int) -> UInt64 {
    perClassifier + UInt64(InstructionCost.bisections(of: intervals)) + UInt64(max(probes, 0))
  }

  /// Units for each look at a slot, and units for each byte that it holds.
  public typealias Classifier = (constant: UInt64, perByte: UInt64)

  /// Units of one decision besides classifiers and variables.
  public static func constant(dimensions: Int, clauses: Int, clauseWords: Int, ranges: Int, rowDimensions: Int)
    -> UInt64
  {
    let words = UInt64((clauses + 31) / 32)
    return UInt64(dimensions) * perNode + UInt64(clauses) * perClause
      + UInt64(clauseWords) * (perLiteral + UInt64(InstructionCost.bisections(of: ranges)))
      + UInt64(rowDimensions) * (words * 3 + UInt64(clauses))
  }
}
