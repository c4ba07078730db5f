import ProxyTransport
import WeirRequest

/// Nodes of the timer wheel: one for accepting, one for requests that wait for connections, one a connection, one an exchange.
enum TimerID {
  static let accept: UInt32 = 0
  static let pending: UInt32 = 2
  static func connection(_ index: UInt32) -> UInt32 { index << 1 | 1 }
  static func exchange(_ index: UInt32) -> UInt32 { (index + 2) << 1 }
}

extension Worker where Net: ~Copyable {
  mutating func setTimer(_ c: UInt32, _ interval: Interval) { wheel.set(TimerID.connection(c), to: now + interval) }

  /// Of a client with HTTP/1: the rest of its request has to come. Once it is whole, it is the upstream that is waited for, by clocks of
  /// its own.
  mutating func setBodyTimer(_ x: UInt32) {
    let c = exchanges[x].downstream
    if exchanges[x].flags.contains(.requestRead) {
      wheel.cancel(TimerID.connection(c))
    } else {
      wheel.set(TimerID.connection(c), to: bodyDeadline(x))
    }
  }

  mutating func setTimer(exchange x: UInt32, _ interval: Interval) {
    wheel.set(TimerID.exchange(x), to: now + interval)
  }

  mutating func fireTimers() {
    wheel.advance(to: now)
    while let id = wheel.popExpired() {
      if id == TimerID.accept {
        resumeAccepting()
      } else if id == TimerID.pending {
        // Looked at with the end of each turn.
        continue
      } else if id & 1 == 1 {
        connectionTimedOut(id >> 1)
      } else {
        exchangeTimedOut(id >> 1 - 2)
      }
    }
  }

  /// What a connection's timer means depends on what it waits for.
  private mutating func connectionTimedOut(_ c: UInt32) {
    switch (connections[c].role, connections[c].phase) {
    case (_, .closed): return
    case (_, .multiplexing): linkTimedOut(c)
    case (.upstream, .idle) where now < connections[c].idleEndsAt && !isWantedElsewhere(c): setPooledTimer(c)
    case (_, .idle) where connections[c].unsent.count == 0:
      connections[c].note(.idle)
      close(c)
    case (_, .lingering):
      connections[c].note(.timeout)
      close(c)
    case (.downstream, .handshaking):
      connections[c].note(.timeout)
      telemetry.metrics.countHandshake(HandshakeLoss.late.rawValue, .downstream)
      close(c)
    case (.downstream, .readingHead) where connections[c].unsent.count == 0:
      connections[c].note(.timeout)
      refuse(c, .requestTimeout)
    case (.downstream, .exchanging) where connections[c].unsent.count == 0: bodyTimedOut(c)
    // What was sent is not taken.
    case (.downstream, _):
      connections[c].note(.timeout)
      lost(c)
    case (.upstream, .connecting), (.upstream, .handshaking):
      connections[c].note(.timeout)
      let isConnected = connections[c].phase == .handshaking
      if isConnected { telemetry.metrics.countHandshake(HandshakeLoss.late.rawValue, .upstream) }
      let reason = isConnected ? ReasonCode.upstreamTLS : .upstreamConnect
      if connections[c].link != .none { linkLost(c, reason) } else { attemptFailed(connections[c].exchange, reason) }
    case (.upstream, _):
      let x = connections[c].exchange
      guard x == .none else { return upstreamTimedOut(c, x) }
      connections[c].note(.timeout)
      close(c)
    }
  }

  /// The timer of a client whose request runs: it matters while the client owes a part of the body that somebody would take.
  private mutating func bodyTimedOut(_ c: UInt32) {
    let x = connections[c].exchange
    guard !exchanges[x].flags.contains(.requestRead) else { return }
    if !canTakeRequest(x) { resumeBody(x) }
    guard bodyDeadline(x) <= now else { return setBodyTimer(x) }
    connections[c].note(.timeout)
    if exchanges[x].phase == .responding { clientGone(x) } else { bodyOverdue(x) }
  }

  /// The timer of an upstream: it does not matter while the client keeps it waiting.
  private mutating func upstreamTimedOut(_ u: UInt32, _ x: UInt32) {
    let isSilent =
      connections[u].unsent.count > 0
      || canTakeResponse(x)
        && (exchanges[x].phase == .responding || exchanges[x].flags.contains(.requestRead))
    guard isSilent else { return setTimer(u, responseIdle(x)) }
    connections[u].note(.timeout)
    attemptFailed(x, .upstreamTimeout)
  }
}
