import WeirPlan
import WeirPolicy

/// How one side decides at one place: the first condition that is true says the outcome.
struct DecisionList {
  private(set) var conditions: [Condition] = []
  /// One more than conditions: the last is that of a request for which none is true.
  private(set) var outcomes: [DiffOutcome]

  init(otherwise: DiffOutcome) { outcomes = [otherwise] }

  mutating func append(_ condition: Condition, _ outcome: DiffOutcome) {
    conditions.append(condition)
    outcomes.insert(outcome, at: outcomes.count - 1)
  }

  /// Where an outcome comes from; `nil` for one that comes before the list.
  func index(of outcome: DiffOutcome) -> Int? { outcomes.firstIndex(of: outcome) }

  /// Whether two lists say the same word for word.
  func isSame(as other: DecisionList) -> Bool {
    conditions == other.conditions && outcomes.count == other.outcomes.count
      && zip(outcomes, other.outcomes).allSatisfy { $0.isSame(as: $1) }
  }
}

/// Conditions of several lists, those that are equal once: what two versions have in common costs half.
struct JointConditions {
  private(set) var all: [Condition] = []
  /// Where the first, second … of equal conditions of one list stand.
  private var places: [Condition: [Int]] = [:]

  /// - Returns: where the conditions of a list stand; each of them at a place of its own.
  mutating func add(_ conditions: [Condition]) -> [Int] {
    var used: [Condition: Int] = [:]
    return conditions.map { condition in
      let number = used[condition, default: 0]
      used[condition] = number + 1
      if let known = places[condition], number < known.count { return known[number] }
      places[condition, default: []].append(all.count)
      all.append(condition)
      return all.count - 1
    }
  }
}

extension DecisionList {
  /// What stands in only one of two lists, or elsewhere among the others: a request for which none of it is true is decided
  /// alike. `nil` when the lists end otherwise.
  ///
  /// - Parameters: where the lists' conditions stand, and what else tells entries apart.
  static func pivots(
    _ old: (list: DecisionList, places: [Int], marks: [Int]), _ new: (list: DecisionList, places: [Int], marks: [Int])
  ) -> [Int]? {
    guard let oldLast = old.list.outcomes.last, let newLast = new.list.outcomes.last, oldLast.isSame(as: newLast) else {
      return nil
    }
    struct Entry: Equatable {
      let effect: DiffOutcome.Effect
      let by: String?
      let place: Int
      let mark: Int
    }
    func entries(_ side: (list: DecisionList, places: [Int], marks: [Int])) -> [Entry] {
      side.places.indices.map { index in
        let outcome = side.list.outcomes[index]
        return Entry(effect: outcome.effect, by: outcome.by, place: side.places[index], mark: side.marks[index])
      }
    }
    var found: Set<Int> = []
    for change in entries(new).difference(from: entries(old)) {
      switch change {
      case .insert(_, let entry, _), .remove(_, let entry, _): found.insert(entry.place)
      }
    }
    // So many are looked at together rather than one by one.
    return found.count <= pivotsMax ? found.sorted() : nil
  }

  private static let pivotsMax = 256
}

/// A place where requests are decided, on one side.
enum DecidingPlace {
  /// Indices into the services and their ports.
  case service(Int, port: Int)
  case gateway(Int)

  var target: TestSuite.Target {
    switch self {
    case .service(let service, let port): .service(service, port: port)
    case .gateway(let gateway): .gateway(gateway)
    }
  }
}

extension PolicyPair.Side {
  /// The rules of a place; `nil` for a gateway that admits everybody.
  func scope(_ place: DecidingPlace) -> AuthzScope? {
    switch place {
    case .service(let service, let port): shared.authz[shared.services[service].ports[port].authz]
    case .gateway(let gateway): shared.gateways[gateway].authz.map { shared.authz[$0] }
    }
  }

  func isHTTP(_ place: DecidingPlace) -> Bool {
    switch place {
    case .service(let service, let port): shared.services[service].ports[port].protocol.isHTTP
    case .gateway: true
    }
  }

  /// Whether a request without a caller is refused before the rules.
  func isStrict(_ place: DecidingPlace) -> Bool {
    switch place {
    case .service(let service, let port): !shared.services[service].ports[port].isPermissive
    case .gateway: false
    }
  }

  /// Issuers whose tokens are looked at where this place decides; with none, tokens are not looked at.
  func issuers(_ place: DecidingPlace) -> Set<Int> {
    switch place {
    case .service(let service, let port):
      let own = shared.authz[shared.services[service].ports[port].authz].tokens
      return Set(own + limits(service, port: port).flatMap(\.tokens))
    case .gateway(let gateway):
      let table = shared.routeTables.firstIndex { $0.owner == .gateway(gateway) }
      let own = scope(place)?.tokens ?? []
      let routed = table.map { shared.routeTables[$0].tokens } ?? []
      guard !(own + routed).isEmpty else { return [] }
      return Set(own + routed).union(table.map(issuers(beyondTable:)) ?? [])
    }
  }

  /// Those of every service that a table can forward to.
  func issuers(beyondTable table: Int) -> Set<Int> {
    var found: Set<Int> = []
    for route in shared.routeTables[table].routes {
      guard case .forward(let split, _) = route.action.kind else { continue }
      for service in split.map(\.destination.service) {
        guard let port = shared.services[service].httpPort else { continue }
        found.formUnion(issuers(.service(service, port: port)))
      }
    }
    return found
  }

  func outcome(_ rule: Rule) -> DiffOutcome {
    DiffOutcome(rule.effect == .deny ? .deny : .allow, by: rule.name, place: place(rule.position))
  }

  /// - Parameters:
  ///   - place: `nil` where this side has none.
  ///   - withShadow: as though shadow rules were enforced.
  ///   - isMixed: whether the other side lets requests without a caller come to its rules, or this one does.
  ///   - issuers: that either side looks at.
  func decisions(at place: DecidingPlace?, withShadow: Bool, isMixed: Bool, issuers: Set<Int>) -> DecisionList {
    guard let place else { return DecisionList(otherwise: DiffOutcome(.missing)) }
    guard let scope = scope(place) else { return DecisionList(otherwise: DiffOutcome(.allow)) }
    var list = DecisionList(otherwise: DiffOutcome(.deny, by: nil))
    if isMixed, isStrict(place) {
      list.append(.not(.callerIsPresent), DiffOutcome(.reject, by: DecisionReject.mtlsRequired.rawValue))
    }
    list.refuse(tokensOf: issuers, but: self.issuers(place))
    let rules = scope.rules.filter { withShadow || !$0.isShadow }
    for rule in rules where rule.effect == .deny { list.append(rule.condition, outcome(rule)) }
    for rule in rules where rule.effect == .allow { list.append(rule.condition, outcome(rule)) }
    return list
  }
}

extension DecisionList {
  /// Where tokens are looked at, one of another issuer refuses the request.
  mutating func refuse(tokensOf issuers: Set<Int>, but known: Set<Int>) {
    guard !known.isEmpty else { return }
    for issuer in issuers.subtracting(known).sorted() {
      append(.isPresent(.token(issuer)), DiffOutcome(.reject, by: "token_unknown_issuer"))
    }
  }
}

extension Condition {
  static let callerIsPresent = isPresent(.caller)

  static func isPresent(_ attribute: Attribute) -> Condition { .holds(attribute, .isPresent) }
}
