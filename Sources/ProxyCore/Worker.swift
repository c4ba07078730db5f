import HTTPWire
import ProxyTLS
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirISA

/// One thread of the data plane: its connections, exchanges, pools and memory, shared with nobody.
///
/// Passed `inout` from the entry of its thread down; below it there are no classes, closures, globals or locks. System calls go through
/// `Net`, so that the simulation runs the same code with a clock, a network and a seed of its own.
public struct Worker<Net: Network & ~Copyable>: ~Copyable {
  private let pin = Pin()
  public var net: Net
  var memory: Memory
  let rooms: Rooms
  let ownLines: OwnLines
  /// Of this turn of the loop.
  var now: Instant
  /// Nanoseconds since 1970, read with `now`.
  var wallClock: Int64
  /// Since 1970: what the line of the date says.
  var dateSecond = Int64.min
  var random: RandomSource
  var wheel: TimerWheel
  var connections: Slab<Connection>
  var exchanges: Slab<Exchange>
  var sessions: Slab<TLSSession>
  /// Counts the sets of TLS contexts: a connection of one is not used for an exchange of another.
  private var contextsNumber: UInt64 = 0
  /// Of clients.
  var downstreamCount = 0
  /// The rest is for the connections to upstreams that their requests need.
  let downstreamMax: Int
  /// Of clients, begun and not ended.
  var handshakeCount = 0
  /// Of this turn: what a handshake computes delays everybody else.
  var handshakeStepsLeft = 0
  var ready = ReadyQueue()
  /// Sessions of HTTP/2 connections, and those that have something to send.
  var links: Slab<HTTP2Link>
  var dirtyLinks: [Slab<HTTP2Link>.Key] = []
  var flushedLinks: [Slab<HTTP2Link>.Key] = []
  var events: [Event] = []
  /// Another thread has put something into the mailbox; who looks there sets it back.
  public var isWoken = false
  /// No new connections, and each of those that are there ends with its exchange.
  public private(set) var isDraining = false
  var listeners: [Listener]
  var clocks: Clocks
  var telemetry: WorkerTelemetry
  /// A block of log lines was handed over; who wakes the writer sets it back.
  public var wakesLogWriter = false
  var generations: GenerationTable
  var pools = Pools()
  var pending = PendingQueues()
  /// Reused for each head.
  var requestHead = RequestHead()
  var responseHead = ResponseHead()
  var trailers = TrailerSection()
  var tape: HTTP2Tape
  var fields: HTTP2Fields
  var pressure = Pressure.none
  /// Bytes of blocks that hold bodies for another attempt.
  var replayBytes = 0
  /// When unused connections may be let go sooner again.
  var dropsIdleAt = Instant.zero
  /// What libraries had allocated on this thread before there was this worker.
  var libraryBytesBefore: Int
  /// Numbers exchanges over the worker's life: what a `Permit` is bound to.
  var exchangeNumber: UInt64 = 0

  /// - Parameters:
  ///   - memory: nothing was reserved in it yet.
  ///   - connectionsMax: of clients and upstreams together.
  /// - Returns: `nil` when the system has no room for the tables.
  public init?(
    net: consuming Net, memory: consuming Memory, listeners: [Listener], generation: Generation,
    tls: TLSContextSet? = nil, clocks: Clocks, telemetry: consuming WorkerTelemetry, connectionsMax: Int,
    seed: UInt64
  ) {
    guard let connections = Slab<Connection>(capacity: connectionsMax),
      let exchanges = Slab<Exchange>(capacity: connectionsMax),
      let sessions = Slab<TLSSession>(capacity: connectionsMax), let generations = GenerationTable(),
      let links = Slab<HTTP2Link>(capacity: connectionsMax)
    else { return nil }
    var memory = memory
    let rooms = Rooms(&memory)
    guard let tape = HTTP2Tape(arena: rooms.arena) else { return nil }
    var net = net
    for index in listeners.indices {
      let token = EventToken.listener(index).rawValue
      guard net.watch(listeners[index].descriptor, token: token, levelTriggered: true) == nil else { return nil }
    }
    let now = net.now()
    self.now = now
    wallClock = net.wallClock()
    self.tape = tape
    self.rooms = rooms
    self.links = links
    fields = HTTP2Fields(text: rooms.fieldText)
    ownLines = OwnLines(&memory)
    wheel = TimerWheel(now: now)
    random = RandomSource(seed: seed)
    self.listeners = listeners
    self.clocks = clocks
    self.telemetry = telemetry
    self.connections = connections
    self.exchanges = exchanges
    self.sessions = sessions
    self.generations = generations
    self.net = net
    self.memory = memory
    events.reserveCapacity(256)
    downstreamMax = max(connectionsMax / 2, 1)
    libraryBytesBefore = libraryBytesOfThisThread()
    adopt(generation, tls: tls)
  }

  /// One turn of the loop: waits for events, serves what became ready, lets timers fire.
  public mutating func turn() {
    net.wait(until: ready.isEmpty && dirtyLinks.isEmpty ? nextDeadline : now, into: &events)
    now = net.now()
    wallClock = net.wallClock()
    handshakeStepsLeft = handshakeStepsATurnMax
    for index in events.indices { take(events[index]) }
    // One round: whoever is put back into the queue while it is served waits for the events of the next turn.
    var round = connections.count
    while round > 0, let index = ready.popFirst(in: connections) {
      serve(index)
      round -= 1
    }
    fireTimers()
    servePending()
    flushLinks()
    if telemetry.log?.flush(now: now) == true { wakesLogWriter = true }
    weigh()
    // Few events without handshakes cannot take long: the clock is read when they were many.
    if events.count > slowTurnEventsMin || handshakeStepsLeft < handshakeStepsATurnMax,
      net.now() - now > slowTurnInterval
    {
      telemetry.metrics.count(.slowTurns)
    }
  }

  /// When something has to be done although nothing happens.
  private var nextDeadline: Instant? {
    switch (wheel.next(), telemetry.deadline) {
    case (let timer?, let line?): min(timer, line)
    case (let timer, nil): timer
    case (nil, let line): line
    }
  }

  /// Decides and forwards from now on as this generation says; exchanges that run end as they began.
  ///
  /// - Parameter tls: this worker's own; connections keep the contexts that they began with.
  public mutating func adopt(_ generation: Generation, tls: TLSContextSet?) {
    let reference = GenerationReference(generation)
    let former = generations.tls
    if tls !== former { contextsNumber += 1 }
    let upstreams = reference.content.upstreams
    pools.adopt(upstreams)
    generations.adopt(reference, upstreams, tls: tls, contexts: contextsNumber)
    leaveFormerEndpoints()
    if let former, former.trustGeneration != tls?.trustGeneration { endTrust() }
  }

  /// Chooses among these endpoints from now on: discovery has found others.
  public mutating func adopt(_ upstreams: Upstreams) {
    pools.adopt(upstreams)
    generations.current.upstreams = UpstreamTable(upstreams)
    leaveFormerEndpoints()
  }

  /// Endpoints that the table does not name get no further request: connections to them go once nobody uses them.
  private mutating func leaveFormerEndpoints() {
    let number = generations.current.upstreams.number
    var next: UInt32 = 0
    while let line = pools.nextFormer(number, from: &next) {
      while let u = pools.pop(line, in: connections) { close(u) }
      for place in 0..<2 {
        let u = pools.shared(line, place)
        if u != .none { replace(u) }
      }
    }
  }

  /// Another thread ends a wait of this worker by this descriptor.
  public mutating func watchWakeUp(_ descriptor: Descriptor) -> SystemError? {
    net.watch(descriptor, token: EventToken.wakeUp.rawValue, levelTriggered: true)
  }

  /// Accepts no more, and lets each connection go once its exchange has ended.
  ///
  /// Who is connected and has sent nothing yet, or waits between two requests, may have a request on the way: it is answered, with the
  /// end of the connection, when it comes soon.
  public mutating func beginDrain() {
    isDraining = true
    wheel.cancel(TimerID.accept)
    for index in listeners.indices {
      acceptLast(from: index)
      net.close(listeners[index].descriptor)
    }
    var place: UInt32 = 0
    while let c = connections.first(from: place) {
      switch (connections[c].role, connections[c].phase) {
      case (.upstream, .idle): close(c)
      case (.downstream, .idle) where connections[c].unsent.count == 0: setTimer(c, clocks.linger)
      default: break
      }
      if connections[c].phase == .multiplexing {
        links[connections[c].link].session.drain(at: now)
        markDirty(connections[c].link)
      }
      place = c + 1
    }
  }

  /// Whether no connection is left.
  public var isIdle: Bool { connections.count == 0 }

  private mutating func take(_ event: Event) {
    let token = EventToken(rawValue: event.token)
    guard token.isConnection else {
      if token == .wakeUp { isWoken = true } else { accept(from: Int(token.index)) }
      return
    }
    let key = Slab<Connection>.Key(index: token.index, generation: token.generation)
    guard connections.contains(key), connections[key.index].phase != .closed else { return }
    var flags = Connection.Flags()
    if event.readiness.contains(.readable) { flags.insert(.readable) }
    if event.readiness.contains(.writable) { flags.insert(.writable) }
    if event.readiness.contains(.readHangUp) { flags.formUnion([.readHangUp, .readable]) }
    if !event.readiness.isDisjoint(with: [.hangUp, .failed]) { flags.formUnion([.hungUp, .readable, .writable]) }
    connections[key.index].flags.formUnion(flags)
    ready.append(key.index, in: connections)
  }

  /// Serves one connection within its budget; what is left keeps it in the queue.
  private mutating func serve(_ c: UInt32) {
    switch connections[c].phase {
    case .closed:
      reclaim(c)
      return
    case .connecting:
      guard connections[c].flags.contains(.writable) else { return }
      finishConnecting(c)
      return
    case .handshaking, .idle, .readingHead, .exchanging, .multiplexing, .lingering: break
    }
    if connections[c].unsent.count > 0 {
      guard connections[c].flags.contains(.writable) else { return }
      guard flush(c) else {
        lost(c)
        return
      }
      guard connections[c].unsent.count == 0 else { return }
      drained(c)
      guard connections[c].phase != .closed else { return }
    }
    switch (connections[c].phase, connections[c].role) {
    case (.handshaking, _): shakeHands(c)
    case (_, .downstream): serveDownstream(c)
    case (_, .upstream): serveUpstream(c)
    }
  }
}

/// Longer than this, and others have waited for it.
private let slowTurnInterval = Interval.milliseconds(50)
private let slowTurnEventsMin = 8

/// Two of the server's make a handshake: at most four of those a turn.
private let handshakeStepsATurnMax = 8
