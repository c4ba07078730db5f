import WeirISA

/// The size of a hash table: open addressing, linear probing, keys put in one after another. Whoever loads the program fills it
/// in the same way. A set goes on at its beginning, a table of a classifier behind its end.
struct HashTable {
  var bucketCount: Int
  /// Places looked at for the key that is furthest from home.
  var probesMax: Int

  /// A hash set: a power of two of buckets.
  ///
  /// - Parameters:
  ///   - members: numbers of strings, without repetition.
  ///   - hashes: the hash of every string.
  init(members: [Int], hashes: [UInt64]) throws(CodegenError) {
    var bucketCount = 1
    while bucketCount < members.count * 2 { bucketCount *= 2 }
    let found = Self.least(from: bucketCount, members.map { hashes[$0] }, wraps: true) { hash, count in
      Int(truncatingIfNeeded: hash) & (count - 1)
    }
    guard let found else { throw .tooMany("colliding members of a set", limit: ProgramLimits.probesMax) }
    self = found
  }

  /// A table of a classifier, of any size.
  init(hashes: [UInt64]) throws(CodegenError) {
    let found = Self.least(from: 2 * hashes.count, hashes, wraps: false, home: DecisionFormat.home)
    guard let found else { throw .tooMany("colliding texts of a slot", limit: ProgramLimits.probesMax) }
    self = found
  }

  private init(bucketCount: Int, probesMax: Int) {
    self.bucketCount = bucketCount
    self.probesMax = probesMax
  }

  /// Once more with twice the room, which is all that loading it accepts; a hash that is any good needs one attempt.
  private static func least(
    from size: Int, _ hashes: [UInt64], wraps: Bool, home: (UInt64, Int) -> Int
  ) -> HashTable? {
    for attempt in 0..<2 {
      let count = size << attempt
      if let probesMax = probes(hashes, count, wraps, home) {
        return HashTable(bucketCount: count, probesMax: probesMax)
      }
    }
    return nil
  }

  private static func probes(
    _ hashes: [UInt64], _ count: Int, _ wraps: Bool, _ home: (UInt64, Int) -> Int
  ) -> Int? {
    var isFull = [Bool](repeating: false, count: wraps ? count : count + ProgramLimits.probesMax)
    var probesMax = 0
    for hash in hashes {
      var place = home(hash, count)
      var probes = 1
      while isFull[place] {
        place = wraps && place + 1 == count ? 0 : place + 1
        probes += 1
        guard probes <= ProgramLimits.probesMax else { return nil }
      }
      isFull[place] = true
      probesMax = max(probesMax, probes)
    }
    return probesMax
  }
}
