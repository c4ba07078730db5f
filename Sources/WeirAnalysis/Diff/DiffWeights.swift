/// What recorded requests are of a comparison's classes.
public struct DiffWeights: Hashable, Sendable {
  /// For each class the requests of it.
  public var counts: [Int]
  /// Requests that were decided under both policies.
  public var requests = 0
  /// Those of any class.
  public var changed = 0
  /// Those that a policy could not decide for want of something that the log does not say: data, the time, an address.
  public var inDoubt = 0
  /// Lines that were not looked at, by reason.
  public var skipped: [String: Int] = [:]

  public init(classCount: Int) { counts = Array(repeating: 0, count: classCount) }

  public mutating func add(_ classes: [Int]) {
    requests += 1
    if !classes.isEmpty { changed += 1 }
    for index in classes { counts[index] += 1 }
  }

  /// `120 requests recorded, 7 of a class above; 2 in doubt; skipped: 3 malformed_json`
  public var summary: String {
    var parts = ["\(requests) recorded, \(changed) of them in the classes above"]
    if inDoubt > 0 { parts.append("\(inDoubt) rest on what the log does not say") }
    if !skipped.isEmpty {
      let reasons = skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
      parts.append("lines skipped: " + reasons.joined(separator: ", "))
    }
    return parts.joined(separator: "; ")
  }
}

extension PolicyDiff {
  /// With the weight of each class told, heaviest first among those of one effect.
  public func weighed(_ weights: DiffWeights) -> PolicyDiff {
    var result = self
    result.weights = weights
    for index in result.classes.indices { result.classes[index].recorded = weights.counts[index] }
    result.classes = DiffClass.Effect.inOrder.flatMap { effect in
      result.classes.enumerated().filter { $0.element.effect == effect }
        .sorted { ($1.element.recorded ?? 0, $0.offset) < ($0.element.recorded ?? 0, $1.offset) }.map(\.element)
    }
    return result
  }
}

extension DiffClass.Effect {
  /// What is newly allowed first.
  static let inOrder: [DiffClass.Effect] = [.widening, .narrowing, .neutral]
}
