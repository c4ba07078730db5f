import HTTPWire
import ProxyTLS
import ProxyTransport
import ProxyUpstream

/// Checks endpoints: one connection a check, many at once, on a thread of its own.
///
/// Generic over the network, so that a simulation runs the same code with a clock of its own.
struct Prober<Net: ProxyTransport.Network & ~Copyable>: ~Copyable {
  /// A check that runs.
  struct Check {
    enum Phase { case connecting, handshaking, asking }

    let descriptor: Descriptor
    /// Events of an earlier check of the target do not match.
    let number: UInt32
    var phase = Phase.connecting
    /// Slots of its TLS session and its HTTP/2 session.
    var session: UInt32?
    var link: UInt32?
    var stream = HTTP2Stream(number: 0, slot: 0)
    var unsent: [UInt8] = []
    /// Of the answer: HTTP/1 text, or the message of a call.
    var received: [UInt8] = []
  }

  struct Slot {
    /// Nil in a slot that is free.
    var target: HealthTarget?
    var tracker: HealthTracker
    var check: Check?
  }

  /// Checks at once; who is due then waits a little.
  private let checksMax: Int
  private static var wakeUpToken: UInt64 { .max }

  var net: Net
  var memory: Memory
  let rooms: ProberRooms
  var now: Instant
  var random: RandomSource
  private var wheel: TimerWheel
  var slots: [Slot] = []
  private var places: [HealthTarget.Name: Int] = [:]
  private var free: [Int] = []
  var contexts: TLSContextSet?
  var sessions: Slab<TLSSession>
  var links: Slab<HTTP2Session>
  var tape: HTTP2Tape
  var fields: HTTP2Fields
  var head = ResponseHead()
  private var events: [Event] = []
  private var number: UInt32 = 0
  private var checkCount = 0
  /// Another thread has woken this one; who looks why sets it back.
  var isWoken = false
  /// What has ended since it was taken last.
  var reports: [HealthReport] = []

  /// - Returns: nil when the system has no memory for it.
  init?(net: consuming Net, seed: UInt64, checksMax: Int) {
    guard var memory = Memory(capacity: 1 << 20), let sessions = Slab<TLSSession>(capacity: checksMax),
      let links = Slab<HTTP2Session>(capacity: checksMax)
    else { return nil }
    let rooms = ProberRooms(&memory)
    guard let tape = HTTP2Tape(arena: rooms.arena) else { return nil }
    var net = net
    let now = net.now()
    self.now = now
    self.rooms = rooms
    self.net = net
    self.checksMax = checksMax
    self.memory = memory
    self.tape = tape
    self.sessions = sessions
    self.links = links
    fields = HTTP2Fields(text: rooms.fieldText)
    random = RandomSource(seed: seed)
    wheel = TimerWheel(now: now)
  }

  /// Another thread ends a wait by this descriptor.
  mutating func watchWakeUp(_ descriptor: Descriptor) -> SystemError? {
    net.watch(descriptor, token: Self.wakeUpToken, levelTriggered: true)
  }

  /// Checks these endpoints from now on and no others. What is known of one that stays is kept, its checks go on.
  mutating func adopt(_ plan: HealthPlan) {
    now = net.now()
    contexts = plan.contexts
    for (name, place) in places where plan.targets[name] == nil {
      dropCheck(place)
      wheel.cancel(UInt32(place))
      slots[place].target = nil
      places[name] = nil
      free.append(place)
    }
    for (name, target) in plan.targets {
      if let place = places[name] {
        slots[place].target = target
        slots[place].tracker.adopt(target.health)
        continue
      }
      let slot = Slot(target: target, tracker: HealthTracker(target.health, at: now, &random))
      let place = free.popLast() ?? slots.count
      if place == slots.count { slots.append(slot) } else { slots[place] = slot }
      places[name] = place
      wheel.set(UInt32(place), to: slot.tracker.due)
    }
  }

  /// One turn of the loop: waits for events, goes on with checks, begins those that are due.
  mutating func turn() {
    net.wait(until: wheel.next(), into: &events)
    now = net.now()
    for index in events.indices {
      let event = events[index]
      guard event.token != Self.wakeUpToken else {
        isWoken = true
        continue
      }
      let place = Int(event.token & 0xFFFF_FFFF)
      guard isRunning(place, UInt32(event.token >> 32)) else { continue }
      proceed(place, event.readiness)
    }
    wheel.advance(to: now)
    while let timer = wheel.popExpired() {
      if slots[Int(timer)].check == nil { begin(Int(timer)) } else { finish(Int(timer), .timedOut) }
    }
  }

  func isRunning(_ place: Int, _ number: UInt32) -> Bool {
    slots.indices.contains(place) && slots[place].check?.number == number
  }

  private mutating func begin(_ place: Int) {
    guard let target = slots[place].target else { return }
    guard checkCount < checksMax else { return wheel.set(UInt32(place), to: now + .milliseconds(10)) }
    switch net.connect(target.name.address) {
    case .failed(let error) where error.isExhaustion:
      // It is we who have no descriptors: that says nothing about the endpoint.
      wheel.set(UInt32(place), to: now + .milliseconds(100))
    case .failed(let error): finish(place, .connect(error))
    case .started(let descriptor):
      number &+= 1
      slots[place].check = Check(descriptor: descriptor, number: number)
      checkCount += 1
      wheel.set(UInt32(place), to: now + Interval(nanoseconds: target.health.timeoutNanoseconds))
      if let error = net.watch(descriptor, token: UInt64(number) << 32 | UInt64(place), levelTriggered: false) {
        finish(place, .connect(error))
      }
    }
  }

  /// The check has ended: notes the outcome and when the next one is due.
  mutating func finish(_ place: Int, _ failure: HealthFailure?) {
    dropCheck(place)
    guard let target = slots[place].target else { return }
    let hasChanged = slots[place].tracker.finish(isSuccess: failure == nil, at: now, &random)
    wheel.set(UInt32(place), to: slots[place].tracker.due)
    reports.append(
      HealthReport(
        name: target.name, failure: failure, isUp: slots[place].tracker.isUp, hasChanged: hasChanged, at: now))
  }

  private mutating func dropCheck(_ place: Int) {
    guard let check = slots[place].check else { return }
    if let link = check.link { links.remove(link) }
    if let session = check.session { sessions.remove(session) }
    net.close(check.descriptor)
    slots[place].check = nil
    checkCount -= 1
  }
}

/// How a check ended.
struct HealthReport: Sendable {
  var name: HealthTarget.Name
  /// Nil: it was passed.
  var failure: HealthFailure?
  /// What the endpoint counts as by now.
  var isUp: Bool
  /// It counts as another than before.
  var hasChanged: Bool
  var at: Instant
}

/// Where the bytes of a check lie while they are looked at.
struct ProberRooms {
  private static let inputBytes = 16 << 10

  let input, plain, output, sealed, arena, fieldText: ByteRange
  /// Zeros: the message of a call.
  let question: ByteRange

  init(_ memory: inout Memory) {
    input = memory.reserve(Self.inputBytes)
    plain = memory.reserve(Self.inputBytes + TLSSession.plainReserveBytes)
    output = memory.reserve(Self.inputBytes)
    sealed = memory.reserve(Self.inputBytes + TLSSession.outReserveBytes)
    arena = memory.reserve(HTTP2Tape.arenaBytesMin(.standard(.client)))
    fieldText = memory.reserve(4 << 10)
    question = memory.reserve(GRPCHealth.requestBytes)
  }
}
