import ProxyTransport

extension Worker where Net: ~Copyable {
  /// Takes what waits at a listener. Listeners are level-triggered: what is left comes again with the next turn.
  mutating func accept(from listener: Int) { accept(from: listener, upTo: acceptsATurnMax) }

  /// Takes everything that waits, before the listener is closed: the system resets what nobody took.
  mutating func acceptLast(from listener: Int) { accept(from: listener, upTo: connections.capacity) }

  private mutating func accept(from listener: Int, upTo countMax: Int) {
    for _ in 0..<countMax {
      guard downstreamCount < downstreamMax, pressure < .full else { return pauseAccepting() }
      switch net.accept(listeners[listener].descriptor) {
      case .connection(let descriptor, let peer):
        var connection = Connection(
          descriptor: descriptor, role: .downstream, phase: listeners[listener].tls == .off ? .idle : .handshaking,
          peer: peer)
        connection.listener = UInt16(listener)
        // A new socket can be written to; whether something came already, reading tells.
        connection.flags = [.readable, .writable]
        if listeners[listener].allowsPriorKnowledge { connection.flags.insert(.mayBeHTTP2) }
        guard let c = add(connection) else {
          net.close(descriptor)
          continue
        }
        setTimer(c, connections[c].phase == .handshaking ? clocks.handshake : isDraining ? clocks.linger : clocks.head)
        ready.append(c, in: connections)
      case .wouldBlock: return
      case .exhausted:
        pauseAccepting()
        return
      case .failed: continue
      }
    }
  }

  /// Nothing is left for further connections, which wait in the system's queue: a level-triggered listener would wake every turn.
  mutating func pauseAccepting() {
    guard !isDraining else { return }
    telemetry.metrics.count(.acceptPauses)
    setAccepting(false)
    wheel.set(TimerID.accept, to: now + clocks.acceptPause)
  }

  mutating func setAccepting(_ isAccepting: Bool) {
    for index in listeners.indices {
      net.setWatched(listeners[index].descriptor, token: EventToken.listener(index).rawValue, isAccepting)
    }
  }

  /// Registers a connection's descriptor and gives it a slot; `nil` when the system has no room for it.
  mutating func add(_ connection: Connection) -> UInt32? {
    guard !connections.isFull else { return nil }
    let key = connections.insert(connection)
    let token = EventToken.connection(key.index, generation: key.generation).rawValue
    if net.watch(connection.descriptor, token: token, levelTriggered: false) != nil {
      connections.remove(key.index)
      return nil
    }
    connections[key.index].generation = key.generation
    switch connection.role {
    case .downstream:
      downstreamCount += 1
      telemetry.metrics.count(.downstreamOpened)
    case .upstream: telemetry.metrics.count(.upstreamOpened)
    }
    return key.index
  }
}

/// So that a flood of connections leaves time for those that are there.
private let acceptsATurnMax = 64
