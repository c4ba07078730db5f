import ProxyTransport
import Testing
import WeirPolicy

@Suite struct ValueTests {
  @Test(arguments: ["127.0.0.1:8080", "[::1]:443", "[2001:db8::1]:0", "10.0.0.1:65535"])
  func addressesGoThroughText(text: String) throws {
    #expect(try #require(SocketAddress(text)).description == text)
  }

  @Test(
    arguments: [
      "", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:080", "127.0.0.1:+80", "::1:80", "[::1]",
      "[::1]80", "[127.0.0.1]:80", "[]:80", "host:80", "[::1:80", "127.0.0.1:٣",
    ])
  func refusesOtherText(text: String) { #expect(SocketAddress(text) == nil) }

  @Test func mappedAddressesAreEqual() {
    #expect(SocketAddress("[::ffff:10.0.0.1]:80") == SocketAddress("10.0.0.1:80"))
  }

  @Test func errorsHaveNames() {
    #expect(SystemError.connectionRefused.name == "ECONNREFUSED")
    #expect(SystemError.connectionRefused.description == "Connection refused (ECONNREFUSED)")
    #expect(SystemError(code: 9999).description == "errno 9999")
    #expect(SystemError.tooManyOpenFiles.isExhaustion && !SystemError.connectionReset.isExhaustion)
  }

  @Test func timesSaturate() {
    let now = Instant(nanoseconds: 10)
    #expect(now + .seconds(1) == Instant(nanoseconds: 1_000_000_010))
    #expect(now - .seconds(1) == .zero)
    #expect(now + Interval(nanoseconds: -11) == .zero)
    #expect(Instant(nanoseconds: .max - 1) + .milliseconds(1) == .never)
    #expect(
      Interval.seconds(.max) == Interval(nanoseconds: .max) && Interval.seconds(.min) == Interval(nanoseconds: .min))
    #expect(Instant.never - .zero == Interval(nanoseconds: .max))
    #expect(.zero - now == Interval(nanoseconds: -10))
    #expect(Interval(nanoseconds: .max) + .seconds(1) == Interval(nanoseconds: .max))
    #expect(Interval.zero - Interval(nanoseconds: .min) == Interval(nanoseconds: .max))
  }

  @Test func randomNumbersRepeatAndSpread() {
    var left = RandomSource(seed: 7)
    var right = RandomSource(seed: 7)
    #expect((0..<10).allSatisfy { _ in left.next() == right.next() })
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[Int(left.next(below: 6))] += 1 }
    // Five standard deviations around 10,000; the seed is fixed.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 457 })
    #expect(left.next(below: 0) == 0 && left.next(below: 1) == 0)
  }

  @Test(arguments: [AtomicCells.Spacing.lines, .dense])
  func cellsAreApart(spacing: AtomicCells.Spacing) throws {
    let cells = try #require(AtomicCells(count: 1000, spacing: spacing))
    for index in 0..<1000 { cells.store(UInt64(index), at: index) }
    #expect(cells.add(5, to: 10) == 15 && cells.subtract(1, from: 10) == 14)
    #expect(cells.exchange(10, expected: 14, desired: 1) && !cells.exchange(10, expected: 14, desired: 2))
    cells.bump(11)
    #expect((0..<1000).allSatisfy { cells.load($0) == ($0 == 10 ? 1 : $0 == 11 ? 12 : UInt64($0)) })
  }
}
