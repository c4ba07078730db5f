import Foundation
import Synchronization
import WeirEnforcement
import WeirVM

extension Loaded {
  /// Nanoseconds of a thread's processor time a request, reading it included, alone and with another thread on the same bundle.
  func threads(_ requests: Requests, _ filling: Filling) throws -> String {
    let one = run(1, requests, filling)
    let two = run(2, requests, filling)
    return ",\"threads_1_ns\":\(one.json),\"threads_2_ns\":\(two.json)"
  }

  private func run(_ count: Int, _ requests: Requests, _ filling: Filling) -> Spread {
    let times = Mutex<[Double]>([])
    let threads = (0..<count).map { number in
      Thread { [self] in
        var mine: [Double] = []
        for _ in 0..<5 { mine.append(pass(number, requests, filling)) }
        times.withLock { $0 += mine }
      }
    }
    for thread in threads { thread.start() }
    while !threads.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.002) }
    return Spread(times.withLock { $0 })
  }

  /// All requests once, from a place that differs by thread.
  private func pass(_ thread: Int, _ requests: Requests, _ filling: Filling) -> Double {
    guard let scope else { return 0 }
    var frame = Frame(for: bundle.program)
    let data = DataSets(unloaded: 0)
    let entries = requests.entries
    let first = thread * entries.count / 2
    return Measuring.runs(rounds: 1, count: entries.count) {
      for number in entries.indices {
        filling.fill(&frame, entries[(first + number) % entries.count], requests.bytes.span)
        _ = bundle.program.decide(scope, &frame, data)
      }
    }.least
  }

  /// Everything that `weir eval` does for a request but reading its line: canonical form, rules, limits, all that matches.
  func whole(_ requests: Requests) throws -> String {
    let facts = (0..<min(2_000, requests.entries.count)).map(requests.facts)
    var enforcer = Enforcer(for: bundle)
    var wrong = 0
    for (number, request) in facts.enumerated() {
      let verdict = try enforcer.decide(request, under: bundle)
      if (verdict.outcome == .allow) != requests.entries[number].isAllowed { wrong += 1 }
    }
    let part = facts.prefix(64)
    let spread = Measuring.runs(rounds: 7, count: part.count) {
      for request in part { _ = try? enforcer.decide(request, under: bundle) }
    }
    return ",\"whole_wrong\":\(wrong),\"whole_ns\":\(spread.json)"
  }
}
