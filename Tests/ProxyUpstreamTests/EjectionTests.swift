import PropertyTesting
import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@Suite struct EjectionTests {
  private static func ejection(errors: Int = 3, atMost: Int = 5_000) -> Service.Ejection {
    Service.Ejection(errors: errors, everyNanoseconds: 10_000_000_000, forNanoseconds: 30_000_000_000, atMost: atMost)
  }

  private static func upstreams(_ count: Int, errors: Int = 3, atMost: Int = 5_000) throws -> Upstreams {
    try Samples.upstreams(
      Samples.service(ejection: ejection(errors: errors, atMost: atMost)), Samples.addresses(count))
  }

  @Test(arguments: [AttemptOutcome.serverFailure, .localFailure])
  func aRowOfFailuresEjects(outcome: AttemptOutcome) throws {
    let upstreams = try Self.upstreams(4)
    let line = upstreams.endpoints[0].line
    #expect(!upstreams.report(outcome, line, ofService: 0, at: Samples.now))
    #expect(!upstreams.report(outcome, line, ofService: 0, at: Samples.now))
    #expect(upstreams.report(outcome, line, ofService: 0, at: Samples.now))
    #expect(upstreams.state(of: line, at: Samples.now).isEjected)
    // What was on the way.
    #expect(!upstreams.report(outcome, line, ofService: 0, at: Samples.now))
    var random = RandomSource(seed: 2)
    #expect((0..<500).allSatisfy { _ in upstreams.choose(0, at: Samples.now, &random) != 0 })
    // It returns by itself, swept or not.
    let later = Samples.now + .seconds(30)
    #expect((0..<500).contains { _ in upstreams.choose(0, at: later, &random) == 0 })
    upstreams.sweep(at: later)
    #expect((0..<500).contains { _ in upstreams.choose(0, at: later, &random) == 0 })
    let state = upstreams.state(of: line, at: later)
    #expect(state.inFlight == 0 && state.isUp && !state.isEjected && state.ejectionCount == 1)
  }

  @Test func aSuccessEndsTheRow() throws {
    let upstreams = try Self.upstreams(4)
    let line = upstreams.endpoints[0].line
    for _ in 0..<10 {
      for outcome in [AttemptOutcome.serverFailure, .serverFailure, .overload, .success] {
        #expect(!upstreams.report(outcome, line, ofService: 0, at: Samples.now))
      }
    }
  }

  @Test func failuresOfTwoKindsAreCountedApart() throws {
    let upstreams = try Self.upstreams(4)
    let line = upstreams.endpoints[0].line
    for outcome in [AttemptOutcome.localFailure, .localFailure, .serverFailure, .localFailure, .localFailure] {
      #expect(!upstreams.report(outcome, line, ofService: 0, at: Samples.now))
    }
  }

  @Test func overloadIsNoFailure() throws {
    let upstreams = try Self.upstreams(4)
    let line = upstreams.endpoints[0].line
    #expect(AttemptOutcome(status: 429) == .overload && AttemptOutcome(status: 503) == .serverFailure)
    #expect(AttemptOutcome(status: 404) == .success && AttemptOutcome(status: 500) == .serverFailure)
    for _ in 0..<10 { #expect(!upstreams.report(.overload, line, ofService: 0, at: Samples.now)) }
  }

  @Test func aRowEndsWithItsWindow() throws {
    let upstreams = try Self.upstreams(4)
    let line = upstreams.endpoints[0].line
    let late = Samples.now + .seconds(10) + Interval(nanoseconds: 1)
    for time in [Samples.now, Samples.now, late, late] {
      #expect(!upstreams.report(.serverFailure, line, ofService: 0, at: time))
    }
    #expect(upstreams.report(.serverFailure, line, ofService: 0, at: late + .seconds(10)))
  }

  @Test(arguments: [
    (1, 10_000, 0), (2, 10_000, 1), (2, 4_999, 0), (2, 5_000, 1), (10, 1_000, 1), (10, 2_999, 2), (3, 10_000, 2),
  ])
  func someStay(count: Int, atMost: Int, ejected: Int) throws {
    let upstreams = try Self.upstreams(count, errors: 1, atMost: atMost)
    for endpoint in upstreams.endpoints {
      upstreams.report(.localFailure, endpoint.line, ofService: 0, at: Samples.now)
    }
    #expect(upstreams.ejected(at: Samples.now) == ejected)
  }

  @Test func whoReturnsMakesPlace() throws {
    let upstreams = try Self.upstreams(2, errors: 1)
    let lines = upstreams.endpoints.map(\.line)
    #expect(upstreams.report(.localFailure, lines[0], ofService: 0, at: Samples.now))
    #expect(!upstreams.report(.localFailure, lines[1], ofService: 0, at: Samples.now))
    let later = Samples.now + .seconds(30)
    upstreams.sweep(at: later)
    #expect(upstreams.report(.localFailure, lines[1], ofService: 0, at: later))
    #expect(!upstreams.report(.localFailure, lines[0], ofService: 0, at: later))
    // Again, without a sweep: its own place is still its own.
    #expect(upstreams.report(.localFailure, lines[1], ofService: 0, at: later + .seconds(30)))
  }

  /// Whatever is reported, at most the share is ejected, one endpoint stays, and none returns early.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func theBoundsHold(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...12, using: &random)
    let atMost = Int.random(in: 0...10_000, using: &random)
    let upstreams = try Self.upstreams(count, errors: Int.random(in: 1...4, using: &random), atMost: atMost)
    var now = Samples.now
    var ejectedAt: [UInt32: Instant] = [:]
    for _ in 0..<2000 {
      now = now + .milliseconds(Int64.random(in: 0...500, using: &random))
      let line = upstreams.endpoints[Int.random(in: 0..<count, using: &random)].line
      let outcome =
        [AttemptOutcome.success, .serverFailure, .localFailure, .localFailure, .overload]
        .randomElement(using: &random) ?? .success
      if upstreams.report(outcome, line, ofService: 0, at: now) {
        if let before = ejectedAt[line] { #expect(now - before >= .seconds(30), "seed \(seed)") }
        ejectedAt[line] = now
      }
      if Int.random(in: 0..<50, using: &random) == 0 { upstreams.sweep(at: now) }
      let ejected = upstreams.ejected(at: now)
      #expect(ejected < count && ejected * 10_000 <= atMost * count, "seed \(seed)")
    }
  }
}
