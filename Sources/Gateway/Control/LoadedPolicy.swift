import ProxyCore
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirBundle
import WeirEnforcement
import WeirPolicy

/// A bundle that was read, checked and fits the configuration.
struct LoadedPolicy: ~Copyable {
  let bundle: LoadedBundle
  let facts: PolicyFacts
  /// By listener.
  let entries: [Entry]
}

/// What is kept of the bundle in force.
struct PolicyFacts: Sendable {
  let file: String
  let bytes: [UInt8]
  let identity: String
  let generation: UInt64
  let topology: Topology
}

extension PolicyFacts {
  /// Where requests under this bundle are counted, and by which names they are told.
  func telemetry(_ names: inout MetricRegistry) -> GenerationTelemetry {
    GenerationTelemetry(topology, identity: identity, generation: generation, in: &names)
  }
}

extension Configuration.AccessLog {
  /// As the writer takes it; `nil` for none.
  var path: String? {
    switch self {
    case .off: nil
    case .standardOutput: "-"
    case .file(let path): path
    }
  }
}

extension LoadedPolicy {
  /// A larger bundle is not read.
  static let bundleBytesMax = 256 << 20

  /// Reads the bundle that the configuration names.
  ///
  /// - Parameter active: the generation in force; an older one is refused.
  /// - Throws: what is wrong with the file, the keys or the names, in one line.
  static func load(_ configuration: Configuration, notBefore active: UInt64?) throws(GatewayFailure) -> LoadedPolicy {
    guard let file = configuration.bundle else {
      throw GatewayFailure("missing_key", "no bundle is named: give `--bundle`, or `bundle` in the configuration")
    }
    let bytes = try read(file, bytesMax: bundleBytesMax)
    return try load(bytes, of: file.value, trust(configuration), configuration, notBefore: active)
  }

  /// Loads once more what is in force: it was verified when it was taken, and its file may have another one by now.
  static func load(again facts: PolicyFacts, _ configuration: Configuration) throws(GatewayFailure) -> LoadedPolicy {
    try load(facts.bytes, of: facts.file, .anybody, configuration, notBefore: nil)
  }

  private static func load(
    _ bytes: [UInt8], of file: String, _ trust: BundleTrust, _ configuration: Configuration, notBefore active: UInt64?
  ) throws(GatewayFailure) -> LoadedPolicy {
    let bundle: LoadedBundle
    do throws(LoadError) {
      bundle = try LoadedBundle.load(bytes, trust: trust, supported: GatewayFeatures.supported)
    } catch {
      throw GatewayFailure(error.code, "\(file): refused: \(error)")
    }
    if let active, bundle.generation < active {
      let error = BundleError.olderGeneration(offered: bundle.generation, active: active)
      throw GatewayFailure(error.code, "\(file): refused: \(error)")
    }
    let topology = bundle.topology
    let entries = try entries(configuration, topology)
    for service in configuration.services where !topology.services.contains(where: { $0.name == service.name.value }) {
      throw notInBundle("service", service.name, topology.services.map(\.name))
    }
    let facts = PolicyFacts(
      file: file, bytes: bytes, identity: "\(bundle.identity)", generation: bundle.generation, topology: topology)
    return LoadedPolicy(bundle: bundle, facts: facts, entries: entries)
  }

  private static func trust(_ configuration: Configuration) throws(GatewayFailure) -> BundleTrust {
    guard !configuration.trust.isEmpty else { return .anybody }
    var keys: [PublicKey] = []
    for file in configuration.trust {
      let pem = String(decoding: try read(file, bytesMax: 1 << 16), as: UTF8.self)
      do throws(CryptoError) { keys.append(try PublicKey(pem: pem)) } catch {
        throw GatewayFailure("trust_key", "\(file.value): \(error)")
      }
    }
    return .keys(keys)
  }

  private static func entries(
    _ configuration: Configuration, _ topology: Topology
  ) throws(GatewayFailure) -> [Entry] {
    var entries: [Entry] = []
    for listener in configuration.listeners {
      guard let name = listener.gateway else {
        entries.append(.anyHost)
        continue
      }
      guard let index = topology.gateways.firstIndex(where: { $0.name == name.value }) else {
        throw notInBundle("gateway", name, topology.gateways.map(\.name))
      }
      entries.append(.gateway(index))
    }
    return entries
  }

  private static func notInBundle(_ kind: String, _ name: Located<String>, _ known: [String]) -> GatewayFailure {
    var error = ConfigurationError(
      code: .notInBundle, place: name.place, message: "the policy declares no \(kind) `\(name.value)`",
      remedy: known.isEmpty ? "it declares none" : "it declares " + known.map { "`\($0)`" }.joined(separator: ", "))
    error.unknown = ConfigurationError.UnknownWord(word: name.value, known: known)
    return GatewayFailure(ConfigurationErrors(errors: [error]))
  }

  private static func read(_ file: Located<String>, bytesMax: Int) throws(GatewayFailure) -> [UInt8] {
    do throws(SystemError) { return try FileBytes.read(file.value, bytesMax: bytesMax) } catch {
      throw GatewayFailure("unreadable_file", "\(file.value): cannot be read: \(error)")
    }
  }
}
