import ProxyTransport

/// One end of a TCP connection, with the state that Linux keeps of it.
final class End {
  enum State {
    case connecting
    /// Established, or over and not yet closed.
    case open
    case closed
  }

  let local: SocketAddress
  let remote: SocketAddress
  var state: State
  /// What this end sends.
  var outbound: Direction
  unowned let simulation: Simulation
  /// The other end; the simulation keeps both.
  private(set) weak var other: End?

  /// The peer sends no more (RCV_SHUTDOWN): its FIN or a reset has arrived.
  var isReceivingOver = false
  /// The end of the stream came by a FIN (SOCK_DONE).
  var isFinished = false
  /// This end sends no more (SEND_SHUTDOWN).
  var isSendingOver = false
  /// `sk_err`: told once.
  var error: SystemError?
  /// Reset or refused: nothing comes after it.
  private var isOver = false
  /// A sender found no room and waits to be told (SOCK_NOSPACE).
  var wantsRoom = false
  /// Told of every change: the watch of a descriptor, or a script.
  var onChange: () -> Void = {}
  /// The script that holds this end; kept alive by it.
  var script: Peer?

  init(_ simulation: Simulation, local: SocketAddress, remote: SocketAddress, state: State) {
    self.simulation = simulation
    self.local = local
    self.remote = remote
    self.state = state
    outbound = Direction(simulation.conditions)
  }

  func join(_ other: End) {
    self.other = other
    other.other = self
  }

  /// What poll(2) says of it (`tcp_poll`).
  var readiness: Readiness {
    guard state != .connecting else { return [] }
    var result: Readiness = []
    if let other, !other.outbound.arrived.isEmpty { result.insert(.readable) }
    if isReceivingOver { result.formUnion([.readable, .readHangUp]) }
    if isReceivingOver, isSendingOver { result.insert(.hangUp) }
    if isSendingOver || outbound.isWritable {
      result.insert(.writable)
    } else {
      wantsRoom = true
    }
    if error != nil { result.insert(.failed) }
    return result
  }

  // MARK: What a program does

  func receive(atMost count: Int) -> (outcome: Transfer, bytes: ArraySlice<UInt8>) {
    if state == .connecting { return (.wouldBlock, []) }
    if let other, !other.outbound.arrived.isEmpty {
      let bytes = other.outbound.arrived.take(count)
      other.deliverLater()
      return (.bytes(bytes.count), bytes)
    }
    if isFinished { return (.endOfStream, []) }
    if let error = takeError() { return (.failed(error), []) }
    return (isReceivingOver ? .endOfStream : .wouldBlock, [])
  }

  func send(_ bytes: some Collection<UInt8>) -> Transfer {
    if state == .connecting { return .wouldBlock }
    if let error = takeError() { return .failed(error) }
    if isSendingOver { return .failed(.brokenPipe) }
    let count = min(bytes.count, outbound.sendRoom)
    if count < bytes.count { wantsRoom = true }
    guard count > 0 else { return .wouldBlock }
    outbound.queued.append(bytes.prefix(count))
    deliverLater()
    return .bytes(count)
  }

  func finishSending() {
    guard state == .open else { return }
    if !isSendingOver {
      isSendingOver = true
      outbound.isFinishQueued = true
      deliverLater()
    }
    onChange()
  }

  /// As Linux: unread bytes make it a reset.
  func close() {
    guard state != .closed else { return }
    let hasUnread = other.map { !$0.outbound.arrived.isEmpty } ?? false
    if state == .connecting || hasUnread { return reset() }
    state = .closed
    onChange = {}
    if !isSendingOver {
      isSendingOver = true
      outbound.isFinishQueued = true
    }
    deliverLater()
  }

  func reset() {
    guard state != .closed else { return }
    state = .closed
    onChange = {}
    outbound.queued.removeAll()
    outbound.isFinishQueued = false
    sendReset()
  }

  func takeError() -> SystemError? {
    defer { error = nil }
    return error
  }

  // MARK: What the network does

  /// Plans the arrival of what is queued.
  func deliverLater() {
    guard !outbound.isDelivering, !outbound.queued.isEmpty || outbound.isFinishQueued else { return }
    guard outbound.queued.isEmpty || outbound.receiveRoom > 0 || other?.state == .closed else { return }
    outbound.isDelivering = true
    simulation.soon { [self] in deliver() }
  }

  private func deliver() {
    outbound.isDelivering = false
    guard let other else { return }
    if !outbound.queued.isEmpty {
      guard other.state != .closed else {
        // Nobody is there to read: the answer is a reset.
        outbound.queued.removeAll()
        outbound.isFinishQueued = false
        return other.sendReset()
      }
      let most = min(outbound.queued.count, outbound.receiveRoom)
      guard most > 0 else { return }
      let count = simulation.conditions.splitsSegments ? simulation.pick(1...most) : most
      outbound.arrived.append(outbound.queued.take(count))
      other.onChange()
      if wantsRoom, outbound.isWritable {
        wantsRoom = false
        onChange()
      }
    }
    if outbound.queued.isEmpty, outbound.isFinishQueued {
      outbound.isFinishQueued = false
      if other.state == .open {
        other.isReceivingOver = true
        other.isFinished = true
        other.onChange()
      }
      // The acknowledgement wakes whoever finished sending once more, with what it was told already.
      simulation.soon { [self] in onChange() }
    }
    deliverLater()
  }

  private func sendReset() {
    simulation.soon { [self] in other?.resetArrived() }
  }

  private func resetArrived() {
    // Once both have finished there is no connection to be reset.
    let isDone = isReceivingOver && isSendingOver && outbound.queued.isEmpty && !outbound.isFinishQueued
    guard state != .closed, !isDone else { return }
    fail(isFinished ? .brokenPipe : .connectionReset)
  }

  /// The connection is over (`tcp_reset`): what has arrived can still be read.
  func fail(_ reason: SystemError) {
    guard state != .closed, !isOver else { return }
    isOver = true
    state = .open
    error = reason
    isReceivingOver = true
    isSendingOver = true
    outbound.queued.removeAll()
    outbound.isFinishQueued = false
    onChange()
  }
}
