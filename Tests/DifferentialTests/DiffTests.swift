import PropertyTesting
import Testing
import WeirAnalysis
import WeirCompiler
import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest
import WeirSource

/// A comparison of two random programs: what it shows differs, and what differs it shows.
@Suite struct DiffTests {
  static let pairs = 16
  static let requestsPerPair = 150

  @Test(arguments: 0..<pairs)
  func classesAreWhatDiffers(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) &+ 0xD1FF)
    var generator = ProgramGenerator(seed: UInt64(seed))
    let text = generator.program()
    guard let old = policy(text) else { return }
    // A few edits, as a change of policy has them; those that do not compile are left out.
    var edited = text
    for _ in 0..<6 {
      let next = random.edited(edited)
      if policy(next) != nil { edited = next }
    }
    let new = try #require(policy(edited))
    let diff = PolicyDiff(from: old, to: new, limits: Self.limits)
    func fail(_ what: String) {
      Issue.record("seed \(seed): \(what)\n--- old\n\(text)\n--- new\n\(edited)\n---\n\(diff.text)")
    }
    #expect(diff.contradictions.isEmpty, "seed \(seed): \(diff.contradictions)\n\(text)\n---\n\(edited)")

    // The witnesses were confirmed under names of the comparison's own making; here is the plain way.
    let sides = (ReferenceEvaluator(policy: old), ReferenceEvaluator(policy: new))
    let weigher = DiffWeigher(diff, from: old, to: new)
    for (index, found) in diff.classes.enumerated() {
      let line = Array(found.witness.request.text.utf8)
      let decided = (decide(line, old, sides.0), decide(line, new, sides.1))
      guard decided.0?.verdict == found.witness.old, decided.1?.verdict == found.witness.new else {
        return fail("the witness of \(found.headline) is decided otherwise")
      }
      if !weigher.classes(old: decided.0, new: decided.1).contains(index) {
        return fail("the witness of \(found.headline) is not of its class")
      }
    }

    var requests = RequestGenerator(seed: UInt64(seed), dataSets: old.dataSets)
    for _ in 0..<Self.requestsPerPair {
      let facts = requests.suppliedRequest()
      guard let line = facts.json(dataSets: old.dataSets).map({ Array($0.text.utf8) }),
        let left = decide(line, old, sides.0), let right = decide(line, new, sides.1)
      else { continue }
      guard isComparable(left.verdict), isComparable(right.verdict), differs(left.verdict, right.verdict) else {
        continue
      }
      if weigher.classes(old: left, new: right).isEmpty, diff.isCertain {
        return fail(
          "not in any class: \(String(decoding: line, as: UTF8.self))\nold \(left.verdict.json.text)\nnew \(right.verdict.json.text)"
        )
      }
    }
  }

  /// Small, so that the suite stays quick; what they do not suffice for is undecided, and then nothing is promised.
  private static let limits: PlanLimits = {
    var limits = PlanLimits()
    limits.graphStepsMax = 2_000_000
    limits.pairsMax = 50_000
    return limits
  }()

  private func policy(_ text: String) -> Policy? { check([SourceFile(path: "random.weir", text: text)]).policy }

  private func decide(_ line: [UInt8], _ policy: Policy, _ reference: ReferenceEvaluator) -> DiffWeigher.Decided? {
    guard let facts = try? RequestDecoder(data: DataNames(policy.dataSets)).decode(line),
      let verdict = reference.decide(facts)
    else { return nil }
    return DiffWeigher.Decided(facts: facts, verdict: verdict)
  }

  /// A comparison is of requests for which everything is known.
  private func isComparable(_ verdict: Verdict) -> Bool {
    verdict.reason != "indeterminate" && verdict.reason != DecisionReject.routeIndeterminate.rawValue
  }

  private func differs(_ left: Verdict, _ right: Verdict) -> Bool {
    left.outcome != right.outcome || left.by != right.by || left.reason != right.reason || left.route != right.route
      || (left.outcome == .allow && left.limits.map(\.limit) != right.limits.map(\.limit))
  }
}

extension RequestGenerator {
  /// A request of which everything that a rule reads is known.
  fileprivate mutating func suppliedRequest() -> RequestFacts {
    while true {
      var facts = request()
      // Comparisons are of headers that hold what they are declared to hold.
      facts.http?.headers.removeAll { header in
        header.name.lowercased() == "x-count" && Int(header.value) == nil
          || header.name.lowercased() == "cookie" && !header.value.contains("=")
      }
      if facts.sourceIP != .unavailable, facts.caller != .unavailable, facts.time != nil, facts.data.count == 2,
        facts.http?.host != nil
      {
        return facts
      }
    }
  }
}

extension SplitMix64 {
  /// One line of a program changed: a rule or limit is dropped, its effect turned, its condition that of another one.
  fileprivate mutating func edited(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func isRule(_ line: String) -> Bool { line.hasPrefix("  allow r") || line.hasPrefix("  deny r") }
    let rules = lines.indices.filter { isRule(lines[$0]) }
    let forwards = lines.indices.filter { lines[$0].contains("    forward to ") }
    guard !rules.isEmpty else { return text }
    let rule = pick(rules)
    switch Int.random(in: 0..<6, using: &self) {
    case 0: lines.remove(at: rule)
    case 1:
      lines[rule] =
        lines[rule].hasPrefix("  allow")
        ? lines[rule].replacing("  allow", with: "  deny", maxReplacements: 1)
        : lines[rule].replacing("  deny", with: "  allow", maxReplacements: 1)
    case 2:
      let other = pick(rules)
      guard let condition = lines[other].firstRange(of: " when "), let own = lines[rule].firstRange(of: " when ")
      else { return text }
      lines[rule] = String(lines[rule][..<own.lowerBound] + lines[other][condition.lowerBound...])
    case 3:
      guard let own = lines[rule].firstRange(of: " when ") else { return text }
      lines[rule] =
        "\(lines[rule][..<own.upperBound])request.method in { GET, POST } and (\(lines[rule][own.upperBound...]))"
    case 4:
      let routes = lines.indices.filter { lines[$0].hasPrefix("  route t") }
      guard let route = routes.isEmpty ? nil : pick(routes),
        let end = lines[route...].firstIndex(of: "  }")
      else { return text }
      lines.removeSubrange(route...end)
    default:
      guard forwards.count > 1 else { return text }
      lines[pick(forwards)] = lines[pick(forwards)]
    }
    return lines.joined(separator: "\n")
  }
}
