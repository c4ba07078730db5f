import WeirPolicy

extension Worker where Net: ~Copyable {
  /// Waits as long, and believes these proxies, from now on. Times that run already end as they began.
  ///
  /// - Parameter trustedHops: by listener.
  public mutating func adopt(_ clocks: Clocks, trustedHops: [[WeirPolicy.Network]]) {
    self.clocks = clocks
    for (index, hops) in trustedHops.enumerated() where listeners.indices.contains(index) {
      listeners[index].trustedHops = hops
    }
  }
}
