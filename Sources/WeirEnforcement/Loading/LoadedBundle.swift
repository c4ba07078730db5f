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
  let plans: PlanTables
  let hosts: HostTable
  let serviceIndex: [String: Int]
  let gatewayIndex: [String: Int]

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
    var sections: [UnverifiedProgram.Section] = []
    var memory = MemoryBudget(forFileOf: bytes.count)
    do throws(BundleError) {
      bundle = try Bundle(bytes, supported: supported)
      try bundle.verify(trust)
      topology = try bundle.topology(within: &memory)
      for section in bundle.sections where section.kind.isProgram {
        guard let bytes = try bundle.expanded(section.kind, within: &memory) else { continue }
        sections.append(
          UnverifiedProgram.Section(
            kind: section.kind, bytes: bytes, isPacked: section.kind.storage == .packed))
      }
    } catch { throw .bundle(error) }
    let program: VerifiedProgram
    do throws(Rejection) {
      program = try verify(UnverifiedProgram(sections), supporting: supported, memory: memory)
    } catch { throw .program(error) }
    try check(program, against: topology)
    let plans = try PlanBuilder.plans(program, topology)
    return LoadedBundle(
      identity: bundle.identity, generation: bundle.header.generation, topology: topology, program: program,
      pathMode: topology.mesh?.mergesAndDecodesPaths == true ? .mergeAndDecode : .strict, plans: plans,
      hosts: HostTable(topology), serviceIndex: index(topology.services.map(\.name)),
      gatewayIndex: index(topology.gateways.map(\.name)))
  }

  /// The first of each name.
  private static func index(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
