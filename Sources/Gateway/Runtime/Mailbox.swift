import ProxyCore
import ProxyTLS
import ProxyTransport
import ProxyUpstream
import Synchronization
import WeirPolicy

/// What of the configuration a worker goes by; it changes with a generation, between two turns, or not at all.
public struct WorkerFacts: Sendable {
  var clocks: Clocks
  /// By listener.
  var trustedHops: [[WeirPolicy.Network]]
}

/// What the control thread tells a worker, between two turns of its loop.
enum WorkerMessage: Sendable {
  case adopt(Generation, TLSContextSet?, WorkerFacts?)
  case endpoints(Upstreams)
  /// Nothing but a sign of life.
  case ping
  case drain
  case stop
}

/// Messages for one worker, and the descriptor that wakes it.
final class Mailbox: Sendable {
  let wakeUp: Descriptor
  private let messages = Mutex<[WorkerMessage]>([])
  /// When the worker took its messages last, monotonic nanoseconds.
  private let seen = Atomic<UInt64>(Clock.now().nanoseconds)

  init() throws(SystemError) { wakeUp = try EpollNetwork.makeWakeUp() }

  deinit { EpollNetwork.close(wakeUp) }

  /// When the worker was seen last; a ping makes it come.
  var lastSeen: Instant { Instant(nanoseconds: seen.load(ordering: .acquiring)) }

  func post(_ message: WorkerMessage) {
    messages.withLock { $0.append(message) }
    EpollNetwork.wake(wakeUp)
  }

  /// By the worker: what has come since it looked last.
  func takeAll() -> [WorkerMessage] {
    EpollNetwork.drainWakeUp(wakeUp)
    seen.store(Clock.now().nanoseconds, ordering: .releasing)
    return messages.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
