import ProxyTransport
import ProxyUpstream
import WeirRequest

/// What an attempt is made on.
enum Carrier {
  /// A connection that waited in its pool.
  case pooled(UInt32)
  /// A connection that others use as well.
  case shared(UInt32)
  /// One that is to be made; the service has admitted it.
  case new
}

// Phase *admit*, its second part: a service has as many connections as it may, and a request waits for one.
extension Worker where Net: ~Copyable {
  /// What the next attempt can be made on; nil when the service has as many connections as it may.
  mutating func findCarrier(_ x: UInt32) -> Carrier? {
    guard let endpoint = exchanges[x].endpoint, let service = exchanges[x].forwarding?.service else { return nil }
    if speaksHTTP2(x) {
      let (roomy, full) = sharedConnections(x, endpoint)
      if let roomy { return .shared(roomy) }
      if pools.hasRoomToShare(endpoint.line), admitConnection(x, service) { return .new }
      return full.map { .shared($0) }
    }
    guard !exchanges[x].flags.contains(.needsNewConnection) else { return admitConnection(x, service) ? .new : nil }
    if let u = takePooled(x, endpoint) { return .pooled(u) }
    if generations[exchanges[x].generation].upstreams.admit(.connection, service) { return .new }
    if let u = takePooledElsewhere(x) { return .pooled(u) }
    return admitConnection(x, service) ? .new : nil
  }

  /// Takes a place for a connection; one that nobody uses is closed for it.
  private mutating func admitConnection(_ x: UInt32, _ service: Int32) -> Bool {
    let slot = exchanges[x].generation
    if generations[slot].upstreams.admit(.connection, service) { return true }
    for index in generations[slot].upstreams.endpoints(ofService: service) {
      let line = generations[slot].upstreams[index].line
      guard let u = pools.pop(line, in: connections) ?? unusedLink(line) else { continue }
      close(u)
      return generations[slot].upstreams.admit(.connection, service)
    }
    return false
  }

  /// A shared connection without streams, and without one whose end was read and not yet told.
  private mutating func unusedLink(_ line: UInt32) -> UInt32? {
    for place in 0..<2 {
      let u = pools.shared(line, place)
      guard u != .none, connections[u].phase == .multiplexing else { continue }
      let l = connections[u].link
      var first: UInt32 = 0
      if links[l].session.openStreamCount == 0, links[l].session.nextTag(from: &first) == nil { return u }
    }
    return nil
  }

  /// A connection that waits for a request to another endpoint, which is as good: the exchange goes there.
  private mutating func takePooledElsewhere(_ x: UInt32) -> UInt32? {
    guard let forwarding = exchanges[x].forwarding else { return nil }
    let slot = exchanges[x].generation
    let cluster = generations[slot].upstreams.cluster(service: forwarding.service, subset: forwarding.subset)
    for index in generations[slot].upstreams.endpoints(ofCluster: cluster) {
      guard generations[slot].upstreams.mayTake(index, at: now, avoiding: exchanges[x].tried) else { continue }
      let endpoint = generations[slot].upstreams[index]
      guard let u = takePooled(x, endpoint) else { continue }
      exchanges[x].endpoint = endpoint
      return u
    }
    return nil
  }

  /// Whether a request at another worker waits for the place of a connection that nobody uses here.
  func isWantedElsewhere(_ u: UInt32) -> Bool {
    connections[u].flags.contains(.isLimited) && !pending.hasWaiters(connections[u].service)
      && generations.current.upstreams.hasPending(line: connections[u].service)
  }

  /// Other workers do not tell that they want its place: it is looked at now and then.
  mutating func setPooledTimer(_ u: UInt32) {
    let end = connections[u].idleEndsAt
    let next = connections[u].flags.contains(.isLimited) ? min(end, now + limitedPause) : end
    wheel.set(TimerID.connection(u), to: next)
  }

  /// Whether requests to the service of the exchange wait already: who comes later waits behind them.
  func hasWaiters(_ x: UInt32) -> Bool {
    guard !pending.isEmpty, let service = exchanges[x].forwarding?.service else { return false }
    return pending.hasWaiters(generations[exchanges[x].generation].upstreams.line(of: service))
  }

  /// Waits for a connection, at most as long as connecting may take.
  ///
  /// - Parameter body: what was read of it; it has to lie in the replay block.
  mutating func awaitConnection(_ x: UInt32, _ body: ByteRange) {
    guard let service = exchanges[x].forwarding?.service else { return fail(x, .internalError) }
    guard body.count == 0 || exchanges[x].flags.contains(.isReplayable) else { return fail(x, .overload) }
    let slot = exchanges[x].generation
    guard generations[slot].upstreams.admit(.pending, service) else { return fail(x, .circuitOpen) }
    exchanges[x].flags.insert(.isPending)
    pending.append(x, generations[slot].upstreams.line(of: service), in: exchanges)
    exchanges[x].tryDeadline = now + (generations[slot].upstreams.connectTimeout(ofService: service) ?? clocks.connect)
    setExchangeTimer(x)
    wheel.set(TimerID.pending, to: now + pendingPause)
  }

  /// Waits no more.
  mutating func leavePending(_ x: UInt32) {
    guard exchanges[x].flags.contains(.isPending), let service = exchanges[x].forwarding?.service else { return }
    let slot = exchanges[x].generation
    exchanges[x].flags.remove(.isPending)
    pending.remove(x, generations[slot].upstreams.line(of: service), in: exchanges)
    generations[slot].upstreams.leave(.pending, service)
  }

  /// Goes on with requests for which there is a connection by now. At the end of a turn, when no bytes lie in the scratch regions.
  mutating func servePending() {
    guard !pending.isEmpty else { return }
    var number = 0
    while number < pending.count {
      let count = pending.count
      servePending(number)
      // A queue that came to its end has gone, and another one stands in its place.
      if pending.count == count { number += 1 }
    }
    // Other workers do not tell that they have closed a connection.
    if !pending.isEmpty { wheel.set(TimerID.pending, to: now + pendingPause) }
  }

  private mutating func servePending(_ number: Int) {
    guard var x = pending.first(number) else { return }
    // Who waits for an endpoint that has no room must not hold up all others for ever.
    for _ in 0..<pendingLooksMax {
      let next = exchanges[x].nextPending
      if let carrier = findCarrier(x) {
        leavePending(x)
        setTryTimer(x)
        begin(x, takeReplay(x), on: carrier)
      } else if !speaksHTTP2(x) {
        return
      }
      // What began may have failed, and with it others.
      guard next != .none, exchanges.contains(next), exchanges[next].flags.contains(.isPending) else { return }
      x = next
    }
  }
}

/// Between two looks for connections that other workers have closed.
private let pendingPause = Interval.milliseconds(5)

/// Between two looks at an idle connection whether its place is wanted.
let limitedPause = Interval.milliseconds(25)

/// Exchanges of a service that are looked at in a turn.
private let pendingLooksMax = 64
