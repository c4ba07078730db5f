import Foundation
import WeirEnforcement
import WeirVM

/// So many requests and nothing else, for counting instructions: the difference of two counts is free of loading.
struct Looping {
  let folder: String
  /// The name of its file without the ending.
  let policy: String

  enum Loop: String {
    case load, fill, decide, match
  }

  func run(_ what: Loop, _ count: Int) throws {
    let requests = try Requests("\(folder)/requests-few.tsv")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(self.policy).weirb")))
    if what == .load {
      for _ in 0..<count { _ = try LoadedBundle.load(bytes, trust: .anybody) }
      return print("{\"runs\":\(count)}")
    }
    let loaded = Loaded(try LoadedBundle.load(bytes, trust: .anybody))
    guard let scope = loaded.scope else { throw Mistake("the bundle has no rules") }
    let filling = try Filling(loaded.bundle.program)
    var frame = Frame(for: loaded.bundle.program)
    var matches = MatchSet(for: loaded.bundle.program)
    let data = DataSets(unloaded: 0)
    let entries = requests.entries
    for number in 0..<count {
      filling.fill(&frame, entries[number % entries.count], requests.bytes.span)
      switch what {
      case .load, .fill: break
      case .decide: _ = loaded.bundle.program.decide(scope, &frame, data)
      case .match: loaded.bundle.program.match(scope, &frame, data, into: &matches)
      }
    }
    print("{\"runs\":\(count)}")
  }
}
