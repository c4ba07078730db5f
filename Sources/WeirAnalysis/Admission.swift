import WeirPlan
import WeirPolicy

/// What is true of every request that a gateway lets in.
extension Policy {
  /// Conditions of rules beside all questions of one table together: a second of work.
  private static let admittingMax = 1 << 16

  /// That a gateway answers for the host; nothing where that is every host, or no one asks for hosts.
  func answering(_ gateway: Int, asked conditions: [Condition]) -> Condition {
    answering(gateways[gateway].hosts, asked: conditions)
  }

  private func answering(_ hosts: [HostPattern], asked conditions: [Condition]) -> Condition {
    guard !hosts.isEmpty, conditions.contains(where: { $0.tests.contains { $0.reads.contains(.host) } }) else {
      return .constant(true)
    }
    return .or(hosts.map(\.condition))
  }

  /// The same for the routes of a table.
  func answering(table: Int, asked conditions: [Condition]) -> Condition {
    switch routeTables[table].owner {
    case .gateway(let gateway): answering(gateway, asked: conditions)
    case .hosts(let hosts): answering(hosts, asked: conditions)
    case .service: .constant(true)
    }
  }

  /// The same for a scope: hosts are asked at gateways alone.
  func answering(scope: Int, asked conditions: [Condition]) -> Condition {
    guard case .gateway(let gateway) = authz[scope].target else { return .constant(true) }
    return answering(gateway, asked: conditions)
  }

  /// The enforced rules that a request has passed when it comes to the routes of a table; `nil` where that is every request, or
  /// cannot be said in terms of the routes: the two see paths differently, or the rules are many.
  ///
  /// - Parameter count: how often it is asked along with a question; where that is too much work nothing is said.
  func admitting(_ table: RouteTable, times count: Int = 1) -> ScopeRules? {
    guard case .gateway(let gateway) = table.owner, let scope = gateways[gateway].authz else { return nil }
    let rules = ScopeRules(authz[scope])
    let conditions = rules.conditions.whereFew
    guard conditions.count * count <= Self.admittingMax else { return nil }
    guard authz[scope].pathView == table.pathView || !conditions.contains(where: \.readsPath) else { return nil }
    if rules.denies.isEmpty, rules.allows.contains(where: { $0.condition == .constant(true) }) { return nil }
    return conditions.count == rules.conditions.count ? rules : nil
  }
}
