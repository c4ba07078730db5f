import PropertyTesting
import Testing
import WeirISA
import WeirPolicy

@testable import WeirBundle

@Suite struct CompressionTests {
  private static func decompressed(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
    var memory = MemoryBudget(forFileOf: bytes.count)
    return try Compression.decompress(bytes[...], within: &memory)
  }

  private static func expanded(_ bytes: [UInt8]) throws(WireError) -> ArraySlice<UInt8> {
    var memory = MemoryBudget(forFileOf: bytes.count)
    return try Compression.expand(bytes[...], within: &memory)
  }

  private static func refusal(_ bytes: [UInt8]) -> WireError? {
    do throws(WireError) { _ = try decompressed(bytes) } catch { return error }
    return nil
  }

  /// Text that repeats itself more or less.
  private static func text(_ random: inout SplitMix64) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int(random.next() % 60) {
      if random.next() % 2 == 0, !bytes.isEmpty {
        let start = Int(random.next() % UInt64(bytes.count))
        bytes += Array(bytes[start..<min(bytes.count, start + Int(random.next() % 1_500))])
      } else {
        bytes += (0..<Int(random.next() % 20)).map { _ in UInt8(random.next() % 4) }
      }
    }
    return bytes
  }

  @Test func `bytes come back`() throws {
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      let bytes = Self.text(&random)
      let compressed = Compression.compress(bytes)
      #expect(compressed == Compression.compress(bytes), "seed \(seed)")
      #expect(try Self.decompressed(compressed) == bytes, "seed \(seed)")
    }
    for bytes in [[], [1], [0, 0, 0, 0], Array(repeating: 7, count: 100_000)] as [[UInt8]] {
      #expect(try Self.decompressed(Compression.compress(bytes)) == bytes)
    }
  }

  @Test func `what repeats takes few bytes, but never so few that a small file becomes a large one`() {
    let size = Compression.compress(Array(repeating: 7, count: 1 << 20)).count
    #expect(size < 1 << 14)
    #expect(size * 171 >= 1 << 20)
  }

  @Test func `what is cut short or goes on is refused`() {
    var random = SplitMix64(seed: 3)
    let compressed = Compression.compress(Self.text(&random))
    for count in 0..<compressed.count {
      #expect(Self.refusal(Array(compressed.prefix(count))) != nil, "\(count) bytes")
    }
    #expect(Self.refusal(compressed + [0]) == .trailingBytes)
  }

  @Test func `a copy from before the beginning, or of too much, is refused`() {
    #expect(Self.refusal([8, 1, 65, 3, 2]) == .outOfRange("copy"))
    #expect(Self.refusal([8, 1, 65, 3, 0]) == .outOfRange("copy"))
    #expect(Self.refusal([4, 1, 65, 3, 1]) == .outOfRange("copy"))
    #expect(Self.refusal([0xE8, 0x07, 1, 65, 0xFD, 0x03, 1]) == .outOfRange("copy"))
    #expect(Self.refusal([2, 0x81, 0, 65]) == .malformedNumber)
  }

  @Test func `more than a budget has is refused before there is room for it`() {
    let zeros = Compression.compress([UInt8](repeating: 0, count: 1 << 24))
    var memory = MemoryBudget(forFileOf: 0)
    #expect(throws: WireError.tooLarge) { _ = try Compression.decompress(zeros[...], within: &memory) }
    #expect(memory.left == MemoryBudget.bytesMin)
  }

  /// Runs and copies of every length next to each other, far and near, so that whole words and single bytes take turns.
  @Test func `runs and copies of all lengths come back`() throws {
    for seed in UInt64(0)..<200 {
      var random = SplitMix64(seed: seed)
      var bytes = (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for _ in 0..<80 {
        let start = Int(random.next() % UInt64(bytes.count))
        let length = Int(random.next() % 40)
        for offset in 0..<length { bytes.append(bytes[start + offset]) }
        for _ in 0..<(random.next() % 24) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
      }
      #expect(try Self.decompressed(Compression.compress(bytes)) == bytes, "seed \(seed)")
    }
  }

  @Test func `any bytes end`() {
    for seed in UInt64(0)..<2_000 {
      var random = SplitMix64(seed: seed)
      var compressed = Compression.compress(Self.text(&random))
      for _ in 0..<3 {
        compressed[Int(random.next() % UInt64(compressed.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if let bytes = try? Self.decompressed(compressed) { #expect(bytes.count <= 171 * compressed.count) }
    }
  }

  @Test func `condensed bytes come back, and never ask for much memory`() throws {
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      let bytes = Self.text(&random)
      let condensed = Compression.condense(bytes)
      #expect(condensed.count <= bytes.count + 1, "seed \(seed)")
      #expect(try Self.expanded(condensed) == bytes[...], "seed \(seed)")
    }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    #expect(Compression.condense(zeros).count == zeros.count + 1)
    for refused in [[], [2, 0], [1] + Compression.compress(zeros)] as [[UInt8]] {
      #expect(throws: WireError.self) { _ = try Self.expanded(refused) }
    }
  }
}
