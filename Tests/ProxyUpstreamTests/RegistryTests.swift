import ProxyTransport
import ProxyUpstream
import Testing
import WeirPolicy

@Suite struct RegistryTests {
  private static let ejection = Service.Ejection(
    errors: 1, everyNanoseconds: 10_000_000_000, forNanoseconds: 30_000_000_000, atMost: 10_000)

  @Test func countsOutliveTables() throws {
    let registry = try #require(UpstreamRegistry(linesMax: 100))
    let first = try Samples.upstreams(Samples.service(), Samples.addresses(3), in: registry)
    first.began(first.endpoints[1].line)
    // Other endpoints, in another order, in a policy with other services.
    let second = try Upstreams(
      Samples.topology([Samples.service()]), number: 2,
      endpoints: [Samples.addresses(3).reversed() + Samples.addresses(1, from: 9)],
      in: registry)
    #expect(second.endpoints[1].line == first.endpoints[1].line)
    #expect(second.state(of: second.endpoints[1].line, at: Samples.now).inFlight == 1)
    #expect(second.number > first.number)
  }

  @Test func linesOfEndpointsThatAreGoneAreFreed() throws {
    let registry = try #require(UpstreamRegistry(linesMax: 100))
    let service = Samples.service(ejection: Self.ejection)
    var first: Upstreams? = try Samples.upstreams(service, Samples.addresses(3), in: registry)
    let before = registry.count
    let busy = try #require(first?.endpoints[1].line)
    if let first {
      #expect(first.report(.localFailure, first.endpoints[0].line, ofService: 0, at: Samples.now))
      #expect(first.report(.localFailure, busy, ofService: 0, at: Samples.now))
      first.setHealth(false, first.endpoints[0].line, ofService: 0)
      first.began(busy)
    }
    let second = try Samples.upstreams(service, Samples.addresses(1, from: 3), number: 2, in: registry)
    registry.collect()
    #expect(registry.count == before)
    first = nil
    registry.collect()
    // One has a request still.
    #expect(registry.count == before - 1)
    second.ended(busy, hasFailed: true, after: .seconds(2))
    #expect(second.state(of: busy, at: Samples.now).failures == 1)
    registry.collect()
    #expect(registry.count == before - 2)
    // The lines come again, as new, and the service has no ejected endpoint left.
    let third = try Samples.upstreams(service, Samples.addresses(3), number: 3, in: registry)
    #expect(third.endpoints.allSatisfy { third.state(of: $0.line, at: Samples.now).isUp })
    for endpoint in third.endpoints { third.report(.localFailure, endpoint.line, ofService: 0, at: Samples.now) }
    #expect(third.ejected(at: Samples.now) == 2)
    #expect(third.endpoints.allSatisfy { third.state(of: $0.line, at: Samples.now).failures == 0 })
  }

  @Test func changesOfEndpointsWithoutEndTakeNoLines() throws {
    let registry = try #require(UpstreamRegistry(linesMax: 20))
    for number in 1...200 as ClosedRange<UInt64> {
      _ = try Samples.upstreams(
        Samples.service(), Samples.addresses(4, from: UInt32(number) * 4), number: number, in: registry)
      registry.collect()
    }
    // The service and its cluster stay.
    #expect(registry.count == 2)
  }

  @Test func saysWhenThereAreTooMany() throws {
    let registry = try #require(UpstreamRegistry(linesMax: 5))
    _ = try Samples.upstreams(Samples.service(), Samples.addresses(3), in: registry)
    #expect(throws: UpstreamError.tooManyEndpoints) {
      try Samples.upstreams(Samples.service(), Samples.addresses(4), in: registry)
    }
  }
}
