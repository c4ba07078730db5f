import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@Suite struct RetryTests {
  @Test func delaysFillTheirBounds() {
    let backoff = Backoff(least: .milliseconds(25), most: .milliseconds(250))
    var random = RandomSource(seed: 8)
    for (retry, bound) in [(1, 25), (2, 50), (3, 100), (4, 200), (5, 250), (60, 250)] as [(Int, Int64)] {
      let delays = (0..<2000).map { _ in backoff.delay(beforeRetry: retry, &random) }
      #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(bound) })
      // A uniform sample of 2000 leaves no fiftieth empty.
      #expect(delays.contains { $0 < Interval(nanoseconds: bound * 20_000) })
      #expect(delays.contains { $0 > Interval(nanoseconds: bound * 980_000) })
    }
    #expect(Backoff(least: .zero, most: .seconds(1)).delay(beforeRetry: 3, &random) == .zero)
  }

  private static func parse(_ text: String, wallClock: Int64 = 784_111_770_000_000_000) -> Interval? {
    RetryAfter.parse(Array(text.utf8).span, wallClock: wallClock)
  }

  @Test func retryAfterIsSecondsOrADate() {
    #expect(Self.parse("0") == .zero)
    #expect(Self.parse("120") == .seconds(120))
    #expect(Self.parse("99999999999") == .seconds(99_999_999_999))
    // RFC 9110 section 10.2.3: any number of digits.
    for digits in [18, 19, 20, 40, 4_000] {
      #expect(Self.parse(String(repeating: "9", count: digits)) == Interval(nanoseconds: .max))
    }
    #expect(Self.parse("9223372036854775808") == Interval(nanoseconds: .max))
    #expect(Self.parse(String(repeating: "0", count: 28) + "7") == .seconds(7))
    #expect(Self.parse("Sun, 06 Nov 1994 08:49:37 GMT") == .seconds(7))
    #expect(Self.parse("Sun, 06 Nov 1994 08:49:20 GMT") == .zero)
    #expect(
      Self.parse("Thu, 29 Feb 2024 00:00:00 GMT", wallClock: 1_709_164_800_000_000_000 - 1) == Interval(nanoseconds: 1))
  }

  @Test(
    arguments: [
      "", "-1", "1.5", "soon", "99999999999999999999x", "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 31 Feb 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    ])
  func otherValuesAreNone(text: String) { #expect(Self.parse(text) == nil) }

  @Test func healthChangesAfterARow() {
    let health = Service.Health(
      probe: .connect, everyNanoseconds: 1_000_000_000, timeoutNanoseconds: 1, upAfter: 2, downAfter: 3)
    var random = RandomSource(seed: 3)
    var tracker = HealthTracker(health, at: Samples.now, &random)
    #expect(tracker.isUp && tracker.due >= Samples.now && tracker.due < Samples.now + .seconds(1))
    func finish(_ isSuccess: Bool) -> Bool {
      let changed = tracker.finish(isSuccess: isSuccess, at: Samples.now, &random)
      #expect(tracker.due >= Samples.now + .milliseconds(900) && tracker.due <= Samples.now + .milliseconds(1100))
      return changed
    }
    #expect([false, false, true, false, false].map(finish) == [false, false, false, false, false])
    #expect(finish(false) && !tracker.isUp)
    #expect([true, false, true].map(finish) == [false, false, false])
    #expect(finish(true) && tracker.isUp)
  }
}
