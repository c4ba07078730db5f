import Testing
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirReference
import WeirRequest
import WeirSource

/// Two implementations, one answer: the tree-walking reference over the typed policy, and the verified bytecode of the bundle.
@Suite struct DifferentialTests {
  static let programs = 60
  static let requestsPerProgram = 250

  @Test(arguments: 0..<programs)
  func machineAgreesWithReference(seed: Int) throws {
    var generator = ProgramGenerator(seed: UInt64(seed))
    let text = generator.program()
    let checked = check([SourceFile(path: "random.weir", text: text)])
    let complaints = checked.diagnostics.filter(\.isError).map {
      "\(checked.sources[$0.span.file].lineColumn(at: $0.span.start).line): \($0.kind.code) \($0.message)"
    }
    // A route that certainly nothing reaches is refused; drawing none would need the checker's own reasoning.
    let isUnreachable = checked.diagnostics.contains { $0.kind == .unreachableRoute }
    guard let policy = checked.policy else {
      if isUnreachable { return }
      Issue.record("seed \(seed) is not well-typed: \(complaints.joined(separator: "\n"))\n\(text)")
      return
    }
    let reference = ReferenceEvaluator(policy: policy)
    let bundle = try LoadedBundle.load(build(policy, generation: 1), trust: .anybody)
    var enforcer = Enforcer(for: bundle)

    var requests = RequestGenerator(seed: UInt64(seed), dataSets: policy.dataSets)
    for number in 0..<Self.requestsPerProgram {
      let request = requests.request()
      let expected = reference.decide(request)
      let found: Verdict? = decide(request, &enforcer, bundle)
      guard found != expected else { continue }
      Issue.record(
        """
        seed \(seed), request \(number): \(request)
        reference: \(expected.map { "\($0)" } ?? "refuses the question")
        machine:   \(found.map { "\($0)" } ?? "refuses the question")
        \(text)
        """)
      return
    }
  }

  private func decide(
    _ request: RequestFacts, _ enforcer: inout Enforcer, _ bundle: borrowing LoadedBundle
  ) -> Verdict? {
    do { return try enforcer.decide(request, under: bundle) } catch { return nil }
  }

  /// A vocabulary that never met would compare nothing.
  @Test func programsDecideBothWays() throws {
    var outcomes: [Verdict.Outcome: Int] = [:]
    var reasons: Set<String> = []
    for seed in 0..<UInt64(10) {
      var generator = ProgramGenerator(seed: seed)
      let policy = try #require(check([SourceFile(path: "random.weir", text: generator.program())]).policy)
      let reference = ReferenceEvaluator(policy: policy)
      var requests = RequestGenerator(seed: seed, dataSets: policy.dataSets)
      for _ in 0..<200 {
        guard let verdict = reference.decide(requests.request()) else { continue }
        outcomes[verdict.outcome, default: 0] += 1
        if let reason = verdict.reason { reasons.insert(reason) }
      }
    }
    for outcome in [Verdict.Outcome.allow, .deny, .reject] { #expect(outcomes[outcome, default: 0] > 100) }
    for reason in [
      "rule", "no_rule", "indeterminate", "local", "mtls_required", "repeated_header", "no_route",
      "route_indeterminate", "token_claim", "path_encoded_slash",
    ] {
      #expect(reasons.contains(reason), "\(reason) never came up")
    }
  }
}
