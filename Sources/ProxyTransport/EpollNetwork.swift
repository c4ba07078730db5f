import CLinux
import WeirPolicy

/// The network of the system, through one epoll instance.
@safe
public struct EpollNetwork: Network, ~Copyable {
  @usableFromInline let epoll: Int32
  /// Where the system writes events.
  @usableFromInline let buffer: UnsafeMutablePointer<weir_event>

  public init() throws(SystemError) {
    epoll = try SystemError.check(weir_epoll())
    unsafe buffer = .allocate(capacity: Int(WEIR_EVENTS_MAX))
    unsafe buffer.initialize(repeating: weir_event(token: 0, readiness: 0), count: Int(WEIR_EVENTS_MAX))
  }

  deinit {
    weir_close(epoll)
    unsafe buffer.deallocate()
  }

  @inlinable
  public mutating func now() -> Instant { Instant(nanoseconds: weir_monotonic()) }

  @inlinable
  public mutating func wallClock() -> Int64 { weir_wall() }

  @inlinable
  public mutating func wait(until deadline: Instant?, into events: inout [Event]) {
    // The buffer has room for as many events as one call gives.
    let count = unsafe Int(weir_wait(epoll, (deadline ?? .never).nanoseconds, buffer))
    events.removeAll(keepingCapacity: true)
    for index in 0..<max(count, 0) {
      let event = unsafe buffer[index]
      events.append(Event(token: event.token, readiness: Readiness(rawValue: event.readiness)))
    }
  }

  @inlinable
  public mutating func watch(_ descriptor: Descriptor, token: UInt64, levelTriggered: Bool) -> SystemError? {
    let result = weir_watch(epoll, descriptor.rawValue, token, levelTriggered)
    return result < 0 ? SystemError(code: -result) : nil
  }

  public mutating func setWatched(_ listener: Descriptor, token: UInt64, _ isWatched: Bool) {
    weir_set_watched(epoll, listener.rawValue, token, isWatched)
  }

  public mutating func accept(_ listener: Descriptor) -> Accepted {
    var peer = weir_address()
    let result = unsafe weir_accept(listener.rawValue, &peer)
    guard result < 0 else { return .connection(Descriptor(rawValue: result), peer: SocketAddress(peer)) }
    let error = SystemError(code: -result)
    return error == .wouldBlock ? .wouldBlock : error.isExhaustion ? .exhausted : .failed(error)
  }

  public mutating func connect(_ address: SocketAddress) -> Connecting {
    let result = weir_connect(weir_address(address))
    return result < 0 ? .failed(SystemError(code: -result)) : .started(Descriptor(rawValue: result))
  }

  public mutating func connectError(_ descriptor: Descriptor) -> SystemError? {
    let code = weir_socket_error(descriptor.rawValue)
    return code == 0 ? nil : SystemError(code: code)
  }

  @inlinable
  public mutating func receive(_ descriptor: Descriptor, into memory: inout Memory, _ room: ByteRange) -> Transfer {
    precondition(!room.isEmpty, "Nothing received into no room would look like the end of the stream.")
    var bytes = memory.mutableSpan(room)
    // The system writes within the span only.
    let result = unsafe bytes.withUnsafeMutableBytes { place in
      unsafe place.baseAddress.map { unsafe weir_receive(descriptor.rawValue, $0, place.count) } ?? 0
    }
    if result > 0 { return .bytes(Int(result)) }
    return result == 0 ? .endOfStream : EpollNetwork.failure(result)
  }

  @inlinable
  public mutating func send(_ descriptor: Descriptor, from memory: borrowing Memory, _ bytes: ByteRange) -> Transfer {
    precondition(!bytes.isEmpty)
    let result = unsafe memory.span(bytes).withUnsafeBytes { place in
      unsafe place.baseAddress.map { unsafe weir_send(descriptor.rawValue, $0, place.count) } ?? 0
    }
    return result >= 0 ? .bytes(Int(result)) : EpollNetwork.failure(result)
  }

  @inlinable
  static func failure(_ result: Int64) -> Transfer {
    let error = SystemError(code: Int32(truncatingIfNeeded: -result))
    return error.code == Int32(WEIR_EAGAIN) ? .wouldBlock : .failed(error)
  }

  @inlinable
  public mutating func finishSending(_ descriptor: Descriptor) { weir_finish_sending(descriptor.rawValue) }

  @inlinable
  public mutating func close(_ descriptor: Descriptor) { weir_close(descriptor.rawValue) }

  @inlinable
  public mutating func reset(_ descriptor: Descriptor) { weir_reset(descriptor.rawValue) }
}

extension SocketAddress {
  init(_ address: weir_address) {
    self.init(IPAddress(high: address.high, low: address.low), port: address.port)
  }
}

extension weir_address {
  init(_ address: SocketAddress) {
    self.init(high: address.address.high, low: address.address.low, port: address.port)
  }
}
