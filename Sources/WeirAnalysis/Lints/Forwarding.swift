import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// The request that a route sends to a service, in terms of the one that came in.
///
/// What the route leaves alone is the same in both, what it sets is known, everything else may be anything. That is more
/// than the route can send, so what is denied of all of it is denied of whatever the route sends.
struct Forwarding {
  enum Fate {
    /// As it came in.
    case same
    /// Constants of the policy, in `facts`.
    case known
    /// The request that is sent has another value than the one that came in, and it is not known.
    case changed
  }

  let prover: Prover
  let table: RouteTable
  let route: Int
  private let service: Int
  private let port: Int
  private let headers: HeaderFates
  private let path: Fate
  /// What is known of every request that is sent.
  private let facts: RequestFacts

  /// - Parameters:
  ///   - route: an index into the routes of the table; one that forwards.
  ///   - port: one that takes requests.
  init(_ prover: Prover, table: RouteTable, route: Int, to service: Int, port: Int) {
    self.prover = prover
    self.table = table
    self.route = route
    self.service = service
    self.port = port
    let policy = prover.policy
    let action = table.routes[route].action
    headers = HeaderFates(action.headerChanges)
    var http = RequestFacts.HTTP(method: "GET", scheme: nil, host: action.rewriteHost, target: "/", headers: [])
    if let template = action.rewritePath {
      path = template.constant == nil ? .changed : .known
      http.target = template.constant ?? http.target
    } else {
      path = policy.authz[policy.services[service].ports[port].authz].pathView == table.pathView ? .same : .changed
    }
    http.headers = headers.known.sorted { $0.key < $1.key }.flatMap { name, values in
      values.map { RequestFacts.Header(name, $0) }
    }
    var facts = RequestFacts()
    facts.http = http
    facts.port = policy.services[service].ports[port].number
    if case .gateway(let gateway) = table.owner {
      facts.caller = policy.gateways[gateway].identity.map { .known($0) } ?? .absent
    }
    self.facts = facts
  }

  var scope: Int { prover.policy.services[service].ports[port].authz }

  /// Conditions of the service, decided as far as what the route sends is known.
  func seen(_ conditions: [Condition]) -> [Condition] { conditions.map { $0.mapTests(asSeen) } }

  /// What every request satisfies that the route sends.
  func sent(_ unknown: inout Unknowns) -> Condition {
    var parts = [table.routes[route].condition.mapTests { asSent($0, &unknown) }]
    if let pattern { parts.append(pattern) }
    if case .gateway(let gateway) = table.owner, fate(.host) == .same {
      let rules = prover.policy.authz[scope].rules.map(\.condition)
      parts.append(prover.policy.answering(gateway, asked: rules + table.routes.map(\.condition)))
    }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  /// Looks for a request that the route sends and of which the first true one of `seen` is wanted. `none` is proved.
  ///
  /// - Parameters:
  ///   - seen: conditions of the service, as `seen(_:)` makes them.
  ///   - considersEarlier: whether to leave out what earlier routes take.
  func search(_ seen: [Condition], considersEarlier: Bool, isWanted: @escaping (Int) -> Bool) -> SearchResult {
    var unknown = Unknowns()
    let earlier = considersEarlier ? table.routes[..<route] : []
    let sent = earlier.map { $0.condition.mapTests { asSent($0, &unknown) } } + [sent(&unknown)]
    let last = sent.count - 1
    let rules = prover.policy.admitting(table, times: table.routes.count)
    let before = rules?.conditions.map { $0.mapTests { asSent($0, &unknown) } } ?? []
    let (ofService, ofGateway) = (sent.count, sent.count + seen.count)
    let conditions = sent + seen + before
    let question = Question(
      conditions: conditions,
      lists: [Array(sent.indices), Array(ofService..<ofGateway), Array(ofGateway..<conditions.count)],
      context: PlanContext(authz: prover.policy.authz[scope], of: prover.policy)
    ) { $0[0] == last && isWanted($0[1]) && rules?.isAllowed($0[2]) ?? true }
    // A rewritten path is a path, whatever it was before.
    let isRewritten = table.routes[route].action.rewritePath != nil
    return question.search(
      asterisk: isRewritten ? nil : Asterisk(reference: prover.reference, scope: scope), limits: prover.limits)
  }

  /// What is known of a path that pieces of the request are put into: the whole segments it begins with.
  private var pattern: Condition? {
    guard path == .changed, let segments = table.routes[route].action.rewritePath?.leadingSegments else { return nil }
    let pattern = SegmentPattern(
      prefix: "", segments: segments.map { .literal($0) }, rest: .any(name: nil), text: "")
    return .holds(.path, .matches(pattern.seen(in: prover.policy.authz[scope].pathView)))
  }

  /// A test of a route in terms of the request that is sent.
  private func asSent(_ test: Test, _ unknown: inout Unknowns) -> Condition {
    if test.reads.allSatisfy({ fate($0) == .same }) { return .test(test) }
    guard test.attribute == .path, table.routes[route].action.rewritePath == nil,
      let patterns = test.predicate.pathPatterns
    else { return unknown.stands(for: test) }
    // The same path, but the two see it differently.
    var part: Condition
    let view = prover.policy.authz[scope].pathView
    if view == .exact {
      part = .path(fits: patterns, seenIn: table.pathView)
    } else if table.pathView == .exact {
      // What fits as it is fits as it is seen, but not the other way round.
      var positive = test
      positive.isNegated = false
      part = .and([
        .or(patterns.map { .holds(.path, .matches($0.seen(in: view))) }), unknown.stands(for: positive),
      ])
    } else {
      return unknown.stands(for: test)
    }
    if test.isNegated { part = .not(part) }
    return part
  }

  /// A test of the service, decided where all it reads is known.
  func asSeen(_ test: Test) -> Condition {
    guard test.reads.allSatisfy({ fate($0) == .known }) else { return .test(test) }
    switch prover.reference.evaluate(.test(test), scope: scope, facts) {
    case .yes: return .constant(true)
    case .no: return .constant(false)
    case .undetermined, nil: return .test(test)
    }
  }

  func fate(_ attribute: Attribute) -> Fate {
    switch attribute {
    case .method, .scheme, .clientIP, .sourceIP, .sourcePort, .sni, .claim, .token, .time: return .same
    case .path: return path
    case .host: return facts.http?.host == nil ? .same : .known
    case .port: return facts.port == nil ? .changed : .known
    case .caller, .callerTrustDomain, .callerNamespace, .callerAccount:
      if case .gateway = table.owner { return .known }
      return .same
    case .capture(_, let bindings):
      let fates = Set(bindings.map { fate($0.source == .path ? .path : .caller) })
      return fates.count == 1 ? fates.first ?? .changed : .changed
    case .header(let name): return headers.isSame(name) ? .same : headers.known[name] == nil ? .changed : .known
    case .cookie: return headers.isSame("cookie") ? .same : .changed
    case .query:
      return table.routes[route].action.rewritePath?.text.contains("?") == true ? .changed : .same
    case .responseStatus, .responseHeader: return .changed
    }
  }
}
