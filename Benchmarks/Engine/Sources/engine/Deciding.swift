import Foundation
import WeirEnforcement
import WeirISA
import WeirVM

/// Loads the bundle, compares every answer with what is expected, then measures.
struct Deciding {
  let folder: String
  /// The name of its file without the ending.
  let policy: String

  func run() throws {
    let requests = try Requests("\(folder)/requests.tsv")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(self.policy).weirb")))
    var loads: [Double] = []
    for _ in 0..<5 {
      let start = Measuring.threadNanoseconds()
      _ = try LoadedBundle.load(bytes, trust: .anybody)
      loads.append(Double(Measuring.threadNanoseconds() - start) / 1_000_000)
    }
    let before = Measuring.peakKiB()
    let loaded = Loaded(try LoadedBundle.load(bytes, trust: .anybody))
    let filling = try Filling(loaded.bundle.program)
    var results = try loaded.compare(requests, filling)
    results += ",\"load_ms\":[\(Spread(loads).least),\(Spread(loads).median)],\"load_peak_kib\":\(before)"
    results += loaded.single(requests, filling) + loaded.warm(requests, filling)
    results += loaded.many(requests, filling)
    results += try loaded.threads(requests, filling)
    results += try loaded.whole(requests)
    print("{\"requests\":\(requests.entries.count)\(results),\"peak_kib\":\(Measuring.peakKiB())}")
  }
}

/// A bundle that several threads decide under.
final class Loaded: Sendable {
  let bundle: LoadedBundle

  init(_ bundle: consuming LoadedBundle) { self.bundle = bundle }

  /// The scope of the one service.
  var scope: ScopeID? { bundle.program.scope(.authz, 0) }

  /// Decisions and match sets that are not as expected.
  func compare(_ requests: Requests, _ filling: Filling) throws -> String {
    guard let scope else { throw Mistake("the bundle has no rules") }
    var frame = Frame(for: bundle.program)
    var matches = MatchSet(for: bundle.program)
    let data = DataSets(unloaded: 0)
    var (decisions, sets, allowed) = (0, 0, 0)
    for entry in requests.entries {
      filling.fill(&frame, entry, requests.bytes.span)
      let decision = bundle.program.decide(scope, &frame, data)
      if decision.isAllowed != entry.isAllowed { decisions += 1 }
      if decision.isAllowed { allowed += 1 }
      bundle.program.match(scope, &frame, data, into: &matches)
      var found: [Int] = []
      for rule in 0..<matches.ruleCount where matches[rule] == .yes { found.append(rule) }
      if found != entry.matched { sets += 1 }
    }
    return ",\"allowed\":\(allowed),\"wrong_decisions\":\(decisions),\"wrong_match_sets\":\(sets)"
  }
}
