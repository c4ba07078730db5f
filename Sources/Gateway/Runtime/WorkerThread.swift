import ProxyCore
import ProxyTLS
import ProxyTransport

/// One worker on a thread of its own.
struct WorkerThread: Sendable {
  let index: Int
  let listeners: [Listener]
  let clocks: Clocks
  let connectionsMax: Int
  let memoryBytesMax: Int
  let generation: Generation
  let tls: TLSContextSet?
  let mailbox: Mailbox
  let running: RunningCount

  func start() throws(SystemError) {
    try Thread.start("weir-worker") {
      run()
      running.ended()
    }
  }

  private func run() {
    guard let net = try? EpollNetwork(),
      let memory = Memory(capacity: min(memoryBytesMax * 4, 3 << 30), limit: memoryBytesMax),
      var worker = SystemWorker(
        net: net, memory: memory, listeners: listeners, generation: generation, tls: tls,
        clocks: clocks, connectionsMax: connectionsMax, seed: RandomSource.systemSeed()),
      worker.watchWakeUp(mailbox.wakeUp) == nil
    else { return }
    while worker.run() {
      for message in mailbox.takeAll() {
        switch message {
        case .adopt(let generation, let tls): worker.adopt(generation, tls: tls)
        case .endpoints(let upstreams): worker.adopt(upstreams)
        case .ping: break
        case .drain: worker.beginDrain()
        case .stop: return
        }
      }
    }
  }
}
