import WeirPlan
import WeirPolicy

/// Headers, cookies and query parameters of which `any` or `all` lines are asked.
extension CaseBuilder {
  /// Gives each as many lines as its tests need to come out as the region says.
  mutating func addLines(_ region: Region) {
    for (index, slot) in space.slots.enumerated()
    where slot.isRepeated && slot.attribute.isLine && region.point.classOf[index] == 1 {
      let place = lines.firstIndex { $0.attribute == slot.attribute }
      let single = space.slotIndex(slot.attribute)
      // A value that is asked for as the only one is that.
      if place != nil, let single, region.asked.contains(single) { continue }
      let wishes = wishes(slot.attribute, region)
      if !wishes.isEmpty,
        let values = LineChoice(wishes, usual: usualLine(slot.attribute), context: space.context)
          .values(isSingle: single != nil)
      {
        if let place { lines.remove(at: place) }
        lines.append((slot.attribute, values))
      } else if place == nil {
        addLine(slot.attribute, usualLine(slot.attribute))
      }
    }
  }

  private func wishes(_ attribute: Attribute, _ region: Region) -> [LineWish] {
    region.variables.compactMap { variable in
      guard case .test(let test) = space.variables[variable], test.attribute == attribute,
        let quantifier = test.quantifier
      else { return nil }
      var ofOne = test
      ofOne.quantifier = nil
      // `all` is that none is otherwise.
      let isTrue = region.point.classOf[space.slots.count + variable] == 1
      if quantifier == .all { ofOne.isNegated.toggle() }
      return LineWish(test: ofOne, isWanted: isTrue == (quantifier == .any))
    }
  }

  private func usualLine(_ attribute: Attribute) -> Value {
    if attribute == .cookieHeader { return .string("other=1") }
    if case .header(let name) = attribute, policy.headers.first(where: { $0.name == name })?.type == .int {
      return .int(1)
    }
    return .string("other")
  }

  /// A cookie of which the header tells as well is not said twice.
  mutating func joinCookies() {
    guard let header = lines.firstIndex(where: { $0.attribute == .cookieHeader }) else { return }
    let told = lines[header].values
    for index in lines.indices {
      guard case .cookie(let name) = lines[index].attribute else { continue }
      if told == [usualLine(.cookieHeader)] { lines[header].values = [] }
      lines[index].values.removeAll { value in
        if case .string(let text) = value { told.contains(.string("\(name)=\(text)")) } else { false }
      }
    }
    lines.removeAll(where: \.values.isEmpty)
  }
}

/// What a test of one value is to come to among the lines: whether some line satisfies it.
struct LineWish {
  let test: Test
  let isWanted: Bool
}

/// Finds lines for wishes: one value of each class that the tests tell apart is looked at.
struct LineChoice {
  /// Values and, for each wish, whether they satisfy its test.
  private var candidates: [(value: Value, satisfies: [Bool])] = []
  private let wishes: [LineWish]

  /// - Parameters:
  ///   - wishes: of one attribute. A test that is not about the value alone has no say.
  ///   - usual: a value that is taken where it is as good as another.
  init(_ wishes: [LineWish], usual: Value, context: PlanContext) {
    let conditions = wishes.map { wish in
      var test = wish.test
      test.whenAbsent = false
      return Condition.test(test)
    }
    let space = Space(conditions, context: context)
    let isOfTheValue = conditions.indices.map { condition in
      space.clauses.clausesOf[condition].allSatisfy { clause in
        space.clauses.constraints[clause].allSatisfy { space.clauses.dimensions[$0] == 0 }
      }
    }
    let kept = wishes.indices.filter { isOfTheValue[$0] }
    self.wishes = kept.map { wishes[$0] }
    guard let classes = space.classes.first, !kept.isEmpty else { return }
    for (number, witness) in classes.witnesses.enumerated() {
      guard case .value(let value) = witness else { continue }
      candidates.append(
        (
          classes.classID(of: .value(usual)) == number ? usual : value,
          kept.map { condition in
            space.clauses.clausesOf[condition].contains { clause in
              space.clauses.constraints[clause].allSatisfy { space.clauses.set(at: $0).contains(number) }
            }
          }
        ))
    }
  }

  /// - Parameter isSingle: whether there may be but one line.
  /// - Returns: `nil` when no lines were found.
  func values(isSingle: Bool) -> [Value]? {
    let allowed = candidates.filter { candidate in
      wishes.indices.allSatisfy { wishes[$0].isWanted || !candidate.satisfies[$0] }
    }
    let wanted = wishes.indices.filter { wishes[$0].isWanted }
    if let one = allowed.first(where: { candidate in wanted.allSatisfy { candidate.satisfies[$0] } }) {
      return [one.value]
    }
    guard !isSingle else { return nil }
    var values: [Value] = []
    for wish in wanted {
      guard let found = allowed.first(where: { $0.satisfies[wish] }) else { return nil }
      if !values.contains(found.value) { values.append(found.value) }
    }
    return values.isEmpty ? nil : values
  }
}
