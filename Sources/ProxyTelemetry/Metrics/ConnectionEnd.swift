/// Which end of the proxy a connection is at.
public enum ConnectionSide: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  case downstream, upstream

  public var name: String {
    switch self {
    case .downstream: "downstream"
    case .upstream: "upstream"
    }
  }
}

/// Why a connection was closed. The names are stable.
public enum ConnectionEnd: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  /// By us, in order: it was to serve no further request.
  case done
  /// By us, with a reset: an exchange on it could not be finished.
  case aborted
  /// The peer closed or reset it.
  case peer
  /// Nobody used it for as long as it may be kept.
  case idle
  /// The peer did not do in time what it had to.
  case timeout
  /// TLS did not come about.
  case handshake
  /// It held the most when memory ran out.
  case memory

  public var name: String {
    switch self {
    case .done: "done"
    case .aborted: "aborted"
    case .peer: "peer"
    case .idle: "idle"
    case .timeout: "timeout"
    case .handshake: "handshake"
    case .memory: "memory"
    }
  }
}
