import ProxyTelemetry
import ProxyTransport
import Synchronization

/// The thread that writes access log lines: a slow disk keeps it waiting, and no request.
final class LogThread: Sendable {
  /// Wakes the writer.
  let wakeUp: Descriptor
  private let running = RunningCount()
  private let isStopping = Atomic<Bool>(false)

  /// - Parameters:
  ///   - path: `-` for the standard output.
  ///   - queues: one a worker.
  ///   - metrics: cells of this thread's own.
  /// - Throws: what the system says of the file.
  init(_ path: String, _ queues: [LogQueue], _ metrics: WorkerMetrics) throws(SystemError) {
    wakeUp = try EpollNetwork.makeWakeUp()
    // Opened here, so that a file that cannot be written stops the start.
    _ = try AppendOnlyFile(path)
    running.started()
    try Thread.start("weir-log") { [self] in
      defer { running.ended() }
      guard let file = try? AppendOnlyFile(path), var net = try? EpollNetwork() else { return }
      _ = net.watch(wakeUp, token: 0, levelTriggered: true)
      var output = LogOutput(file, queues: queues, metrics: metrics)
      var events: [Event] = []
      while true {
        let isLast = isStopping.load(ordering: .acquiring)
        output.drain(now: net.now())
        if isLast { return }
        net.wait(until: net.now() + .seconds(1), into: &events)
        EpollNetwork.drainWakeUp(wakeUp)
      }
    }
  }

  /// Writes what is left, and ends.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    EpollNetwork.wake(wakeUp)
  }

  var isRunning: Bool { running.count > 0 }
}
