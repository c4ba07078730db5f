public import ProxyTransport
public import WeirPolicy

/// Services, their subsets and endpoints as numbers: what a worker needs to choose an endpoint and to keep to the limits of a service.
///
/// Built off the request path, for a generation and its endpoints of the moment, and never changed. Everything that changes lies in the
/// cells, which the next table finds again by name. Indices of services and subsets are those of the topology.
public struct Upstreams: Sendable {
  /// A service.
  public struct Service: BitwiseCopyable, Sendable {
    let line: UpstreamCells.Line
    /// The cluster of all its endpoints; those of its subsets follow.
    let cluster: UInt32
    let limits: Limits
    let ejection: Ejection?
    public let connectTimeout: Interval?
    public let idleTimeout: Interval?
  }

  /// The endpoints of a service, or of one of its subsets: a stretch of `endpoints`.
  struct Cluster: BitwiseCopyable, Sendable {
    let first: UInt32
    let count: UInt32
    let service: UInt32
    let line: UpstreamCells.Line
    let balance: Balance
  }

  enum Balance: BitwiseCopyable, Sendable { case p2c, roundRobin }

  /// What `capacity` says; the largest number where it says nothing.
  struct Limits: BitwiseCopyable, Sendable {
    var connections = UInt64.max
    var pending = UInt64.max
    var requests = UInt64.max
    var retries = UInt64.max
  }

  struct Ejection: BitwiseCopyable, Sendable {
    /// Failures in a row.
    let errors: UInt64
    /// The failures of a row lie within this.
    let window: Interval
    let length: Interval
    /// Endpoints that may be ejected at once.
    let countMax: UInt64
  }

  /// Grows with every table: which of two is newer.
  public let number: UInt64
  public let cells: UpstreamCells
  public private(set) var services: [Service] = []
  private(set) var clusters: [Cluster] = []
  public private(set) var endpoints: [Endpoint] = []
  /// Lives as long as the last copy of the table: lines of its endpoints are not used for others.
  private let hold = TableHold()

  /// - Parameters:
  ///   - number: of the table.
  ///   - lists: the endpoints of each service, in the topology's order; the addresses of a list are different.
  /// - Complexity: O(endpoints · subsets).
  public init(
    _ topology: Topology, number: UInt64, endpoints lists: [[DiscoveredEndpoint]], in registry: UpstreamRegistry
  ) throws(UpstreamError) {
    self.number = number
    cells = registry.cells
    for (index, service) in topology.services.enumerated() {
      try add(service, lists.indices.contains(index) ? lists[index] : [], registry)
    }
    registry.add(hold, endpoints.map(\.line))
  }

  private mutating func add(
    _ service: WeirPolicy.Service, _ list: [DiscoveredEndpoint], _ registry: UpstreamRegistry
  ) throws(UpstreamError) {
    let line = try registry.service(service.name)
    services.append(
      Service(
        line: line, cluster: UInt32(clusters.count), limits: Limits(service.capacity),
        ejection: service.ejection.map { Ejection($0, endpointCount: list.count) },
        connectTimeout: service.connectTimeoutNanoseconds.map { Interval(nanoseconds: $0) },
        idleTimeout: service.idleTimeoutNanoseconds.map { Interval(nanoseconds: $0) }))
    try add(list, of: service, line, clusterLine: registry.cluster(service.name, ""), registry)
    for subset in service.subsets {
      try add(
        list.filter { endpoint in subset.labels.allSatisfy(endpoint.labels.contains) }, of: service, line,
        clusterLine: registry.cluster(service.name, subset.name), registry)
    }
  }

  private mutating func add(
    _ list: [DiscoveredEndpoint], of service: WeirPolicy.Service, _ line: UpstreamCells.Line,
    clusterLine: UpstreamCells.Line, _ registry: UpstreamRegistry
  ) throws(UpstreamError) {
    let balance: Balance =
      switch service.balance {
      case .roundRobin: .roundRobin
      // A data plane that does not know maglev refuses its bundles; nobody comes here with one.
      case .p2c, .maglev: .p2c
      }
    clusters.append(
      Cluster(
        first: UInt32(endpoints.count), count: UInt32(list.count), service: UInt32(services.count - 1),
        line: clusterLine, balance: balance))
    for endpoint in list {
      endpoints.append(
        Endpoint(address: endpoint.address, line: try registry.endpoint(endpoint.address, of: service.name, line)))
    }
  }

  /// The number of a cluster.
  ///
  /// - Parameter subset: -1 for the whole service.
  public func cluster(service: Int32, subset: Int32) -> UInt32 {
    services[Int(service)].cluster + UInt32(subset + 1)
  }

  /// The endpoints of a service: a range of `endpoints`.
  public func endpoints(ofService service: Int) -> Range<Int> { endpoints(ofCluster: services[service].cluster) }

  /// The endpoints of a service or subset: a range of `endpoints`.
  public func endpoints(ofCluster cluster: UInt32) -> Range<Int> {
    let cluster = clusters[Int(cluster)]
    return Int(cluster.first)..<Int(cluster.first + cluster.count)
  }

  /// What is known of an endpoint now.
  public func state(of line: UpstreamCells.Line, at now: Instant) -> EndpointState {
    EndpointState(
      inFlight: Int(cells.load(line, .inFlight)), isUp: cells.load(line, .isDown) == 0,
      isEjected: cells.load(line, .ejectedUntil) > now.nanoseconds, ejectionCount: Int(cells.load(line, .ejections)),
      requests: cells.load(line, .attempts), failures: cells.load(line, .failures),
      duration: cells.load(line, .duration))
  }
}

extension Upstreams.Limits {
  init(_ capacity: WeirPolicy.Service.Capacity?) {
    guard let capacity else { return }
    func limit(_ declared: Int?) -> UInt64 { declared.map { UInt64(clamping: $0) } ?? .max }
    connections = limit(capacity.connections)
    pending = limit(capacity.pending)
    requests = limit(capacity.requests)
    retries = limit(capacity.retries)
  }
}

extension Upstreams.Ejection {
  /// At most the declared share of the endpoints, rounded down, and never the last one.
  init(_ declared: WeirPolicy.Service.Ejection, endpointCount: Int) {
    errors = UInt64(clamping: max(declared.errors, 1))
    window = Interval(nanoseconds: declared.everyNanoseconds)
    length = Interval(nanoseconds: declared.forNanoseconds)
    countMax = UInt64(clamping: min(endpointCount * declared.atMost / 10_000, endpointCount - 1))
  }
}
