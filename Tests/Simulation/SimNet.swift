public import ProxyTransport

/// The system calls of one worker in a simulation.
public struct SimNet: Network, ~Copyable {
  let simulation: Simulation
  let worker: Int

  public mutating func now() -> Instant { simulation.now }

  public mutating func wallClock() -> Int64 { simulation.wallOffset + Int64(clamping: simulation.now.nanoseconds) }

  /// Never waits: without events it returns none, as after a signal, and `Simulation.run` moves the clock.
  public mutating func wait(until deadline: Instant?, into events: inout [Event]) {
    let now = simulation.now
    simulation.settle()
    events = simulation.withPoller(worker) { poller in
      poller.report { simulation[$0]?.readiness ?? [] }
    }
    let hadWork = !events.isEmpty || deadline.map { $0 <= now } == true
    simulation.withPoller(worker) { poller in
      poller.deadline = deadline
      poller.hadWork = hadWork
    }
  }

  public mutating func watch(_ descriptor: Descriptor, token: UInt64, levelTriggered: Bool) -> SystemError? {
    let (simulation, worker) = (simulation, worker)
    let onChange = { [unowned simulation] in simulation.withPoller(worker) { $0.noteChange(descriptor) } }
    switch simulation[descriptor] {
    case .listener(let listener, _)?: listener.onChange = onChange
    case .stream(let end)?: end.onChange = onChange
    case nil: return .badDescriptor
    }
    return simulation.withPoller(worker) { poller in
      guard !poller.watches(descriptor) else { return .alreadyExists }
      poller.watch(descriptor, token: token, isLevelTriggered: levelTriggered)
      return nil
    }
  }

  public mutating func setWatched(_ listener: Descriptor, token: UInt64, _ isWatched: Bool) {
    simulation.withPoller(worker) { $0.setWatched(listener, isWatched) }
  }

  public mutating func accept(_ listener: Descriptor) -> Accepted {
    guard case .listener(let open, _)? = simulation[listener] else { return .failed(.badDescriptor) }
    guard let end = open.queue.first else { return .wouldBlock }
    guard let descriptor = simulation.open(.stream(end)) else { return .exhausted }
    open.queue.removeFirst()
    return .connection(descriptor, peer: end.remote)
  }

  public mutating func connect(_ address: SocketAddress) -> Connecting {
    simulation.connectOut(to: address).map { .started($0) } ?? .failed(.tooManyOpenFiles)
  }

  public mutating func connectError(_ descriptor: Descriptor) -> SystemError? {
    guard case .stream(let end)? = simulation[descriptor] else { return .badDescriptor }
    return end.takeError()
  }

  public mutating func receive(_ descriptor: Descriptor, into memory: inout Memory, _ room: ByteRange) -> Transfer {
    precondition(!room.isEmpty)
    guard case .stream(let end)? = simulation[descriptor] else { return .failed(.badDescriptor) }
    let (outcome, bytes) = end.receive(atMost: Int(room.count))
    memory.store(bytes.span, at: room.start)
    return outcome
  }

  public mutating func send(_ descriptor: Descriptor, from memory: borrowing Memory, _ bytes: ByteRange) -> Transfer {
    precondition(!bytes.isEmpty)
    guard case .stream(let end)? = simulation[descriptor] else { return .failed(.badDescriptor) }
    // The pointer is valid within the closure, which copies from it.
    let copy = unsafe memory.span(bytes).withUnsafeBufferPointer { unsafe Array($0) }
    return end.send(copy)
  }

  public mutating func finishSending(_ descriptor: Descriptor) {
    if case .stream(let end)? = simulation[descriptor] { end.finishSending() }
  }

  public mutating func close(_ descriptor: Descriptor) {
    if case .stream(let end)? = simulation[descriptor] { end.close() }
    simulation.forget(descriptor)
  }

  public mutating func reset(_ descriptor: Descriptor) {
    if case .stream(let end)? = simulation[descriptor] { end.reset() }
    simulation.forget(descriptor)
  }
}

extension SystemError {
  /// EBADF
  fileprivate static let badDescriptor = SystemError(code: 9)
  /// EEXIST
  fileprivate static let alreadyExists = SystemError(code: 17)
}
