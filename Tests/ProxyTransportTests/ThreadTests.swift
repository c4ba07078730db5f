import ProxyTransport
import Synchronization
import Testing

@Suite struct ThreadTests {
  /// What the threads of a test tell.
  private final class Told: Sendable {
    let ended = Atomic<Int>(0)
  }

  /// The memory of a thread that has ended is gone: who started it must not touch it any more.
  @Test func `threads may end before their start returns`() throws {
    let told = Told()
    let count = 3_000
    for _ in 0..<count { try Thread.start("weir-test") { told.ended.add(1, ordering: .releasing) } }
    var network = try EpollNetwork()
    var events: [Event] = []
    let deadline = network.now() + .seconds(30)
    while told.ended.load(ordering: .acquiring) < count, network.now() < deadline {
      network.wait(until: network.now() + .milliseconds(5), into: &events)
    }
    #expect(told.ended.load(ordering: .acquiring) == count)
  }
}
