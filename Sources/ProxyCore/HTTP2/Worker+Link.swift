import HTTPWire
import ProxyTransport
import WeirRequest

// The life of a client's HTTP/2 connection.
extension Worker where Net: ~Copyable {
  /// Speaks HTTP/2 on a client's connection from now on: it was negotiated, or begins with the preface.
  ///
  /// - Returns: `false` when there is no memory for it.
  mutating func beginHTTP2(_ c: UInt32) -> Bool {
    guard !links.isFull, let session = HTTP2Session(.server, limits: .standard(.server), at: now) else { return false }
    let l = links.insert(HTTP2Link(session: session, connection: c, now: now)).index
    connections[c].link = l
    connections[c].phase = .multiplexing
    if isDraining { links[l].session.drain(at: now) }
    markDirty(l)
    setLinkTimer(l)
    return true
  }

  /// Reads frames of a client.
  mutating func serveHTTP2(_ c: UInt32) {
    for _ in 0..<readsATurnMax {
      guard connections[c].unsent.count == 0 else { return }
      if connections[c].flags.contains(.hasUnparsed) {
        takeFrames(c, takeHeld(c))
      } else {
        guard connections[c].flags.contains(.readable) else { return }
        switch receive(c) {
        case .bytes(let range): takeFrames(c, range)
        case .nothing: return
        case .end where connections[c].role == .upstream:
          linkLost(c, .upstreamReset)
          return
        case .end:
          peerFinished(c)
          return
        case .lost:
          abort(c)
          return
        }
      }
      guard connections[c].phase == .multiplexing else { return }
    }
    ready.append(c, in: connections)
  }

  /// Hands bytes to the session and acts upon what they say.
  mutating func takeFrames(_ c: UInt32, _ bytes: ByteRange) {
    let l = connections[c].link
    let key = links.key(of: l)
    var rest = bytes
    var isCut = true
    while isCut {
      let receipt = links[l].session.receive(rest, in: &memory, tape: &tape, at: now)
      rest = rest.dropFirst(receipt.byteCount)
      isCut = receipt.isCut
      // The framing of a chunk is written behind a piece of a body, where these bytes may begin.
      let next = memory.first(ofRest: rest)
      for index in 0..<tape.count {
        heed(tape[index], l)
        guard links.contains(key) else { return }
      }
      if isCut { memory.restore(next, at: rest) }
    }
    guard !endedByUs(l) else { return }
    if links[l].session.role == .client, links[l].session.peerGoAway != nil { retire(c) }
    markDirty(l)
  }

  private mutating func heed(_ event: HTTP2Event, _ l: UInt32) {
    switch links[l].session.role {
    case .server: take(event, l)
    case .client: takeUpstream(event, l)
    }
  }

  /// Whether the session was ended by this side: its exchanges end, what is left to say is said.
  ///
  /// - Returns: whether the connection is gone with it.
  private mutating func endedByUs(_ l: UInt32) -> Bool {
    guard let ending = links[l].session.ending else { return false }
    let c = links[l].connection
    guard links[l].session.role == .server else {
      linkLost(c, ending == .pingTimeout || ending == .settingsTimeout ? .upstreamTimeout : .upstreamProtocol)
      return true
    }
    cancelStreams(l)
    return false
  }

  /// What a session says of a stream; streams without a tag are nobody's any more.
  private mutating func take(_ event: HTTP2Event, _ l: UInt32) {
    switch event {
    case .request(let stream, let head): beginStream(l, stream, head)
    case .data(let stream, let bytes):
      links[l].received(Int(bytes.count))
      if let x = links[l].session.tag(of: stream) { takeStreamData(x, bytes) }
    case .trailers(let stream, let head):
      guard let x = links[l].session.tag(of: stream) else { return }
      if let refusal = keepRequestTrailers(x, head) { fail(x, refusal) } else { streamEnded(x) }
    case .end(let stream):
      if let x = links[l].session.tag(of: stream) { streamEnded(x) }
    case .sent(let stream, let byteCount):
      if let x = links[l].session.tag(of: stream) { responseSent(x, byteCount) }
    case .finished(let stream):
      if let x = links[l].session.tag(of: stream) { responseFinished(x) }
    case .closed(let stream, _):
      if let x = links[l].session.tag(of: stream) { clientGone(x) }
    case .informational, .response: break
    }
  }

  /// The client has finished sending: what runs is answered, then the connection goes.
  private mutating func peerFinished(_ c: UInt32) {
    let l = connections[c].link
    links[l].isEnding = true
    if links[l].session.openStreamCount == 0 { close(c) }
  }

  /// Ends every exchange of a connection.
  mutating func cancelStreams(_ l: UInt32) {
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) {
      noteGone(x)
      abandonUpstream(x)
      endExchange(x)
    }
  }

  /// A connection goes, and its session with it.
  mutating func releaseLink(_ c: UInt32) {
    let l = connections[c].link
    guard l != .none else { return }
    switch connections[c].role {
    case .downstream: cancelStreams(l)
    case .upstream:
      retire(c)
      failStreams(l)
    }
    connections[c].link = .none
    links.remove(l)
  }
}

// Sending: once a turn for each connection that has something to say.
extension Worker where Net: ~Copyable {
  /// Has the session's frames written at the end of this turn.
  mutating func markDirty(_ l: UInt32) {
    guard !links[l].isDirty else { return }
    links[l].isDirty = true
    dirtyLinks.append(links.key(of: l))
  }

  /// Writes the frames of all sessions that have some.
  mutating func flushLinks() {
    guard !dirtyLinks.isEmpty else { return }
    swap(&dirtyLinks, &flushedLinks)
    for place in flushedLinks.indices where links.contains(flushedLinks[place]) { produce(flushedLinks[place]) }
    flushedLinks.removeAll(keepingCapacity: true)
  }

  private mutating func produce(_ key: Slab<HTTP2Link>.Key) {
    let l = key.index
    let c = links[l].connection
    links[l].isDirty = false
    // `drained` brings it back.
    guard connections[c].phase == .multiplexing, connections[c].unsent.count == 0 else { return }
    let production = links[l].session.produce(into: rooms.frames, of: &memory, tape: &tape, at: now)
    guard send(production.bytes, to: c) else {
      abort(c)
      return
    }
    for index in 0..<tape.count {
      heed(tape[index], l)
      guard links.contains(key) else { return }
    }
    guard !endedByUs(l) else { return }
    let isDone = links[l].isEnding && links[l].session.openStreamCount == 0 && !links[l].session.wantsToProduce
    if links[l].session.isFinished || isDone {
      releaseLink(c)
      connections[c].phase = .exchanging
      closeGracefully(c, lingering: connections[c].role == .downstream)
      return
    }
    if production.isCut || links[l].session.wantsToProduce { markDirty(l) }
    setLinkTimer(l)
  }
}

// Time.
extension Worker where Net: ~Copyable {
  /// One timer for the session's clocks, the bodies that clients send, and connections that nobody uses.
  func linkDeadline(_ l: UInt32) -> Instant {
    let own = min(links[l].session.deadline, connections[links[l].connection].endsAt)
    guard links[l].session.role == .server else {
      // Once a second while streams are open: who of the upstream is silent.
      guard links[l].session.openStreamCount == 0 else { return min(own, now + .seconds(1)) }
      let isLimited = connections[links[l].connection].flags.contains(.isLimited)
      return min(own, links[l].idleSince + keptInterval, isLimited ? now + limitedPause : .never)
    }
    return min(own, links[l].session.exchangeCount == 0 ? links[l].idleSince + keepAliveInterval : links[l].bodiesAt)
  }

  mutating func setLinkTimer(_ l: UInt32) {
    let c = links[l].connection
    // With bytes unsent the timer is that of a client that does not read.
    guard connections[c].unsent.count == 0 else { return }
    wheel.set(TimerID.connection(c), to: linkDeadline(l))
  }

  mutating func linkTimedOut(_ c: UInt32) {
    guard connections[c].unsent.count == 0 else {
      connections[c].note(.timeout)
      abort(c)
      return
    }
    let l = connections[c].link
    let hadEnded = links[l].session.ending != nil
    links[l].session.expire(at: now)
    if !hadEnded, links[l].session.ending != nil { connections[c].note(.timeout) }
    if links[l].session.role == .client {
      tendUpstream(l)
      return
    }
    if links[l].bodiesAt <= now { tendBodies(l) }
    let isIdle = links[l].session.exchangeCount == 0 && links[l].idleSince + keepAliveInterval <= now
    if isIdle || connections[c].endsAt <= now {
      if isIdle { connections[c].note(.idle) }
      links[l].session.drain(at: now)
      links[l].idleSince = now
      connections[c].endsAt = .never
    }
    if links[l].session.ending != nil { cancelStreams(l) }
    markDirty(l)
    setLinkTimer(l)
  }
}

extension Worker where Net: ~Copyable {
  /// Ends the requests whose client owes the rest of a body, and is late with it.
  private mutating func tendBodies(_ l: UInt32) {
    links[l].bodiesAt = now + bodiesInterval
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) {
      guard !exchanges[x].flags.contains(.requestEnded) else { continue }
      if exchanges[x].creditOwed > 0 || links[l].owedBytes > 0 { resumeBody(x) }
      if bodyDeadline(x) <= now { bodyOverdue(x) }
    }
  }

  private mutating func tendUpstream(_ l: UInt32) {
    let key = links.key(of: l)
    let c = links[l].connection
    failSilentStreams(l)
    guard links.contains(key), !endedByUs(l) else { return }
    let isIdle =
      links[l].session.openStreamCount == 0
      && (links[l].idleSince + keptInterval <= now || isWantedElsewhere(c))
    if isIdle || connections[c].endsAt <= now {
      if isIdle { connections[c].note(.idle) }
      retire(c)
      links[l].session.drain(at: now)
      links[l].idleSince = now
      connections[c].endsAt = .never
    }
    markDirty(l)
    setLinkTimer(l)
  }
}

/// So often the bodies on a client's connection are looked at, while it has any exchange.
private let bodiesInterval = Interval.seconds(1)

extension Memory {
  /// The first bytes of what a session has not read, and how many they are.
  fileprivate func first(ofRest rest: ByteRange) -> InlineArray<8, UInt8> {
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    for index in 0..<Int(min(rest.count, 8)) { bytes[index] = self[rest.start + UInt32(index)] }
    return bytes
  }

  fileprivate mutating func restore(_ bytes: InlineArray<8, UInt8>, at rest: ByteRange) {
    for index in 0..<Int(min(rest.count, 8)) { self[rest.start + UInt32(index)] = bytes[index] }
  }
}
