import ProxyTransport
import Synchronization

/// Where a start waits for its threads: each says that it has begun, or that it cannot.
final class StartGate: Sendable {
  private struct State {
    var awaited = 0
    var hasFailed = false
  }

  private let state = Mutex(State())
  private let wakeUp: Descriptor

  init() throws(SystemError) { wakeUp = try EpollNetwork.makeWakeUp() }

  deinit { EpollNetwork.close(wakeUp) }

  /// One thread more is waited for; before it is started.
  func expect() { state.withLock { $0.awaited += 1 } }

  /// By the thread: it serves from now on.
  func pass() { tell { _ in } }

  /// By the thread: it ends, for want of memory or descriptors.
  func fail() { tell { $0.hasFailed = true } }

  private func tell(_ change: (inout State) -> Void) {
    state.withLock { state in
      state.awaited -= 1
      change(&state)
    }
    EpollNetwork.wake(wakeUp)
  }

  /// Waits until every thread has said something.
  ///
  /// - Throws: `outOfMemory` when one could not begin.
  func wait() throws(SystemError) {
    var net = try EpollNetwork()
    if let error = net.watch(wakeUp, token: 0, levelTriggered: true) { throw error }
    var events: [Event] = []
    while state.withLock({ $0.awaited > 0 }) {
      net.wait(until: nil, into: &events)
      EpollNetwork.drainWakeUp(wakeUp)
    }
    guard !state.withLock({ $0.hasFailed }) else { throw .outOfMemory }
  }
}
