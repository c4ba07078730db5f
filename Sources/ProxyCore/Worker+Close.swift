import ProxyTransport

extension Worker where Net: ~Copyable {
  /// Closes the descriptor and gives back what the connection holds; its slot is reclaimed from the ready queue, so that nothing
  /// within this turn meets another connection under the same index.
  mutating func close(_ c: UInt32) {
    guard connections[c].phase != .closed else { return }
    endSession(c)
    net.close(connections[c].descriptor)
    release(c)
  }

  /// As `close`, with a reset: the peer must not take what it has for a whole message.
  mutating func abort(_ c: UInt32) {
    guard connections[c].phase != .closed else { return }
    connections[c].note(.aborted)
    net.reset(connections[c].descriptor)
    release(c)
  }

  private mutating func release(_ c: UInt32) {
    releaseLink(c)
    if connections[c].flags.contains(.isPooled) { pools.remove(c, in: connections) }
    telemetry.metrics.count(connections[c].end, connections[c].role)
    switch connections[c].role {
    case .downstream: downstreamCount -= 1
    case .upstream:
      generations.current.upstreams.leave(.connection, line: connections[c].service)
    }
    dropSession(c)
    memory.release(&connections[c].unsentBlock)
    memory.release(&connections[c].heldBlock)
    connections[c].unsent = .empty
    connections[c].held = .empty
    wheel.cancel(TimerID.connection(c))
    connections[c].phase = .closed
    ready.append(c, in: connections)
  }

  mutating func reclaim(_ c: UInt32) { connections.remove(c) }

  /// Closes once everything is sent. When the client may still be sending, what it sends is read and dropped for a while: a reset
  /// in answer to late bytes would destroy the response on its way (RFC 9112 section 9.6).
  mutating func closeGracefully(_ c: UInt32, lingering: Bool) {
    guard connections[c].unsent.count == 0 else {
      connections[c].flags.insert(lingering ? .lingersAfterFlush : .closesAfterFlush)
      setTimer(c, clocks.unread)
      return
    }
    guard lingering, !connections[c].flags.contains(.readHangUp) else {
      close(c)
      return
    }
    endSession(c)
    net.finishSending(connections[c].descriptor)
    connections[c].phase = .lingering
    connections[c].lingerBytesLeft = 64 * 1024
    setTimer(c, clocks.linger)
    ready.append(c, in: connections)
  }

  /// Reads and drops what a client still sends.
  mutating func serveLingering(_ c: UInt32) {
    while connections[c].flags.contains(.readable) {
      switch receive(c) {
      case .bytes(let range):
        guard range.count < connections[c].lingerBytesLeft else {
          close(c)
          return
        }
        connections[c].lingerBytesLeft -= range.count
      case .nothing: return
      case .end, .lost:
        close(c)
        return
      }
    }
  }
}
