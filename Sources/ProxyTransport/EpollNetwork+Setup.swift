import CLinux

/// What is made once at the start, outside of the loop.
extension EpollNetwork {
  /// A listening socket. IPv6 addresses take IPv6 only, so that `0.0.0.0` and `[::]` can both be bound; port 0 means any free one.
  ///
  /// - Parameters:
  ///   - reusePort: several sockets share the address and the system spreads connections over them (SO_REUSEPORT).
  ///   - backlog: connections that wait to be accepted; the system has its own maximum (`net.core.somaxconn`).
  public static func listen(
    on address: SocketAddress, reusePort: Bool, backlog: Int32
  ) throws(SystemError) -> Descriptor {
    try Descriptor(rawValue: SystemError.check(weir_listen(weir_address(address), reusePort, backlog)))
  }

  /// Throws `addressInUse` where somebody listens already: with `reusePort` the system would let both have a part of the connections.
  public static func demandFree(_ address: SocketAddress) throws(SystemError) {
    _ = try SystemError.check(weir_is_free(weir_address(address)))
  }

  /// A listening Unix socket with these permissions. Replaces a socket that an earlier process left there; one at which somebody still
  /// listens is `addressInUse`, and anything else that is there `notASocket`.
  public static func listen(onPath path: String, mode: UInt32, backlog: Int32) throws(SystemError) -> Descriptor {
    try Descriptor(rawValue: SystemError.check(unsafe weir_listen_unix(path, mode, backlog)))
  }

  /// A nonblocking connection to a Unix socket.
  public static func connect(toPath path: String) throws(SystemError) -> Descriptor {
    try Descriptor(rawValue: SystemError.check(unsafe weir_connect_unix(path)))
  }

  /// The address that a socket is bound to.
  public static func localAddress(of descriptor: Descriptor) throws(SystemError) -> SocketAddress {
    var address = weir_address()
    _ = try SystemError.check(unsafe weir_local_address(descriptor.rawValue, &address))
    return SocketAddress(address)
  }

  /// Raises the number of descriptors that this process may have as far as it may, and returns it.
  public static func raiseDescriptorLimit() -> Int { Int(max(weir_raise_descriptor_limit(), 0)) }

  /// A descriptor by which another thread ends a `wait`; to be watched level-triggered.
  public static func makeWakeUp() throws(SystemError) -> Descriptor {
    try Descriptor(rawValue: SystemError.check(weir_wake_up()))
  }

  /// From any thread.
  public static func wake(_ wakeUp: Descriptor) { weir_wake(wakeUp.rawValue) }

  /// By the thread that was woken, before it looks why.
  public static func drainWakeUp(_ wakeUp: Descriptor) { weir_drain_wake_up(wakeUp.rawValue) }

  /// Closes what was opened here.
  public static func close(_ descriptor: Descriptor) { weir_close(descriptor.rawValue) }
}
