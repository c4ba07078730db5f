import ProxyUpstream
import WeirPolicy

/// What is known of where a service's endpoints are found.
struct DiscoveryReport {
  var service: String
  var source: DiscoverySource
  var known: Discovery.Known

  /// Service, source, and what is wrong with it.
  var text: String {
    switch (known.error, source) {
    case (nil, _): "`\(service)`: \(source)"
    case (let error?, .file): "`\(service)`: file \(error)"
    case (let error?, .dns), (let error?, .srv): "`\(service)`: \(source): \(error)"
    }
  }

  /// What an operator should know; nil while all is well.
  fileprivate var complaint: String? {
    if known.error != nil {
      let rest = known.endpoints?.isEmpty ?? true ? "it has no endpoints" : "its last endpoints stay"
      return "discovery fails, \(rest): \(text) [\(StartCode.discovery.rawValue)]"
    }
    return known.endpoints?.isEmpty == true
      ? "discovery finds no endpoints: \(text) [\(StartCode.discovery.rawValue)]" : nil
  }
}

/// Says once what is wrong with discovery, and once that it is over.
struct DiscoveryWatch {
  /// By service.
  private var said: [String: String] = [:]

  /// - Returns: lines for the log.
  mutating func look(at reports: [DiscoveryReport]) -> [String] {
    let former = said
    said = [:]
    return reports.compactMap { report in
      said[report.service] = report.complaint
      guard former[report.service] != report.complaint else { return nil }
      return report.complaint ?? "discovery answers again: \(report.text)"
    }
  }
}

extension GatewayProcess {
  /// Of every service whose endpoints are looked for.
  var discoveries: [DiscoveryReport] {
    let (topology, configuration) = state.withLock { ($0.policy.topology, $0.configuration) }
    return zip(topology.services, Self.sources(topology, configuration)).compactMap { service, source in
      guard let source, let known = discovery.known(source) else { return nil }
      return DiscoveryReport(service: service.name, source: source, known: known)
    }
  }
}
