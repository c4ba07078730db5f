import WeirPlan
import WeirPolicy
import WeirRequest

extension Differ {
  /// Allowed requests that are charged to a limit on one side alone.
  mutating func compareLimits() {
    for places in pair.placePairs {
      guard case .service(let oldService, let oldPort)? = places.old,
        case .service(let newService, let newPort)? = places.new
      else { continue }
      let old = pair.old.limits(oldService, port: oldPort)
      let new = pair.new.limits(newService, port: newPort)
      for name in new.map(\.name) + old.map(\.name).filter({ name in !new.contains { $0.name == name } }) {
        compare(name, old.first { $0.name == name }, new.first { $0.name == name }, places)
      }
    }
  }

  private mutating func compare(_ name: String, _ old: Limit?, _ new: Limit?, _ places: PlacePair) {
    let charged = [old?.condition ?? .constant(false), new?.condition ?? .constant(false)]
    guard charged[0] != charged[1] || seesPathsOtherwise(places, charged) else { return }
    let (left, right) = lists(places, withShadow: false)
    let conditions = charged + left.conditions + right.conditions
    let title = "limit \(name) for \(places.name)"
    if let obstacle = obstacle(places, conditions) { return add(undecided: title, obstacle) }
    var joint = JointConditions()
    let entries = [[charged[0]], [charged[1]], left.conditions, right.conditions].map { joint.add($0) }
    let question = Question(
      conditions: joint.all, lists: entries, context: context(places), pivots: entries[0] + entries[1]
    ) { firsts in
      firsts[0] != firsts[1] && left.outcomes[firsts[2]].effect == .allow && right.outcomes[firsts[3]].effect == .allow
    }
    let (candidates, reason) = question.candidates(asterisk: asterisk(places), limits: limits)
    if let reason { add(undecided: title, reason) }
    for isCharged in [false, true] {
      let group = candidates.filter { ($0.firsts[1] == 0) == isCharged }
      guard !group.isEmpty else { continue }
      func outcome(_ isCharged: Bool, _ limit: Limit?, _ side: PolicyPair.Side) -> DiffOutcome {
        DiffOutcome(isCharged ? .charged : .uncharged, by: name, place: limit.map { side.place($0.position) })
      }
      settle(
        group,
        Proposal(
          subject: .limit, place: places.name, name: name, view: places.view,
          old: outcome(!isCharged, old, pair.old), new: outcome(isCharged, new, pair.new),
          targets: (places.old?.target, places.new?.target),
          effect: { _, _ in isCharged ? .narrowing : .widening },
          observe: { _, _, verdict in
            guard verdict.outcome == .allow else { return nil }
            return DiffOutcome(verdict.limits.contains { $0.limit == name } ? .charged : .uncharged, by: name)
          },
          expect: { verdict, _, _ in
            [TestSuite.Expectation(outcomeOf: verdict)] + verdict.limits.map { .limit($0.limit) }
          }))
    }
  }
}

extension PolicyPair.Side {
  func limits(_ service: Int, port: Int) -> [Limit] {
    shared.limits.filter { $0.service == service && ($0.port ?? port) == port }
  }
}
