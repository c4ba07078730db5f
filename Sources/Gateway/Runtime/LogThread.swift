import ProxyTelemetry
import ProxyTransport

/// The thread that writes access log lines: a slow disk keeps it waiting, and no request.
final class LogThread: Sendable {
  /// Wakes the writer.
  let wakeUp: Descriptor
  private let running = RunningCount()
  private let isStopping = StopFlag()

  /// - Parameters:
  ///   - path: `-` for the standard output.
  ///   - queues: one a worker.
  ///   - metrics: cells of this thread's own.
  /// - Throws: what the system says of the file.
  init(_ path: String, _ queues: [LogQueue], _ metrics: WorkerMetrics) throws(SystemError) {
    wakeUp = try EpollNetwork.makeWakeUp()
    // Opened here, so that a file that cannot be written stops the start.
    _ = try AppendOnlyFile(path)
    let (wakeUp, running, isStopping) = (wakeUp, running, isStopping)
    running.started()
    try Thread.start("weir-log") {
      defer { running.ended() }
      guard let file = try? AppendOnlyFile(path), var net = try? EpollNetwork() else { return }
      _ = net.watch(wakeUp, token: 0, levelTriggered: true)
      var output = LogOutput(file, queues: queues, metrics: metrics)
      var events: [Event] = []
      while true {
        let isLast = isStopping.isSet
        output.drain(now: net.now())
        if isLast { return }
        net.wait(until: net.now() + .seconds(1), into: &events)
        EpollNetwork.drainWakeUp(wakeUp)
      }
    }
  }

  /// Writes what is left, and ends.
  func stop() {
    isStopping.set()
    EpollNetwork.wake(wakeUp)
  }

  var isRunning: Bool { running.count > 0 }
}
