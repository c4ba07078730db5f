import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Phase *selectUpstream* for a request that was allowed.
  ///
  /// - Parameter rest: what came behind its head.
  mutating func forward(_ x: UInt32, _ rest: ByteRange) {
    let c = exchanges[x].downstream
    let piece = takeBody(x, rest)
    guard piece.error == nil else {
      requestBroken(x)
      return
    }
    if !exchanges[x].flags.contains(.requestRead) { setTimer(c, clocks.bodyIdle) }
    keepForReplay(x, piece.data)
    attempt(x, piece.data)
  }

  /// Starts an attempt: on a connection that waits in the pool of the chosen endpoint, or on a new one.
  ///
  /// - Parameter body: what was read of the body and not sent by this attempt, behind headroom.
  mutating func attempt(_ x: UInt32, _ body: ByteRange) {
    guard let forwarding = exchanges[x].forwarding, let pool = choose(x, forwarding) else {
      fail(x, .noEndpoint)
      return
    }
    exchanges[x].attempts += 1
    exchanges[x].flags.subtract([.touchedUpstream, .onReusedConnection, .requestSent])
    if let u = pools.pop(pool, in: connections) {
      exchanges[x].flags.insert(.onReusedConnection)
      attach(x, u)
      sendRequestHead(x, body)
      return
    }
    guard exchanges[x].flags.contains(.isReplayable) else {
      fail(x, .overload)
      return
    }
    connect(x, pool)
  }

  private mutating func connect(_ x: UInt32, _ pool: UInt32) {
    switch net.connect(pools[pool].endpoint.address) {
    case .failed: attemptFailed(x, .upstreamConnect)
    case .started(let descriptor):
      var connection = Connection(
        descriptor: descriptor, role: .upstream, phase: .connecting, peer: pools[pool].endpoint.address,
        local: .unspecified)
      connection.pool = pool
      pools.opened(pool)
      guard let u = add(connection) else {
        pools.closed(pool)
        net.close(descriptor)
        attemptFailed(x, .upstreamConnect)
        return
      }
      exchanges[x].upstream = u
      connections[u].exchange = x
      setTimer(u, connectTimeout(x))
    }
  }

  mutating func attach(_ x: UInt32, _ u: UInt32) {
    exchanges[x].upstream = u
    connections[u].exchange = x
    connections[u].phase = .exchanging
    setTimer(u, clocks.responseIdle)
  }

  /// The socket became writable: `connect` succeeded, or says why not.
  mutating func finishConnecting(_ u: UInt32) {
    let x = connections[u].exchange
    guard net.connectError(connections[u].descriptor) == nil else {
      attemptFailed(x, .upstreamConnect)
      return
    }
    if let upstream = pools[connections[u].pool].endpoint.tls {
      beginHandshake(u, connecting: upstream)
    } else {
      beginRequest(x, on: u)
    }
  }

  /// The connection is ready for the request that it was made for.
  mutating func beginRequest(_ x: UInt32, on u: UInt32) {
    attach(x, u)
    // What was read of the body while there was no connection lies in the replay block.
    let replay = exchanges[x].replay
    memory.copy(replay, to: rooms.input.bytes.start)
    sendRequestHead(x, ByteRange(start: rooms.input.bytes.start, count: replay.count))
  }

  /// The pool of the endpoint that this attempt goes to; `nil` when there is none.
  private mutating func choose(_ x: UInt32, _ forwarding: Forwarding) -> UInt32? {
    let slot = exchanges[x].generation
    let cluster = generations[slot].reference.content.plan.cluster(
      service: forwarding.service, subset: forwarding.subset)
    guard cluster.count > 0 else { return nil }
    let endpoint = cluster.first + UInt32(truncatingIfNeeded: random.next(below: UInt64(cluster.count)))
    exchanges[x].endpoint = endpoint
    return generations[slot].pools[Int(endpoint)]
  }

  private func connectTimeout(_ x: UInt32) -> Interval {
    guard let forwarding = exchanges[x].forwarding else { return clocks.connect }
    return generations[exchanges[x].generation].reference.content.plan.cluster(
      service: forwarding.service, subset: forwarding.subset
    ).connectTimeout ?? clocks.connect
  }

  /// Keeps body bytes while a retry may need them, or until there is a connection.
  func mayNeedReplay(_ x: UInt32) -> Bool { exchanges[x].flags.contains(.isReplayable) }

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
      memory.release(&exchanges[x].replayBlock)
      exchanges[x].replayBlock = block
    }
    memory.copy(data, to: exchanges[x].replayBlock.start + kept.count)
    exchanges[x].replay = ByteRange(start: exchanges[x].replayBlock.start, count: count)
  }

  mutating func dropReplay(_ x: UInt32) {
    exchanges[x].flags.remove(.isReplayable)
    memory.release(&exchanges[x].replayBlock)
    exchanges[x].replay = .empty
  }
}

/// Beyond it a body is not kept, and its request is not sent again.
let replayBytesMax: UInt32 = 64 * 1024
