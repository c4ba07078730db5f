import ProxyTransport
import WeirPolicy

/// How a listener takes TLS. The numbers are listeners of the worker's `TLSContextSet`.
public enum ListenerTLS: Hashable, Sendable {
  case off
  case required(Int)
  /// Whoever does not begin with a TLS handshake speaks in clear text.
  case permissive(Int)
}

/// A socket that accepts, and what is known of everybody who comes through it.
public struct Listener: Sendable {
  public var descriptor: Descriptor
  /// Where it listens.
  public var port: UInt16
  /// Networks whose `x-forwarded-for` is believed.
  public var trustedHops: [WeirPolicy.Network]
  public var tls: ListenerTLS

  /// Clients may begin with HTTP/2 unannounced (RFC 9113, 3.3) where there is no TLS.
  public var allowsPriorKnowledge: Bool

  public init(
    descriptor: Descriptor, port: UInt16, trustedHops: [WeirPolicy.Network], tls: ListenerTLS = .off,
    allowsPriorKnowledge: Bool = true
  ) {
    self.descriptor = descriptor
    self.port = port
    self.trustedHops = trustedHops
    self.tls = tls
    self.allowsPriorKnowledge = allowsPriorKnowledge
  }

  /// Whether the peer is a proxy of ours, whose word about the client counts.
  func trusts(_ peer: IPAddress) -> Bool {
    for network in trustedHops where network.contains(peer) { return true }
    return false
  }
}
