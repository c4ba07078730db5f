import ProxyTLS
import ProxyTransport
import ProxyUpstream
import WeirPolicy

/// A worker on the network of the system.
///
/// The generic code is called from here with a concrete network, so that the compiler makes a version of all of it for this one: through
/// a module's boundary every system call would go through a witness table.
public struct SystemWorker: ~Copyable {
  private var worker: Worker<EpollNetwork>

  /// - Returns: `nil` when the system has no room for its tables.
  public init?(
    net: consuming EpollNetwork, memory: consuming Memory, listeners: [Listener], generation: Generation,
    tls: TLSContextSet?, clocks: Clocks, telemetry: consuming WorkerTelemetry, connectionsMax: Int, seed: UInt64
  ) {
    guard
      let worker = Worker(
        net: net, memory: memory, listeners: listeners, generation: generation, tls: tls, clocks: clocks,
        telemetry: telemetry, connectionsMax: connectionsMax, seed: seed)
    else { return nil }
    self.worker = worker
  }

  /// Another thread ends a wait of this worker by this descriptor.
  public mutating func watchWakeUp(_ descriptor: Descriptor) -> SystemError? { worker.watchWakeUp(descriptor) }

  /// Serves until the mailbox has something.
  ///
  /// - Parameter logWriter: is woken when lines wait for it.
  /// - Returns: `false` when a drain has ended: no connection is left.
  public mutating func run(logWriter: Descriptor?) -> Bool {
    while !(worker.isDraining && worker.isIdle) {
      worker.turn()
      if worker.wakesLogWriter, let logWriter {
        worker.wakesLogWriter = false
        EpollNetwork.wake(logWriter)
      }
      guard !worker.isWoken else {
        worker.isWoken = false
        return true
      }
    }
    return false
  }

  public mutating func adopt(_ generation: Generation, tls: TLSContextSet?) { worker.adopt(generation, tls: tls) }
  public mutating func adopt(_ clocks: Clocks, trustedHops: [[WeirPolicy.Network]]) {
    worker.adopt(clocks, trustedHops: trustedHops)
  }
  public mutating func adopt(_ upstreams: Upstreams) { worker.adopt(upstreams) }
  public mutating func beginDrain() { worker.beginDrain() }
  /// Hands over what is left of the log.
  public mutating func finishLog() { worker.finishLog() }
}
