import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest

/// What a number of requests have seen of a policy: rules that decided, tests that were true and false, routes and branches that were
/// taken, values at the edges of what rules ask for.
public struct Coverage {
  let prover: Prover
  let subjects: [CoverageSubject]
  let goals: [CoverageGoal]
  private(set) var seen: Set<CoverageGoal> = []
  /// Subjects by where their conditions are looked at.
  private let lookedAt: [DecisionLook.Place: [(subject: Int, place: CoverageSubject.Place)]]
  private let boundaries: [[(test: Int, boundary: Boundary)]]

  public init(policy: Policy, limits: PlanLimits = PlanLimits()) {
    prover = Prover(policy: policy, limits: limits)
    subjects = CoverageSubject.all(policy)
    goals = subjects.indices.flatMap { [subjects] subject in
      subjects[subject].aims().map { CoverageGoal(subject: subject, aim: $0) }
    }
    var lookedAt: [DecisionLook.Place: [(subject: Int, place: CoverageSubject.Place)]] = [:]
    for (index, subject) in subjects.enumerated() {
      for place in subject.places
      where !(lookedAt[place.look] ?? []).contains(where: { $0.subject == index && $0.place.index == place.index }) {
        lookedAt[place.look, default: []].append((index, place))
      }
    }
    self.lookedAt = lookedAt.mapValues { $0.sorted { $0.place.index < $1.place.index } }
    boundaries = subjects.map { subject in
      subject.tests.enumerated().flatMap { test, value in value.boundaries.map { (test, $0) } }
    }
  }

  /// Counts a request and its verdict.
  public mutating func observe(_ facts: RequestFacts, _ verdict: Verdict) {
    seen.formUnion(goals(of: facts, verdict, beyond: seen))
  }

  /// Everything that one request sees; what `known` has already is not looked for.
  func goals(of facts: RequestFacts, _ verdict: Verdict, beyond known: Set<CoverageGoal>) -> Set<CoverageGoal> {
    var found: Set<CoverageGoal> = []
    for look in prover.reference.looks(deciding: facts) {
      let entries = lookedAt[look.place] ?? []
      let values = entries.map { look.value(of: $0.place.condition) }
      for (number, entry) in entries.enumerated() {
        if acts(number, values, entries.map(\.subject)) { found.insert(.init(subject: entry.subject, aim: .acts)) }
        for (index, test) in entry.place.tests.enumerated() {
          let goals = [true, false].map { CoverageGoal(subject: entry.subject, aim: .value(test: index, $0)) }
          if goals.allSatisfy(known.contains) { continue }
          switch look.value(of: .test(test)) {
          case .yes: found.insert(goals[0])
          case .no: found.insert(goals[1])
          case .undetermined: break
          }
        }
        for (test, boundary) in boundaries[entry.subject] {
          let goal = CoverageGoal(subject: entry.subject, aim: .boundary(test: test, boundary))
          guard !known.contains(goal), let value = look.value(of: boundary.attribute) else { continue }
          if boundary.covers(value) { found.insert(goal) }
        }
      }
      if let taken = branch(entries.map(\.subject), values, verdict) { found.insert(taken) }
    }
    return found
  }

  /// Whether the subject is what decides, among those that were looked at with it.
  private func acts(_ number: Int, _ values: [Kleene], _ looked: [Int]) -> Bool {
    guard values[number] == .yes else { return false }
    func earlier(_ isMeant: (CoverageSubject.Kind) -> Bool) -> [Int] {
      looked.indices.filter { isMeant(subjects[looked[$0]].kind) && $0 < number }
    }
    switch subjects[looked[number]].kind {
    case .limit, .rule(.audit, _), .rule(_, isShadow: true): return true
    case .route: return (0..<number).allSatisfy { values[$0] == .no }
    case .rule(.deny, _):
      return earlier { $0 == .rule(.deny, isShadow: false) }.allSatisfy { values[$0] != .yes }
    case .rule(.allow, _):
      let denies = looked.indices.filter { subjects[looked[$0]].kind == .rule(.deny, isShadow: false) }
      return denies.allSatisfy { values[$0] == .no }
        && earlier { $0 == .rule(.allow, isShadow: false) }.allSatisfy { values[$0] != .yes }
    }
  }

  /// The branch that the verdict names, of the route that was taken in this look.
  private func branch(_ looked: [Int], _ values: [Kleene], _ verdict: Verdict) -> CoverageGoal? {
    guard let taken = values.firstIndex(where: { $0 != .no }), case .route(let split) = subjects[looked[taken]].kind,
      case .forward(let service, let subset, plan: _, path: _)? = verdict.route?.action,
      let branch = split.firstIndex(where: {
        prover.policy.services[$0.destination.service].name == service && $0.destination.subset == subset
      })
    else { return nil }
    return CoverageGoal(subject: looked[taken], aim: .branch(branch))
  }
}
