import ProxyTLS
import ProxyTransport

// Phase *handshake*, at both ends, and the life of TLS sessions.
extension Worker where Net: ~Copyable {
  /// Goes on with a handshake, within what the turn may spend on all of them.
  mutating func shakeHands(_ c: UInt32) {
    for _ in 0..<readsATurnMax {
      guard connections[c].phase == .handshaking, connections[c].unsent.count == 0,
        connections[c].flags.contains(.readable)
      else { return }
      guard handshakeStepsLeft > 0 else { break }
      let room = rooms.input.bytes
      switch net.receive(connections[c].descriptor, into: &memory, room) {
      case .bytes(let count):
        noteRead(c, count, of: room)
        let bytes = room.prefix(count)
        guard connections[c].session != .none || beginSession(c, bytes) else { return }
        stepHandshake(c, bytes)
      case .wouldBlock: connections[c].flags.remove(.readable)
      case .endOfStream, .failed:
        handshakeEnded(c)
        return
      }
    }
    ready.append(c, in: connections)
  }

  /// The first bytes of a client have come: memory and time are spent on nobody before.
  ///
  /// - Returns: whether they are for a TLS session that there is now.
  private mutating func beginSession(_ c: UInt32, _ bytes: ByteRange) -> Bool {
    let index: Int
    switch listeners[Int(connections[c].listener)].tls {
    case .off: return false
    case .required(let listener): index = listener
    case .permissive(let listener):
      guard memory[bytes.start] == handshakeRecord else {
        connections[c].phase = .idle
        serveEarly(c, bytes)
        return false
      }
      index = listener
    }
    guard handshakeCount < handshakesMax, !sessions.isFull, let contexts = generations.tls,
      let session = TLSSession(accepting: index, in: contexts)
    else {
      abort(c)
      return false
    }
    connections[c].session = sessions.insert(session).index
    handshakeCount += 1
    return true
  }

  /// The connection to an upstream that takes TLS is there: says the client's hello.
  mutating func beginHandshake(_ u: UInt32, connecting upstream: Int) {
    let x = connections[u].exchange
    var slot = generations.currentIndex
    var place: UInt32 = 0
    if x != .none {
      slot = exchanges[x].generation
    } else if let waiting = links[connections[u].link].session.nextTag(from: &place) {
      // Whoever waits for a shared connection is of the contexts that it is made with, which need not be in force any more.
      slot = exchanges[waiting].generation
    }
    guard !sessions.isFull, generations[slot].contexts == connections[u].contexts, let contexts = generations[slot].tls,
      let session = TLSSession(connecting: upstream, in: contexts)
    else {
      if x == .none { return linkLost(u, .upstreamTLS) }
      attemptFailed(x, .upstreamTLS)
      return
    }
    connections[u].session = sessions.insert(session).index
    connections[u].phase = .handshaking
    stepHandshake(u, .empty)
  }

  private mutating func stepHandshake(_ c: UInt32, _ bytes: ByteRange) {
    if bytes.count > 0 { handshakeStepsLeft -= 1 }
    let session = connections[c].session
    let step = sessions[session].step(
      &memory, cipher: bytes, plain: rooms.plain.bytes, out: rooms.sealed, wallClock: wallClock)
    guard step.outCount == 0 || transmit(rooms.sealed.prefix(step.outCount), to: c) else {
      handshakeEnded(c)
      return
    }
    switch step.status {
    case .handshaking: return
    case .open: handshakeDone(c, rooms.plain.bytes.prefix(step.plainCount))
    case .closedByPeer: handshakeEnded(c)
    case .failed(let failure):
      telemetry.metrics.countHandshake(failure.reason.rawValue, connections[c].role)
      connections[c].note(.handshake)
      handshakeFailed(c)
    }
  }

  /// Who the peer is, is known; what it has said already is served as if it had come now.
  private mutating func handshakeDone(_ c: UInt32, _ early: ByteRange) {
    telemetry.metrics.count(connections[c].role == .downstream ? .downstreamHandshakes : .upstreamHandshakes)
    let facts = sessions[connections[c].session].facts
    connections[c].endsAt = now + connectionAge()
    if facts.expiry < .max {
      let left = Interval(nanoseconds: max(facts.expiry - wallClock, 0))
      connections[c].endsAt = min(connections[c].endsAt, now + left)
    }
    switch connections[c].role {
    case .downstream:
      handshakeCount -= 1
      connections[c].phase = .idle
      connections[c].flags.remove(.mayBeHTTP2)
      guard facts.applicationProtocol != .http2 || beginHTTP2(c) else {
        abort(c)
        return
      }
      serveEarly(c, early)
    case .upstream:
      if connections[c].link != .none {
        guard facts.applicationProtocol == .http2 else { return linkLost(c, .upstreamTLS) }
        linkConnected(c)
        serveEarly(c, early)
        return
      }
      let x = connections[c].exchange
      // It answers no request of ours.
      guard early.count == 0 else {
        attemptFailed(x, .upstreamProtocol)
        return
      }
      beginRequest(x, on: c)
    }
  }

  private mutating func serveEarly(_ c: UInt32, _ bytes: ByteRange) {
    guard hold(bytes, for: c) else {
      abort(c)
      return
    }
    if bytes.count > 0 { connections[c].flags.insert(.hasUnparsed) }
    setTimer(c, clocks.head)
    ready.append(c, in: connections)
  }

  /// The alert is sent; the client is to read it.
  private mutating func handshakeFailed(_ c: UInt32) {
    switch connections[c].role {
    case .downstream:
      dropSession(c)
      closeGracefully(c, lingering: true)
    case .upstream where connections[c].link != .none: linkLost(c, .upstreamTLS)
    case .upstream: attemptFailed(connections[c].exchange, .upstreamTLS)
    }
  }

  /// The peer went away in the middle.
  private mutating func handshakeEnded(_ c: UInt32) {
    telemetry.metrics.countHandshake(HandshakeLoss.gone.rawValue, connections[c].role)
    connections[c].note(.handshake)
    switch connections[c].role {
    case .downstream: abort(c)
    case .upstream where connections[c].link != .none: linkLost(c, .upstreamTLS)
    case .upstream: attemptFailed(connections[c].exchange, .upstreamTLS)
    }
  }

  /// An hour, a tenth more or less: connections that began together do not end together.
  mutating func connectionAge() -> Interval {
    let tenth = max(clocks.connectionAge.nanoseconds / 10, 1)
    let spread = Int64(truncatingIfNeeded: random.next(below: UInt64(2 * tenth)))
    return Interval(nanoseconds: clocks.connectionAge.nanoseconds - tenth + spread)
  }

  /// Whom to believe has changed: who has proved itself before proves itself anew, once its exchange has ended.
  mutating func endTrust() {
    var place: UInt32 = 0
    while let c = connections.first(from: place) {
      place = c + 1
      let session = connections[c].session
      guard session != .none, connections[c].phase != .handshaking, sessions[session].facts.hasCertificate else {
        continue
      }
      connections[c].endsAt = now
      switch connections[c].phase {
      case .idle where connections[c].unsent.count == 0: close(c)
      case .multiplexing: setLinkTimer(connections[c].link)
      default: break
      }
    }
  }

  /// How long a connection may wait for its next request.
  func idleInterval(_ c: UInt32) -> Interval {
    let limit = connections[c].role == .downstream ? keptInterval : clocks.pooled
    let end = connections[c].endsAt
    return end == .never ? limit : min(limit, max(end - now, .zero))
  }

  /// Tells the peer that nothing follows, where that is still possible, and ends the session.
  mutating func endSession(_ c: UInt32) {
    let session = connections[c].session
    guard session != .none else { return }
    if connections[c].phase != .handshaking, connections[c].unsent.count == 0 {
      let count = sessions[session].close(&memory, out: rooms.sealed)
      // Whoever does not take it sees the end of the stream.
      if count > 0 { _ = net.send(connections[c].descriptor, from: memory, rooms.sealed.prefix(count)) }
    }
    dropSession(c)
  }

  mutating func dropSession(_ c: UInt32) {
    let session = connections[c].session
    guard session != .none else { return }
    if connections[c].phase == .handshaking, connections[c].role == .downstream { handshakeCount -= 1 }
    sessions.remove(session)
    connections[c].session = .none
  }
}

/// Why a handshake did not come about, where no message of TLS says so: numbers beside those of `TLSFailure.Reason`.
public enum HandshakeLoss: UInt8, CaseIterable, Sendable {
  /// The peer went away in the middle.
  case gone = 62
  /// It did not finish in time.
  case late = 63

  public var name: String {
    switch self {
    case .gone: "gone"
    case .late: "late"
    }
  }
}

/// Of clients, at a time: each may hold 64 KiB.
private let handshakesMax = 256

/// The first byte of a TLS connection (RFC 8446 section 5.1).
private let handshakeRecord: UInt8 = 0x16
