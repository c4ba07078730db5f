import WeirPlan
import WeirPolicy

/// The rules of one port, and which of them what a route sends there can satisfy: for all routes of a table at once, told by
/// a look at one slot after the other.
///
/// Few rules are left of many where a route and a rule ask for the path, so that what is left to prove is small.
struct ForwardedRules {
  private let rules: ScopeRules
  private var changeOf: [Int: RequestChange] = [:]
  /// The rules as the service sees what is sent, and where they stand among all conditions; `nil` for what is never true.
  private var seen: [RequestChange: [(condition: Condition, place: Int?)]] = [:]
  /// By route, where what it sends stands.
  private var places: [Int: Int] = [:]
  /// `nil` where no route is looked at.
  private var bitmaps: Bitmaps?

  /// - Parameters:
  ///   - routes: indices into the routes of the table; all of them forward to the service.
  ///   - left: conditions that may still be looked at; routes that come after it is used up are left out.
  init(
    _ prover: Prover, table: RouteTable, routes: [Int], to service: Int, port: Int, _ left: inout Int
  ) {
    let authz = prover.policy.authz[prover.policy.services[service].ports[port].authz]
    rules = ScopeRules(authz)
    guard !rules.allows.isEmpty, left > 0 else { return }
    let own = rules.conditions
    var all = own
    var unknown = Unknowns()
    for route in routes {
      let forwarding = Forwarding(prover, table: table, route: route, to: service, port: port)
      let change = RequestChange(table.routes[route].action)
      if seen[change] == nil {
        left -= own.count + routes.count
        guard left > 0 else { break }
        seen[change] = zip(own.indices, forwarding.seen(own)).map { index, condition in
          if condition == .constant(false) { return (condition, nil) }
          if condition == own[index] { return (condition, index) }
          all.append(condition)
          return (condition, all.count - 1)
        }
      }
      changeOf[route] = change
      places[route] = all.count
      all.append(forwarding.sent(&unknown))
    }
    guard !places.isEmpty else { return }
    // Deciding knows a class for every value, the target of `OPTIONS *` too.
    bitmaps = Bitmaps(
      Space(all, context: PlanContext(authz: authz, of: prover.policy), purpose: .deciding, limits: prover.limits))
  }

  /// Whether the port allows nothing at all.
  var allowNothing: Bool { rules.allows.isEmpty }

  /// Rules that a request which a route sends may satisfy: all others are false for it.
  struct Candidates {
    let conditions: [Condition]
    /// Whether a request is allowed whose first true one is this.
    let isAllowed: (Int) -> Bool
    let hasAllow: Bool
  }

  /// - Returns: `nil` for a route that was left out.
  func candidates(for route: Int) -> Candidates? {
    guard let bitmaps, let change = changeOf[route], let place = places[route], let seen = seen[change] else {
      return nil
    }
    let isCompatible = bitmaps.conditions(compatibleWith: place)
    let kept = seen.indices.filter { index in seen[index].place.map { isCompatible[$0] } ?? false }
    return Candidates(
      conditions: kept.map { seen[$0].condition },
      isAllowed: { [rules] first in first < kept.count && rules.isAllowed(kept[first]) },
      hasAllow: kept.contains(where: rules.isAllowed))
  }
}
