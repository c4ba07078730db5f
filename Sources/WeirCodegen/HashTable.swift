import WeirISA

/// The buckets of a hash set as the machine looks them up: open addressing, linear probing.
struct HashTable {
  /// The number of the string plus one, 0 for an empty bucket.
  var buckets: [UInt32]
  var probesMax: Int

  /// - Parameters:
  ///   - members: numbers of strings, without repetition.
  ///   - hashes: the hash of every string.
  init(members: [Int], hashes: [UInt64]) throws(CodegenError) {
    var bucketCount = 1
    while bucketCount < members.count * 2 { bucketCount *= 2 }
    // Twice the room at each attempt; a hash that is any good needs one.
    for _ in 0..<8 {
      (buckets, probesMax) = Self.fill(bucketCount, members, hashes)
      if probesMax <= ProgramLimits.probesMax { return }
      bucketCount *= 2
    }
    throw .tooMany("colliding members of a set", limit: ProgramLimits.probesMax)
  }

  private static func fill(_ bucketCount: Int, _ members: [Int], _ hashes: [UInt64]) -> ([UInt32], Int) {
    var buckets = [UInt32](repeating: 0, count: bucketCount)
    var probesMax = 0
    for member in members {
      var place = Int(truncatingIfNeeded: hashes[member]) & (bucketCount - 1)
      var probes = 1
      while buckets[place] != 0 {
        place = (place + 1) & (bucketCount - 1)
        probes += 1
      }
      buckets[place] = UInt32(member) + 1
      probesMax = max(probesMax, probes)
    }
    return (buckets, probesMax)
  }
}
