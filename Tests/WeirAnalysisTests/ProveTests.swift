import Foundation
import Testing
import WeirAnalysis
import WeirCompiler
import WeirPlan
import WeirPolicy
import WeirReference
import WeirSource
import WeirTesting

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// `Tests/Corpus/prove/CASE/*.weir` gives the answers of `expected.txt`; `UPDATE_GOLDEN=1` writes it.
@Suite struct ProveTests {
  static let cases = ["clock", "comparisons", "connections", "gateways", "http", "lines", "places", "routes"]

  private func files(_ name: String) throws -> [SourceFile] {
    let folder = repository.appending(path: "Tests/Corpus/prove/\(name)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".weir") }
    return try names.sorted().map {
      SourceFile(path: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
    }
  }

  private func policy(_ files: [SourceFile]) throws -> Policy {
    let checked = check(files)
    let findings = DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics)
    return try #require(checked.hasErrors ? nil : checked.policy, "\(findings)")
  }

  @Test(arguments: cases) func answersAreAsExpected(name: String) throws {
    let policy = try policy(files(name))
    let text = Prover(policy: policy).results().map(\.text).joined()
    let golden = repository.appending(path: "Tests/Corpus/prove/\(name)/expected.txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try text.write(to: golden, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: golden, encoding: .utf8) == text)
  }

  /// A counterexample is a test that passes where it is pasted.
  @Test(arguments: cases) func counterexamplesPassWhenPasted(name: String) throws {
    let files = try files(name)
    let found = Prover(policy: try policy(files)).results().compactMap { result -> String? in
      if case .refuted(let counterexample) = result.answer { counterexample.test } else { nil }
    }
    #expect(!found.isEmpty)
    for (number, test) in found.enumerated() {
      let module = "module shop\n\n"
      let pasted = try policy(files + [SourceFile(path: "pasted.weir", text: module + test)])
      let reference = ReferenceEvaluator(policy: pasted)
      let cases = pasted.testCases(filter: nil)
      #expect(!cases.isEmpty)
      for item in cases {
        let verdict = try #require(reference.decide(item.facts))
        #expect(item.result(.success(verdict)).failures == [], "\(number): \(test)")
      }
    }
  }

  /// Merged, these regexes have a state for every set of letters that came after an x.
  @Test func regexesThatMultiplyAreProved() throws {
    let rules = "abcdefghij".map {
      #"  allow \#($0) when caller is api and request.query["q"] matches re".*x\#($0).*""#
    }
    let text = #"""
      module shop

      mesh shop-mesh { trust_domain "shop.example" }
      service web { identity "spiffe://shop.example/ns/prod/sa/web", protocol http, endpoints dns "web:8080" }
      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz web {
      \#(rules.joined(separator: "\n"))
      }

      prove "letters" { never allow web when request.query["q"] matches re"[a-w]*" }
      """#
    let results = Prover(policy: try policy([SourceFile(path: "a.weir", text: text)])).results()
    #expect(results.map(\.answer.isProved) == [true])
  }

  /// A budget that is gone proves nothing. What is refuted all the same was decided by the reference.
  @Test func withoutABudgetNothingIsProved() throws {
    var limits = PlanLimits()
    limits.pairsMax = 0
    for result in Prover(policy: try policy(files("http")), limits: limits).results() {
      switch result.answer {
      // That a condition excludes itself is seen without a look at the rules.
      case .undecided, .refuted, .vacuous: continue
      case .proved, .contradicted: Issue.record("\(result.text)")
      }
    }
  }
}
