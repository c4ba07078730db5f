import WeirPolicy
import WeirRequest

extension Enforcer {
  /// Phase *limit*: the limits of a service's port that apply, in the order of their declaration. Doubt charges: it is the stricter answer.
  mutating func charges(
    service: Int, port: Int, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> [Verdict.Charge] {
    var charges: [Verdict.Charge] = []
    for index in bundle.limitsOfService[service] where (bundle.topology.limits[index].port ?? port) == port {
      let plan = bundle.limits[index]
      try refuseRepeats(plan.singleReads, bundle.names.bytes)
      load(plan.id, bundle)
      guard bundle.program.truth(in: plan.id, &frame, data) != .no else { continue }
      let limit = bundle.topology.limits[index]
      charges.append(Verdict.Charge(limit: limit.name, key: plan.key.flatMap { key($0, limit, bundle.names.bytes) }))
    }
    return charges
  }

  /// The bucket in words; `nil` is the one that requests without a key share.
  private mutating func key(_ source: KeySource, _ limit: Topology.Limit, _ names: [UInt8]) -> String? {
    switch state.read(source, names) {
    case .unavailable, .absent: return nil
    case .bytes(let range): return state.text(range)
    case .integer(let number): return String(number)
    case .address(let address):
      guard let bits = address.isIPv4 ? limit.ipv4Prefix.map({ $0 + 96 }) : limit.ipv6Prefix, bits < 128 else {
        return address.description
      }
      return Network(base: address, prefixLength: bits).description
    }
  }
}
