import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirRequest

// The sinks of the response's direction.
extension Worker where Net: ~Copyable {
  /// Whether the client takes more of the response: while not, nothing of it is read.
  func canTakeResponse(_ x: UInt32) -> Bool {
    isStream(x) ? exchanges[x].responsePipe.isEmpty : connections[exchanges[x].downstream].unsent.count == 0
  }

  /// Begins the response to the client with the head that was parsed.
  ///
  /// - Parameter rest: what came behind the head.
  mutating func beginResponse(_ x: UInt32, head: ByteRange, rest: ByteRange) {
    exchanges[x].flags.remove(.hasFailed)
    if retryInstead(x, head: head) { return }
    let framing = responseHead.framing
    exchanges[x].responseBody = BodyDecoder(framing)
    exchanges[x].status = responseHead.status
    // What a client still sends behind an answer may not be read to its end: it is told before (RFC 9112 section 9.6).
    if isDraining || !exchanges[x].flags.contains(.requestRead) { exchanges[x].flags.remove(.keepsAlive) }
    if responseHead.keepAlive, framing != .untilClose { exchanges[x].flags.insert(.upstreamKeepsAlive) }
    dropReplay(x)
    let isOld = exchanges[x].flags.contains(.isOldClient)
    // A body without a known end needs chunks, or the end of the connection where the client knows none.
    switch framing {
    case .none, .length: exchanges[x].responseFraming = framing
    case .chunked, .untilClose:
      exchanges[x].responseFraming = isOld ? .untilClose : .chunked
      if isOld { exchanges[x].flags.remove(.keepsAlive) }
    }
    let piece = takeResponsePiece(x, rest)
    guard piece.error == nil else {
      attemptFailed(x, .upstreamProtocol)
      return
    }
    limitResponse(x, head)
    guard let written = writeResponseHead(x, head) else {
      attemptFailed(x, .upstreamProtocol)
      return
    }
    exchanges[x].phase = .responding
    exchanges[x].reason = .forwarded
    exchanges[x].phases.answered = elapsed(x)
    exchanges[x].responseBytes += UInt64(piece.data.count)
    let isLast = piece.isLast || framing == .none
    if isStream(x) {
      handDown(x, submitResponse(x, head: written, piece.data, isLast: isLast), isLast: isLast)
      return
    }
    var bytes = frameBody(
      piece.data, exchanges[x].responseFraming, isLast: isLast, hasTrailers: !responseTrailers(x).isEmpty, in: &memory)
    if bytes.count == 0 {
      bytes = written
    } else {
      memory.copy(written, to: bytes.start - written.count)
      bytes = ByteRange(start: bytes.start - written.count, count: bytes.count + written.count)
    }
    handDown(x, bytes, isLast: isLast)
  }

  /// How long the response may last whose head was parsed.
  private mutating func limitResponse(_ x: UInt32, _ head: ByteRange) {
    let answersCall = isCall(x) && responseHead.isCall(memory.span(head))
    if answersCall { exchanges[x].flags.insert(.answersCall) } else { exchanges[x].flags.remove(.answersCall) }
    let isStream = responseHead.isStream(memory.span(head))
    // Its client leaves before its end.
    if isStream, !isCall(x), !exchanges[x].flags.contains(.hasFailed) {
      report(x, AttemptOutcome(status: responseHead.status))
    }
    if answersCall || isStream {
      // An open stream lives as long as something comes: silence ends it, or its client's patience, not the time for a response.
      exchanges[x].deadline = exchanges[x].callDeadline
    } else if isCall(x), !exchanges[x].flags.contains(.requestEnded), let forwarding = exchanges[x].forwarding {
      // No call after all: its time has not begun yet.
      limitTime(x, forwarding.timeoutNanoseconds)
      setExchangeTimer(x)
    }
  }

  /// Sends a decoded piece of the body to the client.
  mutating func sendResponseBody(_ x: UInt32, _ data: ByteRange, isLast: Bool) {
    exchanges[x].responseBytes += UInt64(data.count)
    if isStream(x) {
      handDown(x, pushResponse(x, data, isLast: isLast), isLast: isLast)
      return
    }
    let bytes = frameBody(
      data, exchanges[x].responseFraming, isLast: isLast, hasTrailers: !responseTrailers(x).isEmpty, in: &memory)
    handDown(x, bytes, isLast: isLast)
  }

  /// An interim response, for clients that know such (RFC 9110 section 15.2).
  ///
  /// - Returns: `false` when the client is gone.
  mutating func relayInterim(_ x: UInt32, _ head: ByteRange) -> Bool {
    // The connection was not closed before the request came: what happens to it now is about the request.
    exchanges[x].flags.remove(.onReusedConnection)
    guard !exchanges[x].flags.contains(.isOldClient) else { return true }
    var writer = MemoryWriter(rooms.head)
    writer.append(statusLineOf: responseHead.status, to: &memory)
    copyFields(head, &writer)
    writer.append("\r\n", to: &memory)
    guard !writer.isOverflowing,
      isStream(x) ? submitInterim(x, head: writer.written) : send(writer.written, to: exchanges[x].downstream)
    else {
      clientGone(x)
      return false
    }
    return true
  }

  private mutating func handDown(_ x: UInt32, _ bytes: ByteRange, isLast: Bool) {
    let c = exchanges[x].downstream
    handDown(x, send(bytes, to: c) && (!isLast || send(responseTrailers(x), to: c)), isLast: isLast)
  }

  private mutating func handDown(_ x: UInt32, _ wasTaken: Bool, isLast: Bool) {
    guard wasTaken else {
      clientGone(x)
      return
    }
    if isLast { finishResponse(x) }
  }

  /// The response's head as the client gets it, in the head region; `nil` when it does not fit.
  private mutating func writeResponseHead(_ x: UInt32, _ head: ByteRange) -> ByteRange? {
    var writer = MemoryWriter(rooms.head)
    writer.append(statusLineOf: responseHead.status, to: &memory)
    if let forwarding = exchanges[x].forwarding, forwarding.changesResponse {
      let slot = exchanges[x].generation
      guard change(slot, head, table: forwarding.origin.table, route: forwarding.origin.route, kept: exchanges[x].kept)
      else {
        return nil
      }
      generations[slot].copyResponseFields(to: &writer, &memory)
    } else {
      copyFields(head, &writer)
      if !responseHead.hasDate { writer.copy(dateLine().bytes, in: &memory) }
    }
    switch exchanges[x].responseFraming {
    // The head of a call that is its trailers as well says none.
    case .length(0) where exchanges[x].flags.contains(.isGRPC): break
    case .length(let length):
      writer.append("content-length: ", to: &memory)
      writer.append(decimal: length, to: &memory)
      writer.append("\r\n", to: &memory)
    case .chunked: writer.append("transfer-encoding: chunked\r\n", to: &memory)
    case .none, .untilClose: break
    }
    writer.append(connectionOf: exchanges[x].flags, to: &memory)
    writer.append("\r\n", to: &memory)
    return writer.isOverflowing ? nil : writer.written
  }

  /// Applies the changes of a route to the fields of the response whose head was parsed.
  ///
  /// - Parameter kept: what they need of the request.
  /// - Returns: `false` when a field has no canonical form.
  mutating func change(_ slot: UInt32, _ head: ByteRange, table: Int32, route: Int32, kept: ByteRange) -> Bool {
    let date = dateLine()
    do throws(Reject) {
      try takeResponse(memory.span(head), responseHead, into: &generations[slot].enforcer)
      if !responseHead.hasDate {
        generations[slot].enforcer.takeOwnResponseLine(memory.span(date.bytes), nameCount: date.nameCount)
      }
      try generations[slot].changeResponse(table: table, route: route, kept: memory.span(kept))
      return true
    } catch { return false }
  }

  /// Copies the field lines that are for the client; lines that stand together go in one copy.
  ///
  /// The parser has checked every byte of them.
  private mutating func copyFields(_ head: ByteRange, _ writer: inout MemoryWriter) {
    var run = 0..<0
    let count = responseHead.fields.count
    for index in 0..<count {
      let field = responseHead.fields[index]
      let start = Int(field.nameStart)
      // Behind the last line stands the empty one.
      let end = index + 1 < count ? Int(responseHead.fields[index + 1].nameStart) : Int(head.count) - 2
      let isDropped: Bool
      switch field.known {
      // Written from the framing, except where it tells of a body that is not sent (RFC 9110 section 8.6).
      case .contentLength: isDropped = responseHead.framing != .none || field.isHopByHop
      default: isDropped = field.isHopByHop
      }
      if isDropped { continue }
      if start == run.upperBound {
        run = run.lowerBound..<end
      } else {
        writer.copy(head.slice(run), in: &memory)
        run = start..<end
      }
    }
    writer.copy(head.slice(run), in: &memory)
  }
}

extension ResponseHead {
  /// Whether a date is passed on.
  fileprivate var hasDate: Bool {
    for index in 0..<fields.count where fields[index].known == .date && !fields[index].isHopByHop { return true }
    return false
  }

  /// A response of gRPC.
  fileprivate func isCall(_ bytes: Span<UInt8>) -> Bool {
    guard let index = firstIndex(of: .contentType) else { return false }
    return isGRPC(contentType: bytes.extracting(fields[index].value))
  }

  /// Server-sent events: a response that goes on as long as there is something to tell.
  fileprivate func isStream(_ bytes: Span<UInt8>) -> Bool {
    guard let index = firstIndex(of: .contentType) else { return false }
    let type = "text/event-stream".utf8Span.span
    let value = fields[index].value
    guard value.count >= type.count else { return false }
    for offset in type.indices where bytes[value.lowerBound + offset] | 0x20 != type[offset] | 0x20 { return false }
    return true
  }
}
