import HTTPWire
import ProxyTLS
import ProxyTelemetry
import ProxyTransport

/// How full the memory account is, in steps that have consequences: what can wait goes first.
enum Pressure: UInt8, Comparable {
  case none
  /// From 70 %: nothing is pooled, connections are kept for a tenth of the time.
  case tight
  /// From 80 %: requests are answered 503.
  case shedding
  /// From 90 %: nothing is accepted, and the connection that holds the most is reset.
  case full

  init(usedPercent: Int) {
    self = usedPercent >= 90 ? .full : usedPercent >= 80 ? .shedding : usedPercent >= 70 ? .tight : .none
  }

  static func < (left: Pressure, right: Pressure) -> Bool { left.rawValue < right.rawValue }
}

extension Worker where Net: ~Copyable {
  /// Once a turn: counts what is held, and acts when that has become too much.
  mutating func weigh() {
    memory.libraryBytes = max(libraryBytesOfThisThread() - libraryBytesBefore, 0)
    telemetry.metrics.set(.memoryBytes, to: UInt64(memory.accountBytes))
    let before = pressure
    pressure = Pressure(usedPercent: memory.usedPercent)
    guard pressure > before else { return }
    if before == .none, now >= dropsIdleAt {
      dropsIdleAt = now + dropInterval
      dropIdle()
    }
    if pressure == .full, before < .full, !isDraining { pauseAccepting() }
  }

  /// Accepting has paused long enough: goes on, unless there is still nothing to spare.
  mutating func resumeAccepting() {
    guard !isDraining else { return }
    guard pressure == .full else {
      setAccepting(true)
      return
    }
    resetHeaviest()
    wheel.set(TimerID.accept, to: now + clocks.acceptPause)
  }

  /// How long an unused connection is kept now, unless a drain ends it.
  var keepAliveInterval: Interval { shortened(clocks.keepAlive) }

  /// How long an unused connection is kept now: while the worker drains, no longer than somebody may still be about to use it.
  var keptInterval: Interval { isDraining ? min(clocks.linger, keepAliveInterval) : keepAliveInterval }

  func shortened(_ interval: Interval) -> Interval {
    pressure == .none ? interval : Interval(nanoseconds: interval.nanoseconds / 10)
  }

  /// Closes what is pooled, and lets unused connections of clients go sooner.
  private mutating func dropIdle() {
    var place: UInt32 = 0
    while let c = connections.first(from: place) {
      place = c + 1
      switch (connections[c].role, connections[c].phase) {
      case (.upstream, .idle):
        connections[c].note(.idle)
        close(c)
      case (.downstream, .idle) where connections[c].unsent.count == 0: setTimer(c, idleInterval(c))
      case (.downstream, .multiplexing): setLinkTimer(connections[c].link)
      default: break
      }
    }
  }

  private mutating func resetHeaviest() {
    var heaviest: (c: UInt32, bytes: Int)?
    var place: UInt32 = 0
    while let c = connections.first(from: place) {
      place = c + 1
      guard connections[c].role == .downstream, connections[c].phase != .closed else { continue }
      let bytes = heldBytes(c)
      if bytes > heaviest?.bytes ?? -1 { heaviest = (c, bytes) }
    }
    guard let c = heaviest?.c else { return }
    let x = connections[c].exchange
    if x != .none {
      exchanges[x].reason = .overload
      abandonUpstream(x)
      endExchange(x)
    }
    connections[c].note(.memory)
    abort(c)
  }

  /// What a client's connection holds, with its exchanges.
  private func heldBytes(_ c: UInt32) -> Int {
    var bytes = Int(connections[c].unsentBlock.count + connections[c].heldBlock.count)
    if connections[c].exchange != .none { bytes += heldBytes(exchange: connections[c].exchange) }
    let l = connections[c].link
    guard l != .none else { return bytes }
    bytes += links[l].session.heldBytes
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) { bytes += heldBytes(exchange: x) }
    return bytes
  }

  private func heldBytes(exchange x: UInt32) -> Int {
    let u = exchanges[x].upstream
    let own = exchanges[x].headBlock.count + exchanges[x].textsBlock.count + exchanges[x].replayBlock.count
    let pipes = exchanges[x].requestPipe.bytes.count + exchanges[x].responsePipe.bytes.count
    return Int(own + pipes) + (u == .none ? 0 : Int(connections[u].unsentBlock.count + connections[u].heldBlock.count))
  }
}

/// What OpenSSL and nghttp2 hold for the thread of this worker.
func libraryBytesOfThisThread() -> Int { TLSMemory.bytesOfThisThread + HTTP2Memory.bytesOfThisThread }

/// Connections that are kept for a tenth of the time have gone by then: looking at all of them again sooner would keep them longer.
private let dropInterval = Interval.seconds(10)
