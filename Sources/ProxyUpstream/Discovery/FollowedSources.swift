import ProxyTransport
import Synchronization

/// The sources of a `Discovery` and what its threads know of them.
///
/// Each source is a piece of work that is due at some time; a thread takes the first one, does it without the lock, and says when it is
/// due again.
final class FollowedSources: Sendable {
  private struct Source {
    var known = Discovery.Known()
    var due: Instant
    var isRunning = false
    /// Something happened while it ran: what it found may be old.
    var isStale = false
    var lookup = DNSLookup()
    /// Attempts that failed in a row.
    var failures = 0
  }

  private struct State {
    var sources: [DiscoverySource: Source] = [:]
    var isStopped = false
    var random = RandomSource(seed: RandomSource.systemSeed())
  }

  private enum Step {
    case run(DiscoverySource, DNSLookup)
    case wait(until: Instant)
    case stop
  }

  /// How often a file is read though nothing was heard of it.
  static let filePeriod = Interval.seconds(10)
  /// How long to wait after a failure: a second, and up to this much more.
  static let failureBackoff = Backoff(least: .seconds(1), most: .seconds(30))

  private let resolver: DNSResolver
  private let state = Mutex(State())
  /// Tells the threads that there is work.
  private let workWakeUp: Descriptor
  /// Tells the thread that watches files to end.
  private let stopWakeUp: Descriptor
  /// Tells the owner that there is news.
  private let newsWakeUp: Descriptor
  private let files: DirectoryWatch

  init(resolver: DNSResolver, wakeUp: Descriptor) throws(SystemError) {
    let files = try DirectoryWatch()
    self.resolver = resolver
    self.files = files
    newsWakeUp = wakeUp
    workWakeUp = try EpollNetwork.makeWakeUp()
    do throws(SystemError) { stopWakeUp = try EpollNetwork.makeWakeUp() } catch {
      EpollNetwork.close(workWakeUp)
      throw error
    }
  }

  deinit {
    EpollNetwork.close(workWakeUp)
    EpollNetwork.close(stopWakeUp)
  }

  func replace(_ sources: [DiscoverySource]) {
    let now = Clock.now()
    for case .file(let path, _) in sources {
      // A directory that does not exist yet is looked into every period.
      try? files.add(FollowedSources.directory(of: path))
    }
    state.withLock { state in
      let before = state.sources
      state.sources = [:]
      for source in sources { state.sources[source] = before[source] ?? Source(due: now) }
    }
    EpollNetwork.wake(workWakeUp)
  }

  func known(_ source: DiscoverySource) -> Discovery.Known? { state.withLock { $0.sources[source]?.known } }

  var isComplete: Bool { state.withLock { $0.sources.values.allSatisfy { $0.known.endpoints != nil } } }

  func stop() {
    state.withLock { $0.isStopped = true }
    EpollNetwork.wake(workWakeUp)
    EpollNetwork.wake(stopWakeUp)
  }

  // MARK: Threads

  /// Looks names up and reads files until `stop`.
  func work() {
    guard var network = try? EpollNetwork() else { return }
    _ = network.watch(workWakeUp, token: 0, levelTriggered: true)
    var events: [Event] = []
    while true {
      switch nextStep() {
      case .run(let source, var lookup):
        let result = look(source, &lookup)
        finish(source, result, lookup)
      case .wait(let due):
        network.wait(until: due, into: &events)
        // The wake-up stays set for the other threads when we stop.
        if !events.isEmpty, !isStopped { EpollNetwork.drainWakeUp(workWakeUp) }
      case .stop: return
      }
    }
  }

  /// Makes files due as soon as something happens in their directories.
  func watchFiles() {
    guard var network = try? EpollNetwork() else { return }
    _ = network.watch(stopWakeUp, token: 0, levelTriggered: true)
    _ = network.watch(files.descriptor, token: 1, levelTriggered: true)
    var events: [Event] = []
    while !isStopped {
      network.wait(until: nil, into: &events)
      guard events.contains(where: { $0.token == 1 }) else { continue }
      files.drain()
      let now = Clock.now()
      state.withLock { state in
        for source in state.sources.keys {
          guard case .file = source, var followed = state.sources[source] else { continue }
          followed.due = now
          followed.isStale = followed.isRunning
          state.sources[source] = followed
        }
      }
      EpollNetwork.wake(workWakeUp)
    }
  }

  private var isStopped: Bool { state.withLock(\.isStopped) }

  private func nextStep() -> Step {
    let now = Clock.now()
    let (step, hasMore) = state.withLock { state -> (Step, Bool) in
      if state.isStopped { return (.stop, false) }
      let waiting = state.sources.filter { !$0.value.isRunning }
      guard let first = waiting.min(by: { $0.value.due < $1.value.due }) else { return (.wait(until: .never), false) }
      guard first.value.due <= now else { return (.wait(until: first.value.due), false) }
      state.sources[first.key]?.isRunning = true
      return (.run(first.key, first.value.lookup), waiting.count { $0.value.due <= now } > 1)
    }
    // One wake-up may have stood for several pieces of work.
    if hasMore { EpollNetwork.wake(workWakeUp) }
    return step
  }

  private func look(
    _ source: DiscoverySource, _ lookup: inout DNSLookup
  ) -> Result<(list: [DiscoveredEndpoint], holds: Interval), DiscoveryError> {
    switch source {
    case .dns(let host, let port): lookup.endpoints(ofHost: host, port: port, resolver)
    case .srv(let name): lookup.endpoints(ofService: name, resolver)
    case .file(let path, let port): EndpointFile.read(path, port: port).map { ($0, FollowedSources.filePeriod) }
    }
  }

  private func finish(
    _ source: DiscoverySource, _ result: Result<(list: [DiscoveredEndpoint], holds: Interval), DiscoveryError>,
    _ lookup: DNSLookup
  ) {
    let now = Clock.now()
    state.withLock { state in
      guard !state.isStopped, var followed = state.sources[source] else { return }
      followed.isRunning = false
      followed.lookup = lookup
      let before = followed.known
      switch result {
      case .success(let (list, holds)):
        followed.known = Discovery.Known(endpoints: list, answeredAt: now, error: nil)
        followed.failures = 0
        followed.due = now + DNSLookup.delay(holds: holds, &state.random)
      case .failure(let error):
        followed.known.error = error
        followed.failures += 1
        let delay = FollowedSources.failureBackoff.delay(beforeRetry: followed.failures, &state.random)
        followed.due = now + .seconds(1) + delay
      }
      if followed.isStale { followed.due = now }
      followed.isStale = false
      state.sources[source] = followed
      // Under the lock: once `stop` has returned, the owner may close the descriptor.
      if followed.known.endpoints != before.endpoints || followed.known.error != before.error {
        EpollNetwork.wake(newsWakeUp)
      }
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
