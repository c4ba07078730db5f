import ProxyTransport
import WeirPolicy

/// A socket that accepts, and what is known of everybody who comes through it.
public struct Listener: Sendable {
  public var descriptor: Descriptor
  /// Networks whose `x-forwarded-for` is believed.
  public var trustedHops: [WeirPolicy.Network]

  public init(descriptor: Descriptor, trustedHops: [WeirPolicy.Network]) {
    self.descriptor = descriptor
    self.trustedHops = trustedHops
  }

  /// Whether the peer is a proxy of ours, whose word about the client counts.
  func trusts(_ peer: IPAddress) -> Bool {
    for network in trustedHops where network.contains(peer) { return true }
    return false
  }
}
