import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirRequest

// What an upstream says on a stream.
extension Worker where Net: ~Copyable {
  mutating func takeUpstream(_ event: HTTP2Event, _ l: UInt32) {
    switch event {
    case .request: break
    case .informational(let stream, let head):
      if let x = links[l].session.tag(of: stream) { takeInterim(x, head) }
    case .response(let stream, let head):
      if let x = links[l].session.tag(of: stream) { takeHead(x, head) }
    case .data(let stream, let bytes):
      // Always at once: an exchange that nobody reads must not hold up the others.
      links[l].session.creditConnection(byteCount: Int(bytes.count))
      if let x = links[l].session.tag(of: stream) { takeUpstreamData(x, bytes) }
    case .trailers(let stream, let head):
      if let x = links[l].session.tag(of: stream) { takeTrailers(x, head) }
    case .end(let stream):
      if let x = links[l].session.tag(of: stream) { upstreamStreamEnded(x) }
    case .sent(let stream, let byteCount):
      if let x = links[l].session.tag(of: stream) { requestSent(x, byteCount) }
    case .finished(let stream):
      if let x = links[l].session.tag(of: stream) { exchanges[x].flags.insert(.requestSent) }
    case .closed(let stream, let code):
      if let x = links[l].session.tag(of: stream) { upstreamStreamClosed(x, code) }
    }
  }

  private func answered(_ x: UInt32) -> AnsweredRequest {
    AnsweredRequest(method: exchanges[x].flags.contains(.isHead) ? .head : .other)
  }

  /// What is no interim response is none at all: so 101, which HTTP/2 does not have (RFC 9113 section 8.6), and one that ends the stream.
  private mutating func takeInterim(_ x: UInt32, _ head: HTTP2Head) {
    exchanges[x].upstreamAt = now
    guard !head.isOversize, !head.endsStream, let text = writeHead(head),
      case .complete = responseHead.parse(memory.span(text), answering: answered(x)), responseHead.isInterim
    else { return attemptFailed(x, .upstreamProtocol) }
    _ = relayInterim(x, text)
  }

  /// The head goes on as HTTP/1 text, as that of any upstream: one way for conditions, changes and both kinds of clients.
  private mutating func takeHead(_ x: UInt32, _ head: HTTP2Head) {
    exchanges[x].upstreamAt = now
    guard !head.isOversize, let text = writeHead(head),
      case .complete = responseHead.parse(memory.span(text), answering: answered(x))
    else { return attemptFailed(x, .upstreamProtocol) }
    beginResponse(x, head: text, rest: .empty)
  }

  /// A response's head as HTTP/1 text in the output region. Without a length its body ends with the stream.
  private mutating func writeHead(_ head: HTTP2Head) -> ByteRange? {
    var writer = MemoryWriter(rooms.output)
    var hasLength = false
    for index in head.fields {
      let field = tape.field(index)
      if index == head.fields.lowerBound {
        // The library lets no response through without a status of three digits, first.
        writer.append("HTTP/1.1 ", to: &memory)
        writer.copy(field.value, in: &memory)
        writer.append(" \r\n", to: &memory)
        continue
      }
      if tape.known(field.name, in: memory) == .contentLength { hasLength = true }
      writer.copy(field.name, in: &memory)
      writer.append(": ", to: &memory)
      writer.copy(field.value, in: &memory)
      writer.append("\r\n", to: &memory)
    }
    if !hasLength {
      writer.append(head.endsStream ? "content-length: 0\r\n" : "transfer-encoding: chunked\r\n", to: &memory)
    }
    writer.append("\r\n", to: &memory)
    return writer.isOverflowing ? nil : writer.written
  }

  private mutating func takeUpstreamData(_ x: UInt32, _ bytes: ByteRange) {
    exchanges[x].upstreamAt = now
    exchanges[x].upstreamCredit += bytes.count
    guard exchanges[x].phase == .responding else { return attemptFailed(x, .upstreamProtocol) }
    let c = exchanges[x].downstream
    if !isStream(x), connections[c].unsent.count > 0 || !exchanges[x].responsePipe.isEmpty {
      exchanges[x].responseBytes += UInt64(bytes.count)
      guard exchanges[x].responsePipe.append(bytes, in: &memory) else { return fail(x, .overload) }
    } else {
      sendResponseBody(x, bytes, isLast: false)
    }
    settleUpstreamCredit(x)
  }

  private mutating func upstreamStreamEnded(_ x: UInt32) {
    guard exchanges[x].phase == .responding else { return attemptFailed(x, .upstreamProtocol) }
    exchanges[x].flags.insert(.responseEnded)
    guard isStream(x) || exchanges[x].responsePipe.isEmpty else {
      // What waits for the client is ours: how stream and connection end no longer matters.
      leaveShared(x, .noError)
      return
    }
    sendResponseBody(x, .empty, isLast: true)
  }

  private mutating func takeTrailers(_ x: UInt32, _ head: HTTP2Head) {
    noteCall(x, head)
    guard exchanges[x].phase == .responding else { return upstreamStreamEnded(x) }
    guard !head.isOversize else { return attemptFailed(x, .upstreamProtocol) }
    guard isStream(x) else {
      if keepResponseTrailers(x, head) { upstreamStreamEnded(x) } else { attemptFailed(x, .upstreamProtocol) }
      return
    }
    let l = link(of: x)
    fields.removeAll()
    for index in head.fields {
      let field = tape.field(index)
      if tape.mayBeTrailer(field, in: memory) { fields.append(field) }
    }
    guard links[l].session.submitTrailers(exchanges[x].stream, fields, in: memory) else {
      clientGone(x)
      return
    }
    markDirty(l)
    finishResponse(x)
  }

  /// Trailers say how a call has ended.
  private mutating func noteCall(_ x: UInt32, _ head: HTTP2Head) {
    for index in head.fields where tape.known(tape.field(index).name, in: memory) == .grpcStatus {
      _ = noteCall(x, tape.field(index).value)
    }
  }

  private mutating func requestSent(_ x: UInt32, _ byteCount: Int) {
    exchanges[x].upstreamAt = now
    exchanges[x].requestPipe.dropFirst(byteCount, in: &memory)
    if isStream(x) {
      links[link(of: x)].released(byteCount)
      settleCredit(x)
    } else if exchanges[x].requestPipe.isEmpty {
      bodyTaken(x)
      ready.append(exchanges[x].downstream, in: connections)
    }
  }

  private mutating func upstreamStreamClosed(_ x: UInt32, _ code: HTTP2ErrorCode) {
    if code == .refusedStream {
      // The upstream has not looked at it.
      exchanges[x].flags.remove(.touchedUpstream)
      exchanges[x].flags.insert(.onReusedConnection)
      return attemptFailed(x, .upstreamReset, isRefusal: true)
    }
    // The connection lives: this is about the request, not about one that was kept too long.
    exchanges[x].flags.remove(.onReusedConnection)
    attemptFailed(x, code == .protocolError ? .upstreamProtocol : .upstreamReset)
  }

  /// An HTTP/1 client takes more of what a shared upstream has said.
  mutating func pumpResponse(_ x: UInt32) {
    let waiting = exchanges[x].responsePipe.bytes
    let isLast = exchanges[x].flags.contains(.responseEnded)
    guard waiting.count > 0 else { return settleUpstreamCredit(x) }
    let place = ByteRange(start: rooms.pump.start + UInt32(Rooms.slackBytes), count: waiting.count)
    memory.copy(waiting, to: place.start)
    exchanges[x].responsePipe.removeAll(in: &memory)
    // It was counted when it came.
    exchanges[x].responseBytes -= UInt64(waiting.count)
    let number = exchanges[x].number
    sendResponseBody(x, place, isLast: isLast)
    if exchanges.contains(x), exchanges[x].number == number { settleUpstreamCredit(x) }
  }

  /// Gives the upstream's stream back what the client has accepted.
  mutating func settleUpstreamCredit(_ x: UInt32) {
    guard exchanges.contains(x), exchanges[x].upstreamCredit > 0, isShared(x), exchanges[x].responsePipe.isEmpty,
      isStream(x) || connections[exchanges[x].downstream].unsent.count == 0
    else { return }
    let l = upstreamLink(of: x)
    links[l].session.credit(exchanges[x].upstreamStream, byteCount: Int(exchanges[x].upstreamCredit))
    exchanges[x].upstreamCredit = 0
    markDirty(l)
  }

  /// Fills the field list from the head that was decided (RFC 9113 section 8.3.1).
  mutating func writeRequestFields(_ x: UInt32, isTLS: Bool) -> Bool {
    let head = exchanges[x].head
    guard case .complete = requestHead.parse(memory.span(head), of: .proxy) else { return false }
    fields.removeAll()
    fields.append(":method", value: head.slice(requestHead.method), in: &memory)
    fields.append(":scheme", isTLS ? "https" : "http", in: &memory)
    if let host = requestHead.fields.firstIndex(of: .host) {
      fields.append(":authority", value: head.slice(requestHead.fields[host].value), in: &memory)
    }
    fields.append(":path", value: head.slice(requestHead.target), in: &memory)
    for index in 0..<requestHead.fields.count {
      let field = requestHead.fields[index]
      if field.isHopByHop || field.known == .host { continue }
      if field.known == .grpcTimeout, exchanges[x].deadline < .never {
        let left = callTime(left: exchanges[x].deadline - now)
        fields.append("grpc-timeout", decimal: left.amount, unit: left.unit, in: &memory)
        continue
      }
      fields.append(lowercasing: head.slice(field.name), value: head.slice(field.value), in: &memory)
    }
    if exchanges[x].flags.contains(.acceptsTrailers) { fields.append("te", "trailers", in: &memory) }
    return !fields.isOverflown
  }
}
