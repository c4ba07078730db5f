import CLinux

/// The signals that a service is told by, as a descriptor. Made on the main thread before any other thread is started; SIGPIPE is
/// ignored from then on.
public struct SignalWatch: ~Copyable {
  public enum Signal: Sendable, Equatable {
    /// Read everything again.
    case hangUp
    case interrupt, terminate
  }

  /// Readable while a signal waits; to be watched level-triggered.
  public let descriptor: Descriptor

  public init() throws(SystemError) {
    descriptor = try Descriptor(rawValue: SystemError.check(weir_signal_watch()))
  }

  deinit { weir_close(descriptor.rawValue) }

  /// The next signal that waits; nil when none does.
  public func next() -> Signal? {
    switch weir_next_signal(descriptor.rawValue) {
    case Int32(WEIR_SIGHUP): .hangUp
    case Int32(WEIR_SIGINT): .interrupt
    case Int32(WEIR_SIGTERM): .terminate
    default: nil
    }
  }
}
