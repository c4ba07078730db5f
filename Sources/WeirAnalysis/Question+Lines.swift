import WeirPlan
import WeirPolicy

/// What holds between `any` and `all` lines of one header, query parameter or cookie: the space knows each of them for
/// itself alone.
extension Question {
  /// Beyond which nothing is said: each is one more thing to look at beside all others.
  private static let linksMax = 16
  /// Tests of one attribute; every pair of them is asked for.
  private static let testsMax = 16

  /// The same question of requests that have lines as they are asked for.
  func withLineLinks(_ limits: PlanLimits) -> Question {
    let links = lineLinks(limits)
    guard !links.isEmpty else { return self }
    var result = self
    result.conditions += links
    result.lists += links.indices.map { [conditions.count + $0] }
    result.isWanted = { [isWanted, lists] firsts in
      firsts.dropFirst(lists.count).allSatisfy { $0 == 0 } && isWanted(Array(firsts.prefix(lists.count)))
    }
    return result
  }

  private func lineLinks(_ limits: PlanLimits) -> [Condition] {
    var tests: [Attribute: [WeirPolicy.Test]] = [:]
    var order: [Attribute] = []
    for test in conditions.flatMap(\.tests) where test.quantifier != nil && test.predicate != .isPresent {
      // What it is compared with may be absent, which is not a matter of lines.
      guard test.predicate.otherAttribute == nil else { continue }
      var test = test
      (test.whenAbsent, test.hasExplicitElse, test.position) = (false, false, .nowhere)
      if tests[test.attribute] == nil { order.append(test.attribute) }
      if !tests[test.attribute, default: []].contains(test) { tests[test.attribute, default: []].append(test) }
    }
    return order.flatMap { attribute -> [Condition] in
      guard let found = tests[attribute], 2...Self.testsMax ~= found.count else { return [] }
      let links = links(attribute, found, limits)
      return links.count <= Self.linksMax ? links : []
    }
  }

  private func links(_ attribute: Attribute, _ tests: [WeirPolicy.Test], _ limits: PlanLimits) -> [Condition] {
    // `all` is that none is otherwise: each test says whether some line is of one kind.
    let kinds = tests.map { test in
      var kind = test
      kind.quantifier = nil
      if test.quantifier == .all { kind.isNegated.toggle() }
      return Condition.test(kind)
    }
    let isSome = tests.map { test in test.quantifier == .any ? Condition.test(test) : .not(.test(test)) }
    let present = kinds.count
    let analysis = Analysis(
      Space(kinds + [.isPresent(attribute)], context: context, limits: limits), limits: limits)
    func never(_ positive: [Int], without negative: [Int]) -> Bool {
      if case .never = analysis.isSatisfiable(positive, without: negative) { true } else { false }
    }
    let isAbsent = Condition.not(
      .test(
        WeirPolicy.Test(
          attribute: attribute, quantifier: .any, predicate: .isPresent, whenAbsent: false, position: .nowhere)))
    var links: [Condition] = []
    for left in kinds.indices {
      for right in kinds.indices where right != left {
        if never([left], without: [right]) { links.append(.or([isAbsent, .not(isSome[left]), isSome[right]])) }
        if left < right, never([present], without: [left, right]) {
          links.append(.or([isAbsent, isSome[left], isSome[right]]))
        }
      }
    }
    return links
  }
}
