import WeirISA

/// A classifier, verified: where its tables lie among the words of `decisions`.
struct Classifier: BitwiseCopyable, Sendable {
  var kind: ClassifierKind
  var canBeAbsent: Bool
  var slot: Int
  var classCount: Int
  /// Intervals, or nothing.
  var intervalCount = 0
  var intervals = 0
  var texts = Texts()

  /// Tables of a classifier of texts.
  struct Texts: BitwiseCopyable, Sendable {
    var lead = TextLead.none
    var start: UInt32 = DecisionFormat.settledBit
    /// Which lengths texts have: the lowest bit for 0, the highest for 63 and more.
    var lengths: UInt64 = 0
    var textBucketCount = 0
    var textProbesMax = 0
    /// The first of `VerifiedProgram.textBuckets`.
    var textBuckets = 0
    var states = 0
    /// Of the first state: into `VerifiedProgram.edgeStarts`.
    var edgeStarts = 0
    var edgeBucketCount = 0
    var edgeProbesMax = 0
    /// The first of `VerifiedProgram.edgeBuckets`.
    var edgeBuckets = 0
    var patternClasses = 0
    var pairCount = 0
    var pairs = 0
    /// −1: no regex is asked.
    var automaton = -1
    var acceptingResults = 0
  }

  /// What looks at it cost.
  var cost: DecisionCost.Classifier = (0, 0)
}

/// A place of a hash table.
protocol Bucket: BitwiseCopyable {
  var isEmpty: Bool { get }
}

/// The first empty place from a key's home on, as far as look-ups go; what comes to the end of the table goes on at its
/// beginning.
@inline(__always)
func emptyPlace<Kind: Bucket>(
  _ buckets: borrowing MutableSpan<Kind>, in table: Range<Int>, from home: Int, probesMax: Int
) -> Int? {
  var place = home
  for _ in 0..<probesMax {
    if buckets[place].isEmpty { return place }
    place += 1
    if place == table.upperBound { place = table.lowerBound }
  }
  return nil
}

/// A place of the texts that rules name.
struct TextBucket: Bucket, Sendable {
  /// The high half of the hash; only saves comparisons, never replaces them.
  var fingerprint: UInt32 = 0
  /// Of the string's bytes; all ones when the place is empty.
  var offset = UInt32.max
  var count: UInt32 = 0
  var classID: UInt32 = 0

  @inline(__always) var isEmpty: Bool { offset == .max }
}

/// A place of the segments that states know.
struct EdgeBucket: Bucket, Sendable {
  /// The first eight bytes of the string, zeros behind its end.
  var firstWord: UInt64 = 0
  /// Of the string's bytes.
  var offset: UInt32 = 0
  /// Never zero; without bytes the place is empty.
  var count: UInt32 = 0
  var state: UInt32 = 0
  var target: UInt32 = 0

  @inline(__always) var isEmpty: Bool { count == 0 }
}

extension Classifier.Texts {
  /// States with as many edges are searched from one to the next; those with more hash the segment.
  static let searchedEdgesMax = 4
  /// In place of where the edges of a state begin.
  static let hashedEdges = UInt32.max

  /// The bit of a length among `lengths`.
  @inline(__always)
  static func bit(ofLength count: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: min(count, 63)) }
}

/// A place of a hash set.
struct HashBucket: Bucket, Sendable {
  /// The high half of the hash; only saves comparisons, never replaces them.
  var fingerprint: UInt32 = 0
  /// The string's number plus one; 0 for an empty bucket.
  var member: UInt32 = 0

  @inline(__always) var isEmpty: Bool { member == 0 }
}

/// What is found instead of a class.
enum NoClass {
  /// The value cannot be told.
  static let unavailable = -1
  /// The value is none that rules were compiled for: they have to be asked one by one.
  static let unknown = -2
  /// Nobody looked yet.
  static let unread = -3
}

/// A decision, verified: where its parts lie among the words of `decisions`.
struct DecisionTable: BitwiseCopyable, Sendable {
  var slotCount = 0
  var variableCount = 0
  var neededCount = 0
  var clauseCount = 0
  var rowDimensionCount = 0
  var rowWordCount = 0
  var hasGraph = false
  var slots = 0
  var variables = 0
  var needed = 0
  var literals = 0
  var ranges = 0
  /// Into the starts of clauses of all decisions.
  var clauses = 0
  var clauseWords = 0
  var rowDimensions = 0
  var rows = 0
  var graph = 0
  /// Besides classifiers and variables.
  var costConstant: UInt64 = 0
}
