import PropertyTesting
import Testing
import WeirPolicy

@Suite struct WireTests {
  @Test func `a policy survives its bytes`() throws {
    for seed in UInt64(0)..<200 {
      let policy = RandomPolicy.make(seed: seed)
      #expect(try Policy(wireBytes: policy.wireBytes) == policy, "seed \(seed)")
      let topology = Topology(policy)
      #expect(try Topology(wireBytes: topology.wireBytes) == topology, "seed \(seed)")
    }
  }

  @Test func `strings that differ in bytes alone stay different`() throws {
    let words = ["e\u{301}", "é", "é"]
    let decoded = try [String](wireBytes: words.wireBytes)
    #expect(decoded.map { Array($0.utf8) } == words.map { Array($0.utf8) })
  }

  @Test func `the same policy gives the same bytes`() {
    #expect(RandomPolicy.make(seed: 7).wireBytes == RandomPolicy.make(seed: 7).wireBytes)
  }

  @Test(arguments: [Int64.min, .min + 1, -65, -64, -1, 0, 1, 63, 64, .max - 1, .max])
  func `numbers`(number: Int64) throws {
    #expect(try Int64(wireBytes: number.wireBytes) == number)
  }

  @Test(
    arguments: [
      ([0x00], .truncated),
      ([], .truncated),
      ([0x00, 0x02, 0x00], .trailingBytes),
      ([0x00, 0x80, 0x00], .malformedNumber),
      ([0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], .malformedNumber),
      ([0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00], .malformedNumber),
      ([0x7F], .truncated),
      ([0x01, 0x01, 0xFF, 0x00], .malformedText),
    ] as [([UInt8], WireError)])
  func `bytes that are no number`(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try Int64(wireBytes: bytes) }
  }

  @Test func `what an enum, a string and a list refuse`() {
    #expect(throws: WireError.unknownTag("Bool")) { try Bool(wireBytes: [0, 2]) }
    #expect(throws: WireError.unknownTag("Optional")) { try Int?(wireBytes: [0, 2]) }
    #expect(throws: WireError.unknownTag("Condition")) { try Condition(wireBytes: [0, 9]) }
    #expect(throws: WireError.unknownTag("Effect")) { try Rule.Effect(wireBytes: [0, 3]) }
    #expect(throws: WireError.unknownString) { try String(wireBytes: [0, 0]) }
    #expect(throws: WireError.truncated) { try [Bool](wireBytes: [0, 200, 1, 1]) }
    #expect(throws: WireError.outOfRange("range")) { try ClosedRange<Int64>(wireBytes: [0, 4, 2]) }
  }

  @Test func `nesting is bounded`() throws {
    var condition = Condition.constant(true)
    for _ in 1..<WireReader.depthMax { condition = .not(condition) }
    #expect(try Condition(wireBytes: condition.wireBytes) == condition)
    #expect(throws: WireError.tooDeep) { try Condition(wireBytes: Condition.not(condition).wireBytes) }
  }

  @Test func `no mutation traps`() {
    for seed in UInt64(0)..<40 {
      var random = SplitMix64(seed: seed)
      let original = RandomPolicy.make(seed: seed).wireBytes
      for _ in 0..<60 {
        var bytes = original
        switch random.below(4) {
        case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 1: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        case 2: bytes.removeLast(1 + random.below(bytes.count))
        default: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count))
        }
        // Whatever comes out is usable: its topology can be derived and written again.
        if let policy = try? Policy(wireBytes: bytes) { _ = Topology(policy).wireBytes }
      }
    }
  }
}
