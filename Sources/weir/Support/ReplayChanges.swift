import WeirJSON
import WeirRequest

/// Recorded requests that are decided otherwise now, by what was decided and what is.
struct ReplayChanges {
  struct Answer: Hashable {
    var outcome: Verdict.Outcome
    var by: String?
    var reason: String?

    /// `allow by charge`, `deny no_rule`
    var text: String {
      switch (outcome, by, reason) {
      case (.allow, let rule?, _): "allow by \(rule)"
      case (.allow, nil, let reason?): "allow (\(reason))"
      case (.deny, let rule?, "rule"?), (.deny, let rule?, nil): "deny by \(rule)"
      case (.deny, let rule?, let reason?): "deny \(reason) (\(rule))"
      case (_, _, let reason?): "\(outcome.rawValue) \(reason)"
      case (_, _, nil): outcome.rawValue
      }
    }
  }

  struct Group {
    let old: Answer
    let new: Answer
    var count = 0
    /// The first such request, as a line for `weir eval`.
    var example: String?

    var isWidening: Bool { old.outcome != .allow && new.outcome == .allow }
  }

  private(set) var requests = 0
  /// What the log does not tell decides; none of them is in a group.
  private(set) var inDoubt = 0
  /// Those among them that were refused, and may be allowed now.
  private(set) var refusedInDoubt = 0
  private var index: [[Answer]: Int] = [:]
  private var found: [Group] = []

  /// Newly allowed first, then what is no longer allowed, then the rest; the most frequent first among them.
  var groups: [Group] {
    func rank(_ group: Group) -> Int {
      group.isWidening ? 0 : group.old.outcome == .allow && group.new.outcome != .allow ? 1 : 2
    }
    return found.enumerated().sorted { left, right in
      (rank(left.element), -left.element.count, left.offset) < (rank(right.element), -right.element.count, right.offset)
    }.map(\.element)
  }

  mutating func add(_ decision: LogDecider.Decision, example: String?) {
    let (request, verdict) = (decision.request, decision.verdict)
    guard let outcome = request.outcome else { return }
    requests += 1
    let new = Answer(outcome: verdict.outcome, by: verdict.by, reason: verdict.reason)
    var old = Answer(outcome: outcome, by: request.by, reason: request.reason)
    // What a log does not tell is not held against it.
    if old.outcome == new.outcome {
      if old.by == nil, old.reason == nil || old.reason == new.reason { old.by = new.by }
      if old.reason == nil, old.by == new.by { old.reason = new.reason }
    }
    let isInDoubt =
      verdict.isInDoubt
      ? !request.facts.withheld.subtracting(.draw).isEmpty || old != new : old != new && request.isWithheldReason
    guard !isInDoubt, !decision.restsOnDraw else {
      inDoubt += 1
      if old.outcome != .allow { refusedInDoubt += 1 }
      return
    }
    guard old != new else { return }
    let place = index[[old, new]] ?? found.count
    if place == found.count {
      index[[old, new]] = place
      found.append(Group(old: old, new: new, example: example))
    }
    found[place].count += 1
  }

  func text(skipped: [String: Int]) -> String {
    let paragraphs = groups.map { group in
      let mark = group.isWidening ? "+" : group.old.outcome == .allow && group.new.outcome != .allow ? "-" : "~"
      return
        "\(mark) \(FindingsPrinter.counted(group.count, "request")): now \(group.new.text), was \(group.old.text)\n"
        + (group.example.map { "    \($0)\n" } ?? "")
    }
    var summary =
      "\(FindingsPrinter.counted(requests, "request")), \(groups.reduce(0) { $0 + $1.count }) decided otherwise"
    if inDoubt > 0 {
      summary += ", \(inDoubt) in doubt, of which \(refusedInDoubt) \(refusedInDoubt == 1 ? "was" : "were") refused"
    }
    if !skipped.isEmpty {
      let reasons = skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
      summary += "; lines skipped: " + reasons.joined(separator: ", ")
    }
    return (paragraphs + [summary + "\n"]).joined(separator: paragraphs.isEmpty ? "" : "\n")
  }

  func jsonLines(_ source: PolicySource, skipped: [String: Int]) -> [JSONValue] {
    func json(_ answer: Answer) -> JSONValue {
      .object([
        .init("outcome", .string(answer.outcome.rawValue)), .init("by", .string(orNull: answer.by)),
        .init("reason", .string(orNull: answer.reason)),
      ])
    }
    return groups.map { group in
      .object([
        .init("kind", .string("change")), .init("count", .int(Int64(group.count))), .init("old", json(group.old)),
        .init("new", json(group.new)), .init("is_widening", .bool(group.isWidening)),
        .init("example", .string(orNull: group.example)),
      ])
    } + [
      .object([
        .init("kind", .string("summary")), .init("policy", source.json), .init("requests", .int(Int64(requests))),
        .init("changed", .int(Int64(groups.reduce(0) { $0 + $1.count }))), .init("in_doubt", .int(Int64(inDoubt))),
        .init("in_doubt_refused", .int(Int64(refusedInDoubt))),
        .init("skipped", .object(skipped.keys.sorted().map { .init($0, .int(Int64(skipped[$0] ?? 0))) })),
      ])
    ]
  }
}
