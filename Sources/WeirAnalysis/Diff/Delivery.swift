import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// How a service decides what a route sends there, in terms of the request that comes in.
struct Delivery {
  let service: String
  /// Whether it is a copy, of which no verdict tells.
  let isCopy: Bool
  let decisions: DecisionList
}

/// Which services take what the routes of two sides send them, by name in alphabetical order.
struct DeliveryOutcome: Hashable {
  var old: [String] = []
  var new: [String] = []
  var oldCopies: [String] = []
  var newCopies: [String] = []

  var effect: DiffClass.Effect {
    let before = Set(old + oldCopies)
    let after = Set(new + newCopies)
    if !after.isSubset(of: before) || (old.isEmpty && !new.isEmpty) { return .widening }
    return (new.isEmpty && !old.isEmpty) || (after.isEmpty && !before.isEmpty) ? .narrowing : .neutral
  }

  /// What a class is told for: of what is neutral there is one.
  struct Kind: Hashable {
    let effect: DiffClass.Effect
    let isAllowed: [Bool]
  }

  var kind: Kind { Kind(effect: effect, isAllowed: effect == .neutral ? [] : [!old.isEmpty, !new.isEmpty]) }
}

extension PolicyPair.Side {
  /// - Parameters:
  ///   - table: an index into the tables of this side.
  ///   - issuers: that either side knows.
  ///   - name: tells what cannot be said of this side's requests from that of the other one's.
  func deliveries(of route: Int, table: Int, issuers: Set<Int>, named name: String, limits: PlanLimits) -> [Delivery] {
    let action = shared.routeTables[table].routes[route].action
    var services: [(service: Int, isCopy: Bool)] = []
    func add(_ service: Int, isCopy: Bool) {
      if !services.contains(where: { $0 == (service, isCopy) }) { services.append((service, isCopy)) }
    }
    for branch in action.branches { add(branch.destination.service, isCopy: false) }
    for mirror in action.mirrors where mirror.share > 0 { add(mirror.destination.service, isCopy: true) }
    return services.map { service, isCopy in
      Delivery(
        service: shared.services[service].name, isCopy: isCopy,
        decisions: decisions(of: service, table: table, route: route, issuers, "\(name) \(service) ", limits))
    }
  }

  private func decisions(
    of service: Int, table index: Int, route: Int, _ issuers: Set<Int>, _ name: String, _ limits: PlanLimits
  ) -> DecisionList {
    let table = shared.routeTables[index]
    guard let port = shared.services[service].httpPort else {
      return DecisionList(otherwise: DiffOutcome(.reject, by: DecisionReject.noRoute.rawValue))
    }
    let prover = Prover(policy: shared, limits: limits)
    let forwarding = Forwarding(prover, table: table, route: route, to: service, port: port)
    let isTaken = shared.services[service].isEnforcedBySidecar
    var list = DecisionList(otherwise: DiffOutcome(isTaken ? .allow : .deny))
    list.append(.not(forwarding.canBeSent), DiffOutcome(.reject, by: "rewrite_not_canonical"))
    if isTaken { return list }
    var unknown = Unknowns(name)
    func incoming(_ condition: Condition) -> Condition { forwarding.incoming([condition], &unknown)[0] }
    let place = DecidingPlace.service(service, port: port)
    if isStrict(place) {
      list.append(
        incoming(.not(.callerIsPresent)), DiffOutcome(.reject, by: DecisionReject.mtlsRequired.rawValue))
    }
    let own = self.issuers(place)
    if !own.isEmpty { list.refuse(tokensOf: issuers, but: own.union(issuersBefore(table: index))) }
    for (offset, rules) in [Rule.Effect.deny, .allow].map({ effect in
      scope(place)?.rules.filter { $0.effect == effect && !$0.isShadow } ?? []
    }).enumerated() {
      for rule in rules { list.append(incoming(rule.condition), DiffOutcome(offset == 0 ? .deny : .allow)) }
    }
    return list
  }

  /// Those whose tokens the sender looks at itself.
  private func issuersBefore(table index: Int) -> Set<Int> {
    let table = shared.routeTables[index]
    guard case .gateway(let gateway) = table.owner else { return Set(table.tokens) }
    return Set(table.tokens + (scope(.gateway(gateway))?.tokens ?? []))
  }

  /// What a gateway's own rules say before its routes; those of a path that they see otherwise stand for themselves.
  func admission(table index: Int, issuers: Set<Int>, named name: String) -> DecisionList {
    let table = shared.routeTables[index]
    guard case .gateway(let gateway) = table.owner else { return DecisionList(otherwise: DiffOutcome(.allow)) }
    let own = decisions(at: .gateway(gateway), withShadow: false, isMixed: false, issuers: issuers)
    guard let view = scope(.gateway(gateway))?.pathView, view != table.pathView, let last = own.outcomes.last else {
      return own
    }
    var list = DecisionList(otherwise: last)
    var unknown = Unknowns(name)
    for (condition, outcome) in zip(own.conditions, own.outcomes) {
      list.append(
        condition.mapTests { test in
          Condition.test(test).readsPath ? unknown.stands(for: test) : .test(test)
        }, outcome)
    }
    return list
  }

  /// Services that take a request which goes by this action, whatever branch is drawn.
  func takers(_ facts: RequestFacts, _ action: RouteAction?) -> [String] {
    var facts = facts
    var found: Set<String> = []
    for branch in action?.branches ?? [] {
      facts.draw = branch.draw
      guard let verdict = reference.decide(facts), verdict.outcome == .allow,
        case .forward(let service, _, _, _)? = verdict.route?.action
      else { continue }
      found.insert(service)
    }
    return found.sorted()
  }

  /// Names of the services to which a request may be sent, copies left out.
  func branches(of action: RouteAction?) -> Set<String> {
    Set((action?.branches ?? []).map { shared.services[$0.destination.service].name })
  }

  /// What a repeated value of which is refused behind an action, for each branch that it may take.
  func singleReads(beyond action: RouteAction?) -> [Set<Attribute>] {
    guard let action else { return [] }
    let headers = HeaderFates(action.headerChanges)
    return action.branches.map { branch in
      singleReads(of: branch.destination.service).filter { $0.header.map(headers.isSame) ?? true }
    }
  }

  private func singleReads(of service: Int) -> Set<Attribute> {
    guard !shared.services[service].isEnforcedBySidecar, let port = shared.services[service].httpPort else { return [] }
    let own = shared.authz[shared.services[service].ports[port].authz].singleReads
    return Set(own + limits(service, port: port).flatMap(\.singleReads))
  }

  /// Whether what becomes of requests behind an action can be said in terms of those that come in.
  func canTell(_ action: RouteAction?, table index: Int) -> Bool {
    guard let action, case .forward(let split, _) = action.kind else { return true }
    // What is copied is told by no verdict.
    guard action.mirrors.allSatisfy({ $0.share == 0 }) else { return false }
    let added = action.requestHeaders.filter { if case .add = $0.operation { true } else { false } }.map(\.header)
    return split.allSatisfy { branch in
      let service = branch.destination.service
      // A sidecar decides by rules of its own, and inside the mesh the port is that which was addressed.
      if shared.services[service].isEnforcedBySidecar { return false }
      if case .hosts = shared.routeTables[index].owner,
        shared.services[service].ports.count(where: \.protocol.isHTTP) > 1
      {
        return false
      }
      // A line more is a repeated value, where there was one already.
      return singleReads(of: service).allSatisfy { !($0.header.map(added.contains) ?? false) }
    }
  }
}
