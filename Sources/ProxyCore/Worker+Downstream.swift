import HTTPWire
import ProxyTransport
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Serves the connection of a client: reads heads while no exchange runs, else the body of the request that runs.
  mutating func serveDownstream(_ c: UInt32) {
    if connections[c].phase == .lingering {
      serveLingering(c)
      return
    }
    if connections[c].phase == .multiplexing {
      serveHTTP2(c)
      return
    }
    for _ in 0..<readsATurnMax {
      guard connections[c].unsent.count == 0 else { return }
      let isReading =
        switch connections[c].phase {
        case .idle, .readingHead: readHead(c)
        case .exchanging: relayRequestBody(c)
        case .connecting, .handshaking, .multiplexing, .lingering, .closed: false
        }
      guard isReading else { return }
    }
    ready.append(c, in: connections)
  }

  /// Reads on in a request head.
  ///
  /// - Returns: whether to go on with this connection now.
  private mutating func readHead(_ c: UInt32) -> Bool {
    let bytes: ByteRange
    if connections[c].flags.contains(.hasUnparsed) {
      bytes = takeHeld(c)
    } else {
      guard connections[c].flags.contains(.readable) else { return false }
      switch receive(c) {
      case .bytes(let range): bytes = range
      case .nothing: return false
      case .end, .lost:
        close(c)
        return false
      }
    }
    if connections[c].flags.contains(.mayBeHTTP2) {
      switch findPreface(memory.span(bytes)) {
      case .whole:
        connections[c].flags.remove(.mayBeHTTP2)
        guard beginHTTP2(c) else {
          abort(c)
          return false
        }
        takeFrames(c, bytes)
        return false
      case .part:
        awaitHead(c)
        return hold(bytes, for: c)
      case .other: connections[c].flags.remove(.mayBeHTTP2)
      }
    }
    switch requestHead.parse(memory.span(bytes)) {
    case .complete(let count):
      let head = bytes.prefix(count)
      let started = connections[c].phase == .readingHead ? connections[c].headAt : now
      connections[c].phase = .exchanging
      beginExchange(c, head: head, rest: bytes.dropFirst(count), started: started)
      return connections[c].phase != .closed
    case .incomplete:
      awaitHead(c)
      guard hold(bytes, for: c) else {
        refuse(c, .overload)
        return false
      }
      return true
    case .invalid(let error):
      refuse(c, ReasonCode(error))
      return false
    }
  }

  /// A part of a head has come: the rest has to come in time.
  private mutating func awaitHead(_ c: UInt32) {
    guard connections[c].phase == .idle else { return }
    connections[c].phase = .readingHead
    connections[c].headAt = now
    setTimer(c, clocks.head)
  }

  /// Reads on in the body of the running request and hands it to the upstream.
  ///
  /// - Returns: whether to go on with this connection now.
  private mutating func relayRequestBody(_ c: UInt32) -> Bool {
    let x = connections[c].exchange
    if connections[c].flags.contains(.hungUp) {
      clientGone(x)
      return false
    }
    guard !exchanges[x].flags.contains(.requestRead), canTakeRequest(x),
      connections[c].flags.contains(.readable)
    else { return false }
    switch receive(c) {
    case .bytes(let range):
      takeRequestBody(x, range)
      return connections[c].phase == .exchanging
    case .nothing: return false
    case .end, .lost:
      clientGone(x)
      return false
    }
  }

  /// Decodes what came of a request's body, keeps what follows it, and hands it on.
  mutating func takeRequestBody(_ x: UInt32, _ bytes: ByteRange) {
    let piece = takeBody(x, bytes)
    if let error = piece.error {
      requestBroken(x, error)
      return
    }
    setBodyTimer(x)
    sendRequestBody(x, piece.data, isLast: piece.isLast)
  }
}

/// Reads of one connection in a turn; beyond it the others come first.
let readsATurnMax = 4
