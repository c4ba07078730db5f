import ProxyTelemetry
import ProxyTransport
import Synchronization

/// The thread that writes access log lines: a slow disk keeps it waiting, and no request.
final class LogThread: Sendable {
  /// Wakes the writer.
  let wakeUp: Descriptor
  private let path: String
  /// Takes the place of the file that is written.
  private let reopened = Mutex<Descriptor?>(nil)
  /// Why the file takes nothing; nil while it does.
  private let lastFailure = Mutex<LogFailure?>(nil)
  private let running = RunningCount()
  private let isStopping = Atomic<Bool>(false)

  /// - Parameters:
  ///   - path: `-` for the standard output.
  ///   - queues: one a worker.
  ///   - metrics: cells of this thread's own.
  ///   - gate: is told whether the thread serves.
  /// - Throws: what the system says of the file.
  init(
    _ path: String, _ queues: [LogQueue], _ metrics: WorkerMetrics, _ gate: StartGate
  ) throws(SystemError) {
    self.path = path
    wakeUp = try EpollNetwork.makeWakeUp()
    // Opened here, so that a file that cannot be written stops the start.
    let file = try AppendOnlyFile.open(path)
    gate.expect()
    running.started()
    do throws(SystemError) {
      try Thread.start("weir-log") { [self] in
        run(LogOutput(AppendOnlyFile(owning: file), queues: queues, metrics: metrics), gate)
        running.ended()
      }
    } catch {
      gate.fail()
      throw error
    }
  }

  private func run(_ output: consuming LogOutput<AppendOnlyFile>, _ gate: StartGate) {
    guard var net = try? EpollNetwork(), net.watch(wakeUp, token: 0, levelTriggered: true) == nil else {
      return gate.fail()
    }
    gate.pass()
    var events: [Event] = []
    while true {
      let isLast = isStopping.load(ordering: .acquiring)
      if let file = reopened.withLock({ $0.take() }) { output.write(to: AppendOnlyFile(owning: file)) }
      output.drain(now: net.now())
      lastFailure.withLock { $0 = output.failure }
      if isLast { return }
      net.wait(until: net.now() + .seconds(1), into: &events)
      EpollNetwork.drainWakeUp(wakeUp)
    }
  }

  /// Opens the file again: it was moved away. What is wrong with it leaves the one that is open.
  func reopen() throws(SystemError) {
    let file = try AppendOnlyFile.open(path)
    // One that was not taken over yet is nobody's.
    if let former = reopened.withLock({ swap(&$0, file) }) { _ = AppendOnlyFile(owning: former) }
    EpollNetwork.wake(wakeUp)
  }

  /// Writes what is left, and ends.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    EpollNetwork.wake(wakeUp)
  }

  var isRunning: Bool { running.count > 0 }

  var failure: LogFailure? { lastFailure.withLock { $0 } }
}

private func swap(_ place: inout Descriptor?, _ next: Descriptor) -> Descriptor? {
  defer { place = next }
  return place
}
