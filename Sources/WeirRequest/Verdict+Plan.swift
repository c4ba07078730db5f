import WeirPolicy

extension Policy {
  /// A split by the names of its destinations.
  public func plan(_ split: [WeightedDestination]) -> [Verdict.PlanEntry] {
    split.map { Verdict.PlanEntry(destination: name(of: $0.destination), weight: $0.weight) }
  }
}

extension [Verdict.PlanEntry] {
  /// As policies and tests write it: `web`, or `{ web 90%, cart 10% }`.
  public var text: String {
    guard count > 1 else { return first?.destination ?? "" }
    return "{ \(map { "\($0.destination) \(percentText($0.weight))" }.joined(separator: ", ")) }"
  }
}
