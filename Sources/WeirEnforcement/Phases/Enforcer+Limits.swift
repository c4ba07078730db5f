import WeirPolicy
import WeirRequest

extension Enforcer {
  /// Phase *limit*: notes the limits of a service's port that apply, in the order of their declaration. Doubt charges: it is the
  /// stricter answer.
  mutating func charge(service: Int, port: Int, _ bundle: borrowing LoadedBundle) throws(Reject) {
    charged.removeAll(keepingCapacity: true)
    for index in bundle.limitsOfService[service] where (bundle.topology.limits[index].port ?? port) == port {
      let plan = bundle.limits[index]
      try refuseRepeats(plan.singleReads, bundle.names.bytes)
      load(plan.id, bundle)
      guard bundle.program.truth(in: plan.id, &frame, data) != .no else { continue }
      let key: Reading = if let source = plan.key { state.read(source, bundle.names.bytes) } else { .absent }
      charged.append(Charge(limit: index, key: key))
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
