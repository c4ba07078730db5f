import WeirPolicy
import WeirRequest

extension Enforcer {
  /// Phase *limit*: notes the limits of a service's port that apply, in the order of their declaration. Doubt charges: it is the
  /// stricter answer.
  mutating func charge(service: Int, port: Int, _ bundle: borrowing LoadedBundle) throws(Reject) {
    clear(&charged)
    for place in bundle.plans.services[service].limits.range {
      let index = bundle.plans.limitsOfServices[place]
      let plan = bundle.plans.limits[index]
      guard plan.port < 0 || plan.port == port else { continue }
      try refuseRepeats(plan.reads, bundle.plans)
      load(plan.id, bundle)
      guard bundle.program.truth(in: plan.id, &frame, data) != .no else { continue }
      charged.append(Charge(limit: index, key: state.read(plan.key, bundle.plans)))
    }
  }

  /// The bucket in words; `nil` is the one that requests without a key share.
  func key(of charge: Charge, _ limit: Topology.Limit) -> String? {
    switch charge.key {
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
