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
    var refusedTLS: GatewayFailure?
    /// Names keep their cells over generations.
    var metricNames: MetricRegistry
    /// Of the bundle's file as it was read last, when a change since then would show.
    var readStamp: FileStamp?
    var reloads = ReloadCounts()
    /// The last reload, where not everything that it read is in force.
    var incomplete: ReloadReport?
    /// What that one read: when any of it changes, it is tried again.
    var seen = SeenFiles()
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
    let workerCount = configuration.workerCount ?? max(1, min(processorCount, 256))
    try Self.demandDescriptors(configuration, workerCount)
    let policy: LoadedPolicy
    do throws(Refusal) { policy = try LoadedPolicy.load(configuration, notBefore: nil) } catch { throw error.failure }
    guard let registry = UpstreamRegistry() else {
      throw GatewayFailure(
        .memory, at: configuration.place(of: "memory"), "there is no memory for the upstreams",
        remedy: "give the process more memory")
    }
    guard let resolver = DNSResolver(server: configuration.resolver) else {
      throw GatewayFailure(
        .resolver, at: configuration.place(of: "discovery.resolver"), "the name server is no IPv4 address",
        remedy: "name one by its IPv4 address, as `10.0.0.2:53`")
    }
    let discovery: Discovery
    let health: HealthChecks
    do throws(SystemError) {
      health = try HealthChecks(
        checksMax: DescriptorBudget.checksMax(limit: EpollNetwork.raiseDescriptorLimit()), log: log)
      discoveryWakeUp = try EpollNetwork.makeWakeUp()
      drainWakeUp = try EpollNetwork.makeWakeUp()
      discovery = try Discovery(resolver: resolver, wakeUp: discoveryWakeUp)
    } catch { throw Self.systemFailure(configuration, "the control threads cannot start: \(error)") }
    let (facts, entries) = (policy.facts, policy.entries)
    discovery.follow(Self.sources(facts.topology, configuration).compactMap(\.self))
    let upstreams = try Self.upstreams(
      facts.topology, configuration, number: 0, discovery: discovery, registry: registry)
    let tls = try Self.tls(configuration, facts.topology, workerCount: workerCount, previous: nil)
    let plan = HealthPlan(facts.topology, upstreams, contexts: tls.contexts.last, secured: tls.upstreams)
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
    options.endWakeUp = drainWakeUp
    control = try Self.controlListeners(configuration)
    do throws(StartError) { dataPlane = try DataPlane(options, generation, tls: tls.contexts) } catch {
      control.close()
      throw Self.failure(error, configuration)
    }
    self.settings = settings
    self.workerCount = workerCount
    self.registry = registry
    self.discovery = discovery
    self.health = health
    self.log = log
    state = Mutex(
      State(configuration: configuration, policy: facts, upstreams: upstreams, tls: tls, metricNames: metricNames))
    do throws(SystemError) { try health.prepare(for: plan) } catch {
      throw Self.systemFailure(configuration, "endpoints cannot be checked: \(error)")
    }
    health.follow(plan)
    let places = dataPlane.addresses.map { "\($0)" }.joined(separator: ", ")
    log(
      "serving on \(places) with \(workerCount) workers, generation \(facts.generation) of \(facts.file), sha256 \(facts.identity)"
    )
    if configuration.trust.isEmpty { log("no key is trusted: bundles are taken from whoever can write the file") }
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

  /// The endpoints that are known now, as a table for the workers.
  static func upstreams(
    _ topology: Topology, _ configuration: Configuration, number: UInt64, discovery: borrowing Discovery,
    registry: UpstreamRegistry
  ) throws(GatewayFailure) -> Upstreams {
    let sources = sources(topology, configuration)
    let lists = zip(topology.services, sources).map { service, source -> [DiscoveredEndpoint] in
      if let override = configuration.services.first(where: { $0.name.value == service.name }) {
        return endpoints(override.endpoints, of: service)
      }
      if case .static(let declared) = service.endpoints { return endpoints(declared, of: service) }
      return source.flatMap { discovery.known($0)?.endpoints } ?? []
    }
    do throws(UpstreamError) {
      return try Upstreams(topology, number: number, endpoints: lists, in: registry)
    } catch {
      throw GatewayFailure(
        .upstreams, at: configuration.place(of: "bundle"), "the policy has too many services and endpoints: \(error)",
        remedy: "divide the mesh among gateways")
    }
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
