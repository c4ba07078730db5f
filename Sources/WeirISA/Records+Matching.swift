/// A pattern of segments: `prefix`, then `/` and a segment for each, then perhaps a rest.
public struct PatternRecord: TableRecord {
  public static let wordCount = 4

  /// The string before the first slash.
  public var prefix: UInt32
  public var firstSegment: UInt32
  public var segmentCount: UInt32
  /// Zero or more segments may follow.
  public var hasRest: Bool

  public init(prefix: UInt32, firstSegment: UInt32, segmentCount: UInt32, hasRest: Bool) {
    self.prefix = prefix
    self.firstSegment = firstSegment
    self.segmentCount = segmentCount
    self.hasRest = hasRest
  }

  public init?(_ words: Span<UInt32>) {
    guard words[3] <= 1 else { return nil }
    self.init(prefix: words[0], firstSegment: words[1], segmentCount: words[2], hasRest: words[3] == 1)
  }

  public func write(to words: inout [UInt32]) {
    words[0] = prefix
    words[1] = firstSegment
    words[2] = segmentCount
    words[3] = hasRest ? 1 : 0
  }
}

/// A segment of a pattern.
public struct SegmentRecord: TableRecord {
  public static let wordCount = 1
  /// Any non-empty segment.
  public static let free = SegmentRecord(literal: nil)

  /// A string's number; `nil`: any non-empty segment.
  public var literal: UInt32?

  public init(literal: UInt32?) { self.literal = literal }

  public init?(_ words: Span<UInt32>) { literal = words[0] == .max ? nil : words[0] }

  public func write(to words: inout [UInt32]) { words[0] = literal ?? .max }
}

/// Patterns and exact values of which one has to match.
public struct PatternGroupRecord: TableRecord {
  public static let wordCount = 3

  /// The hash set of the exact values.
  public var hashSet: UInt32
  public var firstMember: UInt32
  public var memberCount: UInt32

  public init(hashSet: UInt32, firstMember: UInt32, memberCount: UInt32) {
    self.hashSet = hashSet
    self.firstMember = firstMember
    self.memberCount = memberCount
  }

  public init?(_ words: Span<UInt32>) {
    self.init(hashSet: words[0], firstMember: words[1], memberCount: words[2])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = hashSet
    words[1] = firstMember
    words[2] = memberCount
  }
}

/// A deterministic automaton over bytes. State 0 is dead: it is left to nowhere and does not accept.
public struct AutomatonRecord: TableRecord {
  public static let wordCount = 7

  /// The string that a text must begin with; the automaton reads what follows it.
  public var prefix: UInt32
  /// The string of 256 bytes that gives each byte's class.
  public var byteClasses: UInt32
  public var classCount: UInt32
  public var stateCount: UInt32
  /// Where its `stateCount * classCount` entries begin in `transitions`: behind those of the automaton before it, or where an
  /// earlier one with as many has them too.
  public var firstTransition: UInt32
  public var start: UInt32
  /// States from here on accept.
  public var firstAccepting: UInt32

  public init(
    prefix: UInt32, byteClasses: UInt32, classCount: UInt32, stateCount: UInt32, firstTransition: UInt32,
    start: UInt32, firstAccepting: UInt32
  ) {
    self.prefix = prefix
    self.byteClasses = byteClasses
    self.classCount = classCount
    self.stateCount = stateCount
    self.firstTransition = firstTransition
    self.start = start
    self.firstAccepting = firstAccepting
  }

  public init?(_ words: Span<UInt32>) {
    self.init(
      prefix: words[0], byteClasses: words[1], classCount: words[2], stateCount: words[3], firstTransition: words[4],
      start: words[5], firstAccepting: words[6])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = prefix
    words[1] = byteClasses
    words[2] = classCount
    words[3] = stateCount
    words[4] = firstTransition
    words[5] = start
    words[6] = firstAccepting
  }
}

/// A piece of a value that a pattern captures.
public struct CaptureRecord: TableRecord {
  public static let wordCount = 4

  /// The register that the pattern is matched against: the path as the scope sees it.
  public var matched: UInt32
  /// The register that the piece is cut from, at the same offsets: the path as it was sent, or the same register.
  public var taken: UInt32
  public var pattern: UInt32
  /// The index of a segment; `nil`: the rest, without its leading slash.
  public var segment: UInt32?

  public init(matched: UInt32, taken: UInt32, pattern: UInt32, segment: UInt32?) {
    self.matched = matched
    self.taken = taken
    self.pattern = pattern
    self.segment = segment
  }

  public init?(_ words: Span<UInt32>) {
    self.init(
      matched: words[0], taken: words[1], pattern: words[2], segment: words[3] == .max ? nil : words[3])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = matched
    words[1] = taken
    words[2] = pattern
    words[3] = segment ?? .max
  }
}
