import PropertyTesting
import ProxyTransport
import Testing

@Suite struct SlabTests {
  /// Counts its end.
  struct Owner: ~Copyable {
    final class Ended { var count = 0 }
    let ended: Ended
    var value: Int
    deinit { ended.count += 1 }
  }

  @Test func namesOneUseOfAPlace() throws {
    var slab = try made(Slab<Int>(capacity: 4))
    let first = slab.insert(1)
    #expect(slab.contains(first) && slab[first.index] == 1)
    #expect(slab.remove(first.index) == 1)
    #expect(slab.contains(first) == false)
    let second = slab.insert(2)
    #expect(second.index == first.index && second.generation != first.generation)
    #expect(!slab.contains(first) && slab.contains(second))
    #expect(slab.key(of: second.index) == second)
    #expect(Slab<Int>.Key(bits: second.bits) == second)
    // A key that nobody gave.
    #expect(slab.contains(Slab<Int>.Key(index: 3, generation: 0)) == false)
  }

  @Test func changesTwoValuesAtOnce() throws {
    var slab = try made(Slab<Int>(capacity: 4))
    let (left, right) = (slab.insert(1).index, slab.insert(2).index)
    swap(&slab[left], &slab[right])
    #expect(slab[left] == 2 && slab[right] == 1)
  }

  @Test func endsItsValues() throws {
    let ended = Owner.Ended()
    do {
      var slab = try made(Slab<Owner>(capacity: 4))
      let first = slab.insert(Owner(ended: ended, value: 1)).index
      _ = slab.insert(Owner(ended: ended, value: 2))
      slab[first].value += 1
      slab.remove(first)
      #expect(ended.count == 1)
    }
    #expect(ended.count == 2)
  }

  /// Like a dictionary that never names a place twice.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func holdsWhatADictionaryHolds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var slab = try made(Slab<UInt64>(capacity: 50))
    var model: [Slab<UInt64>.Key: UInt64] = [:]
    var gone: [Slab<UInt64>.Key] = []
    for _ in 0..<2000 {
      if !slab.isFull, Bool.random(using: &random) {
        let value = random.next()
        let key = slab.insert(value)
        #expect(model.updateValue(value, forKey: key) == nil, "seed \(seed)")
      } else if let (key, value) = model.randomElement(using: &random) {
        #expect(slab.remove(key.index) == value, "seed \(seed)")
        model[key] = nil
        gone.append(key)
      }
      #expect(slab.count == model.count && slab.isFull == (model.count == 50), "seed \(seed)")
    }
    #expect(model.allSatisfy { slab.contains($0.key) && slab[$0.key.index] == $0.value }, "seed \(seed)")
    #expect(gone.allSatisfy { !slab.contains($0) }, "seed \(seed)")
    var found: [UInt32] = []
    var next = slab.first(from: 0)
    while let index = next {
      found.append(index)
      next = slab.first(from: index + 1)
    }
    #expect(found == model.keys.map(\.index).sorted(), "seed \(seed)")
  }

  @Test func stopsWhenFull() async {
    await #expect(processExitsWith: .failure) {
      guard var slab = Slab<Int>(capacity: 1) else { return }
      _ = slab.insert(1)
      _ = slab.insert(2)
    }
  }

  @Test func stopsAtAFreePlace() async {
    await #expect(processExitsWith: .failure) {
      guard var slab = Slab<Int>(capacity: 1) else { return }
      let key = slab.insert(1)
      slab.remove(key.index)
      slab[key.index] += 1
    }
  }
}
