import ProxyCore
import ProxyTLS
import ProxyTransport
import ProxyUpstream
import Synchronization

/// What the control thread tells a worker, between two turns of its loop.
enum WorkerMessage: Sendable {
  case adopt(Generation, TLSContextSet?)
  case endpoints(Upstreams)
  case drain
  case stop
}

/// Messages for one worker, and the descriptor that wakes it.
final class Mailbox: Sendable {
  let wakeUp: Descriptor
  private let messages = Mutex<[WorkerMessage]>([])

  init() throws(SystemError) { wakeUp = try EpollNetwork.makeWakeUp() }

  deinit { EpollNetwork.close(wakeUp) }

  func post(_ message: WorkerMessage) {
    messages.withLock { $0.append(message) }
    EpollNetwork.wake(wakeUp)
  }

  /// By the worker: what has come since it looked last.
  func takeAll() -> [WorkerMessage] {
    EpollNetwork.drainWakeUp(wakeUp)
    return messages.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
