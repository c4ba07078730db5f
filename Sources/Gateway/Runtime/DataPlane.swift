import ProxyCore
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Synchronization
import WeirPolicy

/// The threads that serve traffic: started once, told of new generations, drained at the end.
public final class DataPlane: Sendable {
  /// Where connections are accepted, and for whom.
  public struct ListenerOptions: Sendable {
    public var address: SocketAddress
    public var trustedHops: [WeirPolicy.Network]
    public var tls: ListenerTLS

    public init(address: SocketAddress, trustedHops: [WeirPolicy.Network] = [], tls: ListenerTLS = .off) {
      self.address = address
      self.trustedHops = trustedHops
      self.tls = tls
    }
  }

  public struct Options: Sendable {
    public var listeners: [ListenerOptions]
    public var workerCount: Int
    /// Blocks of all workers together, in bytes.
    public var memoryBytesMax: Int
    public var clocks = Clocks()
    /// `-` for the standard output; `nil`: no access log.
    public var accessLog: String?
    /// Woken when a worker has ended.
    public var endWakeUp: Descriptor?

    public init(listeners: [ListenerOptions], workerCount: Int, memoryBytesMax: Int) {
      self.listeners = listeners
      self.workerCount = workerCount
      self.memoryBytesMax = memoryBytesMax
    }
  }

  /// Where the listeners are bound, port 0 resolved.
  public let addresses: [SocketAddress]
  private let mailboxes: [Mailbox]
  private let running: RunningCount
  private let logThread: LogThread?
  /// What the workers count, and the thread that writes the log.
  public let metrics: [WorkerMetrics]

  /// Binds every listener for every worker and starts the workers.
  ///
  /// - Parameter tls: a set for each worker, all of one configuration; empty where there is no TLS.
  /// - Throws: what the system says, with the listener that it says it of.
  public init(_ options: Options, _ generation: Generation, tls: [TLSContextSet] = []) throws(StartError) {
    let connectionsMax = DescriptorBudget(
      limit: EpollNetwork.raiseDescriptorLimit(), workerCount: options.workerCount,
      listenerCount: options.listeners.count
    ).connectionsMax
    let memoryBytesMax = options.memoryBytesMax / options.workerCount
    // Asked for together: which worker would have gone without, and whether for its memory or for its stack, would be chance.
    guard Memory.isAvailable(WorkerThread.addressBytes(memoryBytesMax) * options.workerCount) else {
      throw .system(.outOfMemory)
    }
    var bound = options.listeners
    var mailboxes: [Mailbox] = []
    var workers: [WorkerThread] = []
    let running = RunningCount(wakeUp: options.endWakeUp)
    let metrics = (0...options.workerCount).compactMap { _ in WorkerMetrics() }
    guard metrics.count == options.workerCount + 1 else { throw .system(.outOfMemory) }
    for listener in options.listeners where listener.address.port != 0 {
      do throws(SystemError) { try EpollNetwork.demandFree(listener.address) } catch {
        throw .listen(listener.address, error)
      }
    }
    let queues = options.accessLog == nil ? [] : (0..<options.workerCount).map { _ in LogQueue() }
    let gate: StartGate
    do throws(SystemError) {
      gate = try StartGate()
    } catch { throw .system(error) }
    do throws(SystemError) {
      if let path = options.accessLog {
        logThread = try LogThread(path, queues, metrics[options.workerCount], gate)
      } else {
        logThread = nil
      }
    } catch { throw .accessLog(error) }
    for index in 0..<options.workerCount {
      var listeners: [Listener] = []
      for place in bound.indices {
        do throws(SystemError) {
          let descriptor = try EpollNetwork.listen(on: bound[place].address, reusePort: true, backlog: 4096)
          bound[place].address = try EpollNetwork.localAddress(of: descriptor)
          listeners.append(
            Listener(
              descriptor: descriptor, port: bound[place].address.port, trustedHops: bound[place].trustedHops,
              tls: bound[place].tls))
        } catch { throw .listen(bound[place].address, error) }
      }
      do throws(SystemError) {
        let mailbox = try Mailbox()
        mailboxes.append(mailbox)
        workers.append(
          WorkerThread(
            index: index, listeners: listeners, clocks: options.clocks, connectionsMax: connectionsMax,
            memoryBytesMax: memoryBytesMax, generation: generation,
            tls: tls.isEmpty ? nil : tls[index], mailbox: mailbox, running: running, metrics: metrics[index],
            logQueue: queues.isEmpty ? nil : queues[index], logWriter: logThread?.wakeUp))
      } catch { throw .system(error) }
    }
    addresses = bound.map(\.address)
    self.mailboxes = mailboxes
    self.running = running
    self.metrics = metrics
    do throws(SystemError) {
      for worker in workers { try worker.start(gate) }
      try gate.wait()
    } catch {
      stop()
      logThread?.stop()
      throw .system(error)
    }
  }

  /// Puts a generation in force: every worker decides under it from its next turn on.
  ///
  /// - Parameters:
  ///   - tls: as at the start. Connections end with the certificates that they began with.
  ///   - facts: of the configuration; nil: as they are.
  public func adopt(_ generation: Generation, tls: [TLSContextSet] = [], _ facts: WorkerFacts? = nil) {
    for (index, mailbox) in mailboxes.enumerated() {
      mailbox.post(.adopt(generation, tls.isEmpty ? nil : tls[index], facts))
    }
  }

  /// Chooses among other endpoints: every worker from its next turn on.
  public func adopt(_ upstreams: Upstreams) {
    for mailbox in mailboxes { mailbox.post(.endpoints(upstreams)) }
  }

  /// Asks every worker for a sign of life.
  public func ping() { for mailbox in mailboxes { mailbox.post(.ping) } }

  /// How long ago the most silent worker was seen.
  public func silence(at now: Instant) -> Interval {
    mailboxes.map { now - $0.lastSeen }.max() ?? .zero
  }

  /// Ends accepting; each worker stops when its last connection has gone.
  public func drain() { for mailbox in mailboxes { mailbox.post(.drain) } }

  /// Ends at once.
  public func stop() { for mailbox in mailboxes { mailbox.post(.stop) } }

  /// Opens the log again: it was moved away.
  public func reopenLog() throws(SystemError) { try logThread?.reopen() }

  /// Writes what is left of the log; after the workers have ended.
  public func stopLog() { logThread?.stop() }

  /// Why the access log takes nothing; nil while it does.
  public var logFailure: LogFailure? { logThread?.failure }

  /// Whether log lines are still being written.
  public var isLogging: Bool { logThread?.isRunning ?? false }

  /// Whether any worker still runs.
  public var isRunning: Bool { running.count > 0 }
}

/// Why the data plane could not start.
public enum StartError: Error, Sendable {
  case listen(SocketAddress, SystemError)
  case system(SystemError)
  case accessLog(SystemError)
}

/// How many threads have not ended.
final class RunningCount: Sendable {
  private let value = Atomic<Int>(0)
  private let wakeUp: Descriptor?

  /// - Parameter wakeUp: is woken by each that ends.
  init(wakeUp: Descriptor? = nil) { self.wakeUp = wakeUp }

  var count: Int { value.load(ordering: .acquiring) }
  func started() { value.add(1, ordering: .acquiringAndReleasing) }
  func ended() {
    value.subtract(1, ordering: .acquiringAndReleasing)
    if let wakeUp { EpollNetwork.wake(wakeUp) }
  }
}
