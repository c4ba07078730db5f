public import ProxyTransport

/// Follows the sources of endpoints on helper threads, and keeps the last good list of each.
///
/// Owned by the control thread: it is woken when a list or a failure has changed, asks for the lists and builds the next table. A source that fails
/// keeps its list; `error` and the age of the list say so. Threads end soon after the value does.
public struct Discovery: ~Copyable, Sendable {
  /// What is known of a source.
  public struct Known: Sendable {
    /// Complete, in order, without doubles; nil before the first answer.
    public var endpoints: [DiscoveredEndpoint]?
    /// When a list came last, changed or not.
    public var answeredAt: Instant?
    /// Why there was none at the last attempt.
    public var error: DiscoveryError?
  }

  private let followed: FollowedSources
  /// Lookups that can wait at once; one that hangs does not hold up the others.
  private static let threads = 4

  /// Starts the threads.
  ///
  /// - Parameter wakeUp: woken when a list has changed, a source has answered for the first time, or fails otherwise than before.
  public init(resolver: DNSResolver, wakeUp: Descriptor) throws(SystemError) {
    let followed = try FollowedSources(resolver: resolver, wakeUp: wakeUp)
    for _ in 0..<Self.threads { try Thread.start("weir-discovery") { followed.work() } }
    try Thread.start("weir-files") { followed.watchFiles() }
    self.followed = followed
  }

  deinit { followed.stop() }

  /// Follows these sources and no others. Those that were followed before keep what is known of them.
  public func follow(_ sources: [DiscoverySource]) { followed.replace(sources) }

  /// What is known of a source that is followed.
  public func known(_ source: DiscoverySource) -> Known? { followed.known(source) }

  /// Whether every source has answered.
  public var isComplete: Bool { followed.isComplete }
}
