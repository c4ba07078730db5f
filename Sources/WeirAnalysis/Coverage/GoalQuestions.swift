import WeirPlan
import WeirPolicy

/// A question whose answers reach a goal: lists of conditions, of each of which the first true one is looked at.
struct GoalQuestion {
  var lists: [[Condition]]
  /// Given the place of the first true condition of each list; its length where none is.
  var isWanted: ([Int]) -> Bool
  /// Whether all its answers are of use: other goals ask the same lists.
  var isShared = false
}

/// What to ask for the goals of one site.
struct GoalQuestions {
  let policy: Policy
  let site: CoverageSubject.Site

  /// The conditions that decide about a request to the site, whatever is asked: it is to say what they read.
  var decisive: [Condition] {
    switch site {
    case .table(let table): return policy.routeTables[table].routes.map(\.condition)
    case .scope(let scope):
      var found = ScopeRules(policy.authz[scope]).conditions
      if case .gateway(let gateway) = policy.authz[scope].target {
        let tables = policy.routeTables.filter { $0.owner == .gateway(gateway) }
        found += tables.flatMap { $0.routes.map(\.condition) }
      }
      return found
    }
  }

  /// The last says exactly what reaches the goal. Those before it ask for more: that the value of the test matters, that the request
  /// gets there.
  func questions(for goal: CoverageGoal, of subject: CoverageSubject, at place: CoverageSubject.Place) -> [GoalQuestion]
  {
    switch goal.aim {
    case .acts, .branch: return [acting(subject, place)]
    case .value(let test, let value):
      let asked = Condition.test(place.tests[test])
      return mattering(asked, value, test, subject, place)
    case .boundary(let test, let boundary): return mattering(boundary.probe, true, test, subject, place)
    }
  }

  private func acting(_ subject: CoverageSubject, _ place: CoverageSubject.Place) -> GoalQuestion {
    switch (subject.kind, site) {
    case (.rule(.deny, isShadow: false), .scope(let scope)), (.rule(.allow, isShadow: false), .scope(let scope)):
      let rules = ScopeRules(policy.authz[scope])
      let all = rules.denies + rules.allows
      let wanted = all.firstIndex { $0.position == subject.position }
      return GoalQuestion(lists: [all.map(\.condition)], isWanted: { $0[0] == wanted }, isShared: true)
    case (.limit, .scope(let scope)):
      let rules = ScopeRules(policy.authz[scope])
      return GoalQuestion(lists: [[place.condition], rules.conditions]) { $0[0] == 0 && rules.isAllowed($0[1]) }
    case (.route, .table(let table)):
      let routes = policy.routeTables[table].routes.map(\.condition)
      return GoalQuestion(lists: [routes], isWanted: { $0[0] == place.index }, isShared: true)
    case (.rule, _), (.limit, _), (.route, _):
      return GoalQuestion(lists: [[place.condition]]) { $0[0] == 0 }
    }
  }

  /// Requests of which `asked` comes to `value`, preferably such that another value of the test would change its condition.
  private func mattering(
    _ asked: Condition, _ value: Bool, _ test: Int, _ subject: CoverageSubject, _ place: CoverageSubject.Place
  ) -> [GoalQuestion] {
    let wanted = value ? 0 : 1
    var found = [
      GoalQuestion(
        lists: [
          [asked], [place.condition.setting(test: test, to: true)], [place.condition.setting(test: test, to: false)],
        ]
      ) { $0[0] == wanted && $0[1] != $0[2] },
      GoalQuestion(lists: [[asked]]) { $0[0] == wanted },
    ]
    // Limits are looked at after an allow; routes where none before took the request.
    switch (subject.kind, site) {
    case (.limit, .scope(let scope)):
      let rules = ScopeRules(policy.authz[scope])
      for index in found.indices { found[index].require(rules.conditions) { rules.isAllowed($0) } }
    case (.route, .table(let table)):
      let earlier = policy.routeTables[table].routes[..<place.index].map(\.condition)
      var reached = found
      for index in reached.indices { reached[index].require(Array(earlier)) { $0 == earlier.count } }
      found = reached + [found[1]]
    case (.rule, _), (.limit, _), (.route, _): break
    }
    return found
  }
}

extension GoalQuestion {
  fileprivate mutating func require(_ list: [Condition], _ isMeant: @escaping (Int) -> Bool) {
    let (before, count) = (isWanted, lists.count)
    lists.append(list)
    isWanted = { before($0) && isMeant($0[count]) }
  }
}

extension Condition {
  /// The same with a constant in the place of one test.
  fileprivate func setting(test wanted: Int, to value: Bool) -> Condition {
    var number = -1
    return mapTests { test in
      number += 1
      return number == wanted ? .constant(value) : .test(test)
    }
  }
}
