import HTTPCanonical
import WeirBundle
import WeirISA
import WeirPolicy
import WeirVM

/// A bundle that may decide requests: signed as the host demands, verified, and consistent in itself.
///
/// Only `load` makes one. It never changes; whoever decides borrows it together with an `Enforcer` of its own.
public struct LoadedBundle: ~Copyable, Sendable {
  public let identity: Digest
  public let generation: UInt64
  public let topology: Topology
  public let program: VerifiedProgram
  let pathMode: PathMode
  /// By slot of the program.
  let slots: [ValueSource]
  let scopes: [ScopePlan]
  let tables: [TablePlan]
  let limits: [LimitPlan]
  /// By service, the limits that are declared for it, in the order of their declaration.
  let limitsOfService: [[Int]]
  /// By service and by gateway, the table that belongs to it.
  let tableOfService: [Int?]
  let tableOfGateway: [Int?]
  /// By gateway, the hosts that it answers for; empty for one that takes any.
  let hostsOfGateway: [HostTable]
  let serviceIndex: [String: Int]
  let gatewayIndex: [String: Int]
  let hosts: HostTable
  let names: NameTable

  /// Everything that decisions can honour.
  public static var supportedFeatures: FeatureSet { .all }

  /// Reads, checks, verifies and indexes a bundle.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - trust: whose signature is demanded.
  ///   - supported: what the host can honour beyond deciding.
  /// - Throws: the first `LoadError` found. Hostile bytes are refused, they cannot make it trap.
  /// - Complexity: linear in the size of the file.
  public static func load(
    _ bytes: [UInt8], trust: BundleTrust, supported: FeatureSet = supportedFeatures
  ) throws(LoadError) -> LoadedBundle {
    let bundle: Bundle
    let topology: Topology
    do throws(BundleError) {
      bundle = try Bundle(bytes, supported: supported)
      try bundle.verify(trust)
      topology = try bundle.topology()
    } catch { throw .bundle(error) }
    let program: VerifiedProgram
    do throws(Rejection) {
      let sections = bundle.sections.map { UnverifiedProgram.Section(kind: $0.kind, range: $0.range) }
      program = try verify(UnverifiedProgram(bytes: bytes, sections: sections), supporting: supported)
    } catch { throw .program(error) }
    try check(program, against: topology)
    var names = NameTable()
    let slots = try slots(of: program, topology, &names)
    let scopes = try scopePlans(program, topology, &names)
    let tables = try tablePlans(program, topology, &names)
    let limits = try limitPlans(program, topology, &names)
    var limitsOfService = [[Int]](repeating: [], count: topology.services.count)
    for (index, limit) in topology.limits.enumerated() { limitsOfService[limit.service].append(index) }
    var tableOfService = [Int?](repeating: nil, count: topology.services.count)
    var tableOfGateway = [Int?](repeating: nil, count: topology.gateways.count)
    for (index, table) in topology.tables.enumerated() {
      switch table.owner {
      case .service(let service): tableOfService[service] = tableOfService[service] ?? index
      case .gateway(let gateway): tableOfGateway[gateway] = tableOfGateway[gateway] ?? index
      case .hosts: break
      }
    }
    let hostsOfGateway = topology.gateways.enumerated().map { HostTable($1.hosts, table: tableOfGateway[$0] ?? 0) }
    return LoadedBundle(
      identity: bundle.identity, generation: bundle.header.generation, topology: topology, program: program,
      pathMode: topology.mesh?.mergesAndDecodesPaths == true ? .mergeAndDecode : .strict, slots: slots, scopes: scopes,
      tables: tables, limits: limits, limitsOfService: limitsOfService, tableOfService: tableOfService,
      tableOfGateway: tableOfGateway, hostsOfGateway: hostsOfGateway,
      serviceIndex: index(topology.services.map(\.name)), gatewayIndex: index(topology.gateways.map(\.name)),
      hosts: HostTable(topology), names: names)
  }

  /// The first of each name.
  private static func index(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
