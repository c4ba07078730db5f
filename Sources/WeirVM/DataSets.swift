import WeirISA

/// The contents of a program's `data` sets, hashed once when they are loaded, so that a decision only looks them up.
///
/// One value holds all sets; whoever reloads one builds a new value. Members are bytes: a string as it is, an integer as eight bytes
/// and an address as sixteen, both big-endian.
public struct DataSets: ~Copyable, Sendable {
  struct Table: BitwiseCopyable, Sendable {
    var isLoaded: Bool
    var firstBucket: Int
    var bucketCount: Int
    var probesMax: Int
  }

  struct Bucket: BitwiseCopyable, Sendable {
    var hash: UInt64
    /// `-1`: empty.
    var start: Int
    var count: Int

    static let empty = Bucket(hash: 0, start: -1, count: 0)
  }

  static let seed: UInt64 = 0x7765_6972_6461_7461

  private(set) var tables: [Table]
  private(set) var buckets: [Bucket]
  private(set) var bytes: [UInt8]

  /// - Parameter sets: by number of the data set; `nil` for one that is not loaded or too old: tests of it are undetermined.
  public init(_ sets: [[[UInt8]]?]) {
    tables = []
    buckets = []
    bytes = []
    for members in sets {
      if let members {
        add(members)
      } else {
        tables.append(Table(isLoaded: false, firstBucket: 0, bucketCount: 0, probesMax: 0))
      }
    }
  }

  /// No set is loaded.
  public init(unloaded count: Int) { self.init(Array(repeating: nil, count: count)) }

  private mutating func add(_ members: [[UInt8]]) {
    var bucketCount = 1
    while bucketCount < members.count * 2 { bucketCount *= 2 }
    var table = Table(isLoaded: true, firstBucket: buckets.count, bucketCount: bucketCount, probesMax: 0)
    buckets.append(contentsOf: repeatElement(.empty, count: bucketCount))
    for member in members {
      let hash = XXH3.hash(member.span, seed: Self.seed)
      var probes = 1
      var place = Int(truncatingIfNeeded: hash) & (bucketCount - 1)
      var bucket = buckets[table.firstBucket + place]
      while bucket.start >= 0, !isHeld(member.span, hash, by: bucket) {
        probes += 1
        place = (place + 1) & (bucketCount - 1)
        bucket = buckets[table.firstBucket + place]
      }
      // A member that is given again is there already: copies would only make probes longer, each more than the last.
      guard bucket.start < 0 else { continue }
      buckets[table.firstBucket + place] = Bucket(hash: hash, start: bytes.count, count: member.count)
      bytes.append(contentsOf: member)
      table.probesMax = max(table.probesMax, probes)
    }
    tables.append(table)
  }

  /// Whether a bucket, which is not empty, holds the key of that hash.
  @inline(__always)
  private func isHeld(_ key: Span<UInt8>, _ hash: UInt64, by bucket: Bucket) -> Bool {
    guard bucket.hash == hash, bucket.count == key.count else { return false }
    return areEqual(bytes.span.extracting(bucket.start..<(bucket.start + bucket.count)), key)
  }

  /// Whether the set is loaded and has the member; `undetermined` when it is not loaded. No allocation.
  func contains(_ key: Span<UInt8>, in set: Int) -> Truth {
    guard set < tables.count, tables[set].isLoaded else { return .undetermined }
    let table = tables[set]
    let hash = XXH3.hash(key, seed: Self.seed)
    var place = Int(truncatingIfNeeded: hash) & (table.bucketCount - 1)
    for _ in 0..<table.probesMax {
      let bucket = buckets[table.firstBucket + place]
      guard bucket.start >= 0 else { return .no }
      if isHeld(key, hash, by: bucket) { return .yes }
      place = (place + 1) & (table.bucketCount - 1)
    }
    return .no
  }

  func contains(integer value: Int64, in set: Int) -> Truth {
    contains(bigEndian(UInt64(bitPattern: value)).span, in: set)
  }

  func contains(address value: Address, in set: Int) -> Truth {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    let high = bigEndian(value.high)
    let low = bigEndian(value.low)
    for index in 0..<8 {
      bytes[index] = high[index]
      bytes[8 + index] = low[index]
    }
    return contains(bytes.span, in: set)
  }
}

private func bigEndian(_ value: UInt64) -> InlineArray<8, UInt8> {
  InlineArray { index in UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * index)) }
}
