import ProxyTLS
import ProxyTransport
import WeirEnforcement

// Bytes of connections that are encrypted.
extension Worker where Net: ~Copyable {
  /// Reads until something was said, or nothing more is there. Bytes held back before come first.
  mutating func receiveSealed(_ c: UInt32) -> Received {
    let session = connections[c].session
    let held = connections[c].held
    var room = rooms.plain.bytes
    if held.count > 0 {
      memory.copy(held, to: room.start)
      room = room.dropFirst(Int(held.count))
    }
    // What is held back and what comes are no more than one read without TLS would bring.
    let wanted = Rooms.receiveBytes - Int(held.count) - TLSSession.plainReserveBytes
    let cipher = rooms.input.bytes.prefix(max(wanted, 1024))
    for _ in 0..<readsATurnMax {
      if connections[c].flags.contains(.hasEnded) {
        connections[c].note(.peer)
        return .end
      }
      switch net.receive(connections[c].descriptor, into: &memory, cipher) {
      case .bytes(let count):
        noteRead(c, count, of: cipher)
        let step = sessions[session].step(
          &memory, cipher: cipher.prefix(count), plain: room, out: rooms.sealed, wallClock: wallClock)
        if step.outCount > 0, !transmit(rooms.sealed.prefix(step.outCount), to: c) { return .lost }
        switch step.status {
        case .open: break
        // The end is told with the next call.
        case .closedByPeer: connections[c].flags.formUnion([.hasEnded, .readable])
        case .handshaking, .failed: return .lost
        }
        guard step.plainCount > 0 else { continue }
        releaseHeld(c)
        return .bytes(ByteRange(start: rooms.plain.bytes.start, count: held.count + UInt32(step.plainCount)))
      case .wouldBlock:
        connections[c].flags.remove(.readable)
        return .nothing
      // Nobody can tell an end without close_notify from a connection that was cut (RFC 9112 section 9.8).
      case .endOfStream, .failed:
        connections[c].note(.peer)
        return .lost
      }
    }
    ready.append(c, in: connections)
    return .nothing
  }

  /// Encrypts bytes and sends them.
  ///
  /// - Returns: `false` when the connection is lost.
  mutating func sendSealed(_ bytes: ByteRange, to c: UInt32) -> Bool {
    let written = sessions[connections[c].session].write(&memory, plain: bytes, out: rooms.sealed)
    guard written.failure == nil, written.plainCount == Int(bytes.count) else { return false }
    return transmit(rooms.sealed.prefix(written.outCount), to: c)
  }

  /// Whether the host of the request that was just decided belongs to another TLS context than the connection's: what was asked of its
  /// client there was not asked here.
  func isMisdirected(_ c: UInt32) -> Bool {
    let session = connections[c].session
    guard session != .none else { return false }
    return !isAnswered(sessions[session], hostOf: generations.current.enforcer)
  }
}

private func isAnswered(_ session: borrowing TLSSession, hostOf enforcer: borrowing Enforcer) -> Bool {
  session.answers(for: enforcer.bytes.extracting(enforcer.received.host.range))
}
