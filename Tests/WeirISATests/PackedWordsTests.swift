import PropertyTesting
import Testing
import WeirISA

/// What is packed comes back, and bytes that nobody packed are refused without a trap.
@Suite struct PackedWordsTests {
  /// Words as tables have them: small ones, marks at the top, columns that grow, anything.
  private static func words(_ random: inout SplitMix64) -> [UInt32] {
    let columns = Int(random.next() % 6) + 1
    var last = [UInt32](repeating: 0, count: columns)
    return (0..<Int(random.next() % 500)).map { place in
      let value: UInt32 =
        switch random.next() % 5 {
        case 0: UInt32(truncatingIfNeeded: random.next())
        case 1: 1 << 31 | UInt32(random.next() % 300)
        case 2: last[place % columns] &+ UInt32(random.next() % 100)
        case 3: last[place % columns] &- UInt32(random.next() % 100)
        default: UInt32(random.next() % 200)
        }
      last[place % columns] = value
      return value
    }
  }

  @Test func `words come back`() {
    for seed in UInt64(0)..<400 {
      var random = SplitMix64(seed: seed)
      let words = Self.words(&random)
      let packed = PackedWords.pack(words)
      #expect(packed == PackedWords.pack(words), "seed \(seed)")
      #expect(PackedWords.unpack(packed.span) == words, "seed \(seed)")
    }
    #expect(PackedWords.unpack(PackedWords.pack([]).span) == [])
    #expect(PackedWords.unpack(PackedWords.pack([.max, 0, .max]).span) == [.max, 0, .max])
    // Numbers at each end of each length.
    let edges: [UInt32] = [0, 1, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000, .max]
    #expect(PackedWords.unpack(PackedWords.pack(edges).span) == edges)
  }

  @Test func `tables take few bytes`() {
    let rows = (UInt32(0)..<1_000).flatMap { row -> [UInt32] in [7 * row, 9_711, 1 << 31 | row] }
    #expect(PackedWords.pack(rows).count < 3_200)
    // What is 0 throughout takes its lengths alone, which bounds what few bytes hold.
    #expect(PackedWords.pack(Array(repeating: 0, count: 6_400)).count == 2 + 100 * 17)
  }

  @Test func `what is cut short or goes on is refused`() {
    var random = SplitMix64(seed: 1)
    let packed = PackedWords.pack(Self.words(&random))
    for count in 0..<packed.count {
      #expect(PackedWords.unpack(packed.span.extracting(0..<count)) == nil, "\(count) bytes")
    }
    #expect(PackedWords.unpack((packed + [0]).span) == nil)
  }

  @Test(
    arguments: [
      // No count, one that is longer than it has to be; no block, no lengths, no number, a part of one; an unknown form;
      // more words than any bytes hold.
      [], [0x80], [0x81, 0], [3], [3, 0], [1, 0, 1], [1, 0, 3, 1, 1, 1], [1, 7, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0],
    ] as [[UInt8]])
  func `bytes that nobody packs are refused`(_ bytes: [UInt8]) {
    #expect(PackedWords.unpack(bytes.span) == nil)
  }

  @Test func `any bytes end`() {
    for seed in UInt64(0)..<2_000 {
      var random = SplitMix64(seed: seed)
      var packed = PackedWords.pack(Self.words(&random))
      for _ in 0..<3 {
        packed[Int(random.next() % UInt64(packed.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if let words = PackedWords.unpack(packed.span) { #expect(words.count <= 4 * packed.count) }
    }
  }
}
