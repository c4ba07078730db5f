import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirRequest

// HTTP/2 connections to upstreams: one an endpoint and worker, shared by many exchanges; a second when the first is nearly full.
extension Worker where Net: ~Copyable {
  /// Whether the service is spoken to in HTTP/2: declared, not found out.
  func speaksHTTP2(_ x: UInt32) -> Bool {
    guard let forwarding = exchanges[x].forwarding else { return false }
    return generations[exchanges[x].generation].reference.content.plan.speaksHTTP2(forwarding.service)
  }

  /// Makes an attempt on a shared connection, which may still be on its way: requests wait in its session.
  mutating func request(_ x: UInt32, on u: UInt32, _ body: ByteRange) {
    let l = connections[u].link
    guard exchanges[x].isPermitted else { return fail(x, .internalError) }
    // The endpoint has no part in a head of ours that cannot be sent.
    guard writeRequestFields(x, isTLS: links[l].upstream != nil) else { return fail(x, .internalError) }
    guard
      let stream = links[l].session.submitRequest(
        fields, in: memory, endsStream: exchanges[x].requestFraming == .none && !isStreamOpen(x))
    else { return attemptFailed(x, .upstreamProtocol) }
    links[l].session.setTag(x, of: stream)
    exchanges[x].upstream = u
    exchanges[x].upstreamStream = stream
    exchanges[x].upstreamAt = now
    exchanges[x].phase = .requesting
    // A connection that carried requests before may be gone by now.
    if connections[u].phase == .multiplexing {
      exchanges[x].flags.formUnion([.touchedUpstream, .onReusedConnection])
      exchanges[x].phases.connected = elapsed(x)
      exchanges[x].phases.sent = elapsed(x)
    }
    markDirty(l)
    sendSharedBody(x, body)
  }

  /// The request has a body, or may have: its end was not read with its head.
  private func isStreamOpen(_ x: UInt32) -> Bool {
    isStream(x) && !exchanges[x].flags.contains(.requestEnded)
  }

  /// The bytes of an earlier attempt first, then what has come meanwhile.
  private mutating func sendSharedBody(_ x: UInt32, _ body: ByteRange) {
    guard exchanges[x].requestFraming != .none || isStreamOpen(x) else {
      exchanges[x].flags.insert(.requestSent)
      return
    }
    let hadWaiting = !exchanges[x].requestPipe.isEmpty
    if body.count > 0 {
      let waiting = exchanges[x].requestPipe
      exchanges[x].requestPipe = Pipe()
      var rest = waiting
      let isKept =
        exchanges[x].requestPipe.append(body, in: &memory)
        && exchanges[x].requestPipe.append(waiting.bytes, in: &memory)
      rest.removeAll(in: &memory)
      if isStream(x), link(of: x) != .none { links[link(of: x)].heldBytes += Int(body.count) }
      guard isKept else { return fail(x, .overload) }
    }
    // What came while nobody took it is part of what another attempt sends again.
    if hadWaiting { keepForReplay(x, exchanges[x].requestPipe.bytes.dropFirst(Int(body.count))) }
    if exchanges[x].flags.contains(.touchedUpstream) { boundReplay(x) }
    offerSharedBody(x)
  }

  /// Tells the session what there is of the body.
  mutating func offerSharedBody(_ x: UInt32) {
    let l = upstreamLink(of: x)
    let ends = exchanges[x].flags.contains(isStream(x) ? .requestEnded : .requestRead)
    if ends { exchanges[x].flags.insert(.requestRead) }
    markDirty(l)
    let stream = exchanges[x].upstreamStream
    let text = exchanges[x].requestTrailers.bytes
    // A stream that is gone says so on a tape.
    _ = links[l].session.setBody(stream, exchanges[x].requestPipe.bytes, ends: ends && text.isEmpty, in: memory)
    if ends, !text.isEmpty, readTrailerFields(text) {
      _ = links[l].session.submitTrailers(stream, fields, in: memory)
    }
  }

  /// Adds a piece of the body to what the upstream's stream sends as its windows allow.
  mutating func pushRequest(_ x: UInt32, _ data: ByteRange) {
    guard exchanges[x].requestPipe.append(data, in: &memory) else { return fail(x, .overload) }
    if isStream(x) { links[link(of: x)].heldBytes += Int(data.count) }
    offerSharedBody(x)
  }

  /// A connection to the endpoint that has room, or else one that takes a few more requests.
  mutating func sharedConnections(_ x: UInt32, _ endpoint: Endpoint) -> (roomy: UInt32?, full: UInt32?) {
    let slot = exchanges[x].generation
    let contexts = generations[slot].contexts
    let upstream = securedUpstream(x)
    // Whoever waits comes back when what was closed has been noticed.
    let isNewOnly = exchanges[x].flags.contains(.needsNewConnection) && !exchanges[x].flags.contains(.isPending)
    var full: UInt32?
    for place in 0..<2 {
      let u = pools.shared(endpoint.line, place)
      guard u != .none else { continue }
      let l = connections[u].link
      let (open, most) = (links[l].session.openStreamCount, links[l].session.requestsMax)
      if !links[l].session.canRequest, open < most {
        // It ends, or its numbers of streams are used up: another one takes its place while the rest is finished.
        replace(u)
        continue
      }
      guard links[l].upstream == upstream, upstream == nil || connections[u].contexts == contexts,
        connections[u].peer == endpoint.address
      else {
        // Made with certificates that are no longer ours, or without the TLS that the service has by now: it must not keep the place of
        // one that may be used.
        if slot == generations.currentIndex { replace(u) }
        continue
      }
      guard links[l].session.canRequest, !isNewOnly || connections[u].phase != .multiplexing else { continue }
      // Four fifths full: another one shares the load, if there may be one.
      if open * 5 < most * 4 { return (u, nil) }
      if open < most { full = full ?? u }
    }
    return (nil, full)
  }

  /// The service has admitted the connection, and is told when there is none.
  mutating func connectShared(_ x: UInt32, _ endpoint: Endpoint, _ service: Int32) -> UInt32? {
    let slot = exchanges[x].generation
    guard !links.isFull, let session = HTTP2Session(.client, limits: .standard(.client), at: now) else {
      generations[slot].upstreams.leave(.connection, service)
      return nil
    }
    guard let u = open(endpoint, service, slot) else { return nil }
    connections[u].endsAt = now + connectionAge()
    var link = HTTP2Link(session: session, connection: u, now: now)
    link.upstream = generations[slot].reference.content.plan.tls(ofService: service)
    connections[u].link = links.insert(link).index
    pools.share(u, in: connections)
    return u
  }

  mutating func finishConnectingShared(_ u: UInt32) {
    guard net.connectError(connections[u].descriptor) == nil else { return linkLost(u, .upstreamConnect) }
    if let upstream = links[connections[u].link].upstream {
      beginHandshake(u, connecting: upstream)
    } else {
      linkConnected(u)
    }
  }

  /// The connection is there, and its handshake done: what waits in the session goes out.
  mutating func linkConnected(_ u: UInt32) {
    connections[u].phase = .multiplexing
    let l = connections[u].link
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) {
      exchanges[x].flags.insert(.touchedUpstream)
      boundReplay(x)
      exchanges[x].upstreamAt = now
      exchanges[x].phases.connected = elapsed(x)
      exchanges[x].phases.sent = elapsed(x)
    }
    markDirty(l)
  }

  /// The connection could not be made, or has failed: every exchange on it is told.
  mutating func linkLost(_ u: UInt32, _ reason: ReasonCode) {
    let l = connections[u].link
    guard l != .none else { return }
    retire(u)
    links[l].loss = reason
    abort(u)
  }

  /// Takes no further request; what runs on it ends as it may.
  mutating func retire(_ u: UInt32) { pools.unshare(u, in: connections) }

  /// As `retire`, and it goes as soon as nobody uses it: it must not keep the place of another one.
  mutating func replace(_ u: UInt32) {
    retire(u)
    connections[u].endsAt = now
    if connections[u].phase == .multiplexing { setLinkTimer(connections[u].link) }
  }

  /// Ends the exchanges of a connection to an upstream that goes.
  mutating func failStreams(_ l: UInt32) {
    let reason = links[l].loss
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) {
      links[l].session.removeTag(of: exchanges[x].upstreamStream)
      exchanges[x].upstream = .none
      dropHanded(x)
      attemptFailed(x, reason)
    }
  }

  /// Lets go of the stream of an attempt, whose connection others use as well.
  mutating func leaveShared(_ x: UInt32, _ code: HTTP2ErrorCode) {
    let u = exchanges[x].upstream
    exchanges[x].upstream = .none
    let l = connections[u].link
    dropHanded(x)
    guard l != .none else { return }
    links[l].session.reset(exchanges[x].upstreamStream, code)
    links[l].session.removeTag(of: exchanges[x].upstreamStream)
    if links[l].session.openStreamCount == 0 { links[l].idleSince = now }
    markDirty(l)
  }

  /// What was handed to the session lies in `replay` for another attempt, or is lost with this one.
  private mutating func dropHanded(_ x: UInt32) {
    let count = Int(exchanges[x].requestPipe.bytes.count)
    exchanges[x].requestPipe.removeAll(in: &memory)
    if isStream(x), link(of: x) != .none { links[link(of: x)].released(count) }
  }

  /// Whether the upstream of the exchange is a stream of a shared connection.
  @inline(__always)
  func isShared(_ x: UInt32) -> Bool {
    let u = exchanges[x].upstream
    return u != .none && connections[u].link != .none
  }

  func upstreamLink(of x: UInt32) -> UInt32 { connections[exchanges[x].upstream].link }

  /// Ends attempts whose upstream has been silent too long while nothing held it up.
  mutating func failSilentStreams(_ l: UInt32) {
    var place: UInt32 = 0
    while let x = links[l].session.nextTag(from: &place) {
      guard exchanges[x].upstreamCredit == 0, exchanges[x].upstreamAt + responseIdle(x) <= now else { continue }
      // Of a call nobody knows whose turn it is; of any other request, the client's while it owes a part.
      if exchanges[x].phase != .responding, !isCall(x), clientOwes(x) { continue }
      attemptFailed(x, .upstreamTimeout)
    }
  }
}
