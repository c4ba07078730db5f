import WeirPlan
import WeirPolicy

/// A question about all requests: lists of conditions, each list standing for *the first of these that is true*, and
/// which combinations of answers are looked for.
struct Question {
  var conditions: [Condition]
  /// Indices into `conditions`.
  var lists: [[Int]]
  var context: PlanContext
  /// Indices into `conditions`, of which one is true of every request that is looked for; `nil` when that is not known.
  /// Whatever cannot hold together with it is left out of the lists, so that a small change of many rules is a small question.
  var pivots: [Int]?
  /// Given the place of the first true condition in each list; the length of the list where none is.
  var isWanted: ([Int]) -> Bool

  init(
    conditions: [Condition], lists: [[Int]], context: PlanContext, pivots: [Int]? = nil,
    isWanted: @escaping ([Int]) -> Bool
  ) {
    self.conditions = conditions
    self.lists = lists
    self.context = context
    self.pivots = pivots
    self.isWanted = isWanted
  }
}

/// A way for a request to do what was looked for.
struct Candidate {
  /// Whether it is `OPTIONS *`.
  var isAsterisk: Bool
  var space: Space
  var region: Region
  /// What `Question.isWanted` was given.
  var firsts: [Int]
}

enum SearchResult {
  /// No request does it.
  case none
  /// One candidate for each combination of answers.
  case some([Candidate])
  case undecided(because: String)
}

extension Question {
  /// - Parameter asterisk: `nil` where requests have no target.
  func search(asterisk: Asterisk?, limits: PlanLimits) -> SearchResult {
    let (candidates, undecided) = candidates(asterisk: asterisk, limits: limits)
    if !candidates.isEmpty { return .some(candidates) }
    return undecided.map { .undecided(because: $0) } ?? .none
  }

  /// What was found, and why that may not be all; for each combination of answers a few candidates at most.
  func candidates(asterisk: Asterisk?, limits: PlanLimits) -> (found: [Candidate], undecided: String?) {
    var candidates: [Candidate] = []
    var reason: String?
    func look(_ question: Question, isAsterisk: Bool) {
      let analysis = Analysis(Space(question.conditions, context: question.context, limits: limits), limits: limits)
      for part in question.parts(analysis.space) {
        switch analysis.firsts(part.lists, where: { question.isWanted(part.firsts($0)) && part.isMeant($0) }) {
        case .never: break
        case .undecided(let because): reason = reason ?? because
        case .found(let found):
          candidates += found.map {
            Candidate(isAsterisk: isAsterisk, space: analysis.space, region: $0.region, firsts: part.firsts($0.firsts))
          }
        }
      }
    }
    let question = withLineLinks(limits)
    look(question, isAsterisk: false)
    if let asterisk {
      var special = question
      special.conditions = question.conditions.map(asterisk.specialised)
      if special.conditions != question.conditions { look(special, isAsterisk: true) }
    }
    return (candidates, reason)
  }

  /// What a request of the question can hold that makes a condition undetermined, whatever the host supplies; `nil` for nothing.
  ///
  /// Doubt denies, so this matters only where something is to be allowed.
  ///
  /// - Parameter claim: the condition that such a request meets.
  func doubt(where claim: Condition) -> String? {
    let known = claim.certainlyRead
    for test in conditions.flatMap(\.tests) where !known.contains(test.attribute) {
      switch test.attribute {
      case .header(let name) where context.policy.headers.first { $0.name == name }?.type == .int:
        return "header `\(name)` may hold what is no number, and then nothing is allowed by a rule that reads it"
      case .cookie(let name) where test.quantifier != nil:
        return "the cookie header may be malformed, and then nothing is allowed by a rule that reads `\(name)`"
      default: continue
      }
    }
    return nil
  }
}

extension Condition {
  /// Attributes without whose one value the condition is not true.
  fileprivate var certainlyRead: Set<Attribute> {
    switch self {
    case .and(let operands): operands.reduce(into: []) { $0.formUnion($1.certainlyRead) }
    case .test(let test): test.quantifier == nil ? [test.attribute] : []
    case .constant, .or, .not: []
    }
  }
}
