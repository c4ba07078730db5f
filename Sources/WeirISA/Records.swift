/// A row of a table section: a fixed number of little-endian 32-bit words.
///
/// Encoder and verifier share this one description of the layout.
public protocol TableRecord: BitwiseCopyable, Sendable, Equatable {
  static var wordCount: Int { get }
  /// Reads exactly `wordCount` words; `nil` when a word is none of its closed set. Whether an index is in range is the verifier's to say.
  init?(_ words: Span<UInt32>)
  func write(to words: inout [UInt32])
}

extension TableRecord {
  /// Appends the words of this record, little-endian.
  public func append(to bytes: inout [UInt8]) {
    var words = [UInt32](repeating: 0, count: Self.wordCount)
    write(to: &words)
    for word in words { word.appendLittleEndian(to: &bytes) }
  }
}

extension FixedWidthInteger {
  /// Appends the bytes of this integer, least significant first.
  @inlinable
  public func appendLittleEndian(to bytes: inout [UInt8]) {
    var rest = self
    for _ in 0..<(Self.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest = rest >> 8
    }
  }
}

/// What holds for a whole program.
public struct ProgramRecord: TableRecord {
  /// The version of instruction set and layout that this module describes.
  public static let currentVersion: UInt32 = 4
  public static let wordCount = 8

  public var version: UInt32
  /// Seeds the hash of every hash set.
  public var hashSeed: UInt64
  /// Temporaries that conditions write, numbered after the slots.
  public var temporaryCount: UInt32
  public var authzScopeCount: UInt32
  public var routeScopeCount: UInt32
  public var limitScopeCount: UInt32
  public var retryScopeCount: UInt32

  public init(
    version: UInt32 = currentVersion, hashSeed: UInt64, temporaryCount: UInt32, authzScopeCount: UInt32,
    routeScopeCount: UInt32, limitScopeCount: UInt32, retryScopeCount: UInt32
  ) {
    self.version = version
    self.hashSeed = hashSeed
    self.temporaryCount = temporaryCount
    self.authzScopeCount = authzScopeCount
    self.routeScopeCount = routeScopeCount
    self.limitScopeCount = limitScopeCount
    self.retryScopeCount = retryScopeCount
  }

  public init?(_ words: Span<UInt32>) {
    self.init(
      version: words[0], hashSeed: UInt64(words[1]) | UInt64(words[2]) << 32, temporaryCount: words[3],
      authzScopeCount: words[4], routeScopeCount: words[5], limitScopeCount: words[6], retryScopeCount: words[7])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = version
    words[1] = UInt32(truncatingIfNeeded: hashSeed)
    words[2] = UInt32(truncatingIfNeeded: hashSeed >> 32)
    words[3] = temporaryCount
    words[4] = authzScopeCount
    words[5] = routeScopeCount
    words[6] = limitScopeCount
    words[7] = retryScopeCount
  }
}

/// A piece of the section `bytes`; UTF-8 when it is a name. The section has the counts alone: pieces follow each other.
public struct StringRecord: BitwiseCopyable, Sendable, Equatable {
  public var offset: UInt32
  public var count: UInt32

  public init(offset: UInt32, count: UInt32) {
    self.offset = offset
    self.count = count
  }

  /// Pieces of these sizes, one after another. Sums that do not fit are for the verifier to find.
  public static func pieces(_ counts: [UInt32]) -> [StringRecord] {
    var end: UInt32 = 0
    return counts.map { count in
      defer { end &+= count }
      return StringRecord(offset: end, count: count)
    }
  }
}

/// Ranges `first ..< first + count` of `rangeBounds` or `networkBounds`: ascending, disjoint, so a value is found by bisection.
public struct RangeSetRecord: TableRecord {
  public static let wordCount = 2

  public var first: UInt32
  public var count: UInt32

  public init(first: UInt32, count: UInt32) {
    self.first = first
    self.count = count
  }

  public init?(_ words: Span<UInt32>) { self.init(first: words[0], count: words[1]) }

  public func write(to words: inout [UInt32]) {
    words[0] = first
    words[1] = count
  }
}

/// A set of strings: open addressing over a power of two of buckets, linear probing, the key compared in full.
public struct HashSetRecord: TableRecord {
  public static let wordCount = 4

  /// Where its buckets begin among those of all sets, once they are filled.
  public var firstBucket: UInt32
  /// A power of two, at least one.
  public var bucketCount: UInt32
  public var memberCount: UInt32
  /// Buckets looked at for a member that is furthest from home; a lookup never looks at more.
  public var probesMax: UInt32

  public init(firstBucket: UInt32, bucketCount: UInt32, memberCount: UInt32, probesMax: UInt32) {
    self.firstBucket = firstBucket
    self.bucketCount = bucketCount
    self.memberCount = memberCount
    self.probesMax = probesMax
  }

  public init?(_ words: Span<UInt32>) {
    self.init(firstBucket: words[0], bucketCount: words[1], memberCount: words[2], probesMax: words[3])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = firstBucket
    words[1] = bucketCount
    words[2] = memberCount
    words[3] = probesMax
  }
}
