import PropertyTesting
import Testing
import WeirAnalysis
import WeirCompiler
import WeirPlan
import WeirPolicy
import WeirReference
import WeirRequest
import WeirSource
import WeirTesting

/// What lint says of the meaning of random programs: no request shows otherwise, and its own request shows it.
@Suite struct LintTests {
  static let programs = 12
  static let requestsPerProgram = 80

  @Test func findingsAreTrueOfEveryRequest() throws {
    var seen: [MeaningFinding.Kind: Int] = [:]
    for seed in 0..<Self.programs {
      guard let program = Program(seed: seed) else { continue }
      let findings = MeaningAnalysis(policy: program.policy).findings()
      for finding in findings { seen[finding.kind, default: 0] += 1 }
      var requests = findings.compactMap { program.request(of: $0, seed: seed) }
      var generator = RequestGenerator(seed: UInt64(seed), dataSets: program.policy.dataSets)
      requests += (0..<Self.requestsPerProgram).map { _ in generator.request() }
      for finding in findings {
        let check = FindingCheck(finding, of: program.policy)
        for request in requests {
          guard let objection = check.objection(request) else { continue }
          Issue.record(
            "seed \(seed): \(finding.kind) of `\(finding.item.name)`: \(objection): \(request)\n\(program.text)")
          break
        }
      }
    }
    // Programs of which nothing is said would show nothing.
    for kind in MeaningFinding.Kind.allCases { #expect(seen[kind] != nil, "\(kind) never came up: \(seen)") }
  }
}

/// A random program, edited to have more that can be found.
private struct Program {
  let text: String
  let policy: Policy

  init?(seed: Int) {
    var generator = ProgramGenerator(seed: UInt64(seed))
    var random = SplitMix64(seed: UInt64(seed) &+ 0x11A7)
    let lines = generator.program().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var edited = lines.map { random.tightened($0) }
    for index in edited.indices.dropFirst() where edited[index].hasPrefix("  allow") && random.chance(25) {
      let before = edited[index - 1]
      guard let other = before.firstRange(of: " when "), let own = edited[index].firstRange(of: " when ")
      else { continue }
      edited[index].replaceSubrange(own.lowerBound..., with: before[other.lowerBound...])
    }
    for service in Vocabulary.services where random.chance(30) {
      edited.append(
        "limit many-\(service) for \(service) { rate 10000/s burst 2000 by caller, when request.method is GET }")
    }
    text = edited.joined(separator: "\n")
    guard let policy = check([SourceFile(path: "random.weir", text: text)]).policy else { return nil }
    self.policy = policy
  }

  /// The request that a finding comes with: a test that stands beside the program, and passes.
  func request(of finding: MeaningFinding, seed: Int) -> RequestFacts? {
    guard let example = finding.example else {
      Issue.record("seed \(seed): \(finding.kind) of `\(finding.item.name)` has no witness\n\(text)")
      return nil
    }
    let checked = check([SourceFile(path: "random.weir", text: "\(text)\n\(example)\n")]).policy
    guard let prepared = checked?.testCases(filter: nil).first,
      let verdict = ReferenceEvaluator(policy: policy).decide(prepared.facts)
    else {
      Issue.record("seed \(seed): \(finding.kind) of `\(finding.item.name)`: \(example) is no test\n\(text)")
      return nil
    }
    #expect(prepared.result(.success(verdict)).failures == [], "seed \(seed): \(example)\n\(text)")
    return prepared.facts
  }
}

extension SplitMix64 {
  /// A line with a rule that is a little more likely to be too much or too little.
  fileprivate mutating func tightened(_ line: String) -> String {
    // What a statement uses stays bound.
    guard let start = line.firstRange(of: " when "), !line.contains("{tail...}") else { return line }
    let isBlock = line.hasSuffix(" {")
    let head = line[..<start.upperBound]
    let body = line[start.upperBound...].dropLast(isBlock ? 2 : 0)
    let prefix = "request.path under \"\(pick(Vocabulary.prefixes))\""
    let edited: String
    switch Int.random(in: 0..<14, using: &self) {
    case 0: edited = "request.method is GET and (\(body)) and request.method is not GET"
    case 1 where !body.contains("capture."): edited = "(\(body)) or not (\(body))"
    case 2: edited = "\(prefix) and request.method is GET"
    case 3, 4: edited = prefix
    case 5 where !line.contains("deny "): edited = "caller is edge and \(prefix)"
    default: return line
    }
    return head + edited + (isBlock ? " {" : "")
  }
}

/// What a request must not do if a finding is true.
private struct FindingCheck {
  private let finding: MeaningFinding
  private let policy: Policy
  private let reference: ReferenceEvaluator
  /// Without the rule.
  private let without: ReferenceEvaluator
  private let scopes: [Int]

  init(_ finding: MeaningFinding, of policy: Policy) {
    self.finding = finding
    self.policy = policy
    reference = ReferenceEvaluator(policy: policy)
    scopes = policy.authz.indices.filter { scope in
      policy.authz[scope].rules.contains { $0.position == finding.item.position }
    }
    var edited = policy
    for scope in scopes { edited.authz[scope].rules.removeAll { $0.position == finding.item.position } }
    without = ReferenceEvaluator(policy: edited)
  }

  /// What the request shows against it; `nil` for nothing.
  func objection(_ request: RequestFacts) -> String? {
    switch finding.kind {
    case .alwaysTrue: conditions(request).contains(.no) ? "its condition is false" : nil
    case .neverTrue: conditions(request).contains(.yes) ? "its condition is true" : nil
    case .denied, .redundant, .sameMeaning:
      reference.decide(request)?.outcome != without.decide(request)?.outcome ? "without it the outcome differs" : nil
    case .unreachable: reference.decide(request)?.route?.name == finding.item.name ? "it takes a request" : nil
    case .refusedRoute: isLetIn(request) ? "its gateway lets a request come to it" : nil
    case .neverCharged:
      reference.decide(request)?.limits.contains { $0.limit == finding.item.name } ?? false ? "it is charged" : nil
    case .neverRefuses:
      charges(request).contains(finding.item.name) && !charges(request).contains(finding.cover[0].name)
        ? "it is charged alone" : nil
    case .deniedRoute: isSent(request) ? "it sends what is allowed" : nil
    case .unreachedAllow:
      request.service == nil && reference.decide(request)?.by == finding.item.name ? "a gateway reaches it" : nil
    }
  }

  /// Its values for the request wherever it stands.
  private func conditions(_ request: RequestFacts) -> [Kleene] {
    guard let verdict = reference.decide(request), verdict.outcome != .reject else { return [] }
    let rules = scopes.compactMap { scope -> Kleene? in
      guard case .service(let service, _) = policy.authz[scope].target,
        request.service == policy.services[service].name,
        let rule = policy.authz[scope].rules.first(where: { $0.position == finding.item.position })
      else { return nil }
      return reference.evaluate(finding.part ?? rule.condition, scope: scope, request)
    }
    let limits = policy.limits.filter { $0.position == finding.item.position }.compactMap { limit -> Kleene? in
      guard request.service == policy.services[limit.service].name else { return nil }
      return value(finding.part ?? limit.condition, limit.tokens, limit.pathView, request)
    }
    let routes = policy.routeTables.compactMap { table -> Kleene? in
      // What is said of the hosts of a gateway is said of nobody else's requests.
      guard finding.cover.isEmpty || request.gateway == finding.cover[0].name else { return nil }
      guard let route = table.routes.first(where: { $0.position == finding.item.position }) else { return nil }
      return value(finding.part ?? route.condition, table.tokens, table.pathView, request)
    }
    return rules + limits + routes
  }

  /// A condition in a view that is not that of a scope.
  private func value(
    _ condition: Condition, _ tokens: [Int], _ pathView: PathView, _ request: RequestFacts
  ) -> Kleene? {
    var asked = policy
    asked.authz[0].tokens = tokens
    asked.authz[0].pathView = pathView
    return ReferenceEvaluator(policy: asked).evaluate(condition, scope: 0, request)
  }

  private func charges(_ request: RequestFacts) -> [String] {
    reference.decide(request)?.limits.map(\.limit) ?? []
  }

  private func isLetIn(_ request: RequestFacts) -> Bool {
    guard request.service == nil, let verdict = reference.decide(request) else { return false }
    return verdict.outcome == .allow && verdict.route?.name == finding.item.name
  }

  private func isSent(_ request: RequestFacts) -> Bool {
    guard let verdict = reference.decide(request), verdict.outcome == .allow, let route = verdict.route,
      route.name == finding.item.name, case .forward(let service, _, _, _) = route.action
    else { return false }
    // What a service is asked itself is not decided as it is sent.
    return request.service == nil && finding.cover.contains { $0.name == service }
  }
}
