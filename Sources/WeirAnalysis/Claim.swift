import WeirPolicy
import WeirRequest

/// One claim of a `prove`, of one port.
public struct ClaimResult: Sendable {
  public let proof: String
  public let module: String
  /// A display path.
  public let file: String
  /// From 1.
  public let line: Int
  /// From 1.
  public let column: Int
  /// `never allow payments`
  public let claim: String
  public let answer: ClaimAnswer
}

public enum ClaimAnswer: Sendable {
  /// It holds for every canonical request that is not refused before the rules, every draw, every content of the data
  /// sets, and every clock.
  case proved
  /// No request meets its condition, so it says nothing.
  case vacuous
  case refuted(Counterexample)
  /// The reason, in words.
  case undecided(because: String)
  /// The analysis found a request that the reference evaluator decides otherwise: a mistake of Weir, and no finding.
  case contradicted(String)

  public var isProved: Bool {
    switch self {
    case .proved, .vacuous: true
    case .refuted, .undecided, .contradicted: false
    }
  }
}

/// A request that breaks a claim. The reference evaluator has decided it.
public struct Counterexample: Sendable {
  /// A `test` to paste beside the rules. It passes: it says what the policy does.
  public let test: String
  /// What the verdict does not show, in words: a mirror, a fault, where the test can stand.
  public let note: String?
  public let facts: RequestFacts
  public let verdict: Verdict
}

extension ClaimResult {
  /// With another note on the counterexample, if there is one.
  public func noting(_ note: String) -> ClaimResult {
    guard case .refuted(let found) = answer else { return self }
    let notes = [found.note, note].compactMap(\.self).joined(separator: "; ")
    return ClaimResult(
      proof: proof, module: module, file: file, line: line, column: column, claim: claim,
      answer: .refuted(Counterexample(test: found.test, note: notes, facts: found.facts, verdict: found.verdict)))
  }

  /// For people: a line, and the counterexample below it.
  public var text: String {
    let head = "\(file):\(line):\(column): \(proof): \(claim): "
    switch answer {
    case .proved: return head + "proved\n"
    case .vacuous: return head + "proved, but of nothing: no request meets its condition\n"
    case .undecided(let reason): return head + "undecided because \(reason)\n"
    case .contradicted(let test):
      return head + "internal error, no finding: the analysis and the reference evaluator disagree about\n\n"
        + indented(test) + "\n"
    case .refuted(let found):
      return head + "refuted\(found.note.map { ": \($0)" } ?? "")\n\n" + indented(found.test) + "\n"
    }
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined()
  }
}

extension Policy {
  /// `never allow payments port admin`
  func text(of statement: Proof.Statement) -> String {
    switch statement {
    case .never(let outcome): "never \(text(of: outcome))"
    case .always(let outcome): "always \(text(of: outcome))"
    case .equivalent(let left, let right, _): "equivalent \(place(ofScope: left)) and \(place(ofScope: right))"
    }
  }

  private func text(of outcome: Proof.Outcome) -> String {
    switch outcome {
    case .allow(let scope, _): "allow \(place(ofScope: scope))"
    case .deny(let scope, _): "deny \(place(ofScope: scope))"
    case .route(let table, let destination, _): "route \(place(ofTable: table)) to \(name(of: destination))"
    }
  }

  private func place(ofScope scope: Int) -> String {
    CaseText(policy: self).place(TestSuite.Target(authz[scope].target))
  }

  private func place(ofTable table: Int) -> String {
    switch routeTables[table].owner {
    case .gateway(let gateway): gateways[gateway].name
    case .service(let service): services[service].name
    case .hosts(let hosts): hosts.map { $0.isWildcard ? "\"*.\($0.name)\"" : "\"\($0.name)\"" }.joined(separator: ", ")
    }
  }
}

extension TestSuite.Target {
  init(_ target: AuthzScope.Target) {
    switch target {
    case .gateway(let gateway): self = .gateway(gateway)
    case .service(let service, let port): self = .service(service, port: port)
    }
  }
}
