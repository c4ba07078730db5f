import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirRequest

/// A reply that this proxy makes itself.
struct LocalReply {
  var status: UInt16
  var reason: ReasonCode
  /// In the bundle's text; without one the reason is the body.
  var body: Place?
  /// In the enforcer's bytes.
  var location: Place?
  /// The route changes its fields.
  var isChanged = false

  /// 205 has none, and says so by its length (RFC 9110 section 15.3.6).
  var hasContent: Bool { status != 204 && status != 205 && status != 304 }
}

extension Worker where Net: ~Copyable {
  /// Answers in place of an upstream: what a route says, or why the request is refused.
  ///
  /// - Parameter rest: what came behind the head.
  mutating func answer(_ x: UInt32, _ ruling: Answer, _ rest: ByteRange) {
    exchanges[x].answer = ruling
    var reply = LocalReply(status: ruling.status, reason: ruling.reason)
    switch ruling.kind {
    case .respond: reply.body = ruling.body
    case .redirect: reply.location = ruling.location
    case .deny, .reject: break
    }
    reply.isChanged = ruling.changesResponse
    // A body that has come whole leaves the connection in order; any other is not waited for.
    if !isStream(x), takeBody(x, rest).error != nil { exchanges[x].flags.remove(.keepsAlive) }
    send(reply, x)
  }

  /// Refuses a request of this proxy's own accord.
  mutating func fail(_ x: UInt32, _ reason: ReasonCode) {
    guard !exchanges[x].flags.contains(.isAnswered) else { return }
    abandonUpstream(x)
    guard exchanges[x].phase != .responding else {
      exchanges[x].reason = reason
      if submitGRPCTrailers(x, reason) { return finishResponse(x) }
      // The head is out: only a reset tells the client that the rest is missing.
      if isStream(x) {
        resetStream(x, .internalError)
        endExchange(x)
        return
      }
      let c = exchanges[x].downstream
      endExchange(x)
      abort(c)
      return
    }
    send(LocalReply(status: reason.status, reason: reason), x)
  }

  /// The body of the request is not what its framing says.
  mutating func requestBroken(_ x: UInt32, _ error: WireError) {
    exchanges[x].flags.remove(.keepsAlive)
    fail(x, ReasonCode(error))
  }

  /// Decodes what came of a request's body behind its head, and holds what follows it.
  mutating func takeBody(_ x: UInt32, _ rest: ByteRange) -> BodyPiece {
    let c = exchanges[x].downstream
    var piece = decodeBody(&exchanges[x].requestBody, &trailers, rest, in: &memory)
    exchanges[x].requestBytes += UInt64(piece.data.count)
    noteBody(x, piece.data.count, isLast: piece.isLast)
    if piece.isLast {
      exchanges[x].flags.insert(.requestRead)
      if !piece.trailers.isEmpty, !keepRequestTrailers(x, piece.trailers) { piece.error = .trailersTooLarge }
      if hold(piece.rest, for: c) {
        if piece.rest.count > 0 { connections[c].flags.insert(.hasUnparsed) }
      } else {
        exchanges[x].flags.remove(.keepsAlive)
      }
    } else if !hold(piece.rest, for: c) {
      piece.error = .trailersTooLarge
    }
    piece.rest = .empty
    return piece
  }

  mutating func send(_ reply: LocalReply, _ x: UInt32) {
    let c = exchanges[x].downstream
    exchanges[x].status = reply.status
    exchanges[x].reason = reply.reason
    if isDraining || !exchanges[x].flags.contains(.requestRead) { exchanges[x].flags.remove(.keepsAlive) }
    if isStream(x), exchanges[x].flags.contains(.isGRPC), reply.reason != .local {
      guard submitGRPCStatus(x, reply.reason) else { return clientGone(x) }
      exchanges[x].status = 200
      exchanges[x].phase = .responding
      finishResponse(x)
      return
    }
    guard let bytes = write(reply, x), isStream(x) ? submitText(x, bytes) : send(bytes, to: c) else {
      clientGone(x)
      return
    }
    // A stream may wait for its client's window still; nothing else is said on it.
    exchanges[x].phase = .responding
    finishResponse(x)
  }

  private mutating func write(_ reply: LocalReply, _ x: UInt32) -> ByteRange? {
    let flags = exchanges[x].flags
    let slot = exchanges[x].generation
    var writer = MemoryWriter(rooms.output)
    writer.append(statusLineOf: reply.status, to: &memory)
    if reply.isChanged {
      guard changeFields(of: reply, x) else {
        exchanges[x].status = ReasonCode.rewriteNotCanonical.status
        exchanges[x].reason = .rewriteNotCanonical
        return write(LocalReply(status: exchanges[x].status, reason: .rewriteNotCanonical), x)
      }
      generations[slot].copyResponseFields(to: &writer, &memory)
    } else {
      appendFields(of: reply, slot, to: &writer)
      writer.copy(dateLine().bytes, in: &memory)
    }
    if reply.hasContent {
      writer.append("content-length: ", to: &memory)
      let length = reply.body.map { Int($0.count) } ?? reply.reason.text.utf8.count + MemoryWriter.referenceBytes
      writer.append(decimal: UInt64(length), to: &memory)
      writer.append("\r\n", to: &memory)
    } else if reply.status == 205 {
      writer.append("content-length: 0\r\n", to: &memory)
    }
    writer.append(connectionOf: flags, to: &memory)
    writer.append("\r\n", to: &memory)
    if reply.hasContent, !flags.contains(.isHead) {
      let headCount = writer.written.count
      if let body = reply.body {
        generations[slot].copyText(body, to: &writer, &memory)
      } else {
        writer.append(text: reply.reason.text, to: &memory)
        writer.append(reference: exchanges[x].reference, to: &memory)
        exchanges[x].flags.insert(.toldReference)
      }
      exchanges[x].responseBytes = UInt64(writer.written.count - headCount)
    }
    return writer.isOverflowing ? nil : writer.written
  }

  /// The fields of a reply that are neither framing nor of the connection.
  private mutating func appendFields(of reply: LocalReply, _ slot: UInt32, to writer: inout MemoryWriter) {
    if let location = reply.location {
      writer.append("location: ", to: &memory)
      generations[slot].copyRequest(location, to: &writer, &memory)
      writer.append("\r\n", to: &memory)
    }
    if reply.hasContent { writer.append("content-type: text/plain; charset=utf-8\r\n", to: &memory) }
  }

  /// Applies the changes of the route to the fields of its own answer, as to those of an upstream's.
  ///
  /// - Returns: `false` when a field has no canonical form.
  private mutating func changeFields(of reply: LocalReply, _ x: UInt32) -> Bool {
    guard let answer = exchanges[x].answer else { return false }
    let slot = exchanges[x].generation
    var writer = MemoryWriter(rooms.head)
    writer.append(statusLineOf: reply.status, to: &memory)
    appendFields(of: reply, slot, to: &writer)
    writer.append("\r\n", to: &memory)
    let head = writer.written
    // The request was decided in this turn: what the changes need of it lies with the enforcer still.
    generations[slot].copyKept(to: &writer, &memory)
    let kept = writer.written.dropFirst(Int(head.count))
    guard !writer.isOverflowing,
      case .complete = responseHead.parse(memory.span(head), answering: AnsweredRequest(method: .other), of: .proxy)
    else { return false }
    return change(slot, head, table: answer.origin.table, route: answer.origin.route, kept: kept)
  }

  /// Refuses what is no request: the connection is answered and closed.
  mutating func refuse(_ c: UInt32, _ reason: ReasonCode) {
    let reference = random.next()
    var writer = MemoryWriter(rooms.output)
    writer.append(statusLineOf: reason.status, to: &memory)
    writer.copy(dateLine().bytes, in: &memory)
    writer.append("content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: ", to: &memory)
    let length = UInt64(reason.text.utf8.count + MemoryWriter.referenceBytes)
    writer.append(decimal: length, to: &memory)
    writer.append("\r\n\r\n", to: &memory)
    writer.append(text: reason.text, to: &memory)
    writer.append(reference: reference, to: &memory)
    releaseHeld(c)
    recordRefusal(c, reason, reference: reference, responseBytes: length)
    guard send(writer.written, to: c) else {
      abort(c)
      return
    }
    closeGracefully(c, lingering: true)
  }
}
