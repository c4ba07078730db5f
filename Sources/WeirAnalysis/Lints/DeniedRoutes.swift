import WeirPlan
import WeirPolicy
import WeirRequest

/// Routes to a service that is proved to allow nothing of what they send it.
struct DeniedRoutes {
  let prover: Prover
  /// What is known of a route already: nothing more is said of it.
  let settled: Set<Position>
  /// Rules and routes that all questions together may look at.
  let conditionsMax: Int

  private var policy: Policy { prover.policy }

  private struct Delivery: Hashable {
    let route: Position
    let service: Int
  }

  private struct Place: Hashable {
    let table: Int
    let service: Int
    let port: Int
  }

  /// What questions have in common.
  private struct Work {
    var left: Int
    var rules: [Place: ForwardedRules] = [:]
    /// By table.
    var takes: [Int: [Int: [Candidate]]] = [:]
  }

  /// A route that is mounted in several tables is named when the same holds in all of them.
  func findings() -> [MeaningFinding] {
    var order: [Delivery] = []
    var places: [Delivery: [(table: Int, route: Int)]] = [:]
    for (index, table) in policy.routeTables.enumerated() {
      for (number, route) in table.routes.enumerated() where !settled.contains(route.position) {
        for service in Set(route.action.destinations.map(\.service)).sorted() {
          let delivery = Delivery(route: route.position, service: service)
          if places[delivery] == nil { order.append(delivery) }
          places[delivery, default: []].append((index, number))
        }
      }
    }
    var work = Work(left: conditionsMax)
    return order.compactMap { delivery in
      guard let found = places[delivery], let place = found.first,
        found.allSatisfy({ isDenied(table: $0.table, route: $0.route, service: delivery.service, &work) }),
        let port = prover.httpPort(of: delivery.service)
      else { return nil }
      // What earlier routes take all of is said to be unreachable, if it was wanted.
      let takes = work.takes[place.table] ?? prover.takes(table: place.table)
      work.takes[place.table] = takes
      guard let candidates = takes[place.route], !candidates.isEmpty else { return nil }
      let route = policy.routeTables[place.table].routes[place.route]
      let scope = policy.authz[policy.services[delivery.service].ports[port].authz]
      return MeaningFinding(
        kind: .deniedRoute, item: .init(name: route.name, position: route.position),
        cover: [.init(name: policy.services[delivery.service].name, position: scope.position)],
        example: example(of: candidates, table: place.table, route: place.route, service: delivery.service))
    }
  }

  /// Whether the service is proved to allow nothing of what the route sends it.
  private func isDenied(table index: Int, route: Int, service: Int, _ work: inout Work) -> Bool {
    // The service's own proxy decides, and sees another peer.
    guard !policy.services[service].isEnforcedBySidecar else { return false }
    var ports = policy.services[service].ports.indices.filter { policy.services[service].ports[$0].protocol.isHTTP }
    // Calls inside the mesh may keep the port that was addressed; a gateway takes the first.
    if case .gateway = policy.routeTables[index].owner { ports = Array(ports.prefix(1)) }
    guard !ports.isEmpty else { return false }
    return ports.allSatisfy { isDenied(Place(table: index, service: service, port: $0), route: route, &work) }
  }

  private func isDenied(_ place: Place, route: Int, _ work: inout Work) -> Bool {
    let table = policy.routeTables[place.table]
    if work.rules[place] == nil {
      let routes = table.routes.indices.filter { route in
        table.routes[route].action.destinations.contains { $0.service == place.service }
      }
      work.rules[place] = ForwardedRules(
        prover, table: table, routes: routes, to: place.service, port: place.port, &work.left)
    }
    guard let rules = work.rules[place], !rules.allowNothing else { return true }
    guard let candidates = rules.candidates(for: route) else { return false }
    guard candidates.hasAllow else { return true }
    let forwarding = Forwarding(prover, table: table, route: route, to: place.service, port: place.port)
    for considersEarlier in [false, true] {
      if considersEarlier, table.routes.count > Prover.closeRoutesMax { return false }
      work.left -= candidates.conditions.count + (considersEarlier ? route : 0) + 1
      guard work.left > 0 else { return false }
      let result = forwarding.search(
        candidates.conditions, considersEarlier: considersEarlier, isWanted: candidates.isAllowed)
      if case .none = result { return true }
    }
    return false
  }

  /// A request that the route takes, and that it is denied where a test can ask for that: a gateway decides for its
  /// destinations, a service for itself alone.
  private func example(of candidates: [Candidate], table: Int, route: Int, service: Int) -> String? {
    guard let target = target(table: table, service: service) else { return nil }
    let (name, action) = (policy.routeTables[table].routes[route].name, policy.routeTables[table].routes[route].action)
    let scopes = policy.services[service].ports.map { policy.authz[$0.authz] }
    for candidate in candidates {
      guard
        var witness = prover.witness(candidate, ofTable: table, for: target)?
          .supplying(readsOf: scopes.flatMap(\.rules).map(\.condition), of: policy, for: target)
      else { continue }
      if let draw = action.draw({ $0 == service }), draw > 0 {
        guard let drawn = witness.drawing(draw, of: policy, for: target) else { continue }
        witness = drawn
      }
      guard let verdict = prover.reference.decide(witness.facts), verdict.route?.name == name else { continue }
      var expectations = [TestSuite.Expectation.route(name)]
      if verdict.outcome == .deny || action.draw({ $0 == service }) == nil {
        // What becomes of a copy is no part of the verdict.
        expectations.insert(.init(outcomeOf: verdict), at: 0)
      } else if case .gateway = target {
        continue
      }
      return prover.brief(witness, expecting: expectations, named: name, for: target)
    }
    return nil
  }

  /// Where a test asks: of hosts, the service itself.
  private func target(table: Int, service: Int) -> TestSuite.Target? {
    guard case .hosts = policy.routeTables[table].owner else { return prover.target(ofTable: table) }
    return prover.httpPort(of: service).map { .service(service, port: $0) }
  }
}
