import HTTPWire
import ProxyTransport
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Serves the connection to an upstream: reads the response of the exchange that uses it.
  mutating func serveUpstream(_ u: UInt32) {
    if connections[u].phase == .multiplexing {
      serveHTTP2(u)
      return
    }
    for _ in 0..<readsATurnMax {
      let x = connections[u].exchange
      guard x != .none else {
        // Whatever a pooled connection sends answers no request of ours; TLS may have messages of its own.
        guard connections[u].flags.contains(.readable) else { return }
        if connections[u].session != .none, case .nothing = receive(u) { return }
        close(u)
        return
      }
      guard connections[u].flags.contains(.readable), canTakeResponse(x) else { return }
      switch receive(u) {
      case .bytes(let bytes): takeResponse(x, bytes)
      case .nothing: return
      case .end: upstreamEnded(x)
      case .lost: upstreamLost(x)
      }
      guard connections[u].phase == .exchanging else { return }
    }
    ready.append(u, in: connections)
  }

  private mutating func takeResponse(_ x: UInt32, _ bytes: ByteRange) {
    switch exchanges[x].phase {
    case .requesting: readResponseHead(x, bytes)
    case .responding: takeResponseBody(x, bytes)
    case .waiting: upstreamLost(x)
    }
  }

  /// Reads response heads: interim ones are relayed, the final one begins the response.
  private mutating func readResponseHead(_ x: UInt32, _ received: ByteRange) {
    let u = exchanges[x].upstream
    let request = AnsweredRequest(method: exchanges[x].flags.contains(.isHead) ? .head : .other)
    var bytes = received
    while true {
      switch responseHead.parse(memory.span(bytes), answering: request) {
      case .complete(let count):
        guard responseHead.isInterim else {
          beginResponse(x, head: bytes.prefix(count), rest: bytes.dropFirst(count))
          return
        }
        guard relayInterim(x, bytes.prefix(count)) else { return }
        bytes = bytes.dropFirst(count)
        if bytes.count == 0 { return }
      case .incomplete:
        if !hold(bytes, for: u) { attemptFailed(x, .overload) }
        return
      case .invalid:
        attemptFailed(x, .upstreamProtocol)
        return
      }
    }
  }

  private mutating func takeResponseBody(_ x: UInt32, _ bytes: ByteRange) {
    let piece = takeResponsePiece(x, bytes)
    guard piece.error == nil else {
      upstreamLost(x)
      return
    }
    setTimer(exchanges[x].upstream, responseIdle(x))
    sendResponseBody(x, piece.data, isLast: piece.isLast)
  }

  /// Decodes a piece of a response's body. Bytes behind its end answer nothing: the connection is not used again.
  mutating func takeResponsePiece(_ x: UInt32, _ bytes: ByteRange) -> BodyPiece {
    var piece = decodeBody(&exchanges[x].responseBody, &trailers, bytes, in: &memory)
    if piece.isLast {
      if !piece.trailers.isEmpty, !keepResponseTrailers(x, piece.trailers) { piece.error = .trailersTooLarge }
      if piece.rest.count > 0 { exchanges[x].flags.remove(.upstreamKeepsAlive) }
    } else if !hold(piece.rest, for: exchanges[x].upstream) {
      piece.error = .trailersTooLarge
    }
    return piece
  }

  /// The upstream has finished sending: the end of a body that ends with the connection, else a failure.
  private mutating func upstreamEnded(_ x: UInt32) {
    guard exchanges[x].phase == .responding, exchanges[x].responseBody.connectionEnded() == nil else {
      upstreamLost(x)
      return
    }
    exchanges[x].flags.remove(.upstreamKeepsAlive)
    sendResponseBody(x, ByteRange(start: rooms.input.bytes.start, count: 0), isLast: true)
  }

  private mutating func upstreamLost(_ x: UInt32) { attemptFailed(x, .upstreamReset) }

  func responseIdle(_ x: UInt32) -> Interval {
    guard let forwarding = exchanges[x].forwarding, forwarding.idleTimeoutNanoseconds > 0 else {
      return clocks.responseIdle
    }
    return Interval(nanoseconds: forwarding.idleTimeoutNanoseconds)
  }
}
