import ProxyCore
import ProxyTLS
import ProxyTransport
import WeirPolicy

/// TLS as configuration and policy say it together, read from the files of this moment.
///
/// Read again at every reload and every look at the files: what did not change stays the same objects, so that nothing has to be verified
/// anew; what did makes new contexts, which workers use from the next connection on.
public struct TLSPlan: Sendable {
  /// By thread: those of the workers come first.
  public let contexts: [TLSContextSet]
  /// By listener of the configuration.
  public let listeners: [ListenerTLS]
  /// Upstreams of the contexts by the name of the service: those that are connected to by TLS.
  public let upstreams: [String: Int]
  /// Seconds since 1970 at which the first of our own certificates expires; nil without one.
  public let expiry: Int64?
  /// Of the system, where they are named and no service uses them.
  let unusedRoots: [UInt8]?
  let configuration: TLSConfiguration
  /// Seconds since 1970.
  let keysMadeAt: Int64

  /// Whether our own certificates are valid at this moment.
  var isValid: Bool { expiry.map { $0 > Clock.wall() / 1_000_000_000 } ?? true }

  /// Whether workers have to be told of it.
  public func isChanged(since previous: TLSPlan) -> Bool {
    configuration != previous.configuration || upstreams != previous.upstreams
  }

  /// For whom files have other contents, and whether the keys of tickets are others.
  public func changes(since previous: TLSPlan) -> [ReloadChange] {
    let (old, new) = (previous.configuration, configuration)
    let services = upstreams.keys.filter { previous.upstreams[$0] != nil }
    let hasUnused = unusedRoots != nil && previous.unusedRoots != nil
    return [
      (ReloadChange.trustDomains, old.trustGeneration != new.trustGeneration),
      (
        .roots,
        services.contains { previous.roots(of: $0) != roots(of: $0) }
          || (hasUnused && previous.unusedRoots != unusedRoots)
      ),
      (
        .certificates,
        previous.shown != shown || services.contains { previous.certificate(for: $0) != certificate(for: $0) }
      ),
      (.ticketKeys, old.ticketKeys != new.ticketKeys),
    ].filter(\.1).map(\.0)
  }

  /// To clients. By content: two files that become the same have one place in the list.
  private var shown: [TLSConfiguration.Certificate] {
    configuration.listeners.flatMap(\.contexts).map { configuration.certificates[$0.certificate] }
  }

  private func certificate(for service: String) -> TLSConfiguration.Certificate? {
    upstreams[service].flatMap { configuration.upstreams[$0].certificate }.map { configuration.certificates[$0] }
  }

  private func roots(of service: String) -> [UInt8]? {
    guard let index = upstreams[service], case .host(_, let roots) = configuration.upstreams[index].peer else {
      return nil
    }
    return configuration.roots[roots]
  }

  /// Reads everything.
  ///
  /// - Parameters:
  ///   - threadCount: each has a set of contexts of its own.
  ///   - now: seconds since 1970.
  ///   - previous: what is in force; its ticket keys live on, and are rotated when it is time.
  /// - Throws: everything that is wrong. What is in force stays so.
  public static func read(
    _ configuration: Configuration, _ topology: Topology, threadCount: Int, now: Int64, previous: TLSPlan?
  ) throws(ConfigurationErrors) -> TLSPlan {
    guard let keys = keys(previous, now) else {
      throw ConfigurationErrors(errors: [
        ConfigurationError(
          code: .badValue, place: .document("weir run"), message: "the system has no random bytes for session tickets",
          remedy: "try again")
      ])
    }
    var reader = TLSPlanReader(configuration, topology, keys.keys, now: now)
    let parts = reader.read()
    var wanted = parts.configuration
    wanted.trustGeneration = previous?.configuration.trustGeneration ?? 0
    if let previous, !previous.configuration.trusts(asMuchAs: wanted) { wanted.trustGeneration += 1 }
    var contexts: [TLSContextSet] = []
    // Upstreams are known by their place: of other services, what was connected to before is not theirs.
    if let previous, previous.configuration == wanted, previous.upstreams == parts.upstreams,
      previous.contexts.count == threadCount
    {
      contexts = previous.contexts
    } else if reader.errors.isEmpty {
      do throws(TLSConfigurationError) {
        for _ in 0..<threadCount { contexts.append(try TLSContextSet(wanted)) }
      } catch {
        reader.report(error)
      }
    }
    guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors) }
    return TLSPlan(
      contexts: contexts, listeners: parts.listeners, upstreams: parts.upstreams, expiry: parts.expiry,
      unusedRoots: parts.unusedRoots.map { wanted.roots[$0] }, configuration: wanted, keysMadeAt: keys.madeAt)
  }

  private static func keys(_ previous: TLSPlan?, _ now: Int64) -> (keys: TicketKeys, madeAt: Int64)? {
    guard let previous else { return TicketKeys().map { ($0, now) } }
    guard now - previous.keysMadeAt >= Int64(TicketKeys.rotationSeconds) else {
      return (previous.configuration.ticketKeys, previous.keysMadeAt)
    }
    return previous.configuration.ticketKeys.rotated().map { ($0, now) }
  }
}

extension Configuration {
  /// Every file of certificates, keys and roots that is named.
  var certificateFiles: [String] {
    let pairs = listeners.flatMap { $0.tls?.certificates.map(\.files) ?? [] } + [upstreamCertificate].compactMap(\.self)
    return pairs.flatMap { [$0.chain.value, $0.key.value] } + trustDomains.map(\.roots.value)
  }
}

extension TLSConfiguration {
  /// Whether the same authorities speak for the same trust domains.
  fileprivate func trusts(asMuchAs other: TLSConfiguration) -> Bool {
    func authorities(_ configuration: TLSConfiguration) -> [String: [UInt8]] {
      Dictionary(
        configuration.trustDomains.map { ($0.name, configuration.roots[$0.roots]) },
        uniquingKeysWith: { first, _ in first })
    }
    return authorities(self) == authorities(other)
  }
}
