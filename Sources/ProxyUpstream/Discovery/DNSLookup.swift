import ProxyTransport
import WeirPolicy

/// The endpoints that a name stands for, over all lookups that it takes.
struct DNSLookup {
  /// The last good addresses of each name and family: a family that fails for once keeps them, while the other is renewed.
  private var known: [Question: [IPAddress]] = [:]
  private var asked: Set<Question> = []

  private struct Question: Hashable {
    let host: String
    let family: DNSResolver.Family
  }

  /// How long an answer may be used, at least and at most, whatever its time to live.
  static let holdsAtLeast = Interval.seconds(1)
  static let holdsAtMost = Interval.seconds(300)
  /// How long "there is none" is believed.
  static let noneHolds = Interval.seconds(5)

  mutating func endpoints(
    ofHost host: String, port: UInt16, _ resolver: DNSResolver
  ) -> Result<(list: [DiscoveredEndpoint], holds: Interval), DiscoveryError> {
    asked = []
    defer { known = known.filter { asked.contains($0.key) } }
    return addresses(of: host, resolver).map {
      ($0.list.map { DiscoveredEndpoint(SocketAddress($0, port: port)) }, $0.holds)
    }
  }

  mutating func endpoints(
    ofService name: String, _ resolver: DNSResolver
  ) -> Result<(list: [DiscoveredEndpoint], holds: Interval), DiscoveryError> {
    asked = []
    switch resolver.services(of: name) {
    case .failed(let error): return .failure(error)
    case .none: return .success(([], Self.noneHolds))
    case .records(let records, let ttl):
      defer { known = known.filter { asked.contains($0.key) } }
      let priority = records.lazy.map(\.priority).min()
      var holds = ttl
      var list: Set<DiscoveredEndpoint> = []
      // A target of "." says that the service is not here (RFC 2782).
      for record in records where record.priority == priority && !record.target.isEmpty && record.target != "." {
        switch addresses(of: record.target, resolver) {
        case .failure(let error): return .failure(error)
        case .success(let found):
          holds = min(holds, found.holds)
          for address in found.list { list.insert(DiscoveredEndpoint(SocketAddress(address, port: record.port))) }
        }
      }
      return .success((list.sorted { $0.address < $1.address }, holds))
    }
  }

  /// Both families, in order, without doubles.
  private mutating func addresses(
    of host: String, _ resolver: DNSResolver
  ) -> Result<(list: [IPAddress], holds: Interval), DiscoveryError> {
    var list: Set<IPAddress> = []
    var holds: Interval?
    var hasAnswer = false
    var failure: DiscoveryError?
    for family in [DNSResolver.Family.ipv4, .ipv6] {
      let question = Question(host: host, family: family)
      asked.insert(question)
      switch resolver.addresses(of: host, family) {
      case .records(let found, let ttl):
        known[question] = found
        list.formUnion(found)
        holds = min(holds ?? ttl, ttl)
        hasAnswer = true
      case .none:
        known[question] = nil
        hasAnswer = true
      case .failed(let error):
        failure = error
        list.formUnion(known[question] ?? [])
      }
    }
    // One family that has no addresses is no answer while the other one failed.
    guard hasAnswer, failure == nil || !list.isEmpty else { return .failure(failure ?? .noAnswer) }
    return .success((list.sorted(), holds ?? Self.noneHolds))
  }

  /// When to ask again: within the time that the answer holds, up to a tenth earlier, so that names are not asked for all at once.
  static func delay(holds: Interval, _ random: inout RandomSource) -> Interval {
    let clamped = min(max(holds, holdsAtLeast), holdsAtMost)
    let early = Interval(nanoseconds: Int64(clamping: random.next(below: UInt64(clamped.nanoseconds / 10))))
    return max(clamped - early, holdsAtLeast)
  }
}
