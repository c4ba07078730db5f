import WeirPlan
import WeirPolicy

/// Requests that routes take, as tests.
extension Prover {
  /// Where a test asks for the routes of a table; `nil` for one of a service that takes no requests.
  ///
  /// Tests do not speak of hosts: the URL says the host, and the service is one that is sent to.
  func target(ofTable table: Int) -> TestSuite.Target? {
    switch policy.routeTables[table].owner {
    case .gateway(let gateway): return .gateway(gateway)
    case .service(let service): return httpPort(of: service).map { .service(service, port: $0) }
    case .hosts:
      let destinations = policy.routeTables[table].routes.flatMap(\.action.destinations).map(\.service)
      for service in destinations + Array(policy.services.indices) {
        if let port = httpPort(of: service) { return .service(service, port: port) }
      }
      return nil
    }
  }

  /// The port of a service that requests are forwarded to.
  func httpPort(of service: Int) -> Int? { policy.services[service].httpPort }

  /// For each route requests that it takes, as far as they are found; none for one that no request reaches.
  func takes(table index: Int) -> [Int: [Candidate]] {
    let table = policy.routeTables[index]
    let routes = table.routes.map(\.condition)
    let question = Question(
      conditions: routes + [asked(of: table)], lists: [Array(routes.indices), [routes.count]],
      context: PlanContext(policy: policy, pathView: table.pathView, callerCanBeAbsent: true)
    ) { $0[1] == 0 }
    let asterisk = policy.authz.indices.first.map { Asterisk(reference: reference, scope: $0) }
    guard case .some(let found) = question.search(asterisk: asterisk, limits: limits) else { return [:] }
    return Dictionary(grouping: found) { $0.firsts[0] }
  }

  /// A request that a route takes.
  ///
  /// - Parameter place: where a test asks for it; `nil` for the usual place.
  func witness(
    _ candidate: Candidate, ofTable table: Int, for place: TestSuite.Target? = nil,
    adapting side: CaseBuilder.Side = .subject
  ) -> Witness? {
    guard let target = place ?? target(ofTable: table), let found = witness(candidate, for: target, adapting: side)
    else { return nil }
    guard case .hosts(let patterns) = policy.routeTables[table].owner, let host = patterns.first else { return found }
    return found.asking(host, of: policy, for: target)
  }

  /// What is true of every request by which a test asks for the table, as far as routes ask for it.
  func asked(of table: RouteTable) -> Condition {
    let reads = Set(table.routes.flatMap(\.condition.tests).flatMap(\.reads))
    var parts: [Condition] = []
    if reads.contains(.host) {
      switch table.owner {
      case .gateway(let gateway):
        let hosts = policy.gateways[gateway].hosts
        if !hosts.isEmpty { parts.append(.or(hosts.map(\.condition))) }
      case .hosts(let hosts): parts.append(.or(hosts.map(\.condition)))
      case .service:
        // Hosts with a table of their own are routed by that.
        for case .hosts(let hosts) in policy.routeTables.map(\.owner) { parts += hosts.map { .not($0.condition) } }
      }
    }
    if case .gateway = table.owner { return .and(parts) }
    // A port with mutual TLS lets nobody in without a certificate.
    if reads.contains(where: \.isOfTheCaller) { parts.append(.callerIsPresent) }
    return .and(parts)
  }
}

extension RouteAction {
  /// The branches that can be drawn, each with the first draw that takes it; none where nothing is forwarded.
  var branches: [(destination: Destination, draw: Int)] {
    guard case .forward(let split, _) = kind else { return [] }
    var draw = 0
    return split.filter { $0.weight > 0 }.map { branch in
      defer { draw += branch.weight }
      return (branch.destination, draw)
    }
  }

  /// Where requests go, copies included: what has no share goes nowhere.
  var destinations: [Destination] {
    branches.map(\.destination) + mirrors.filter { $0.share > 0 }.map(\.destination)
  }

  /// A draw that takes a branch to a service that is wanted; `nil` where none does.
  func draw(_ isWanted: (_ service: Int) -> Bool) -> Int? {
    branches.first { isWanted($0.destination.service) }?.draw
  }
}

extension Service {
  /// Where requests come in.
  var httpPort: Int? { ports.firstIndex { $0.protocol.isHTTP } }
}

extension Witness {
  /// The same with a URL, unless the request has a host already; then that one is written into the URL.
  func asking(_ host: HostPattern, of policy: Policy, for target: TestSuite.Target) -> Witness? {
    var item = item
    var (scheme, host) = ("https", host.example)
    item.facts.removeAll { fact in
      guard case .attribute(let attribute) = fact.subject, case .single(.string(let text)) = fact.value else {
        return false
      }
      switch attribute {
      case .scheme: scheme = text
      case .host: host = text
      default: return false
      }
      return true
    }
    guard item.target.hasPrefix("/") else { return nil }
    item.target = "\(scheme)://\(host)\(item.target)"
    return Witness(item, variables: variables, of: policy, for: target)
  }
}
