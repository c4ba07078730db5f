import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirRequest

// The request's direction of a client's stream.
extension Worker where Net: ~Copyable {
  /// A stream was opened: decides its request, and forwards or answers.
  mutating func beginStream(_ l: UInt32, _ stream: HTTP2Stream, _ head: HTTP2Head) {
    guard !exchanges.isFull else {
      links[l].session.reset(stream, .refusedStream)
      links[l].session.finishExchange()
      return
    }
    let line = tape.requestLine(head, in: memory)
    let x = makeStreamExchange(l, stream, head, line)
    guard !head.isOversize else { return refuseStream(x, line, .headTooLarge) }
    guard !line.hasMimic else { return refuseStream(x, line, .fieldNameUnderscore) }
    guard line.hasScheme(ownLines.http.value, or: ownLines.https.value, in: memory) || line.scheme.isEmpty else {
      return refuseStream(x, line, .targetScheme)
    }
    if exchanges[x].flags.contains(.isGRPC), let timeout = line.timeout {
      guard !line.repeatsTimeout, let allowed = grpcTimeout(timeout) else { return refuseStream(x, line, .badRequest) }
      exchanges[x].callDeadline = now + allowed
      exchanges[x].deadline = exchanges[x].callDeadline
    }
    do throws(Reject) {
      guard try offerStream(x, line) else { return refuseStream(x, line, .forwardedForMalformed) }
    } catch {
      keepRawTexts(x, line)
      answer(x, Answer(rejecting: error), .empty)
      return
    }
    decide(x, .empty)
  }

  /// Refuses a head that is not decided.
  private mutating func refuseStream(_ x: UInt32, _ line: HTTP2RequestLine, _ reason: ReasonCode) {
    keepRawTexts(x, line)
    fail(x, reason)
  }

  private mutating func makeStreamExchange(
    _ l: UInt32, _ stream: HTTP2Stream, _ head: HTTP2Head, _ line: HTTP2RequestLine
  ) -> UInt32 {
    exchangeNumber &+= 1
    let framing: BodyFraming = line.contentLength.map { .length($0) } ?? (head.endsStream ? .none : .chunked)
    var exchange = Exchange(
      number: exchangeNumber, generation: generations.retainCurrent(), downstream: links[l].connection,
      framing: framing, reference: random.next(), clientIP: connections[links[l].connection].peer.address,
      started: now, now: now)
    exchange.stream = stream
    exchange.note(methodKind(memory.span(line.method)))
    exchange.flags.insert(.keepsAlive)
    if line.acceptsTrailers { exchange.flags.insert(.acceptsTrailers) }
    if line.isGRPC { exchange.flags.insert(.isGRPC) }
    if head.endsStream { exchange.flags.formUnion([.requestEnded, .requestRead]) }
    let x = exchanges.insert(exchange).index
    links[l].session.setTag(x, of: stream)
    return x
  }

  /// Hands the fields of a stream's head to the enforcer: end-to-end fields as they came, crumbs of cookies joined (RFC 9113
  /// section 8.2.3), then those that this proxy sets.
  ///
  /// - Returns: `false` when a trusted peer does not say for whom it speaks.
  private mutating func offerStream(_ x: UInt32, _ line: HTTP2RequestLine) throws(Reject) -> Bool {
    let c = exchanges[x].downstream
    var told = ToldFields(
      isTrusted: trustsPeer(c), countsForwards: exchanges[x].flags.contains(.isOptions), room: rooms.output)
    for index in line.fields {
      let field = tape.field(index)
      told.note(tape.known(field.name, in: memory), field.value, in: &memory)
    }
    told.readTrace(memory)
    guard findClient(x, told) else { return false }
    try beginOffer(x)
    try generations.current.enforcer.takeLine(
      RequestLine(
        method: Place(line.method), target: Place(line.path), authority: line.hasAuthority ? Place(line.authority) : nil
      ),
      in: memory.span(ByteRange(start: 0, count: UInt32(memory.capacity))))
    var wasCookieTaken = false
    for index in line.fields {
      let field = tape.field(index)
      let known = tape.known(field.name, in: memory)
      if known.isHopByHop || told.drops(known) { continue }
      guard known == .cookie, line.cookieCrumbs > 1 else {
        try generations.current.enforcer.takeField(name: memory.span(field.name), value: memory.span(field.value))
        continue
      }
      if wasCookieTaken { continue }
      wasCookieTaken = true
      let cookie = joinCrumbs(line)
      try generations.current.enforcer.takeField(name: memory.span(field.name), value: memory.span(cookie))
    }
    try offerOwnFields(x, told)
    return true
  }

  /// The values of all `cookie` fields with `; ` between them. They fit: the head is no longer than the region.
  private mutating func joinCrumbs(_ line: HTTP2RequestLine) -> ByteRange {
    var writer = MemoryWriter(rooms.head)
    for index in line.fields {
      let field = tape.field(index)
      guard tape.known(field.name, in: memory) == .cookie else { continue }
      if writer.written.count > 0 { writer.append("; ", to: &memory) }
      writer.copy(field.value, in: &memory)
    }
    return writer.written
  }

  /// A piece of the body came: it goes on at once where the upstream takes it, else it waits within the stream's window.
  mutating func takeStreamData(_ x: UInt32, _ bytes: ByteRange) {
    exchanges[x].requestBytes += UInt64(bytes.count)
    guard !exchanges[x].flags.contains(.isAnswered) else { return }
    noteBody(x, bytes.count, isLast: false)
    exchanges[x].creditOwed += bytes.count
    if isShared(x) {
      keepForReplay(x, bytes)
      pushRequest(x, bytes)
      return
    }
    if exchanges[x].requestPipe.isEmpty, canTakeRequest(x) {
      sendRequestBody(x, bytes, isLast: false)
      return
    }
    guard exchanges[x].requestPipe.append(bytes, in: &memory) else {
      fail(x, .overload)
      return
    }
    links[link(of: x)].heldBytes += Int(bytes.count)
  }

  /// The client's side has ended.
  mutating func streamEnded(_ x: UInt32) {
    exchanges[x].flags.insert(.requestEnded)
    noteBody(x, 0, isLast: true)
    if isCall(x), exchanges[x].phase != .responding, let forwarding = exchanges[x].forwarding {
      limitTime(x, forwarding.timeoutNanoseconds)
      setExchangeTimer(x)
    }
    if isShared(x) { offerSharedBody(x) } else { pumpRequest(x) }
  }

  /// The upstream takes more: hands on what waits, and the end once nothing follows.
  mutating func pumpRequest(_ x: UInt32) {
    guard !isShared(x), canTakeRequest(x), !exchanges[x].flags.contains(.requestRead) else { return }
    let isLast = exchanges[x].flags.contains(.requestEnded)
    let waiting = exchanges[x].requestPipe.bytes
    guard isLast || waiting.count > 0 else { return }
    // Behind room for the framing.
    let place = ByteRange(start: rooms.pump.start + UInt32(Rooms.slackBytes), count: waiting.count)
    memory.copy(waiting, to: place.start)
    exchanges[x].requestPipe.removeAll(in: &memory)
    links[link(of: x)].released(Int(waiting.count))
    if isLast { exchanges[x].flags.insert(.requestRead) }
    sendRequestBody(x, place, isLast: isLast)
  }

  /// As `pumpRequest`, for any exchange that may have ended meanwhile.
  mutating func pumpWaiting(_ x: UInt32) {
    guard exchanges.contains(x), isStream(x) else { return }
    pumpRequest(x)
  }

  /// Gives the stream's window back what the upstream has accepted.
  mutating func settleCredit(_ x: UInt32) {
    let u = exchanges[x].upstream
    guard exchanges[x].creditOwed > 0, exchanges[x].requestPipe.isEmpty,
      u == .none || isShared(x) || connections[u].unsent.count == 0
    else { return }
    let l = link(of: x)
    bodyTaken(x)
    links[l].session.credit(exchanges[x].stream, byteCount: Int(exchanges[x].creditOwed))
    exchanges[x].creditOwed = 0
    markDirty(l)
  }

  /// Whether the exchange is a stream of an HTTP/2 connection.
  @inline(__always)
  func isStream(_ x: UInt32) -> Bool { exchanges[x].stream.number != 0 }

  func link(of x: UInt32) -> UInt32 { connections[exchanges[x].downstream].link }
}

extension Place {
  fileprivate init(_ range: ByteRange) { self.init(start: range.start, count: range.count) }
}
