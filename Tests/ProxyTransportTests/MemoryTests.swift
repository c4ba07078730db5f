import PropertyTesting
import ProxyTransport
import Testing

@Suite struct MemoryTests {
  @Test func writesAndReadsBytes() throws {
    var memory = try made(Memory(capacity: 1 << 20))
    let region = memory.reserve(100)
    memory.store("hello", at: region.start)
    memory.copy(ByteRange(start: region.start, count: 5), to: region.start + 3)
    let text = (0..<8).map { memory.span(region)[$0] }
    #expect(text == Array("helhello".utf8))
    memory[region.start] = 0x48
    #expect(memory[region.start] == 0x48)
    #expect(memory.takenBytes == 0)
  }

  @Test(arguments: [
    (1, 1024), (1024, 1024), (1025, 4096), (4096, 4096), (4097, 16384), (16385, 65536), (65536, 65536),
    (65537, 262144), (262144, 262144),
  ])
  func takesTheSmallestBlockThatHolds(asked: Int, given: Int) throws {
    var memory = try made(Memory(capacity: 1 << 20))
    let block = try made(memory.take(asked))
    #expect(Int(block.count) == given)
    #expect(memory.takenBytes == given)
    memory.give(block)
    #expect(memory.takenBytes == 0)
  }

  @Test func refusesWhatIsTooLarge() throws {
    var memory = try made(Memory(capacity: 1 << 20))
    #expect(memory.take(262145) == nil)
  }

  @Test func stopsAtTheLimit() throws {
    var memory = try made(Memory(capacity: 1 << 20, limit: 2048))
    let first = try made(memory.take(1024))
    _ = try made(memory.take(1024))
    #expect(memory.take(1) == nil)
    memory.give(first)
    #expect(memory.take(1) != nil)
  }

  @Test func stopsAtTheEndOfTheMapping() throws {
    var memory = try made(Memory(capacity: 512 << 10, limit: 1 << 30))
    #expect(memory.take(262144) != nil)
    #expect(memory.take(262144) != nil)
    #expect(memory.take(1) == nil)
  }

  /// Blocks never overlap, the account is exact, and everything fits while the mapping has four times the limit and a chunk a size.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func blocksAreApart(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let limit = 512 << 10
    var memory = try made(Memory(capacity: limit * 4 + 5 * 262144, limit: limit))
    var taken: [(block: ByteRange, fill: UInt8)] = []
    for step in 0..<3000 {
      if Bool.random(using: &random), let index = taken.indices.randomElement(using: &random) {
        let (block, fill) = taken.remove(at: index)
        #expect(memory[block.start] == fill && memory[block.end - 1] == fill, "seed \(seed)")
        memory.give(block)
      } else {
        let size = 1 << Int.random(in: 0...16, using: &random)
        let expected = [1024, 4096, 16384, 65536, 262144].first { $0 >= size } ?? 0
        guard let block = memory.take(size) else {
          #expect(memory.takenBytes + expected > limit, "seed \(seed)")
          continue
        }
        let fill = UInt8(truncatingIfNeeded: step)
        memory[block.start] = fill
        memory[block.end - 1] = fill
        taken.append((block, fill))
      }
      #expect(memory.takenBytes == taken.reduce(0) { $0 + Int($1.block.count) }, "seed \(seed)")
    }
    let starts = taken.map(\.block).sorted { $0.start < $1.start }
    for (left, right) in zip(starts, starts.dropFirst()) { #expect(left.end <= right.start, "seed \(seed)") }
  }

  @Test func stopsAtABlockThatIsGivenTwice() async {
    await #expect(processExitsWith: .failure) {
      guard var memory = Memory(capacity: 1 << 20), let block = memory.take(1) else { return }
      memory.give(block)
      memory.give(block)
    }
  }

  @Test func stopsAtAPlaceBeyondTheEnd() async {
    await #expect(processExitsWith: .failure) {
      guard let memory = Memory(capacity: 1 << 20) else { return }
      _ = memory.span(ByteRange(start: (1 << 20) - 1, count: 2)).count
    }
  }

  @Test func rangesAreCutAtTheirEnds() {
    let range = ByteRange(start: 10, count: 5)
    #expect(range.end == 15)
    #expect(range.dropFirst(2) == ByteRange(start: 12, count: 3))
    #expect(range.dropFirst(9) == ByteRange(start: 15, count: 0))
    #expect(range.dropFirst(-1) == range && range.prefix(-1).isEmpty)
    #expect(range.prefix(2) == ByteRange(start: 10, count: 2))
    #expect(range.prefix(9) == range)
    #expect(range.slice(1..<3) == ByteRange(start: 11, count: 2))
  }
}
