import WeirPolicy
import WeirRequest

extension Enforcer {
  /// Decides the request that was taken in.
  ///
  /// - Parameters:
  ///   - entry: where it arrived.
  ///   - draw: 0 to 9,999, for every split without a sticky key.
  ///   - bundle: the one that this enforcer was made for.
  /// - Complexity: at most what the certificates of the scopes say, and linear in the head; no allocation once the memory has grown to
  ///   what requests need.
  public mutating func rule(at entry: Entry, draw: Int, under bundle: borrowing LoadedBundle) -> Ruling {
    if case .service(let service, let port) = entry, state.port == nil {
      let number = bundle.plans.ports[Int(bundle.plans.services[service].ports.start) + port].number
      state.port = number < 0 ? nil : number
    }
    received = places()
    let outcome = flow(entry, draw: draw, bundle)
    switch (outcome.kind, outcome.routed) {
    case (.allow, _):
      forwarded = places()
      return .forward(
        Permit(exchange: exchange, generation: bundle.generation, head: head), forwarding(outcome, bundle))
    case (.local, let routed?): return .answer(answer(routed, outcome, bundle))
    case (.deny, _), (.reject, _), (.local, nil):
      var answer = Answer(
        kind: outcome.kind == .deny ? .deny : .reject,
        status: bundle.plans.statuses[Int(outcome.reason.rawValue)], reason: outcome.reason)
      answer.origin = Origin(outcome)
      answer.service = Int32(truncatingIfNeeded: outcome.service)
      if let routed = outcome.routed {
        answer.origin.table = Int32(truncatingIfNeeded: outcome.table)
        answer.origin.route = Int32(truncatingIfNeeded: routed.route)
        if case .forward(let branch) = routed.kind {
          let branches = bundle.plans.action(routed.route, of: outcome.table).branches
          answer.service = Int32(truncatingIfNeeded: bundle.plans.branches[Int(branches.start) + branch].service)
          answer.subset = bundle.plans.branches[Int(branches.start) + branch].subset
        }
      }
      return .answer(answer)
    }
  }

  private func forwarding(_ outcome: Outcome, _ bundle: borrowing LoadedBundle) -> Forwarding {
    var forwarding = Forwarding()
    forwarding.service = Int32(truncatingIfNeeded: outcome.service)
    forwarding.port = Int32(truncatingIfNeeded: outcome.port)
    forwarding.origin = Origin(outcome)
    guard let routed = outcome.routed, case .forward(let branch) = routed.kind else { return forwarding }
    forwarding.origin.table = Int32(truncatingIfNeeded: outcome.table)
    forwarding.origin.route = Int32(truncatingIfNeeded: routed.route)
    forwarding.branch = Int32(truncatingIfNeeded: branch)
    let plan = bundle.plans.action(routed.route, of: outcome.table)
    forwarding.subset = bundle.plans.branches[Int(plan.branches.start) + branch].subset
    forwarding.retry = plan.retry
    forwarding.timeoutNanoseconds = plan.timeoutNanoseconds
    forwarding.idleTimeoutNanoseconds = plan.idleTimeoutNanoseconds
    forwarding.allowsWebSocket = plan.allowsWebSocket
    forwarding.changesResponse = !plan.responseChanges.isEmpty
    return forwarding
  }

  /// What a route answers itself.
  private func answer(_ routed: Routed, _ outcome: Outcome, _ bundle: borrowing LoadedBundle) -> Answer {
    let plan = bundle.plans.action(routed.route, of: outcome.table)
    var answer: Answer
    switch routed.kind {
    case .respond(let status):
      answer = Answer(kind: .respond, status: UInt16(truncatingIfNeeded: status), reason: .local)
      answer.body = plan.body
    case .redirect(let status, let location):
      answer = Answer(kind: .redirect, status: UInt16(truncatingIfNeeded: status), reason: .local)
      answer.location = Place(location)
    case .forward: return Answer(rejecting: .decision(.noRoute))
    }
    answer.origin = Origin(outcome)
    answer.origin.table = Int32(truncatingIfNeeded: outcome.table)
    answer.origin.route = Int32(truncatingIfNeeded: routed.route)
    answer.changesResponse = !plan.responseChanges.isEmpty
    return answer
  }

  /// The line of the head as it is now. A query that no longer stands behind its path is copied there.
  private mutating func places() -> HeadPlaces {
    guard state.isHTTP else { return HeadPlaces() }
    var places = HeadPlaces()
    places.method = Place(state.method)
    places.path = Place(state.path)
    places.target = places.path
    if let query = state.query {
      places.hasQuery = true
      places.query = Place(query)
      if query.lowerBound != state.path.upperBound + 1 {
        places.path = Place(state.bytes.copy(state.path))
        state.bytes.append(UInt8(ascii: "?"))
        places.query = Place(state.bytes.copy(query))
      }
      places.target = Place(start: places.path.start, count: places.path.count + 1 + places.query.count)
    }
    if let host = state.host {
      places.host = Place(host)
      places.authority = places.host
      if let port = state.authorityPort, port != state.schemePort {
        let copy = state.bytes.copy(host)
        state.bytes.append(UInt8(ascii: ":"))
        places.authority = Place(copy.lowerBound..<state.bytes.append(decimal: Int64(port)).upperBound)
      }
    }
    return places
  }
}

extension Origin {
  /// Of the rule that decided; the route is noted where one was taken.
  fileprivate init(_ outcome: Outcome) {
    scope = Int32(truncatingIfNeeded: outcome.scope)
    rule = Int32(truncatingIfNeeded: outcome.rule)
    isAudited = outcome.isAudited
    shadowDiffers =
      switch outcome.kind {
      case .local, .allow: outcome.shadow != .allow
      case .deny: outcome.shadow != .deny
      case .reject: false
      }
  }
}

extension LoadedBundle {
  /// What `Answer.body` is a place in.
  public var text: Span<UInt8> {
    @_lifetime(borrow self) get { plans.text.span }
  }
}
