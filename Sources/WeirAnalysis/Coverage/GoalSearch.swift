import WeirPlan
import WeirPolicy

/// Looks for requests that reach the goals of one site. All its conditions are in one space, so that a request says everything
/// that any of them reads.
struct GoalSearch {
  enum Outcome {
    /// Best first.
    case found([Candidate])
    /// Proved: no request reaches it.
    case impossible
    case undecided(String)
  }

  private let questions: GoalQuestions
  private let numbers: [Condition: Int]
  /// Requests with a path, then `OPTIONS *` where that is another thing.
  private let forms: Forms
  /// Answers to shared questions, by form and lists.
  private var known: [Asked: Answer<[(firsts: [Int], region: Region)]>] = [:]

  /// Of the shared question, which is one and the same at a site.
  private var sharedLists: [[Int]]?

  private struct Asked: Hashable {
    let form: Int
    let lists: [[Int]]
  }

  init(_ prover: Prover, site: CoverageSubject.Site, goals: [(CoverageGoal, CoverageSubject, CoverageSubject.Place)]) {
    let questions = GoalQuestions(policy: prover.policy, site: site)
    self.questions = questions
    var numbers: [Condition: Int] = [:]
    var conditions: [Condition] = []
    let asked = goals.flatMap { questions.questions(for: $0.0, of: $0.1, at: $0.2).flatMap { $0.lists.joined() } }
    for condition in questions.decisive + asked where numbers[condition] == nil {
      numbers[condition] = conditions.count
      conditions.append(condition)
    }
    self.numbers = numbers
    let context: PlanContext
    let asterisk: Asterisk?
    let given: Condition
    switch site {
    case .scope(let scope):
      given = prover.policy.answering(scope: scope, asked: conditions)
      context = PlanContext(authz: prover.policy.authz[scope], of: prover.policy)
      asterisk = prover.isHTTP(scope: scope) ? Asterisk(reference: prover.reference, scope: scope) : nil
    case .table(let table):
      given = prover.policy.answering(table: table, asked: conditions)
      context = PlanContext(
        policy: prover.policy, pathView: prover.policy.routeTables[table].pathView, callerCanBeAbsent: true)
      asterisk = prover.policy.authz.indices.first.map { Asterisk(reference: prover.reference, scope: $0) }
    }
    forms = Forms(conditions, given: given, context: context, asterisk: asterisk, limits: prover.limits)
  }

  /// How many questions there are for a goal: each asks for less than the one before it.
  func ranks(_ goal: CoverageGoal, of subject: CoverageSubject, at place: CoverageSubject.Place) -> Int {
    questions.questions(for: goal, of: subject, at: place).count
  }

  /// The answer to the question of this rank. Only the last one can prove that a goal is impossible.
  mutating func search(
    _ goal: CoverageGoal, of subject: CoverageSubject, at place: CoverageSubject.Place, rank: Int
  ) -> Outcome {
    let question = questions.questions(for: goal, of: subject, at: place)[rank]
    let lists = question.isShared ? sharedLists ?? numbered(question) : numbered(question)
    if question.isShared { sharedLists = lists }
    var candidates: [Candidate] = []
    var reason: String?
    for (form, analysis) in forms.analyses.enumerated() {
      switch answer(question, lists, form, analysis) {
      case .never: break
      case .undecided(let because): reason = because
      case .found(let found):
        candidates += found.map {
          Candidate(isAsterisk: form > 0, space: analysis.space, region: $0.region, firsts: $0.firsts)
        }
      }
    }
    if !candidates.isEmpty { return .found(candidates) }
    return reason.map { .undecided($0) } ?? .impossible
  }

  private func numbered(_ question: GoalQuestion) -> [[Int]] { question.lists.map { $0.compactMap { numbers[$0] } } }

  private mutating func answer(
    _ question: GoalQuestion, _ lists: [[Int]], _ form: Int, _ analysis: Analysis
  ) -> Answer<[(firsts: [Int], region: Region)]> {
    guard question.isShared else { return forms.firsts(lists, in: analysis, where: question.isWanted) }
    let asked = Asked(form: form, lists: lists)
    let all = known[asked] ?? forms.firsts(lists, in: analysis) { _ in true }
    known[asked] = all
    guard case .found(let found) = all else { return all }
    let wanted = found.filter { question.isWanted($0.firsts) }
    return wanted.isEmpty ? .never : .found(wanted)
  }
}
