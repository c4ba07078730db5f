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
    let first = try Samples.upstreams(service, Samples.addresses(3), in: registry)
    let before = registry.count
    #expect(first.report(.localFailure, first.endpoints[0].line, ofService: 0, at: Samples.now))
    #expect(first.report(.localFailure, first.endpoints[1].line, ofService: 0, at: Samples.now))
    first.setHealth(false, first.endpoints[0].line, ofService: 0)
    first.began(first.endpoints[1].line)
    let second = try Samples.upstreams(service, Samples.addresses(1, from: 3), number: 2, in: registry)
    registry.collect(keeping: [first, second])
    #expect(registry.count == before)
    registry.collect(keeping: [second])
    // One has a request still.
    #expect(registry.count == before - 1)
    second.ended(first.endpoints[1].line)
    registry.collect(keeping: [second])
    #expect(registry.count == before - 2)
    // The lines come again, as new, and the service has no ejected endpoint left.
    let third = try Samples.upstreams(service, Samples.addresses(3), number: 3, in: registry)
    #expect(third.endpoints.allSatisfy { third.state(of: $0.line, at: Samples.now).isUp })
    for endpoint in third.endpoints { third.report(.localFailure, endpoint.line, ofService: 0, at: Samples.now) }
    #expect(third.ejected(at: Samples.now) == 2)
  }

  @Test func saysWhenThereAreTooMany() throws {
    let registry = try #require(UpstreamRegistry(linesMax: 5))
    _ = try Samples.upstreams(Samples.service(), Samples.addresses(3), in: registry)
    #expect(throws: UpstreamError.tooManyEndpoints) {
      try Samples.upstreams(Samples.service(), Samples.addresses(4), in: registry)
    }
  }
}
