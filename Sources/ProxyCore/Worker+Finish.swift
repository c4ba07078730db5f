import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirRequest

extension Worker where Net: ~Copyable {
  /// The whole response was handed to the client's connection.
  mutating func finishResponse(_ x: UInt32) {
    reportSuccess(x)
    if isStream(x) {
      // Ended once the last frame is written, when the client's windows allow: its service has no more to do with it.
      exchanges[x].flags.insert(.isAnswered)
      letUpstreamGo(x)
      leaveService(x)
      return
    }
    let c = exchanges[x].downstream
    let wasRead = exchanges[x].flags.contains(.requestRead)
    let keepsAlive = exchanges[x].flags.contains(.keepsAlive)
    letUpstreamGo(x)
    endExchange(x)
    if !wasRead {
      closeGracefully(c, lingering: true)
    } else if keepsAlive {
      // A client that was told so may have sent the next request, also when a drain has begun meanwhile.
      awaitRequest(c)
    } else {
      // Bytes that nobody reads would end the connection with a reset, which may overtake the answer.
      closeGracefully(c, lingering: !connections[c].flags.isDisjoint(with: [.readable, .hasUnparsed]))
    }
  }

  /// Tells of an endpoint whose response was whole and said nothing else of it. Calls of gRPC tell by their status.
  private mutating func reportSuccess(_ x: UInt32) {
    let flags = exchanges[x].flags
    guard exchanges[x].reason == .forwarded, flags.contains(.isInFlight), !flags.contains(.hasFailed),
      !flags.contains(.isGRPC) || exchanges[x].status != 200
    else { return }
    report(x, AttemptOutcome(status: exchanges[x].status))
  }

  /// The connection waits for the next request of its client.
  private mutating func awaitRequest(_ c: UInt32) {
    connections[c].phase = .idle
    if connections[c].unsent.count == 0 { setTimer(c, idleInterval(c)) }
    if !connections[c].flags.isDisjoint(with: [.readable, .hasUnparsed]) { ready.append(c, in: connections) }
  }

  /// A connection whose request and response were whole waits for another; any other is closed.
  private mutating func letUpstreamGo(_ x: UInt32) {
    let u = exchanges[x].upstream
    guard u != .none else { return }
    if isShared(x) { return leaveShared(x, .noError) }
    exchanges[x].upstream = .none
    connections[u].exchange = .none
    guard pressure == .none, !isDraining, exchanges[x].flags.isSuperset(of: [.requestSent, .upstreamKeepsAlive]),
      connections[u].unsent.count == 0, !isWantedElsewhere(u),
      pools.isCurrent(connections[u].pool, generations.current.upstreams.number),
      connections[u].flags.isDisjoint(with: [.readHangUp, .hungUp, .hasEnded]), now < connections[u].endsAt
    else {
      close(u)
      return
    }
    connections[u].phase = .idle
    connections[u].idleEndsAt = now + idleInterval(u)
    setPooledTimer(u)
    pools.push(u, in: connections)
    // An edge that came with the last bytes: what waits there answers nothing.
    if connections[u].flags.contains(.readable) { ready.append(u, in: connections) }
  }

  /// Drops the connection of an attempt that did not end well.
  mutating func abandonUpstream(_ x: UInt32) {
    leavePending(x)
    let u = exchanges[x].upstream
    guard u != .none else { return }
    if isShared(x) { return leaveShared(x, .cancel) }
    exchanges[x].upstream = .none
    connections[u].exchange = .none
    abort(u)
  }

  /// Gives back what the exchange holds.
  mutating func endExchange(_ x: UInt32) {
    record(x)
    memory.release(&exchanges[x].textsBlock)
    if isStream(x) {
      releaseStream(x)
    } else {
      exchanges[x].responsePipe.removeAll(in: &memory)
      connections[exchanges[x].downstream].exchange = .none
    }
    leaveService(x)
    wheel.cancel(TimerID.exchange(x))
    dropReplay(x)
    exchanges[x].requestTrailers.release(in: &memory)
    exchanges[x].responseTrailers.release(in: &memory)
    memory.release(&exchanges[x].headBlock)
    generations.release(exchanges[x].generation)
    exchanges.remove(x)
  }

  /// Its endpoint and its service have one request less.
  private mutating func leaveService(_ x: UInt32) {
    leaveEndpoint(x)
    guard exchanges[x].flags.contains(.isAdmitted), let service = exchanges[x].forwarding?.service else { return }
    generations[exchanges[x].generation].upstreams.leave(.request, service)
    exchanges[x].flags.remove(.isAdmitted)
  }

  /// The client reset its connection, or went before its request was whole: nobody waits for an answer.
  mutating func clientGone(_ x: UInt32) {
    let c = exchanges[x].downstream
    noteGone(x)
    abandonUpstream(x)
    if isStream(x) {
      resetStream(x, .internalError)
      endExchange(x)
      return
    }
    endExchange(x)
    connections[c].note(.peer)
    abort(c)
  }

  /// Nobody waits for the answer, or for the rest of it: what was sent of it stays what the client got.
  mutating func noteGone(_ x: UInt32) {
    if exchanges[x].phase != .responding {
      exchanges[x].status = 0
    } else if exchanges[x].reason != .forwarded {
      // It was ended, or answered, by us: that its client has gone behind that changes nothing.
      return
    }
    exchanges[x].reason = .clientGone
  }

  /// A connection failed while bytes waited on it.
  mutating func lost(_ c: UInt32) {
    connections[c].note(.peer)
    let x = connections[c].exchange
    guard x != .none else {
      abort(c)
      return
    }
    switch connections[c].role {
    case .downstream: clientGone(x)
    case .upstream:
      // What the upstream said before it closed is still to be read.
      if exchanges[x].phase == .requesting, connections[c].flags.contains(.readable) {
        giveUpSending(c)
      } else {
        attemptFailed(x, connections[c].phase == .handshaking ? .upstreamTLS : .upstreamReset)
      }
    }
  }

  /// Drops what an upstream no longer takes.
  private mutating func giveUpSending(_ u: UInt32) {
    memory.release(&connections[u].unsentBlock)
    connections[u].unsent = .empty
    ready.append(u, in: connections)
  }

  /// What waited on a connection was sent: the other side may be read again.
  mutating func drained(_ c: UInt32) {
    if connections[c].flags.contains(.lingersAfterFlush) || connections[c].flags.contains(.closesAfterFlush) {
      let isLingering = connections[c].flags.contains(.lingersAfterFlush)
      connections[c].flags.subtract([.lingersAfterFlush, .closesAfterFlush])
      closeGracefully(c, lingering: isLingering)
      return
    }
    let x = connections[c].exchange
    guard x != .none else {
      if connections[c].phase == .idle { setTimer(c, idleInterval(c)) }
      if connections[c].phase == .multiplexing {
        markDirty(connections[c].link)
        setLinkTimer(connections[c].link)
      }
      return
    }
    switch connections[c].role {
    case .downstream:
      let u = exchanges[x].upstream
      resumeBody(x)
      setBodyTimer(x)
      if isShared(x) || exchanges[x].flags.contains(.responseEnded) {
        pumpResponse(x)
      } else if u != .none {
        setTimer(u, responseIdle(x))
        ready.append(u, in: connections)
      }
    case .upstream where connections[c].phase == .handshaking: return
    case .upstream:
      setTimer(c, responseIdle(x))
      resumeBody(x)
      if isStream(x) {
        pumpRequest(x)
        settleCredit(x)
      } else {
        setBodyTimer(x)
        ready.append(exchanges[x].downstream, in: connections)
      }
    }
  }
}
