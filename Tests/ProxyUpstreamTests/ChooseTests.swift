import PropertyTesting
import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@Suite struct ChooseTests {
  private static func counts(
    _ upstreams: Upstreams, _ draws: Int, seed: UInt64, avoiding tried: TriedEndpoints = TriedEndpoints()
  ) -> [Int] {
    var random = RandomSource(seed: seed)
    var counts = [Int](repeating: 0, count: upstreams.endpoints.count)
    for _ in 0..<draws {
      guard let endpoint = upstreams.choose(0, at: Samples.now, &random, avoiding: tried) else { continue }
      counts[Int(endpoint)] += 1
    }
    return counts
  }

  /// Within five standard deviations of a binomial.
  private static func isNear(_ count: Int, _ probability: Double, of draws: Int) -> Bool {
    let mean = probability * Double(draws)
    return (Double(count) - mean).magnitude <= 5 * (mean * (1 - probability)).squareRoot()
  }

  @Test func nothingIsChosenFromNothing() throws {
    let upstreams = try Samples.upstreams(Samples.service(), [])
    var random = RandomSource(seed: 1)
    #expect(upstreams.choose(0, at: Samples.now, &random) == nil)
  }

  @Test(arguments: [1, 2, 3, 7, 50])
  func idleEndpointsGetEqualShares(count: Int) throws {
    let upstreams = try Samples.upstreams(Samples.service(), Samples.addresses(count))
    let counts = Self.counts(upstreams, 40_000, seed: 11)
    #expect(counts.allSatisfy { Self.isNear($0, 1 / Double(count), of: 40_000) }, "\(counts)")
  }

  /// Of n endpoints with different loads, the one with k lighter ones is chosen when it is drawn with a heavier one:
  /// 2 (n - 1 - k) / (n (n - 1)).
  @Test func theLighterOfTwoIsChosen() throws {
    let count = 6
    let upstreams = try Samples.upstreams(Samples.service(), Samples.addresses(count))
    for (rank, endpoint) in upstreams.endpoints.enumerated() {
      for _ in 0..<rank { upstreams.began(endpoint.line) }
    }
    let counts = Self.counts(upstreams, 40_000, seed: 12)
    for (rank, chosen) in counts.enumerated() {
      #expect(Self.isNear(chosen, 2 * Double(count - 1 - rank) / Double(count * (count - 1)), of: 40_000), "\(counts)")
    }
    for endpoint in upstreams.endpoints { #expect(upstreams.state(of: endpoint.line, at: Samples.now).isUp) }
  }

  @Test func turnsGoRound() throws {
    let upstreams = try Samples.upstreams(Samples.service(balance: .roundRobin), Samples.addresses(3))
    var random = RandomSource(seed: 1)
    let chosen = (0..<7).map { _ in upstreams.choose(0, at: Samples.now, &random) }
    #expect(chosen == [0, 1, 2, 0, 1, 2, 0])
  }

  @Test(arguments: [Service.Balance.p2c, .roundRobin])
  func triedEndpointsAreLeftOut(balance: Service.Balance) throws {
    let upstreams = try Samples.upstreams(Samples.service(balance: balance), Samples.addresses(3))
    var random = RandomSource(seed: 5)
    var tried = TriedEndpoints()
    var seen: Set<UInt32> = []
    for _ in 0..<3 {
      let endpoint = try #require(upstreams.choose(0, at: Samples.now, &random, avoiding: tried))
      #expect(seen.insert(endpoint).inserted)
      tried.insert(upstreams.endpoints[Int(endpoint)])
    }
    #expect(upstreams.choose(0, at: Samples.now, &random, avoiding: tried) == nil)
  }

  @Test(arguments: [Service.Balance.p2c, .roundRobin])
  func unhealthyEndpointsAreLeftOutUntilHalfAre(balance: Service.Balance) throws {
    let upstreams = try Samples.upstreams(Samples.service(balance: balance), Samples.addresses(4))
    let lines = upstreams.endpoints.map(\.line)
    upstreams.setHealth(false, lines[0], ofService: 0)
    upstreams.setHealth(false, lines[1], ofService: 0)
    var counts = Self.counts(upstreams, 10_000, seed: 3)
    #expect(counts[0] == 0 && counts[1] == 0 && Self.isNear(counts[2], 0.5, of: 10_000))
    // Panic: one of four is left.
    upstreams.setHealth(false, lines[2], ofService: 0)
    counts = Self.counts(upstreams, 10_000, seed: 4)
    #expect(counts.allSatisfy { Self.isNear($0, 0.25, of: 10_000) })
    for line in lines[0...2] { upstreams.setHealth(true, line, ofService: 0) }
    counts = Self.counts(upstreams, 10_000, seed: 5)
    #expect(counts.allSatisfy { Self.isNear($0, 0.25, of: 10_000) })
  }

  @Test func subsetsHaveTheirOwnEndpoints() throws {
    var list = Samples.addresses(4)
    list[1].labels = [.init(name: "version", value: "v2"), .init(name: "zone", value: "a")]
    list[3].labels = [.init(name: "version", value: "v2")]
    let subsets = [
      Service.Subset(name: "canary", labels: [.init(name: "version", value: "v2")]),
      Service.Subset(name: "none", labels: [.init(name: "version", value: "v3")]),
    ]
    let upstreams = try Samples.upstreams(Samples.service(subsets: subsets), list)
    var random = RandomSource(seed: 1)
    let canary = upstreams.cluster(service: 0, subset: 0)
    let chosen = Set(
      (0..<50).compactMap { _ in upstreams.choose(canary, at: Samples.now, &random) }
        .map { upstreams.endpoints[Int($0)].address })
    #expect(chosen == [list[1].address, list[3].address])
    #expect(upstreams.choose(upstreams.cluster(service: 0, subset: 1), at: Samples.now, &random) == nil)
    // An endpoint has one line, whatever clusters it is in.
    #expect(Set(upstreams.endpoints.map(\.line)).count == 4)
    #expect(upstreams.endpoints(ofService: 0) == 0..<4)
  }
}
