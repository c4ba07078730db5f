import PropertyTesting
import Testing
import WeirISA

@Suite struct TextWordsTests {
  /// What lies around a text makes no difference to its hash or to comparisons; its own bytes do.
  @Test func `only the bytes of a text count`() {
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
      let count = Int(random.next() % 50)
      let text = bytes(count)
      let before = Int(random.next() % 20)
      let here = bytes(before) + text + bytes(TextWords.padding)
      let there = text + bytes(TextWords.padding)
      let place = before..<(before + count)
      let hash = TextWords.hash(there.span, 0..<count, seed: 7)
      let elsewhere = TextWords.hash(here.span, place, seed: 7)
      #expect(elsewhere == hash, "seed \(seed)")
      let isSame = TextWords.areEqual(here.span, place, there.span, at: 0)
      #expect(isSame, "seed \(seed)")
      guard count > 0 else { continue }
      var other = there
      other[Int(random.next() % UInt64(count))] ^= 1 << UInt8(random.next() % 8)
      let isOther = !TextWords.areEqual(here.span, place, other.span, at: 0)
      #expect(isOther, "seed \(seed)")
      let otherHash = TextWords.hash(other.span, 0..<count, seed: 7)
      #expect(otherHash != hash, "seed \(seed)")
    }
  }

  @Test func `the first slash of a word is found`() {
    for seed in UInt64(0)..<2_000 {
      var random = SplitMix64(seed: seed)
      let letters: [UInt8] = [0x2F, 0x2E, 0x30, 0xAF, 0x00, 0x61, 0xFF, 0x62]
      let bytes = (0..<8).map { _ in letters[Int(random.next() % 8)] }
      let found = TextWords.bytesBeforeSlash(TextWords.word(bytes.span, at: 0))
      #expect(found == bytes.firstIndex(of: 0x2F) ?? 8, "seed \(seed)")
    }
  }
}
