import WeirJSON

extension ScopeExplanation {
  /// As `weir eval --explain` and `weir admin explain` write it.
  public var json: JSONValue {
    .object([
      .init("scope", .string(scope)), .init("rules", .array(rules.map(\.json))),
      .init("nearest_miss", nearestMiss.map { rules[$0].json } ?? .null),
    ])
  }
}

extension ScopeExplanation.RuleLine {
  var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("effect", .string(effect)), .init("place", .string(place)),
      .init("outcome", .string(outcome.rawValue)), .init("failing_test", .string(orNull: failingTest)),
    ])
  }
}
