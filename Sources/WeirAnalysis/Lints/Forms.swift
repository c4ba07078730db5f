import WeirPlan
import WeirPolicy

/// Questions about conditions in every form that a request can have: with a path, and `OPTIONS *`.
struct Forms {
  let analyses: [Analysis]
  /// For each of them.
  private let bitmaps: [LazyBitmaps]
  /// What is true of no request; it stands after all conditions.
  private let excluded: [Int]

  /// - Parameter given: what is true of every request that is asked about.
  init(
    _ conditions: [Condition], given: Condition = .constant(true), context: PlanContext, asterisk: Asterisk?,
    limits: PlanLimits
  ) {
    excluded = given == .constant(true) ? [] : [conditions.count]
    let conditions = conditions + excluded.map { _ in .not(given) }
    var forms = [conditions]
    if let asterisk {
      let special = conditions.map(asterisk.specialised)
      if special != conditions { forms.append(special) }
    }
    analyses = forms.map { Analysis(Space($0, context: context, limits: limits), limits: limits) }
    bitmaps = analyses.map { LazyBitmaps(of: $0.space) }
  }

  /// Whether it is proved that no request satisfies one of `positive` and none of `negative`.
  func never(_ positive: [Int], without negative: [Int] = []) -> Bool {
    analyses.indices.allSatisfy { form in
      let negative = relevant(negative + excluded, to: positive, in: form)
      let answer = analyses[form].firsts([positive, negative]) { $0[0] < positive.count && $0[1] == negative.count }
      if case .never = answer { return true }
      return false
    }
  }

  /// Those that can hold together with one of `positive`, as far as a look at one slot after the other tells.
  private func relevant(_ conditions: [Int], to positive: [Int], in form: Int) -> [Int] {
    guard let first = positive.first, positive.count == 1, conditions.count > 1 else { return conditions }
    let isCompatible = bitmaps[form].value.conditions(compatibleWith: first)
    return conditions.filter { isCompatible[$0] }
  }

  /// Whether it is proved that no request satisfies all of them.
  func neverTogether(_ conditions: [Int]) -> Bool {
    analyses.allSatisfy { analysis in
      if case .never = analysis.isSatisfiable(conditions, without: excluded) { return true }
      return false
    }
  }

  /// Those that some request with a path reaches first; `nil` when that is not known.
  func reached(_ entries: [Int]) -> Set<Int>? {
    guard let analysis = analyses.first else { return nil }
    switch firsts([entries], in: analysis, where: { _ in true }) {
    case .never: return []
    case .undecided: return nil
    case .found(let found): return Set(found.compactMap { $0.firsts[0] < entries.count ? entries[$0.firsts[0]] : nil })
    }
  }

  /// Those entries that some request reaches first that the rules allow; `nil` when that is not known.
  ///
  /// - Parameter start: where the conditions of the rules begin.
  func passed(_ entries: [Int], after rules: ScopeRules, from start: Int) -> Set<Int>? {
    var passed: Set<Int> = []
    for analysis in analyses {
      switch firsts(
        [entries, Array(start..<(start + rules.conditions.count))], in: analysis,
        where: {
          rules.isAllowed($0[1])
        })
      {
      case .never: continue
      case .undecided: return nil
      case .found(let found):
        passed.formUnion(found.map(\.firsts[0]).filter(entries.indices.contains).map { entries[$0] })
      }
    }
    return passed
  }

  /// For each combination of first true conditions that is wanted, a request that gives it.
  func firsts(
    _ lists: [[Int]], in analysis: Analysis, where isWanted: ([Int]) -> Bool
  ) -> Answer<[(firsts: [Int], region: Region)]> {
    guard !excluded.isEmpty else { return analysis.firsts(lists, where: isWanted) }
    return analysis.firsts(lists + [excluded]) { $0.last == 1 && isWanted($0) }
  }

  /// The fewest of `candidates`, as far as leaving out one after the other finds them, without which a request satisfies
  /// `condition`.
  func cover(of condition: Int, among candidates: [Int]) -> [Int] {
    let inSomeForm = Set(analyses.indices.flatMap { relevant(candidates, to: [condition], in: $0) })
    let candidates = candidates.filter(inSomeForm.contains)
    if let one = candidates.first(where: { never([condition], without: [$0]) }) { return [one] }
    guard candidates.count <= 24 else { return candidates }
    var kept = candidates
    for candidate in candidates.reversed() {
      let rest = kept.filter { $0 != candidate }
      if never([condition], without: rest) { kept = rest }
    }
    return kept
  }

  /// Whether it is proved that the condition has this value for every request.
  func isConstant(_ condition: Int, _ value: Bool) -> Bool { value ? always(condition) : never([condition]) }

  /// Whether it is proved that every request satisfies the condition.
  func always(_ condition: Int) -> Bool {
    analyses.allSatisfy { analysis in
      if case .never = analysis.counterexample(to: condition, beingAlways: true) { return true }
      return false
    }
  }
}

/// Bitmaps that are made when they are first asked for: many questions never do.
private final class LazyBitmaps {
  private let space: Space
  private(set) lazy var value = Bitmaps(space)

  init(of space: Space) { self.space = space }
}
