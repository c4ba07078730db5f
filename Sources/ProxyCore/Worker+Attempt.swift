import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Phases *admit* and *selectUpstream* for a request that was allowed.
  ///
  /// - Parameter rest: what came behind its head.
  mutating func forward(_ x: UInt32, _ rest: ByteRange) {
    guard let forwarding = exchanges[x].forwarding else { return fail(x, .internalError) }
    // The body of a stream comes as events of its own.
    var body = rest
    if !isStream(x) {
      let piece = takeBody(x, rest)
      if let error = piece.error { return requestBroken(x, error) }
      setBodyTimer(x)
      body = piece.data
    }
    if exchanges[x].flags.contains(.isGRPC) {
      guard now < exchanges[x].deadline else { return fail(x, .upstreamTimeout) }
    }
    // Of a call that is still being made, it counts from its end.
    if !isCall(x) || exchanges[x].flags.contains(.requestEnded) { limitTime(x, forwarding.timeoutNanoseconds) }
    let slot = exchanges[x].generation
    guard generations[slot].upstreams.admit(.request, forwarding.service) else { return fail(x, .circuitOpen) }
    exchanges[x].flags.insert(.isAdmitted)
    let cluster = generations[slot].upstreams.cluster(service: forwarding.service, subset: forwarding.subset)
    guard let endpoint = generations[slot].upstreams.choose(cluster, at: now, &random) else {
      return fail(x, .noEndpoint)
    }
    exchanges[x].endpoint = endpoint
    keepForReplay(x, body)
    attempt(x, body)
  }

  /// Starts an attempt at the endpoint that was chosen: on a connection that waits in its pool, or on a new one.
  ///
  /// - Parameter body: what was read of the body and not sent by this attempt, behind headroom.
  mutating func attempt(_ x: UInt32, _ body: ByteRange) {
    guard exchanges[x].endpoint != nil else { return fail(x, .noEndpoint) }
    exchanges[x].flags.subtract([.touchedUpstream, .onReusedConnection, .requestSent, .upstreamKeepsAlive])
    guard !hasWaiters(x), let carrier = findCarrier(x) else { return awaitConnection(x, body) }
    setTryTimer(x)
    begin(x, body, on: carrier)
  }

  /// Makes the attempt on what there is for it: from now on it counts as one.
  mutating func begin(_ x: UInt32, _ body: ByteRange, on carrier: Carrier) {
    guard let endpoint = exchanges[x].endpoint, let service = exchanges[x].forwarding?.service else {
      return fail(x, .internalError)
    }
    exchanges[x].attempts += 1
    exchanges[x].attemptAt = now
    exchanges[x].asked = endpoint.address
    exchanges[x].flags.formUnion([.isInFlight, .hasFailed])
    generations[exchanges[x].generation].upstreams.began(endpoint.line)
    switch carrier {
    case .pooled(let u):
      exchanges[x].flags.insert(.onReusedConnection)
      attach(x, u)
      sendRequestHead(x, body)
      pumpWaiting(x)
    case .shared(let u): request(x, on: u, body)
    case .new where speaksHTTP2(x):
      guard let u = connectShared(x, endpoint, service) else { return attemptFailed(x, .upstreamConnect) }
      request(x, on: u, body)
    case .new:
      // Until there is a connection the body lies in the replay block.
      guard body.count == 0 || exchanges[x].flags.contains(.isReplayable) else {
        generations[exchanges[x].generation].upstreams.leave(.connection, service)
        return fail(x, .overload)
      }
      guard let u = open(endpoint, service, exchanges[x].generation) else { return attemptFailed(x, .upstreamConnect) }
      exchanges[x].upstream = u
      connections[u].exchange = x
    }
  }

  /// A connection that waits for a request to this endpoint. One that was made with certificates that are no longer ours, with roots
  /// that are no longer trusted, or without the TLS that the service has by now, is closed.
  mutating func takePooled(_ x: UInt32, _ endpoint: Endpoint) -> UInt32? {
    let contexts = generations[exchanges[x].generation].contexts
    let isSecured = securedUpstream(x) != nil
    while let u = pools.pop(endpoint.line, in: connections) {
      let fits =
        isSecured
        ? connections[u].session != .none && connections[u].contexts == contexts : connections[u].session == .none
      // A line is used again for other endpoints, long after its connections have gone: nothing may depend on that.
      if fits, connections[u].peer == endpoint.address { return u }
      close(u)
    }
    return nil
  }

  /// How the service of the exchange is connected to, as its generation says; `nil`: in clear text.
  func securedUpstream(_ x: UInt32) -> Int? {
    guard let service = exchanges[x].forwarding?.service else { return nil }
    return generations[exchanges[x].generation].reference.content.plan.tls(ofService: service)
  }

  /// Begins to connect to an endpoint; `nil` when the system refuses at once.
  ///
  /// The service has admitted the connection, and is told when there is none.
  mutating func open(_ endpoint: Endpoint, _ service: Int32, _ slot: UInt32) -> UInt32? {
    guard case .started(let descriptor) = net.connect(endpoint.address) else {
      generations[slot].upstreams.leave(.connection, service)
      return nil
    }
    var connection = Connection(
      descriptor: descriptor, role: .upstream, phase: .connecting, peer: endpoint.address)
    connection.pool = endpoint.line
    connection.contexts = generations[slot].contexts
    connection.service = generations[slot].upstreams.line(of: service)
    if generations[slot].upstreams.limitsConnections(service) { connection.flags.insert(.isLimited) }
    guard let u = add(connection) else {
      generations[slot].upstreams.leave(.connection, service)
      net.close(descriptor)
      return nil
    }
    setTimer(u, generations[slot].upstreams.connectTimeout(ofService: service) ?? clocks.connect)
    return u
  }

  mutating func attach(_ x: UInt32, _ u: UInt32) {
    exchanges[x].upstream = u
    exchanges[x].phases.connected = elapsed(x)
    connections[u].exchange = x
    connections[u].phase = .exchanging
    setTimer(u, responseIdle(x))
  }

  /// The socket became writable: `connect` succeeded, or says why not.
  mutating func finishConnecting(_ u: UInt32) {
    if connections[u].link != .none { return finishConnectingShared(u) }
    let x = connections[u].exchange
    guard net.connectError(connections[u].descriptor) == nil else {
      attemptFailed(x, .upstreamConnect)
      return
    }
    if let upstream = securedUpstream(x) {
      beginHandshake(u, connecting: upstream)
    } else {
      beginRequest(x, on: u)
    }
  }

  /// The connection is ready for the request that it was made for.
  mutating func beginRequest(_ x: UInt32, on u: UInt32) {
    attach(x, u)
    sendRequestHead(x, takeReplay(x))
    pumpWaiting(x)
  }

  /// The body bytes that are kept, in the scratch region: behind headroom, to be sent with the head.
  mutating func takeReplay(_ x: UInt32) -> ByteRange {
    let replay = exchanges[x].replay
    // A shared connection copies it from where it lies; the scratch region holds what its frames say of other streams.
    if speaksHTTP2(x) { return replay }
    memory.copy(replay, to: rooms.input.bytes.start)
    return ByteRange(start: rooms.input.bytes.start, count: replay.count)
  }

  /// The attempt is over: its endpoint has one request less, its retry a place in the budget.
  mutating func leaveEndpoint(_ x: UInt32) {
    let slot = exchanges[x].generation
    if exchanges[x].flags.contains(.isInFlight), let endpoint = exchanges[x].endpoint {
      generations[slot].upstreams.ended(
        endpoint.line, hasFailed: exchanges[x].flags.contains(.hasFailed), after: now - exchanges[x].attemptAt)
    }
    if exchanges[x].flags.contains(.holdsRetry), let service = exchanges[x].forwarding?.service {
      generations[slot].upstreams.leaveRetry(service)
    }
    exchanges[x].flags.subtract([.isInFlight, .holdsRetry])
  }

  /// Tells how an attempt ended, for the ejection of endpoints that fail.
  mutating func report(_ x: UInt32, _ outcome: AttemptOutcome) {
    guard let endpoint = exchanges[x].endpoint, let service = exchanges[x].forwarding?.service else { return }
    if outcome.isFailure { exchanges[x].flags.insert(.hasFailed) }
    generations[exchanges[x].generation].upstreams.report(outcome, endpoint.line, ofService: service, at: now)
  }

  /// Keeps body bytes while a retry may need them, or until there is a connection.
  mutating func keepForReplay(_ x: UInt32, _ data: ByteRange) {
    guard data.count > 0, exchanges[x].flags.contains(.isReplayable) else { return }
    let kept = exchanges[x].replay
    let count = kept.count + data.count
    guard count <= replayBytesMax else {
      dropReplay(x)
      return
    }
    if exchanges[x].replayBlock.count < count {
      guard let block = memory.take(Int(count)) else {
        dropReplay(x)
        return
      }
      memory.copy(kept, to: block.start)
      releaseReplay(x)
      exchanges[x].replayBlock = block
      replayBytes += Int(block.count)
    }
    memory.copy(data, to: exchanges[x].replayBlock.start + kept.count)
    exchanges[x].replay = ByteRange(start: exchanges[x].replayBlock.start, count: count)
    if exchanges[x].flags.contains(.touchedUpstream) { boundReplay(x) }
  }

  mutating func dropReplay(_ x: UInt32) {
    exchanges[x].flags.remove(.isReplayable)
    releaseReplay(x)
    exchanges[x].replay = .empty
  }

  private mutating func releaseReplay(_ x: UInt32) {
    replayBytes -= Int(exchanges[x].replayBlock.count)
    memory.release(&exchanges[x].replayBlock)
  }

  /// What is kept of bodies is a tenth of the memory account at most: past it the request that was just sent is not sent again.
  mutating func boundReplay(_ x: UInt32) {
    guard !exchanges[x].replayBlock.isEmpty, replayBytes > memory.account / 10 else { return }
    telemetry.metrics.count(.replaysDropped)
    dropReplay(x)
  }
}

/// Beyond it a body is not kept, and its request is not sent again.
let replayBytesMax: UInt32 = 64 * 1024
