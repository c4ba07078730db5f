import ProxyTLS
import ProxyTransport

// What goes over the connection of a check, encrypted or not.
extension Prober where Net: ~Copyable {
  /// Goes on with a check whose connection is ready for something.
  mutating func proceed(_ place: Int, _ readiness: Readiness) {
    guard let check = slots[place].check else { return }
    if check.phase == .connecting {
      guard !readiness.isDisjoint(with: [.writable, .hangUp, .failed]) else { return }
      if let error = net.connectError(check.descriptor) { return finish(place, .connect(error)) }
      connected(place)
    } else if !check.unsent.isEmpty {
      slots[place].check?.unsent = []
      send(check.unsent, place)
    }
    while isRunning(place, check.number) {
      switch net.receive(check.descriptor, into: &memory, rooms.input) {
      case .bytes(let count): received(place, rooms.input.prefix(count))
      case .wouldBlock: return
      case .endOfStream, .failed: return finish(place, .lost)
      }
    }
  }

  private mutating func connected(_ place: Int) {
    guard let upstream = slots[place].target?.upstream else {
      slots[place].check?.phase = .asking
      return ask(place)
    }
    guard let contexts, !sessions.isFull, let session = TLSSession(connecting: upstream, in: contexts) else {
      return finish(place, .handshake)
    }
    slots[place].check?.phase = .handshaking
    slots[place].check?.session = sessions.insert(session).index
    unseal(place, .empty)
  }

  private mutating func received(_ place: Int, _ bytes: ByteRange) {
    if slots[place].check?.session == nil { take(place, bytes) } else { unseal(place, bytes) }
  }

  private mutating func unseal(_ place: Int, _ bytes: ByteRange) {
    guard let check = slots[place].check, let session = check.session else { return }
    let step = sessions[session].step(
      &memory, cipher: bytes, plain: rooms.plain, out: rooms.sealed, wallClock: net.wallClock())
    if step.outCount > 0 { transmit(place, rooms.sealed.prefix(step.outCount)) }
    guard isRunning(place, check.number) else { return }
    switch step.status {
    case .handshaking: return
    case .failed: return finish(place, check.phase == .handshaking ? .handshake : .lost)
    case .open, .closedByPeer: break
    }
    if check.phase == .handshaking {
      guard slots[place].target?.speaksHTTP2 != true || sessions[session].facts.applicationProtocol == .http2 else {
        return finish(place, .handshake)
      }
      slots[place].check?.phase = .asking
      ask(place)
      guard isRunning(place, check.number) else { return }
    }
    if step.plainCount > 0 { take(place, rooms.plain.prefix(step.plainCount)) }
    if step.status == .closedByPeer, isRunning(place, check.number) { finish(place, .lost) }
  }

  /// Sends plain bytes that lie in the output region.
  mutating func send(_ place: Int, _ bytes: ByteRange) {
    guard bytes.count > 0, let check = slots[place].check else { return }
    guard let session = check.session else { return transmit(place, bytes) }
    let written = sessions[session].write(&memory, plain: bytes, out: rooms.sealed)
    guard written.failure == nil, written.plainCount == Int(bytes.count) else { return finish(place, .lost) }
    transmit(place, rooms.sealed.prefix(written.outCount))
  }

  /// Sends bytes as they are; what the socket does not take waits.
  private mutating func transmit(_ place: Int, _ bytes: ByteRange) {
    guard let check = slots[place].check else { return }
    var rest = bytes
    while rest.count > 0, check.unsent.isEmpty {
      switch net.send(check.descriptor, from: memory, rest) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: return keep(place, rest)
      case .endOfStream, .failed: return finish(place, .lost)
      }
    }
    keep(place, rest)
  }

  private mutating func keep(_ place: Int, _ bytes: ByteRange) {
    for offset in 0..<bytes.count { slots[place].check?.unsent.append(memory[bytes.start + offset]) }
  }

  /// Sends what had waited: encrypted already.
  private mutating func send(_ waiting: [UInt8], _ place: Int) {
    var rest = waiting[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(Int(rooms.sealed.count)))
      memory.store(piece.span, at: rooms.sealed.start)
      rest = rest.dropFirst(piece.count)
      transmit(place, rooms.sealed.prefix(piece.count))
    }
  }
}
