import ProxyTransport

/// What reading a connection brought.
enum Received {
  /// What was held back and what came now, in a scratch region: behind headroom, before slack.
  case bytes(ByteRange)
  case nothing
  /// The peer has finished sending.
  case end
  /// Reset, or an error of the system.
  case lost
}

extension Worker where Net: ~Copyable {
  /// Reads once, and decrypts where there is TLS. Bytes held back before come first.
  mutating func receive(_ c: UInt32) -> Received {
    guard connections[c].session == .none else { return receiveSealed(c) }
    let held = connections[c].held
    var room = rooms.input.bytes
    if held.count > 0 {
      memory.copy(held, to: room.start)
      room = room.dropFirst(Int(held.count))
    }
    switch net.receive(connections[c].descriptor, into: &memory, room) {
    case .bytes(let count):
      noteRead(c, count, of: room)
      releaseHeld(c)
      return .bytes(ByteRange(start: rooms.input.bytes.start, count: held.count + UInt32(count)))
    case .wouldBlock:
      connections[c].flags.remove(.readable)
      return .nothing
    case .endOfStream:
      connections[c].flags.remove(.readable)
      connections[c].flags.insert(.readHangUp)
      connections[c].note(.peer)
      return .end
    case .failed:
      connections[c].note(.peer)
      return .lost
    }
  }

  /// Counts what was read. A short read means an empty socket, unless the end of the stream waits behind it.
  mutating func noteRead(_ c: UInt32, _ count: Int, of room: ByteRange) {
    telemetry.metrics.count(
      connections[c].role == .downstream ? .downstreamReceived : .upstreamReceived, by: UInt64(count))
    if count < Int(room.count), connections[c].flags.isDisjoint(with: [.readHangUp, .hungUp]) {
      connections[c].flags.remove(.readable)
    }
  }

  /// Brings held bytes into the scratch region as if they had been received now.
  mutating func takeHeld(_ c: UInt32) -> ByteRange {
    let held = connections[c].held
    memory.copy(held, to: rooms.input.bytes.start)
    releaseHeld(c)
    return ByteRange(start: rooms.input.bytes.start, count: held.count)
  }

  private func noteSent(_ c: UInt32, _ count: Int) {
    telemetry.metrics.count(connections[c].role == .downstream ? .downstreamSent : .upstreamSent, by: UInt64(count))
  }

  /// Keeps bytes of a scratch region until more come.
  ///
  /// - Returns: `false` when the memory account is exhausted.
  mutating func hold(_ bytes: ByteRange, for c: UInt32) -> Bool {
    guard bytes.count > 0 else { return true }
    guard let block = memory.take(Int(bytes.count)) else { return false }
    memory.copy(bytes, to: block.start)
    memory.release(&connections[c].heldBlock)
    connections[c].heldBlock = block
    connections[c].held = ByteRange(start: block.start, count: bytes.count)
    return true
  }

  mutating func releaseHeld(_ c: UInt32) {
    guard connections[c].heldBlock.count > 0 else { return }
    memory.release(&connections[c].heldBlock)
    connections[c].held = .empty
    connections[c].flags.remove(.hasUnparsed)
  }

  /// Encrypts bytes where there is TLS, and sends them.
  ///
  /// - Returns: `false` when the connection is lost.
  mutating func send(_ bytes: ByteRange, to c: UInt32) -> Bool {
    guard bytes.count > 0 else { return true }
    guard connections[c].session == .none else { return sendSealed(bytes, to: c) }
    return transmit(bytes, to: c)
  }

  /// Sends bytes as they are; what the socket does not take is copied and sent when it can be.
  ///
  /// Callers stop reading the source while anything is unsent, which bounds it to what one turn produces.
  ///
  /// - Returns: `false` when the connection is lost.
  mutating func transmit(_ bytes: ByteRange, to c: UInt32) -> Bool {
    guard connections[c].unsent.count == 0 else { return keep(bytes, for: c) }
    var rest = bytes
    while rest.count > 0 {
      switch net.send(connections[c].descriptor, from: memory, rest) {
      case .bytes(let count):
        noteSent(c, count)
        rest = rest.dropFirst(count)
      case .wouldBlock:
        connections[c].flags.remove(.writable)
        return keep(rest, for: c)
      case .endOfStream, .failed: return false
      }
    }
    return true
  }

  /// Adds to what is unsent.
  private mutating func keep(_ bytes: ByteRange, for c: UInt32) -> Bool {
    let unsent = connections[c].unsent
    let count = unsent.count + bytes.count
    if connections[c].unsentBlock.end - unsent.end < bytes.count || unsent.count == 0 {
      guard let block = memory.take(Int(count)) else { return false }
      memory.copy(unsent, to: block.start)
      memory.release(&connections[c].unsentBlock)
      connections[c].unsentBlock = block
      connections[c].unsent = ByteRange(start: block.start, count: unsent.count)
    }
    memory.copy(bytes, to: connections[c].unsent.end)
    connections[c].unsent.count = count
    setTimer(c, clocks.unread)
    return true
  }

  /// Sends what is unsent.
  ///
  /// - Returns: `false` when the connection is lost.
  mutating func flush(_ c: UInt32) -> Bool {
    while connections[c].unsent.count > 0 {
      switch net.send(connections[c].descriptor, from: memory, connections[c].unsent) {
      case .bytes(let count):
        noteSent(c, count)
        connections[c].unsent = connections[c].unsent.dropFirst(count)
      case .wouldBlock:
        connections[c].flags.remove(.writable)
        return true
      case .endOfStream, .failed: return false
      }
    }
    memory.release(&connections[c].unsentBlock)
    connections[c].unsent = .empty
    return true
  }
}
