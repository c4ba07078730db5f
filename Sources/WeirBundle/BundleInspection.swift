import WeirISA
import WeirPolicy

/// What `weir inspect` tells of a bundle, as plain values.
public struct BundleInspection: Hashable, Sendable {
  public struct Section: Hashable, Sendable {
    public var name: String
    public var byteCount: Int
  }

  public struct RuleLine: Hashable, Sendable {
    public var name: String
    /// `allow`, `deny`, `audit`, with `shadow` before it; `route`; `limit`.
    public var effect: String
    /// The service (with its port when it has several), gateway or hosts that it belongs to.
    public var scope: String
    /// `file:line`
    public var place: String
  }

  public var identity: Digest
  public var generation: UInt64
  public var mergesAndDecodesPaths: Bool
  public var byteCount: Int
  public var sections: [Section]
  public var features: [FeatureUse]
  /// The ids of the keys that signed.
  public var signatures: [Digest]
  /// Values that conditions read, over all scopes.
  public var slotCount: Int
  /// Conditions of all kinds.
  public var conditionCount: Int
  public var instructionCount: Int
  public var serviceCount: Int
  /// In the order of scopes, then of `by`; then routes by table; then limits.
  public var rules: [RuleLine]

  /// - Throws: `BundleError` when the topology or a counted section cannot be read.
  public init(_ bundle: Bundle) throws(BundleError) {
    let topology = try bundle.topology()
    func elements(_ kind: SectionKind) throws(BundleError) -> Int {
      (try bundle.contents(of: kind)?.count ?? 0) / kind.elementBytes
    }
    identity = bundle.identity
    generation = bundle.header.generation
    mergesAndDecodesPaths = bundle.header.mergesAndDecodesPaths
    byteCount = bundle.bytes.count
    sections = bundle.sections.map { Section(name: "\($0.kind)", byteCount: $0.range.count) }
    features = bundle.manifest.features
    signatures = bundle.signatures.map(\.key)
    slotCount = try elements(.slots)
    conditionCount = try elements(.conditions)
    instructionCount = try elements(.code)
    serviceCount = topology.services.count
    rules = topology.ruleLines
  }
}

extension Topology {
  fileprivate var ruleLines: [BundleInspection.RuleLine] {
    var lines: [BundleInspection.RuleLine] = []
    for scope in scopes {
      for rule in scope.rules {
        let effect = (rule.isShadow ? "shadow " : "") + "\(rule.effect)"
        lines.append(
          .init(name: rule.name, effect: effect, scope: name(of: scope.target), place: place(of: rule.position)))
      }
    }
    for table in tables {
      for route in table.routes {
        lines.append(
          .init(name: route.name, effect: "route", scope: name(of: table.owner), place: place(of: route.position)))
      }
    }
    for limit in limits {
      lines.append(
        .init(
          name: limit.name, effect: "limit", scope: services[limit.service].name, place: place(of: limit.position)))
    }
    return lines
  }
}
