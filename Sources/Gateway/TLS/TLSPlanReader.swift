import ProxyCore
import ProxyTLS
import ProxyTransport
import WeirPolicy

/// Reads the files that a configuration names, and remembers where each of them was named.
struct TLSPlanReader {
  /// What was read; without meaning while there are errors.
  struct Parts {
    var configuration: TLSConfiguration
    var listeners: [ListenerTLS] = []
    var upstreams: [String: Int] = [:]
    var unusedRoots: Int?
    var expiry: Int64?
  }

  private let source: Configuration
  private let topology: Topology
  private let now: Int64
  private(set) var errors: [ConfigurationError] = []
  private var parts: Parts
  /// Where certificates, roots and listeners of the result were named.
  private var certificatePlaces: [Located<String>] = []
  private var rootPlaces: [Located<String>] = []
  private var listenerPlaces: [ConfigurationPlace] = []

  init(_ configuration: Configuration, _ topology: Topology, _ keys: TicketKeys, now: Int64) {
    source = configuration
    self.topology = topology
    self.now = now
    parts = Parts(configuration: TLSConfiguration(ticketKeys: keys))
  }

  /// A file of certificates or keys is not larger.
  private static let fileBytesMax = 4 << 20

  mutating func read() -> Parts {
    for domain in source.trustDomains {
      guard let roots = roots(domain.roots) else { continue }
      parts.configuration.trustDomains.append(.init(name: domain.name.value, roots: roots))
    }
    for listener in source.listeners { parts.listeners.append(add(listener)) }
    let own = source.upstreamCertificate.flatMap { addOwn($0) }
    for service in topology.services {
      guard let upstream = upstream(service, own) else { continue }
      parts.upstreams[service.name] = parts.configuration.upstreams.count
      parts.configuration.upstreams.append(upstream)
    }
    // What somebody wrote has to be right, also when nothing rests on it yet.
    if source.systemRoots.place != .builtIn, !topology.services.contains(where: \.usesSystemRoots) {
      parts.unusedRoots = roots(source.systemRoots)
    }
    return parts
  }

  private mutating func add(_ listener: Configuration.Listener) -> ListenerTLS {
    guard let tls = listener.tls else { return .off }
    var protocols: TLSConfiguration.Protocols = []
    if tls.protocols.contains(.http1) { protocols.insert(.http1) }
    if tls.protocols.contains(.http2) { protocols.insert(.http2) }
    let hasFallback = tls.certificates.contains(where: \.isFallback)
    var contexts: [TLSConfiguration.Context] = []
    for certificate in tls.certificates {
      guard let index = add(certificate.files) else { continue }
      if certificate.clients != .anonymous, source.trustDomains.isEmpty {
        report(
          .missingKey, certificate.files.chain.place, "clients show certificates, and no authority is trusted",
          remedy: "name the roots of a trust domain in `trust_domains`")
      }
      contexts.append(
        TLSConfiguration.Context(
          names: certificate.names, certificate: index, clients: .init(certificate.clients), protocols: protocols,
          // Who answers for any name answers for none.
          isFallback: hasFallback ? certificate.isFallback : certificate.names.contains("*")))
    }
    listenerPlaces.append(listener.address.place)
    parts.configuration.listeners.append(TLSConfiguration.Listener(contexts: contexts))
    return .required(parts.configuration.listeners.count - 1)
  }

  /// A certificate that has to be valid now.
  private mutating func add(_ files: Configuration.CertificateFiles) -> Int? {
    guard let chain = file(files.chain), let key = file(files.key) else { return nil }
    guard let facts = CertificateFacts(chain: chain) else {
      report(
        .badValue, files.chain.place, "`\(files.chain.value)` has no certificates in PEM",
        remedy: "write the certificate, and after it what leads to its root")
      return nil
    }
    guard facts.validity.contains(now) else {
      report(
        .badValue, files.chain.place,
        "`\(files.chain.value)` \(now < facts.validity.lowerBound ? "is not valid yet" : "has expired")",
        remedy: "renew the certificate, or set the clock")
      return nil
    }
    parts.expiry = min(parts.expiry ?? .max, facts.validity.upperBound)
    let certificate = TLSConfiguration.Certificate(chain: chain, key: key)
    // One set of contexts for one certificate, however often it is named.
    if let known = parts.configuration.certificates.firstIndex(of: certificate) { return known }
    parts.configuration.certificates.append(certificate)
    certificatePlaces.append(files.chain)
    return parts.configuration.certificates.count - 1
  }

  /// What upstreams are shown: the identity that the policy takes requests of its gateways to come from.
  private mutating func addOwn(_ files: Configuration.CertificateFiles) -> Int? {
    guard let index = add(files) else { return nil }
    let identity = CertificateFacts(chain: parts.configuration.certificates[index].chain)?.identity
    let expected = topology.gateways.compactMap(\.identity)
    guard let identity, expected.isEmpty || expected.contains(identity) else {
      report(
        .conflict, files.chain.place,
        "`\(files.chain.value)` is for \(identity.map { "`\($0)`" } ?? "no SPIFFE identity"), and the policy decides for "
          + expected.map { "`\($0)`" }.joined(separator: ", "),
        remedy: "name a certificate with one URI name: the gateway's identity")
      return nil
    }
    return index
  }

  /// How a service is connected to; nil: in clear text.
  private mutating func upstream(_ service: Service, _ own: Int?) -> TLSConfiguration.Upstream? {
    // What is declared is spoken; ALPN has to agree.
    let protocols: TLSConfiguration.Protocols = service.speaksHTTP2 ? .http2 : .http1
    if let tls = service.tls {
      let file = tls.rootsFile.map { Located(source.besideBundle($0), at: place(of: service)) } ?? source.systemRoots
      guard let host = tls.serverName ?? service.host else {
        report(
          .notInBundle, place(of: service), "the service `\(service.name)` has `tls` and no name to verify",
          remedy: "write `server_name` in the policy")
        return nil
      }
      guard let roots = roots(file, "the roots of the service `\(service.name)`: ") else { return nil }
      // Names alone are asked for (RFC 6066 section 3); certificates have addresses without brackets.
      let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
      return TLSConfiguration.Upstream(
        certificate: nil, protocols: protocols, serverName: IPAddress(bare) == nil ? bare : nil,
        peer: .host(bare, roots: roots))
    }
    // Whoever takes both is spoken to in clear text: it may not have begun with TLS. Whoever takes mutual TLS never is.
    guard !service.isExternal, service.ports.contains(where: { $0.protocol.isHTTP && !$0.isPermissive }) else {
      return nil
    }
    guard let own else {
      if source.upstreamCertificate == nil {
        report(
          .missingKey, place(of: service),
          "the service `\(service.name)` takes mutual TLS, and there is no certificate to show",
          remedy: "name one in `upstream_certificate`, or say `mtls permissive` in the policy")
      }
      return nil
    }
    for identity in service.identities {
      let domain = String(identity.dropFirst("spiffe://".utf8.count).prefix { $0 != "/" })
      guard source.trustDomains.contains(where: { $0.name.value == domain }) else {
        report(
          .missingKey, source.upstreamCertificate?.chain.place ?? place(of: service),
          "the service `\(service.name)` is of the trust domain `\(domain)`, whose roots are not known",
          remedy: "add `\(domain)` to `trust_domains`")
        return nil
      }
    }
    return TLSConfiguration.Upstream(
      certificate: own, protocols: protocols, serverName: nil, peer: .identities(service.identities))
  }

  /// - Parameter whose: begins the message about a file that cannot be read.
  private mutating func roots(_ place: Located<String>, _ whose: String = "") -> Int? {
    guard let bytes = file(place, whose) else { return nil }
    if let known = parts.configuration.roots.firstIndex(of: bytes) { return known }
    parts.configuration.roots.append(bytes)
    rootPlaces.append(place)
    return parts.configuration.roots.count - 1
  }

  private mutating func file(_ place: Located<String>, _ whose: String = "") -> [UInt8]? {
    do throws(SystemError) {
      return try FileBytes.read(place.value, bytesMax: Self.fileBytesMax)
    } catch {
      report(
        .unreadableFile, place.place, "\(whose)`\(place.value)` cannot be read: \(error)",
        remedy: "name a file that this user may read")
      return nil
    }
  }

  /// Where the policy declares it.
  private func place(of service: Service) -> ConfigurationPlace {
    .document(topology.place(of: service.position))
  }

  mutating func report(
    _ code: ConfigurationError.Code, _ place: ConfigurationPlace, _ message: String, remedy: String
  ) {
    // What nobody wrote is said of the file that could say otherwise.
    let place = place == .builtIn ? source.place(of: "") : place
    errors.append(ConfigurationError(code: code, place: place, message: message, remedy: remedy))
  }

  /// What only the library sees.
  mutating func report(_ error: TLSConfigurationError) {
    let (place, message): (ConfigurationPlace, String) =
      switch error {
      case .certificate(let index, let problem):
        (certificatePlaces[index].place, "`\(certificatePlaces[index].value)` and its key: \(problem)")
      case .roots(let index, let problem): (rootPlaces[index].place, "`\(rootPlaces[index].value)`: \(problem)")
      case .trustDomain(let index, let problem): (source.trustDomains[index].name.place, "\(problem)")
      case .listener(let index, let problem): (listenerPlaces[index], "TLS of the listener: \(problem)")
      case .upstream(_, let problem), .set(let problem): (.builtIn, "TLS: \(problem)")
      }
    report(
      .badValue, place, message,
      remedy: "chains, keys and roots are PEM, keys unencrypted, RSA from 2048 bits or ECDSA from P-256")
  }
}

extension TLSConfiguration.Clients {
  fileprivate init(_ clients: Configuration.ListenerTLS.Clients) {
    self =
      switch clients {
      case .anonymous: .anonymous
      case .optional: .optional
      case .required: .required
      }
  }
}

extension Service {
  /// Whether its certificate is verified against the roots of the system.
  fileprivate var usesSystemRoots: Bool { tls.map { $0.rootsFile == nil } ?? false }

  /// The name that its endpoints are found by.
  var host: String? {
    switch endpoints {
    case .dns(let name): String(name.prefix { $0 != ":" })
    case .none, .static, .srv, .file: nil
    }
  }
}
