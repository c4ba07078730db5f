import PropertyTesting
import ProxyTransport
import ProxyUpstream
import Synchronization
import Testing
import WeirPolicy

@Suite struct AdmissionTests {
  @Test(arguments: [Admission.connection, .pending, .request])
  func stopsAtTheLimit(admission: Admission) throws {
    let capacity = Service.Capacity(connections: 2, pending: 2, requests: 2, retries: nil)
    let upstreams = try Samples.upstreams(Samples.service(capacity: capacity), Samples.addresses(1))
    #expect(upstreams.admit(admission, 0) && upstreams.admit(admission, 0))
    #expect(!upstreams.admit(admission, 0) && upstreams.count(admission, 0) == 2)
    upstreams.leave(admission, 0)
    #expect(upstreams.admit(admission, 0) && !upstreams.admit(admission, 0))
  }

  @Test func withoutCapacityNothingIsRefused() throws {
    let upstreams = try Samples.upstreams(Samples.service(), Samples.addresses(1))
    #expect((0..<1000).allSatisfy { _ in upstreams.admit(.request, 0) })
  }

  @Test func retriesAreAShareOfRequests() throws {
    let upstreams = try Samples.upstreams(Samples.service(), Samples.addresses(1))
    func admitted() -> Int {
      var count = 0
      while count < 1000, upstreams.admitRetry(0, budget: 2_000) { count += 1 }
      for _ in 0..<count { upstreams.leaveRetry(0) }
      return count
    }
    #expect(admitted() == 3)
    for _ in 0..<19 { _ = upstreams.admit(.request, 0) }
    #expect(admitted() == 3)
    _ = upstreams.admit(.request, 0)
    #expect(admitted() == 4)
    for _ in 0..<80 { _ = upstreams.admit(.request, 0) }
    #expect(admitted() == 20)
    #expect(upstreams.retryCount(0) == 0)
  }

  @Test func capacityBoundsRetriesToo() throws {
    let capacity = Service.Capacity(connections: nil, pending: nil, requests: nil, retries: 1)
    let upstreams = try Samples.upstreams(Samples.service(capacity: capacity), Samples.addresses(1))
    #expect(upstreams.admitRetry(0, budget: 10_000) && !upstreams.admitRetry(0, budget: 10_000))
  }

  /// Several threads at the limit: those admitted are never more than it, and all places are given back.
  @Test func threadsShareOneBudget() async throws {
    let capacity = Service.Capacity(connections: nil, pending: nil, requests: 10, retries: nil)
    let upstreams = try Samples.upstreams(Samples.service(capacity: capacity), Samples.addresses(1))
    for _ in 0..<5 { _ = upstreams.admit(.request, 0) }
    let meter = Meter()
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<20_000 {
            if upstreams.admit(.request, 0) {
              meter.requests.enter()
              meter.requests.leave()
              upstreams.leave(.request, 0)
            }
            if upstreams.admitRetry(0, budget: 1_000) {
              meter.retries.enter()
              meter.retries.leave()
              upstreams.leaveRetry(0)
            }
          }
        }
      }
    }
    #expect(meter.requests.most.load(ordering: .relaxed) <= 5)
    #expect(meter.retries.most.load(ordering: .relaxed) <= 3)
    #expect(upstreams.count(.request, 0) == 5 && upstreams.retryCount(0) == 0)
  }

  final class Meter: Sendable {
    let requests = Gauge()
    let retries = Gauge()
  }

  /// How many there were at once, at most.
  final class Gauge: Sendable {
    private let now = Atomic<Int>(0)
    let most = Atomic<Int>(0)

    func enter() {
      let count = now.wrappingAdd(1, ordering: .relaxed).newValue
      _ = most.max(count, ordering: .relaxed)
    }

    func leave() { _ = now.wrappingSubtract(1, ordering: .relaxed) }
  }
}
