import WeirPolicy

extension Prover {
  /// Tables beyond which what earlier routes take is not looked at, so that the work stays near linear in the routes.
  static let closeRoutesMax = 64

  /// Whether it is proved that gateways send a port nothing of which the first true condition is wanted.
  ///
  /// Who uses a table that is no gateway's is not known, so it counts for all of them.
  ///
  /// - Parameters:
  ///   - left: conditions that may still be looked at.
  ///   - conditions: of the service, of requests as they come to it.
  func sendsNothing(
    to service: Int, port: Int, from gateways: Set<Int>, within left: inout Int, where conditions: [Condition],
    _ isWanted: @escaping (Int) -> Bool
  ) -> Bool {
    // The service's own proxy decides, and sees another peer.
    guard !policy.services[service].isEnforcedBySidecar else { return false }
    for table in policy.routeTables {
      if case .gateway(let gateway) = table.owner, !gateways.contains(gateway) { continue }
      for (number, route) in table.routes.enumerated()
      where route.action.destinations.contains(where: { $0.service == service }) {
        if case .gateway = table.owner, httpPort(of: service) != port { continue }
        guard policy.services[service].ports[port].protocol.isHTTP else { return false }
        left -= table.routes.count + conditions.count
        guard left > 0 else { return false }
        let forwarding = Forwarding(self, table: table, route: number, to: service, port: port)
        let isClose = table.routes.count <= Self.closeRoutesMax
        let result = forwarding.search(forwarding.seen(conditions), considersEarlier: isClose, isWanted: isWanted)
        guard case .none = result else { return false }
      }
    }
    return true
  }
}
