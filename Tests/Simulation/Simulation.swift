public import ProxyTransport

/// A network without wires: a clock that jumps, and TCP as Linux has it, all repeatable from a seed.
///
/// Workers see it through `SimNet`, scripts through `Peer`. Time passes only in `run`, between the turns of the workers. Not for
/// several threads.
public final class Simulation {
  public let seed: UInt64
  public var conditions: Conditions
  /// The monotonic clock.
  public private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
  /// What the wall clock is ahead of the monotonic one.
  public var wallOffset: Int64 = 1_750_000_000_000_000_000
  /// Descriptors that the workers may have together, as RLIMIT_NOFILE.
  public var descriptorsMax = 1 << 16
  /// What scripts found wrong.
  public private(set) var failures: [String] = []

  private var random: RandomSource
  private var agenda = Agenda()
  private var descriptors: [OpenDescriptor?] = [nil, nil, nil]
  private var hosts: [SocketAddress: Host] = [:]
  /// Ends live as long as the simulation: their other end may still look at them.
  private var ends: [End] = []
  private var nextPort: UInt16 = 1024
  /// The state of each worker's epoll instance.
  private var pollers: [Poller] = []
  /// The workers as they have their turns.
  private var order: [Int] = []
  /// Descriptors that are open: what a worker has not closed.
  public private(set) var descriptorCount = 0

  public init(seed: UInt64, conditions: Conditions? = nil) {
    self.seed = seed
    random = RandomSource(seed: seed)
    self.conditions = conditions ?? .random(&random)
  }

  deinit {
    // Ends and scripts hold each other.
    for end in ends {
      end.script?.onChange = nil
      end.script = nil
    }
  }

  // MARK: Chance and time

  /// A number of a range, from the seed.
  public func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.next(below: UInt64(range.count)))
  }

  /// Does something at a moment of the simulation.
  public func at(_ time: Instant, _ action: @escaping () -> Void) { agenda.plan(at: max(time, now), action) }

  /// Does something when the network would have carried it.
  func soon(_ action: @escaping () -> Void) {
    let delay = conditions.delayMax.nanoseconds
    at(now + Interval(nanoseconds: delay == 0 ? 0 : Int64(pick(0...Int(delay)))), action)
  }

  /// Does what is due now.
  func settle() {
    while let action = agenda.pop(dueBy: now) { action() }
  }

  /// Runs the workers in random order until `isDone`, or until nothing can happen before `limit`.
  ///
  /// - Parameter turn: one turn of a worker, which calls `wait` of its network once.
  /// - Returns: whether `isDone` was reached.
  @discardableResult
  public func run(
    until limit: Instant, _ isDone: () -> Bool = { false }, turn: (_ worker: Int) -> Void
  ) -> Bool {
    var turnsAtOnce = 0
    while true {
      settle()
      if isDone() { return true }
      guard turnsAtOnce < Self.turnsAtOnceMax else {
        fail("the workers are busy and time stands still")
        return false
      }
      var hasProgress = false
      shuffleWorkers()
      for worker in order {
        turn(worker)
        settle()
        hasProgress = hasProgress || pollers[worker].hadWork
      }
      if hasProgress {
        turnsAtOnce += 1
        continue
      }
      turnsAtOnce = 0
      guard let next = nextChange, next <= limit else {
        now = max(now, limit)
        return isDone()
      }
      now = max(now, next)
    }
  }

  /// Lets time pass without workers.
  public func run(until limit: Instant) { run(until: limit) { _ in } }

  /// When something is planned, or a worker waits no longer.
  private var nextChange: Instant? {
    var next = agenda.next
    for index in pollers.indices {
      if let deadline = pollers[index].deadline { next = min(next ?? deadline, deadline) }
    }
    return next
  }

  private func shuffleWorkers() {
    for index in order.indices.dropFirst() { order.swapAt(index, pick(0...index)) }
  }

  /// Turns in one moment, after which workers are said to spin.
  private static var turnsAtOnceMax: Int { 10_000 }

  /// Notes what a script found wrong.
  public func fail(_ message: String) { failures.append("seed \(seed): \(message)") }

  // MARK: Workers

  /// The network of one more worker.
  public func makeNetwork() -> SimNet {
    order.append(pollers.count)
    pollers.append(Poller())
    return SimNet(simulation: self, worker: pollers.count - 1)
  }

  /// A listener for a worker. Several may share an address.
  public func listen(on address: SocketAddress, backlog: Int = 128) -> Descriptor {
    let listener = Listener(backlog: backlog)
    if case .listeners(let others)? = hosts[address] {
      hosts[address] = .listeners(others + [listener])
    } else {
      hosts[address] = .listeners([listener])
    }
    return open(.listener(listener, address)) ?? .none
  }

  // MARK: Scripts

  /// A connection of somebody outside. It is established, or refused, in the time that the network takes.
  public func connect(to address: SocketAddress, from source: SocketAddress? = nil) -> Peer {
    let end = End(self, local: source ?? freshAddress(), remote: address, state: .connecting)
    ends.append(end)
    let peer = Peer(end)
    establish(end)
    return peer
  }

  /// Somebody outside who listens. The script is told of each connection; whatever was at the address is replaced.
  public func serve(_ address: SocketAddress, _ script: @escaping (Peer) -> Void) { hosts[address] = .script(script) }

  /// Nobody answers at this address, not even with a refusal.
  public func blackhole(_ address: SocketAddress) { hosts[address] = .blackhole }

  /// Connections to this address are refused; so are those to all addresses that nothing was said of.
  public func refuse(_ address: SocketAddress) { hosts[address] = nil }

  private func freshAddress() -> SocketAddress {
    nextPort = nextPort == .max ? 1024 : nextPort + 1
    return SocketAddress(.init(ipv4: 0x0A00_0000 | UInt32(pick(1...0xFFFFFE))), port: nextPort)
  }

  // MARK: Descriptors

  func open(_ descriptor: OpenDescriptor) -> Descriptor? {
    guard descriptorCount < descriptorsMax else { return nil }
    descriptorCount += 1
    // The lowest that is free, as the system does: a number that was kept too long names somebody else.
    if let free = descriptors[3...].firstIndex(where: { $0 == nil }) {
      descriptors[free] = descriptor
      return Descriptor(rawValue: Int32(free))
    }
    descriptors.append(descriptor)
    return Descriptor(rawValue: Int32(descriptors.count - 1))
  }

  subscript(_ descriptor: Descriptor) -> OpenDescriptor? {
    let index = Int(descriptor.rawValue)
    return descriptors.indices.contains(index) ? descriptors[index] : nil
  }

  func forget(_ descriptor: Descriptor) {
    switch self[descriptor] {
    case .listener(let listener, let address)?:
      if case .listeners(let all)? = hosts[address] {
        let others = all.filter { $0 !== listener }
        hosts[address] = others.isEmpty ? nil : .listeners(others)
      }
      for end in listener.queue { end.reset() }
    case .stream: break
    case nil:
      fail("descriptor \(descriptor.rawValue) is closed and was not open")
      return
    }
    descriptors[Int(descriptor.rawValue)] = nil
    descriptorCount -= 1
    for index in pollers.indices { pollers[index].forget(descriptor) }
  }

  func withPoller<Result>(_ worker: Int, _ body: (inout Poller) -> Result) -> Result { body(&pollers[worker]) }

  // MARK: Handshakes

  func connectOut(to address: SocketAddress) -> Descriptor? {
    let end = End(self, local: freshAddress(), remote: address, state: .connecting)
    guard let descriptor = open(.stream(end)) else { return nil }
    ends.append(end)
    establish(end)
    return descriptor
  }

  private func establish(_ end: End) {
    soon { [unowned self] in
      guard end.state == .connecting else { return }
      switch hosts[end.remote] {
      case .blackhole?: return
      case nil: end.fail(.connectionRefused)
      case .script(let script)?:
        let peer = Peer(accept(end))
        script(peer)
        peer.proceed()
      case .listeners(let listeners)?:
        let listener = listeners[pick(0...(listeners.count - 1))]
        // A full queue drops the handshake, which is tried again.
        guard listener.queue.count < listener.backlog else {
          return at(now + .seconds(1)) { [unowned self] in establish(end) }
        }
        listener.queue.append(accept(end))
        listener.onChange()
      }
      end.onChange()
    }
  }

  private func accept(_ end: End) -> End {
    let other = End(self, local: end.remote, remote: end.local, state: .open)
    ends.append(other)
    other.join(end)
    end.state = .open
    return other
  }
}

/// What is at an address.
enum Host {
  case listeners([Listener])
  case script((Peer) -> Void)
  case blackhole
}

final class Listener {
  let backlog: Int
  var queue: [End] = []
  var onChange: () -> Void = {}
  init(backlog: Int) { self.backlog = backlog }
}

enum OpenDescriptor {
  case listener(Listener, SocketAddress)
  case stream(End)

  var readiness: Readiness {
    switch self {
    case .listener(let listener, _): listener.queue.isEmpty ? [] : .readable
    case .stream(let end): end.readiness
    }
  }
}

/// The state of an epoll instance.
struct Poller {
  private struct Watch {
    let token: UInt64
    let isLevelTriggered: Bool
    var isPaused = false
  }

  private var watches: [Descriptor: Watch] = [:]
  /// Descriptors that changed since they were last reported, in order; those that are waiting are there once.
  private var changed: [Descriptor] = []
  private var waiting: Set<Descriptor> = []
  /// When the last wait would have ended.
  var deadline: Instant?
  /// The last wait had events, or was over at once.
  var hadWork = false

  func watches(_ descriptor: Descriptor) -> Bool { watches[descriptor] != nil }

  mutating func watch(_ descriptor: Descriptor, token: UInt64, isLevelTriggered: Bool) {
    watches[descriptor] = Watch(token: token, isLevelTriggered: isLevelTriggered)
    noteChange(descriptor)
  }

  mutating func setWatched(_ descriptor: Descriptor, _ isWatched: Bool) {
    watches[descriptor]?.isPaused = !isWatched
    noteChange(descriptor)
  }

  mutating func noteChange(_ descriptor: Descriptor) {
    if watches(descriptor), waiting.insert(descriptor).inserted { changed.append(descriptor) }
  }

  mutating func forget(_ descriptor: Descriptor) {
    watches[descriptor] = nil
    if waiting.remove(descriptor) != nil { changed.removeAll { $0 == descriptor } }
  }

  /// At most 256 events; the rest stays for the next wait.
  mutating func report(_ readiness: (Descriptor) -> Readiness) -> [Event] {
    guard !changed.isEmpty else { return [] }
    var events: [Event] = []
    var kept: [Descriptor] = []
    for (index, descriptor) in changed.enumerated() {
      guard events.count < 256 else {
        kept += changed[index...]
        break
      }
      guard let watch = watches[descriptor], !watch.isPaused else { continue }
      let state = readiness(descriptor).intersection(watch.isLevelTriggered ? [.readable, .hangUp, .failed] : .all)
      guard !state.isEmpty else { continue }
      events.append(Event(token: watch.token, readiness: state))
      // Level-triggered: reported again until it is no longer so.
      if watch.isLevelTriggered { kept.append(descriptor) }
    }
    changed = kept
    waiting = Set(kept)
    return events
  }
}

extension Readiness {
  fileprivate static let all: Readiness = [.readable, .writable, .readHangUp, .hangUp, .failed]
}
