import ProxyCore
import ProxyTransport
import ProxyUpstream

extension GatewayProcess {
  /// Between two looks at what nobody tells of: workers, ejections, files on network file systems.
  private static let tick = Interval.seconds(1)
  /// How often files are looked at without being told.
  private static let filePoll = Interval.seconds(10)

  private enum Token: UInt64 {
    case signals, discovery, drain, files
  }

  /// Serves until a signal or `weir admin drain` has ended it. On the main thread.
  ///
  /// - Parameter signals: made before any thread was started.
  /// - Throws: what keeps the control threads from being started.
  public func run(_ signals: consuming SignalWatch) throws(GatewayFailure) {
    let admin = state.withLock(\.configuration.admin)
    let server: ControlServer
    do throws(SystemError) { server = try ControlServer(control, surface: self) } catch {
      throw Self.systemFailure(state.withLock(\.configuration), "the control threads cannot start: \(error)")
    }
    defer { server.stop() }
    let parts = [control.statusAddress.map { "status on \($0)" }, admin.map { "admin on \($0)" }].compactMap(\.self)
    if !parts.isEmpty { log(parts.joined(separator: ", ")) }
    guard var net = try? EpollNetwork(), let files = try? DirectoryWatch() else {
      throw Self.systemFailure(state.withLock(\.configuration), "the control thread cannot start")
    }
    _ = net.watch(signals.descriptor, token: Token.signals.rawValue, levelTriggered: true)
    _ = net.watch(discoveryWakeUp, token: Token.discovery.rawValue, levelTriggered: true)
    _ = net.watch(drainWakeUp, token: Token.drain.rawValue, levelTriggered: true)
    _ = net.watch(files.descriptor, token: Token.files.rawValue, levelTriggered: true)
    var watched: Set<String> = []
    watchFiles(files, &watched)
    var discoveryWatch = DiscoveryWatch()
    var logWatch = LogWatch()
    var events: [Event] = []
    var interrupts = 0
    var nextFilePoll = net.now() + Self.filePoll
    ProcessMemory.forgetCodeOfStart()
    while true {
      let now = net.now()
      net.wait(until: min(now + Self.tick, nextDrainStep ?? .never), into: &events)
      var filesChanged = false
      for event in events {
        switch Token(rawValue: event.token) {
        case .signals?:
          while let signal = signals.next() {
            switch signal {
            case .hangUp:
              reopenLog()
              reload()
            case .terminate: drain()
            case .interrupt:
              interrupts += 1
              drain()
            }
          }
        case .discovery?:
          EpollNetwork.drainWakeUp(discoveryWakeUp)
          adoptEndpoints()
          for line in discoveryWatch.look(at: discoveries) { log(line) }
        case .drain?: EpollNetwork.drainWakeUp(drainWakeUp)
        case .files?:
          files.drain()
          filesChanged = true
        case nil: break
        }
      }
      if net.now() >= nextFilePoll {
        filesChanged = true
        nextFilePoll = net.now() + Self.filePoll
      }
      if filesChanged { reloadIfChanged() }
      watchFiles(files, &watched)
      let dropped = dataPlane.metrics.reduce(0) { $0 + $1.value(of: .logLinesDropped) }
      if let line = logWatch.look(dropped: dropped, dataPlane.logFailure, at: now) { log(line) }
      dataPlane.ping()
      state.withLock {
        $0.upstreams.sweep(at: now)
        // Tables are made under this lock.
        registry.collect()
      }
      if interrupts > 1 || hasDrained(at: net.now()) { return try finish() }
    }
  }

  /// Ends the workers, then writes what is left of the log.
  ///
  /// - Throws: when the workers had ended by themselves.
  private func finish() throws(GatewayFailure) {
    let wasAsked = state.withLock { $0.drainBegan != nil }
    health.stop()
    dataPlane.stop()
    waitAWhile { dataPlane.isRunning }
    dataPlane.stopLog()
    waitAWhile { dataPlane.isLogging }
    guard wasAsked else {
      throw GatewayFailure(
        .workers, at: .document("weir run"), "the workers ended by themselves", remedy: "see what was logged before")
    }
  }

  /// Two seconds at most: what hangs must not keep the process.
  private func waitAWhile(_ isBusy: () -> Bool) {
    guard var net = try? EpollNetwork() else { return }
    var events: [Event] = []
    for _ in 0..<200 where isBusy() { net.wait(until: net.now() + .milliseconds(10), into: &events) }
  }

  /// Watches the folders of what a reload reads, those of a new configuration as well.
  private func watchFiles(_ watch: borrowing DirectoryWatch, _ watched: inout Set<String>) {
    for path in state.withLock(\.configuration.readFiles) {
      let place = folder(of: path)
      guard watched.insert(place).inserted else { continue }
      do throws(SystemError) { try watch.add(place.isEmpty ? "." : place) } catch {
        log("changes of \(path) are found by polling alone: \(error)")
      }
    }
  }

  /// When a drain goes on whatever happens: it stops accepting, or is over.
  private var nextDrainStep: Instant? {
    state.withLock { state in
      let configuration = state.configuration
      return state.drainBegan.map { $0 + (state.hasStoppedAccepting ? configuration.drain : configuration.drainDelay) }
    }
  }

  /// Whether the end has come; begins its second part when the delay is over.
  private func hasDrained(at now: Instant) -> Bool {
    let (isOver, stopsAccepting) = state.withLock { state -> (Bool, Bool) in
      guard let began = state.drainBegan else { return (false, false) }
      let isOver = now - began >= state.configuration.drain
      let stops = now - began >= state.configuration.drainDelay && !state.hasStoppedAccepting
      if stops { state.hasStoppedAccepting = true }
      return (isOver, stops)
    }
    if stopsAccepting { dataPlane.drain() }
    return isOver || !dataPlane.isRunning
  }

  /// Gives the workers the endpoints that are known now.
  private func adoptEndpoints() {
    let failure = state.withLock { state -> GatewayFailure? in
      do throws(GatewayFailure) {
        let upstreams = try Self.upstreams(
          state.policy.topology, state.configuration, number: state.upstreams.number + 1, discovery: discovery,
          registry: registry)
        let plan = try healthPlan(state.policy.topology, upstreams, state.tls)
        state.upstreams = upstreams
        dataPlane.adopt(upstreams)
        health.follow(plan)
        return nil
      } catch { return error }
    }
    if let failure { log("endpoints were not adopted: \(failure.text)") }
  }

  private func reloadIfChanged() {
    if bundleChanged() { reload() }
    if certificatesChanged() { renewCertificates() }
  }

  /// Whether the file of the bundle has other bytes than the one in force; it is read when it was touched. After a reload that did not
  /// put everything in force: whether any file of it is another by now.
  private func bundleChanged() -> Bool {
    if let changed = state.withLock({ $0.incomplete == nil ? nil : $0.seen.hasChanged() }) { return changed }
    let (path, bytes, former) = state.withLock {
      ($0.configuration.bundle?.value, $0.policy.bytes, $0.readStamp)
    }
    let now = Clock.wall()
    guard let path, let stamp = try? FileStamp(of: path), stamp != former,
      let found = try? FileBytes.read(path, bytesMax: LoadedPolicy.bundleBytesMax)
    else { return false }
    state.withLock { $0.readStamp = found == bytes && stamp.isSettled(at: now) ? stamp : nil }
    return found != bytes
  }

  /// Whether certificates, keys or roots are others by now, and right. What is wrong with them is said once.
  private func certificatesChanged() -> Bool {
    let (isChanged, failure) = state.withLock { state -> (Bool, GatewayFailure?) in
      do throws(GatewayFailure) {
        let plan = try Self.tls(
          state.configuration, state.policy.topology, workerCount: workerCount, previous: state.tls)
        state.refusedTLS = nil
        return (plan.isChanged(since: state.tls), nil)
      } catch {
        guard state.refusedTLS != error else { return (false, nil) }
        state.refusedTLS = error
        state.reloads.refused += 1
        return (false, error)
      }
    }
    if let failure { log("certificates were not taken, those in force stay: \(failure.text)") }
    return isChanged
  }

  private func reopenLog() {
    do throws(SystemError) { try dataPlane.reopenLog() } catch {
      log("the access log cannot be opened again, the file that is open stays: \(Self.wordsOfAccessLog(error))")
    }
  }
}
