import WeirISA
import WeirPlan
import WeirPolicy

/// How a scope is decided, for people.
public struct ScopeStatistics: Hashable, Sendable {
  public var kind: ScopeKind
  public var name: String
  public var strategy: ScopeStrategy
  public var rules: Int
  /// Rules of which every clause asks for the class of some slot; the others are looked at for every request.
  public var indexedRules: Int
  public var clauses: Int
  public var slots: Int
  /// More than slots where one has several.
  public var classifiers: Int
  public var variables: Int
  /// Edges of the graph; 0 without one.
  public var edges: Int
  /// Rules that made the graph too large, worst first.
  public var causes: [String]
  /// Predicates that the classes of their slot had no room for.
  public var refusals: Int
}

extension ProgramBuilder {
  /// Plans how a scope is decided.
  ///
  /// - Parameters:
  ///   - entries: enforced denies, then enforced allows; or routes.
  /// - Returns: `nil` when rules are asked one after another.
  mutating func plan(
    _ kind: ScopeKind, _ name: String, _ rules: [(name: String, condition: Condition)], entries: [Int],
    context: PlanContext, position: Position
  ) throws(CodegenError) -> DecisionPlan? {
    guard !rules.isEmpty else { return nil }
    let space = Space(rules.map(\.condition), context: context, purpose: .deciding)
    guard space.dimensionCount <= DecisionFormat.dimensionsMax else {
      record(kind, name, rules, space, nil, .sequence, causes: [])
      return nil
    }
    var graph: DecisionGraph?
    var causes: [Int] = []
    if space.isGraphExact(entries) {
      do throws(GraphFailure) {
        graph = try DecisionGraph(space, entries: entries, hasLeaves: true)
      } catch {
        causes = error.conditions
      }
    }
    var writer = DecisionWriter(space, graph, conditionCount: rules.count)
    var classifiers: [Int] = []
    for slot in writer.slots { classifiers.append(try classifier(space.slots[slot], space.classes[slot], context)) }
    var conditions: [Int] = []
    for variable in writer.variables {
      conditions.append(try condition(space.variables[variable].condition, view: context.pathView))
    }
    let plan = try writer.write(classifiers: classifiers, conditions: conditions, needed: space.needed(by: entries))
    decisionFeatures.append((graph == nil ? .decisionClauses : .decisionGraphs, position))
    record(kind, name, rules, space, graph, plan.strategy, causes: causes)
    return plan
  }

  private mutating func classifier(
    _ slot: Slot, _ classes: SlotClasses, _ context: PlanContext
  ) throws(CodegenError) -> Int {
    guard
      let number = compiler.slots.slot(
        for: slot.attribute, isRepeated: slot.isRepeated, view: context.pathView, &compiler.pools),
      number <= UInt16.max
    else { throw .tooMany("attributes", limit: Int(UInt16.max)) }
    let kind: ClassifierKind
    let body: ClassifierPlan.Body
    switch classes.classifier {
    case .presence:
      kind = .presence
      body = .presence
    case .intervals(let intervals):
      if case .address = slot.kind {
        kind = .addresses
        body = .intervals(intervals.addressWords, count: intervals.starts.count)
      } else {
        kind = .integers
        body = .intervals(intervals.integerWords, count: intervals.starts.count)
      }
    case .text(let classifier):
      kind = .texts
      body = .texts(
        try TextPlan(TextTable(classifier), lead: slot.kind.lead, &compiler.pools) {
          automata.number(of: $0)
        })
    }
    let head = ClassifierHead(
      kind: kind, canBeAbsent: classes.witnesses.first == .absent, slot: UInt16(truncatingIfNeeded: number))
    return classifiers.number(of: ClassifierPlan(head: head.word, classCount: classes.count, body: body))
  }

  private mutating func record(
    _ kind: ScopeKind, _ name: String, _ rules: [(name: String, condition: Condition)], _ space: Space,
    _ graph: DecisionGraph?, _ strategy: ScopeStrategy, causes: [Int]
  ) {
    statistics.append(
      ScopeStatistics(
        kind: kind, name: name, strategy: strategy, rules: rules.count,
        indexedRules: rules.indices.count { strategy != .sequence && space.isIndexed($0) },
        clauses: space.clauses.count, slots: space.slots.count { $0.group == 0 }, classifiers: space.slots.count,
        variables: space.variables.count, edges: graph?.edgeCount ?? 0, causes: causes.map { rules[$0].name },
        refusals: space.refusals.count))
  }
}

extension Variable {
  fileprivate var condition: Condition {
    switch self {
    case .test(let test): .test(test)
    case .condition(let condition): condition
    }
  }
}

extension GraphFailure {
  fileprivate var conditions: [Int] {
    switch self {
    case .tooManyEdges(let conditions), .tooManySteps(let conditions): conditions
    }
  }
}
