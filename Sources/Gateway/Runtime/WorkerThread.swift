import ProxyCore
import ProxyTLS
import ProxyTelemetry
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
  let metrics: WorkerMetrics
  /// Where lines go, and who writes them; `nil`: no access log.
  let logQueue: LogQueue?
  let logWriter: Descriptor?

  /// - Parameter gate: is told whether the worker serves.
  func start(_ gate: StartGate) throws(SystemError) {
    gate.expect()
    running.started()
    do throws(SystemError) {
      try Thread.start("weir-worker") {
        run(gate)
        running.ended()
      }
    } catch {
      gate.fail()
      running.ended()
      throw error
    }
  }

  private func run(_ gate: StartGate) {
    guard let net = try? EpollNetwork(), let memory = makeMemory(),
      var worker = SystemWorker(
        net: net, memory: memory, listeners: listeners, generation: generation, tls: tls,
        clocks: clocks,
        telemetry: WorkerTelemetry(metrics: metrics, log: logQueue.map { LogSink($0, keepsQueries: false) }),
        connectionsMax: connectionsMax, seed: RandomSource.systemSeed()),
      worker.watchWakeUp(mailbox.wakeUp) == nil
    else { return gate.fail() }
    gate.pass()
    defer {
      worker.finishLog()
      if let logWriter { EpollNetwork.wake(logWriter) }
    }
    while worker.run(logWriter: logWriter) {
      for message in mailbox.takeAll() {
        switch message {
        case .adopt(let generation, let tls, let facts):
          worker.adopt(generation, tls: tls)
          if let facts { worker.adopt(facts.clocks, trustedHops: facts.trustedHops) }
        case .endpoints(let upstreams): worker.adopt(upstreams)
        case .ping: break
        case .drain: worker.beginDrain()
        case .stop: return
        }
      }
    }
  }

  /// A mapping in which the blocks of the account have room whatever their sizes; of a large account, half of the largest mapping.
  private func makeMemory() -> Memory? {
    let capacity = Self.capacity(memoryBytesMax)
    var memory = Memory(capacity: capacity, limit: min(memoryBytesMax, capacity / 2))
    memory?.account = memoryBytesMax
    return memory
  }

  private static func capacity(_ memoryBytesMax: Int) -> Int { min(memoryBytesMax * 4, 3 << 30) }

  /// Addresses that a worker takes: its mapping, and beside it the stack and what libraries allocate.
  static func addressBytes(_ memoryBytesMax: Int) -> Int { capacity(memoryBytesMax) + (16 << 20) }
}
