import WeirEnforcement
import WeirISA
import WeirVM

extension Loaded {
  /// Nanoseconds of one decision again and again: the first rule that allows, the last one, none.
  func single(_ requests: Requests, _ filling: Filling) -> String {
    guard let scope else { return "" }
    let entries = requests.entries
    let hits = entries.filter { $0.isAllowed && $0.matched.count == 1 }
    let chosen: [(String, Requests.Entry?)] = [
      ("first", hits.min { $0.matched[0] < $1.matched[0] }), ("last", hits.max { $0.matched[0] < $1.matched[0] }),
      ("miss", entries.first { $0.matched.isEmpty }),
    ]
    var frame = Frame(for: bundle.program)
    var matches = MatchSet(for: bundle.program)
    let data = DataSets(unloaded: 0)
    var result = ""
    for (name, entry) in chosen {
      guard let entry else { continue }
      filling.fill(&frame, entry, requests.bytes.span)
      let count = batch { _ = bundle.program.decide(scope, &frame, data) }
      let decided = Measuring.runs(rounds: 31, count: count) {
        for _ in 0..<count { _ = bundle.program.decide(scope, &frame, data) }
      }
      let matchCount = batch { bundle.program.match(scope, &frame, data, into: &matches) }
      let matched = Measuring.runs(rounds: 15, count: matchCount) {
        for _ in 0..<matchCount { bundle.program.match(scope, &frame, data, into: &matches) }
      }
      result += ",\"\(name)_ns\":\(decided.json),\"\(name)_match_ns\":\(matched.json)"
    }
    return result
  }

  /// 64 requests in turn, which stay in the caches.
  func warm(_ requests: Requests, _ filling: Filling) -> String {
    let entries = Array(requests.entries.prefix(64))
    return passes("warm", entries, requests.bytes, filling, rounds: 31)
  }

  /// All requests once a round: more than the caches hold.
  func many(_ requests: Requests, _ filling: Filling) -> String {
    passes("cold", requests.entries, requests.bytes, filling, rounds: 5)
  }

  private func passes(
    _ name: String, _ entries: [Requests.Entry], _ bytes: [UInt8], _ filling: Filling, rounds: Int
  ) -> String {
    guard let scope else { return "" }
    var frame = Frame(for: bundle.program)
    var matches = MatchSet(for: bundle.program)
    let data = DataSets(unloaded: 0)
    let repeats = max(1, 2_000 / entries.count)
    let count = repeats * entries.count
    func each(_ body: (Requests.Entry) -> Void) { for _ in 0..<repeats { for entry in entries { body(entry) } } }
    let filled = Measuring.runs(rounds: rounds, count: count) { each { filling.fill(&frame, $0, bytes.span) } }
    let decided = Measuring.runs(rounds: rounds, count: count) {
      each { entry in
        filling.fill(&frame, entry, bytes.span)
        _ = bundle.program.decide(scope, &frame, data)
      }
    }
    // A naive search for all matches takes long; a part of the requests tells as much.
    let part = min(count, 4_000)
    let matched = Measuring.runs(rounds: min(rounds, 5), count: part) {
      for number in 0..<part {
        filling.fill(&frame, entries[number * 7_919 % entries.count], bytes.span)
        bundle.program.match(scope, &frame, data, into: &matches)
      }
    }
    return """
      ,"\(name)_fill_ns":\(filled.json),"\(name)_with_fill_ns":\(decided.json),"\(name)_ns":\(decided.without(filled).json),\
      "\(name)_match_ns":\(matched.without(filled).json)
      """
  }

  /// How many runs take about two milliseconds.
  private func batch(_ body: () -> Void) -> Int {
    for _ in 0..<3 { body() }
    let start = Measuring.threadNanoseconds()
    for _ in 0..<8 { body() }
    return max(1, min(20_000, 2_000_000 * 8 / max(1, Measuring.threadNanoseconds() - start)))
  }
}
