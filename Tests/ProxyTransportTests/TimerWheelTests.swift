import PropertyTesting
import ProxyTransport
import Testing

@Suite struct TimerWheelTests {
  private static func at(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

  private static func expired(_ wheel: inout TimerWheel) -> [UInt32] {
    var result: [UInt32] = []
    while let timer = wheel.popExpired() { result.append(timer) }
    return result
  }

  @Test func firesWhenItsTimeHasCome() {
    var wheel = TimerWheel(now: Self.at(5))
    #expect(wheel.isEmpty && wheel.next() == nil)
    wheel.set(3, to: Self.at(10))
    #expect(!wheel.isEmpty && wheel.isSet(3) == true && wheel.next() == Self.at(10))
    wheel.advance(to: Instant(nanoseconds: 9_999_999))
    #expect(Self.expired(&wheel).isEmpty)
    wheel.advance(to: Self.at(10))
    #expect(wheel.next() == Self.at(10))
    #expect(Self.expired(&wheel) == [3])
    #expect(wheel.isEmpty && wheel.isSet(3) == false && wheel.next() == nil)
  }

  @Test func neverFiresEarly() {
    var wheel = TimerWheel(now: .zero)
    wheel.set(0, to: Instant(nanoseconds: 1_000_001))
    wheel.advance(to: Instant(nanoseconds: 1_999_999))
    #expect(Self.expired(&wheel).isEmpty)
    wheel.advance(to: Self.at(2))
    #expect(Self.expired(&wheel) == [0])
  }

  @Test func firesAtOnceWhenTheDeadlineIsPast() {
    var wheel = TimerWheel(now: Self.at(100))
    wheel.set(1, to: Self.at(50))
    #expect(wheel.next() == Self.at(100))
    #expect(Self.expired(&wheel) == [1])
  }

  @Test func canBeCancelledAndMovedAfterExpiry() {
    var wheel = TimerWheel(now: .zero)
    for timer in 0..<3 as Range<UInt32> { wheel.set(timer, to: Self.at(1)) }
    wheel.advance(to: Self.at(1))
    wheel.cancel(0)
    wheel.set(1, to: Self.at(9))
    #expect(Self.expired(&wheel) == [2])
    wheel.advance(to: Self.at(9))
    #expect(Self.expired(&wheel) == [1])
  }

  @Test func holdsDeadlinesOfAnyDistance() {
    var wheel = TimerWheel(now: Instant(nanoseconds: 77_777_777))
    wheel.set(0, to: .never)
    wheel.set(1, to: Self.at(1 << 33))
    #expect(wheel.next() ?? .zero <= Self.at(1 << 33))
    wheel.advance(to: Self.at((1 << 33) - 1))
    #expect(Self.expired(&wheel).isEmpty)
    wheel.advance(to: Self.at(1 << 33))
    #expect(Self.expired(&wheel) == [1])
    #expect(wheel.isSet(0) == true)
  }

  /// Against a list of deadlines: what fires, when, and in which order.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func agreesWithAList(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var now = random.next() >> UInt64.random(in: 1...60, using: &random)
    var wheel = TimerWheel(now: Instant(nanoseconds: now))
    var model: [UInt32: UInt64] = [:]
    for _ in 0..<1500 {
      let timer = UInt32.random(in: 0..<40, using: &random)
      let distance = random.next() >> UInt64.random(in: 18...63, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: wheel.cancel(timer); model[timer] = nil
      case 1...6: wheel.set(timer, to: Instant(nanoseconds: now + distance)); model[timer] = now + distance
      default:
        // Sometimes exactly to where the wheel wants to be woken.
        let next = wheel.next()?.nanoseconds
        #expect((next == nil) == model.isEmpty, "seed \(seed)")
        if let next, let first = model.values.min() {
          #expect(next <= max(Self.rounded(first), now), "seed \(seed)")
        }
        now = Bool.random(using: &random) ? max(next ?? now, now) : now + distance
        wheel.advance(to: Instant(nanoseconds: now))
        let due = model.filter { Self.rounded($0.value) <= now }
        let fired = Self.expired(&wheel)
        #expect(fired.sorted() == due.keys.sorted(), "seed \(seed)")
        for timer in fired { model[timer] = nil }
      }
      #expect(wheel.isSet(timer) == (model[timer] != nil), "seed \(seed)")
    }
    while let next = wheel.next() {
      now = max(now, next.nanoseconds)
      wheel.advance(to: Instant(nanoseconds: now))
      for timer in Self.expired(&wheel) {
        #expect(model.removeValue(forKey: timer).map(Self.rounded).map { $0 <= now } == true, "seed \(seed)")
      }
    }
    #expect(model.isEmpty && wheel.isEmpty, "seed \(seed)")
  }

  /// Up to a millisecond.
  private static func rounded(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds + 999_999) / 1_000_000 * 1_000_000 }

  @Test func firesInOrder() {
    var random = SplitMix64(seed: 4)
    var wheel = TimerWheel(now: .zero)
    let deadlines = (0..<500).map { _ in UInt64.random(in: 1..<1_000_000, using: &random) }
    for (timer, deadline) in deadlines.enumerated() { wheel.set(UInt32(timer), to: Self.at(deadline)) }
    wheel.advance(to: Self.at(1_000_000))
    #expect(Self.expired(&wheel).map { deadlines[Int($0)] } == deadlines.sorted())
  }
}
