import ProxyCore
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Synchronization
import WeirPolicy

/// A running gateway: workers, control listeners, and the thread that watches signals, files and names.
public final class GatewayProcess: Sendable {
  struct State {
    var configuration: Configuration
    var policy: PolicyFacts
    var upstreams: Upstreams
    var tls: TLSPlan
    /// What is wrong with the certificates of the moment; said once.
    var refusedTLS: String?
    /// Names keep their cells over generations.
    var metricNames: MetricRegistry
    /// Of the bundle's file as it was read last, when a change since then would show.
    var readStamp: FileStamp?
    /// A bundle that was refused: it is not tried again until it is another one.
    var refused: [UInt8]?
    var reloads = ReloadCounts()
    var drainBegan: Instant?
    var hasStoppedAccepting = false
  }

  let settings: GatewaySettings
  let control: ControlListeners
  let dataPlane: DataPlane
  let workerCount: Int
  let registry: UpstreamRegistry
  let discovery: Discovery
  let health: HealthChecks
  let discoveryWakeUp: Descriptor
  let drainWakeUp: Descriptor
  let state: Mutex<State>
  let log: @Sendable (String) -> Void

  /// Loads everything, binds the listeners and starts the workers. Nothing is left behind when it fails.
  ///
  /// - Parameters:
  ///   - processorCount: workers where neither file nor command line says how many.
  ///   - log: takes one line of text about the operation, without its end.
  public init(
    _ settings: GatewaySettings, processorCount: Int, log: @escaping @Sendable (String) -> Void
  ) throws(GatewayFailure) {
    let configuration: Configuration
    do throws(ConfigurationErrors) { configuration = try settings.configuration() } catch {
      throw GatewayFailure(error)
    }
    guard !configuration.listeners.isEmpty else {
      throw GatewayFailure("missing_key", "nothing listens: give `--listen`, or `listeners` in the configuration")
    }
    let policy = try LoadedPolicy.load(configuration, notBefore: nil)
    guard let registry = UpstreamRegistry() else { throw GatewayFailure("memory", "no memory for the upstreams") }
    guard let resolver = DNSResolver(server: configuration.resolver) else {
      throw GatewayFailure("resolver", "no name server is known")
    }
    let discovery: Discovery
    let health: HealthChecks
    do throws(SystemError) {
      health = try HealthChecks(log: log)
      discoveryWakeUp = try EpollNetwork.makeWakeUp()
      drainWakeUp = try EpollNetwork.makeWakeUp()
      discovery = try Discovery(resolver: resolver, wakeUp: discoveryWakeUp)
    } catch { throw GatewayFailure("system", "the control thread cannot start: \(error)") }
    let (facts, entries) = (policy.facts, policy.entries)
    let upstreams = try Self.upstreams(
      facts.topology, configuration, number: 0, discovery: discovery, registry: registry)
    let workerCount = configuration.workerCount ?? max(1, min(processorCount, 256))
    let tls = try Self.tls(configuration, facts.topology, workerCount: workerCount, previous: nil)
    var metricNames = MetricRegistry()
    let generation = Generation(
      bundle: policy.bundle, entries: entries, upstreams: upstreams, telemetry: facts.telemetry(&metricNames),
      tls: tls.upstreams)
    let memoryBytesMax = configuration.memoryBytesMax ?? SystemMemory.share()
    var options = DataPlane.Options(
      listeners: zip(configuration.listeners, tls.listeners).map {
        DataPlane.ListenerOptions(address: $0.address.value, trustedHops: $0.trustedHops, tls: $1)
      }, workerCount: workerCount, memoryBytesMax: memoryBytesMax)
    options.clocks = configuration.clocks
    options.accessLog = configuration.accessLog.path
    control = try Self.controlListeners(configuration)
    do throws(StartError) { dataPlane = try DataPlane(options, generation, tls: tls.contexts) } catch {
      control.close()
      switch error {
      case .listen(let address, let error): throw GatewayFailure("listen", "cannot listen on \(address): \(error)")
      case .system(let error): throw GatewayFailure("system", "the workers cannot start: \(error)")
      case .accessLog(let error):
        throw GatewayFailure("access_log", "\(configuration.accessLog.path ?? ""): cannot be written: \(error)")
      }
    }
    self.settings = settings
    self.workerCount = workerCount
    self.registry = registry
    self.discovery = discovery
    self.health = health
    self.log = log
    state = Mutex(
      State(configuration: configuration, policy: facts, upstreams: upstreams, tls: tls, metricNames: metricNames))
    try Self.check(facts.topology, upstreams, tls, by: health)
    let places = dataPlane.addresses.map { "\($0)" }.joined(separator: ", ")
    log(
      "serving on \(places) with \(workerCount) workers, generation \(facts.generation) of \(facts.file), sha256 \(facts.identity)"
    )
    if configuration.trust.isEmpty { log("no key is trusted: bundles are taken from whoever can write the file") }
  }

  private static func controlListeners(
    _ configuration: Configuration
  ) throws(GatewayFailure) -> ControlListeners {
    do throws(ControlServerError) {
      return try ControlListeners(status: configuration.status, admin: configuration.admin)
    } catch {
      guard error.error == .addressInUse, error.place == configuration.admin else {
        throw GatewayFailure("listen", "cannot listen on \(error.place): \(error.error)")
      }
      throw GatewayFailure(
        "admin_in_use", "another gateway answers at \(error.place): stop it, or name another socket as `admin`")
    }
  }

  /// Certificates as the configuration and the policy name them.
  static func tls(
    _ configuration: Configuration, _ topology: Topology, workerCount: Int, previous: TLSPlan?
  ) throws(GatewayFailure) -> TLSPlan {
    do throws(ConfigurationErrors) {
      return try TLSPlan.read(
        // One more for the thread that checks endpoints.
        configuration, topology, threadCount: workerCount + 1, now: Clock.wall() / 1_000_000_000, previous: previous)
    } catch { throw GatewayFailure(error) }
  }

  /// Has the endpoints of a table checked from now on, as their services ask for.
  static func check(
    _ topology: Topology, _ upstreams: Upstreams, _ tls: TLSPlan, by health: HealthChecks
  ) throws(GatewayFailure) {
    let plan = HealthPlan(topology, upstreams, contexts: tls.contexts.last, secured: tls.upstreams)
    do throws(SystemError) { try health.follow(plan) } catch {
      throw GatewayFailure("system", "endpoints cannot be checked: \(error)")
    }
  }

  /// The endpoints that are known now, as a table for the workers.
  static func upstreams(
    _ topology: Topology, _ configuration: Configuration, number: UInt64, discovery: borrowing Discovery,
    registry: UpstreamRegistry
  ) throws(GatewayFailure) -> Upstreams {
    let sources = sources(topology, configuration)
    discovery.follow(sources.compactMap(\.self))
    let lists = zip(topology.services, sources).map { service, source -> [DiscoveredEndpoint] in
      if let override = configuration.services.first(where: { $0.name.value == service.name }) {
        return endpoints(override.endpoints, of: service)
      }
      if case .static(let declared) = service.endpoints { return endpoints(declared, of: service) }
      return source.flatMap { discovery.known($0)?.endpoints } ?? []
    }
    do throws(UpstreamError) {
      return try Upstreams(topology, number: number, endpoints: lists, in: registry)
    } catch { throw GatewayFailure("upstreams", "too many services and endpoints: \(error)") }
  }

  /// Where the endpoints of each service are found; nil for those that are named.
  static func sources(_ topology: Topology, _ configuration: Configuration) -> [DiscoverySource?] {
    let directory = configuration.bundle.map { folder(of: $0.value) } ?? ""
    let overridden = Set(configuration.services.map(\.name.value))
    return topology.services.map { service in
      overridden.contains(service.name)
        ? nil : DiscoverySource(service, directory: directory.isEmpty ? "." : String(directory.dropLast()))
    }
  }

  private static func endpoints(
    _ declared: [Service.StaticEndpoint], of service: Service
  ) -> [DiscoveredEndpoint] {
    let port = service.ports.first { $0.protocol.isHTTP }?.number ?? 0
    return declared.map {
      DiscoveredEndpoint(
        SocketAddress($0.address, port: UInt16(clamping: $0.port == 0 ? port : $0.port)), labels: $0.labels)
    }
  }
}

/// How much memory this process may use.
enum SystemMemory {
  /// 80 % of the limit of the control group or of the machine's memory; 1 GiB where neither is known.
  static func share() -> Int {
    let limit = number("/sys/fs/cgroup/memory.max") ?? total() ?? 1 << 30
    return max(16 << 20, limit / 5 * 4)
  }

  private static func number(_ file: String) -> Int? {
    guard let bytes = try? FileBytes.read(file, bytesMax: 4096) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
  }

  /// `MemTotal` of proc(5).
  private static func total() -> Int? {
    guard let bytes = try? FileBytes.read("/proc/meminfo", bytesMax: 1 << 16) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    guard let index = words.firstIndex(of: "MemTotal:"), index + 1 < words.count else { return nil }
    return Int(words[index + 1]).map { $0 << 10 }
  }
}
