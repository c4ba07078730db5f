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

/// Why a bundle, and what the configuration names for it, are not taken.
struct Refusal: Error {
  var failure: GatewayFailure
  /// The bundle may be good under another configuration.
  var isOfConfiguration = false
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

extension Configuration {
  /// What workers go by.
  var workerFacts: WorkerFacts { WorkerFacts(clocks: clocks, trustedHops: listeners.map(\.trustedHops)) }
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
  /// - Throws: what is wrong with the file, the keys or the names.
  static func load(_ configuration: Configuration, notBefore active: UInt64?) throws(Refusal) -> LoadedPolicy {
    guard let file = configuration.bundle else {
      throw Refusal(
        failure: GatewayFailure(ConfigurationErrors(errors: configuration.missing)), isOfConfiguration: true)
    }
    let trust = try trust(configuration)
    let bytes: [UInt8]
    do throws(GatewayFailure) {
      bytes = try read(file, "the bundle", remedy: "name a file that `weir build` made", bytesMax: bundleBytesMax)
    } catch { throw Refusal(failure: error) }
    return try load(bytes, of: file, trust, configuration, notBefore: active)
  }

  /// Loads once more what is in force: it was verified when it was taken, and its file may have another one by now.
  static func load(again facts: PolicyFacts, _ configuration: Configuration) throws(Refusal) -> LoadedPolicy {
    try load(
      facts.bytes, of: Located(facts.file, at: .document(facts.file)), .anybody, configuration, notBefore: nil)
  }

  private static func load(
    _ bytes: [UInt8], of file: Located<String>, _ trust: BundleTrust, _ configuration: Configuration,
    notBefore active: UInt64?
  ) throws(Refusal) -> LoadedPolicy {
    let bundle: LoadedBundle
    do throws(LoadError) {
      bundle = try LoadedBundle.load(bytes, trust: trust, supported: GatewayFeatures.supported)
    } catch { throw Refusal(failure: GatewayFailure(error, file)) }
    if let active, bundle.generation < active {
      let error = BundleError.olderGeneration(offered: bundle.generation, active: active)
      throw Refusal(failure: GatewayFailure(.bundle(error), file))
    }
    let facts = PolicyFacts(
      file: file.value, bytes: bytes, identity: "\(bundle.identity)", generation: bundle.generation,
      topology: bundle.topology)
    let entries = try entries(configuration, facts.topology)
    return LoadedPolicy(bundle: bundle, facts: facts, entries: entries)
  }

  private static func trust(_ configuration: Configuration) throws(Refusal) -> BundleTrust {
    guard !configuration.trust.isEmpty else { return .anybody }
    var keys: [PublicKey] = []
    do throws(GatewayFailure) {
      for file in configuration.trust {
        let bytes = try read(
          file, "the public key", remedy: "name a file that `weir keygen` made", bytesMax: 1 << 16)
        do throws(CryptoError) { keys.append(try PublicKey(pem: String(decoding: bytes, as: UTF8.self))) } catch {
          throw GatewayFailure(
            .trustKey, at: file.place, "`\(file.value)`: \(error)", remedy: "name the public key of `weir keygen`"
          )
        }
      }
    } catch { throw Refusal(failure: error, isOfConfiguration: true) }
    return .keys(keys)
  }

  /// Which gateway of the policy answers at each listener.
  private static func entries(_ configuration: Configuration, _ topology: Topology) throws(Refusal) -> [Entry] {
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
    for service in configuration.services where !topology.services.contains(where: { $0.name == service.name.value }) {
      throw notInBundle("service", service.name, topology.services.map(\.name))
    }
    return entries
  }

  private static func notInBundle(_ kind: String, _ name: Located<String>, _ known: [String]) -> Refusal {
    var error = ConfigurationError(
      code: .notInBundle, place: name.place, message: "the policy declares no \(kind) `\(name.value)`",
      remedy: known.isEmpty ? "it declares none" : "it declares " + known.map { "`\($0)`" }.joined(separator: ", "))
    error.unknown = ConfigurationError.UnknownWord(word: name.value, known: known)
    return Refusal(failure: GatewayFailure(ConfigurationErrors(errors: [error])), isOfConfiguration: true)
  }

  private static func read(
    _ file: Located<String>, _ what: String, remedy: String, bytesMax: Int
  ) throws(GatewayFailure) -> [UInt8] {
    do throws(SystemError) { return try FileBytes.read(file.value, bytesMax: bytesMax) } catch {
      throw GatewayFailure(
        .unreadableFile, at: file.place, "\(what) `\(file.value)` cannot be read: \(error)", remedy: remedy)
    }
  }
}
