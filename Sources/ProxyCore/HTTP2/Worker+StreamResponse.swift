import HTTPWire
import ProxyTransport
import WeirRequest

// The response's direction of a client's stream.
extension Worker where Net: ~Copyable {
  /// Submits a response that is written as HTTP/1 text, with the part of its body that there is.
  ///
  /// - Returns: `false` when the stream is gone, or there is no memory.
  mutating func submitResponse(_ x: UInt32, head: ByteRange, _ data: ByteRange, isLast: Bool) -> Bool {
    let l = link(of: x)
    let ends = isLast && data.count == 0 && exchanges[x].responseTrailers.bytes.isEmpty
    guard readResponseFields(x, head),
      links[l].session.submitResponse(exchanges[x].stream, fields, in: memory, endsStream: ends)
    else { return false }
    markDirty(l)
    return ends || pushResponse(x, data, isLast: isLast)
  }

  /// Submits a whole response that is written as HTTP/1 text.
  mutating func submitText(_ x: UInt32, _ text: ByteRange) -> Bool {
    let request = AnsweredRequest(method: exchanges[x].flags.contains(.isHead) ? .head : .other)
    guard case .complete(let count) = responseHead.parse(memory.span(text), answering: request, of: .proxy) else {
      return false
    }
    return submitResponse(x, head: text.prefix(count), text.dropFirst(count), isLast: true)
  }

  /// Submits an interim response.
  mutating func submitInterim(_ x: UInt32, head: ByteRange) -> Bool {
    let l = link(of: x)
    guard readResponseFields(x, head) else { return false }
    markDirty(l)
    return links[l].session.submitInformational(exchanges[x].stream, fields, in: memory)
  }

  /// Adds a piece of the body to what the stream sends as the client's windows allow.
  mutating func pushResponse(_ x: UInt32, _ data: ByteRange, isLast: Bool) -> Bool {
    guard exchanges[x].responsePipe.append(data, in: &memory) else { return false }
    let l = link(of: x)
    markDirty(l)
    let stream = exchanges[x].stream
    let text = isLast ? exchanges[x].responseTrailers.bytes : .empty
    let isTaken = links[l].session.setBody(
      stream, exchanges[x].responsePipe.bytes, ends: isLast && text.isEmpty, in: memory)
    guard isTaken, !text.isEmpty else { return isTaken }
    return readTrailerFields(text) && links[l].session.submitTrailers(stream, fields, in: memory)
  }

  /// Bytes of the body were written: once all are, the upstream is read again.
  mutating func responseSent(_ x: UInt32, _ byteCount: Int) {
    exchanges[x].responsePipe.dropFirst(byteCount, in: &memory)
    let u = exchanges[x].upstream
    guard exchanges[x].responsePipe.isEmpty, u != .none else { return }
    if isShared(x) { settleUpstreamCredit(x) } else { ready.append(u, in: connections) }
  }

  /// The whole response was written: the exchange has ended, and what the client still sends is not wanted. A reset may make clients
  /// forget the answer, though it may not (RFC 9113 section 8.1), so there is none while it lingers.
  mutating func responseFinished(_ x: UInt32) {
    if !exchanges[x].flags.contains(.requestEnded) { links[link(of: x)].session.linger(exchanges[x].stream, at: now) }
    abandonUpstream(x)
    endExchange(x)
  }

  /// Ends a stream that cannot be finished.
  mutating func resetStream(_ x: UInt32, _ code: HTTP2ErrorCode) {
    let l = link(of: x)
    guard l != .none else { return }
    links[l].session.reset(exchanges[x].stream, code)
    markDirty(l)
  }

  /// What an exchange holds as a stream.
  mutating func releaseStream(_ x: UInt32) {
    let l = link(of: x)
    let held = Int(exchanges[x].requestPipe.bytes.count)
    exchanges[x].requestPipe.removeAll(in: &memory)
    exchanges[x].responsePipe.removeAll(in: &memory)
    guard l != .none else { return }
    links[l].released(held)
    links[l].session.removeTag(of: exchanges[x].stream)
    links[l].session.finishExchange()
    if links[l].session.exchangeCount == 0 { links[l].idleSince = now }
  }

  /// Fills the field list from a head in HTTP/1 text: names in lower case, fields of the connection left out (RFC 9113 section 8.2).
  private mutating func readResponseFields(_ x: UInt32, _ head: ByteRange) -> Bool {
    let request = AnsweredRequest(method: exchanges[x].flags.contains(.isHead) ? .head : .other)
    guard case .complete = responseHead.parse(memory.span(head), answering: request, of: .proxy) else { return false }
    fields.removeAll()
    fields.append(":status", decimal: UInt64(responseHead.status), in: &memory)
    for index in 0..<responseHead.fields.count {
      let field = responseHead.fields[index]
      if field.isHopByHop { continue }
      fields.append(lowercasing: head.slice(field.name), value: head.slice(field.value), in: &memory)
    }
    return !fields.isOverflown
  }
}
