import PropertyTesting
import Testing
import WeirEnforcement
import WeirPolicy
import WeirReference
import WeirRequest

/// The machine and the tree walker give one answer, on the requests of the worked policies and on random changes of them.
@Suite struct AgreementTests {
  @Test(arguments: workedPolicies)
  func `both evaluators agree`(folder: String) throws {
    let world = try World(folder: folder)
    let reference = ReferenceEvaluator(policy: world.policy)
    let bundle = try LoadedBundle.load(world.bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let seeds = lines("requests.jsonl", of: folder).compactMap { try? world.facts($0) }
    for seed in UInt64(0)..<150 {
      var random = SplitMix64(seed: seed)
      var facts = seeds[Int(seed) % seeds.count]
      let other = seeds[Int.random(in: seeds.indices, using: &random)]
      // The requests as they are first, then changes of them.
      if Int(seed) >= seeds.count { vary(&facts, with: other, &random) }
      let verdict = try? enforcer.decide(facts, under: bundle)
      #expect(withoutBranch(verdict) == withoutBranch(reference.decide(facts)), "\(folder) seed \(seed): \(facts)")
    }
  }

  /// The verdict without the branch of a split: the reference does not hash sticky keys. Splits of these policies stay within a service.
  private func withoutBranch(_ verdict: Verdict?) -> Verdict? {
    var verdict = verdict
    if case .forward(let service, _, let plan, let path) = verdict?.route?.action, plan.count > 1 {
      verdict?.route?.action = .forward(service: service, subset: nil, plan: plan, path: path)
    }
    return verdict
  }

  /// Changes a request a little, mostly by what another one has.
  private func vary(_ facts: inout RequestFacts, with other: RequestFacts, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<12, using: &random) {
      case 0: facts.caller = other.caller
      case 1: facts.caller = Bool.random(using: &random) ? .absent : .unavailable
      case 2: facts.http?.target = other.http?.target ?? "/"
      case 3: facts.http?.headers += other.http?.headers ?? []
      case 4: facts.http?.headers = []
      case 5: facts.http?.method = other.http?.method ?? "GET"
      case 6: facts.token = other.token
      case 7: facts.time = other.time
      case 8: facts.data = other.data
      case 9: facts.sourceIP = other.sourceIP
      case 10: facts.http?.target += Bool.random(using: &random) ? "/" : "?x=1"
      default: facts.service = other.service
      }
    }
  }
}
