import WeirPolicy
import WeirRequest

/// Tells which classes of a comparison a request is of, to weigh them by requests that were recorded.
public struct DiffWeigher {
  /// A request under one policy: as its hosts read it, and what the policy says.
  public struct Decided {
    public let facts: RequestFacts
    public let verdict: Verdict

    public init(facts: RequestFacts, verdict: Verdict) {
      self.facts = facts
      self.verdict = verdict
    }
  }

  private let pair: PolicyPair
  private let classes: [DiffClass]
  /// For each class where it is decided.
  private let places: [PlacePair?]
  private let tables: [TablePair?]
  /// Routes that do something else under the same name: two verdicts do not show it.
  private let treatedRoutes: Set<String>
  /// What a gateway's own rules say is in no verdict that allows.
  private let hasGateways: Bool

  public init(_ diff: PolicyDiff, from old: Policy, to new: Policy) {
    let pair = PolicyPair(old: old, new: new)
    let placePairs = pair.placePairs
    let tablePairs = pair.tablePairs
    self.pair = pair
    classes = diff.classes
    places = diff.classes.map { found in placePairs.first { $0.view == found.view } }
    tables = diff.classes.map { found in
      found.subject == .route ? tablePairs.first { $0.view == found.view } : nil
    }
    hasGateways = diff.classes.contains { found in
      if case .gateway = found.view { found.subject != .route } else { false }
    }
    treatedRoutes = Set(
      diff.classes.compactMap { $0.subject == .route && $0.old.isSame(as: $0.new) ? $0.new.by : nil })
  }

  /// Indices into the classes, ascending; none for a request that nothing changes for.
  ///
  /// - Parameters: `nil` where the policy has nobody whom the request names.
  public func classes(old: Decided?, new: Decided?) -> [Int] {
    if let old, let new, old.verdict == new.verdict, !hasGateways || new.facts.service != nil {
      guard let route = new.verdict.route?.name, treatedRoutes.contains(route) else { return [] }
    }
    let found = classes.indices.filter { isOf($0, old, new) }
    // Of what two routes do, by what becomes of it where they lead, as far as classes tell that.
    let closest = found.filter { index in
      classes[index].subject != .route
        || classes[index].witness.old?.isTaken == old?.verdict.isTaken
          && classes[index].witness.new?.isTaken == new?.verdict.isTaken
    }
    return closest.contains { classes[$0].subject == .route } ? closest : found
  }

  private func isOf(_ index: Int, _ old: Decided?, _ new: Decided?) -> Bool {
    let found = classes[index]
    guard let facts = (new ?? old)?.facts else { return false }
    let host = (new ?? old)?.verdict.canonical?.host
    let views = self.views(facts, host: host, old, new)
    guard (found.subject == .route ? views.route : views.access).contains(found.view) else { return false }
    let seen = (
      observed(found, index, old, in: pair.old, isNew: false), observed(found, index, new, in: pair.new, isNew: true)
    )
    if let refusal = found.refusal {
      let (refused, other) = found.old.effect == .reject ? (seen.0, seen.1) : (seen.1, seen.0)
      return refused.effect == .reject && refused.by?.hasPrefix(refusal) ?? false && !other.isSame(as: refused)
    }
    return found.allOld.contains { seen.0.isSame(as: $0) } && seen.1.isSame(as: found.new)
  }

  private func observed(
    _ found: DiffClass, _ index: Int, _ decided: Decided?, in side: PolicyPair.Side, isNew: Bool
  ) -> DiffOutcome {
    let nothing = DiffOutcome(.missing)
    guard let decided else { return nothing }
    let expected = isNew ? found.new : found.old
    switch found.subject {
    case .route:
      guard let table = tables[index] else { return nothing }
      return side.chosen(
        isNew ? table.new : table.old, table.view, decided.facts, decided.verdict, expecting: expected) ?? nothing
    case .access, .shadow, .audit, .limit:
      guard let pair = places[index], let place = isNew ? pair.new : pair.old else { return nothing }
      return side.observed(found.subject, found.name, place, decided.facts, decided.verdict, expected) ?? nothing
    }
  }

  /// Whose rules and whose routes look at a request.
  private func views(
    _ facts: RequestFacts, host: String?, _ old: Decided?, _ new: Decided?
  ) -> (access: [DiffView], route: [DiffView]) {
    let byHost = host.flatMap(pair.view)
    if let service = facts.service {
      let own = [old != nil ? pair.old : nil, new != nil ? pair.new : nil].compactMap(\.self)
        .compactMap { $0.view(service: service, port: facts.port, isHTTP: facts.http != nil) }
      return (own, [byHost ?? .service(service, port: "")])
    }
    let own = facts.gateway.map { DiffView.gateway($0) } ?? byHost
    var access = own.map { [$0] } ?? []
    let destinations = Set([old, new].compactMap { $0?.verdict.route?.service })
    if destinations.count == 1, let service = destinations.first {
      access += [pair.old, pair.new].compactMap { $0.view(service: service, port: nil, isHTTP: true) }
    }
    return (access, own.map { [$0] } ?? [])
  }
}

extension Verdict.Route {
  /// Where the request goes; `nil` for what is answered at once.
  fileprivate var service: String? {
    if case .forward(let service, _, _, _) = action { return service }
    return nil
  }
}

extension PolicyPair {
  /// Whose routes answer for a host.
  fileprivate func view(_ host: String) -> DiffView? {
    let host = HostPattern(isWildcard: false, name: host)
    let known = hosts.filter { $0.covers(host) }
    let best = known.first { $0 == host } ?? known.max { $0.name.utf8.count < $1.name.utf8.count }
    guard let best else { return nil }
    return tablePairs.first { $0.hosts.contains(best) }?.view
  }
}

extension PolicyPair.Side {
  /// The port that is addressed: by its number, or the first of the layer.
  fileprivate func view(service name: String, port number: Int?, isHTTP: Bool) -> DiffView? {
    guard let service = shared.services.first(where: { $0.name == name }) else { return nil }
    let ports = service.ports.filter { $0.protocol.isHTTP == isHTTP }
    let named = number.flatMap { number in ports.first { $0.number == number } }
    return (named ?? ports.first).map { .service(name, port: $0.name) }
  }
}
