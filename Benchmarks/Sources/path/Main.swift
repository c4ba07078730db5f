import CCounters
import Glibc
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirSource

/// Measures what the request path spends on one request: making it canonical and deciding it.
///
/// `path` prints a table; `path --check` only counts and fails when a request allocates or counts references; `path --runs N SCENARIO`
/// decides N requests and nothing else, for callgrind.
@main
struct Main {
  static func main() throws {
    let arguments = CommandLine.arguments
    if let flag = arguments.firstIndex(of: "--runs"), arguments.count > flag + 2, let runs = Int(arguments[flag + 1]),
      let scenario = Scenario.all.first(where: { $0.name.hasPrefix(arguments[flag + 2] + " ") })
    {
      var bench = try Bench(scenario)
      bench.decide(runs)
      return
    }
    let isCheck = arguments.contains("--check")
    var kept = arguments
    let proof = counted { kept.append("an allocation that is seen, longer than what fits into the value itself") }
    guard proof.allocations > 0, proof.references > 0 else {
      print("the counters do not count")
      exit(1)
    }
    if !isCheck {
      print(
        "| scenario | canonical form, ns | decision, ns | both, ns | load, ms | bundle, bytes |\n|---|---|---|---|---|---|"
      )
    }
    var hasCounted = false
    for scenario in Scenario.all {
      var bench = try Bench(scenario)
      bench.decide(2 * scenario.requests.count)
      let counts = counted { bench.decide(scenario.requests.count) }
      if counts.allocations != 0 || counts.references != 0 {
        hasCounted = true
        print(
          "\(scenario.name): \(counts.allocations) allocations, \(counts.references) reference counts in "
            + "\(scenario.requests.count) requests")
      }
      guard !isCheck else { continue }
      let runs = max(1_000, 2_000_000 / max(1, scenario.requests.count) / 100 * scenario.requests.count / 10)
      let canonical = median(runs) { bench.takeOnly($0) }
      let both = median(runs) { bench.decide($0) }
      print(
        "| \(scenario.name) | \(canonical) | \(both - canonical) | \(both) | \(bench.loadMilliseconds) | \(bench.byteCount) |"
      )
    }
    print(hasCounted ? "a request allocates or counts references" : "0 allocations, 0 reference counts a request")
    if hasCounted { exit(1) }
  }

  /// The median of 21 batches, nanoseconds of processor time a run.
  static func median(_ runs: Int, _ body: (Int) -> Void) -> Int {
    var times: [Int] = []
    for _ in 0..<21 {
      let start = processorNanoseconds()
      body(runs)
      times.append((processorNanoseconds() - start) / runs)
    }
    return times.sorted()[10]
  }

  static func counted(_ body: () -> Void) -> (allocations: UInt64, references: UInt64) {
    let allocations = weir_allocations()
    let references = weir_reference_counts()
    body()
    return (weir_allocations() - allocations, weir_reference_counts() - references)
  }

  /// Processor time of this thread, so that other work on the machine does not count.
  static func processorNanoseconds() -> Int {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

/// The bytes of all requests in one block, as a worker has them.
struct Requests {
  var bytes: [UInt8] = []
  var lines: [RequestLine] = []
  /// As many for each request.
  var fields: [(name: Place, value: Place)] = []

  init(_ heads: [Head]) {
    for head in heads {
      let offset = UInt32(bytes.count)
      func moved(_ place: Place) -> Place { Place(start: place.start + offset, count: place.count) }
      lines.append(RequestLine(method: moved(head.line.method), target: moved(head.line.target), authority: nil))
      for field in head.fields { fields.append((moved(field.name), moved(field.value))) }
      bytes += head.bytes
    }
  }

  /// Hands one over as a connection would; false for one that has no canonical form.
  func take(_ number: Int, by enforcer: inout Enforcer) -> Bool {
    let source = IPAddress(high: 0, low: 0xFFFF_0A01_0203)
    enforcer.beginRequest(1, ConnectionFacts(sourceIP: source, sourcePort: 40_000, port: 0, isTLS: false))
    do throws(Reject) {
      try enforcer.takeLine(lines[number], in: bytes.span)
      let perRequest = fields.count / lines.count
      for field in (number * perRequest)..<((number + 1) * perRequest) {
        try enforcer.takeField(
          name: bytes.span.extracting(fields[field].name.range),
          value: bytes.span.extracting(fields[field].value.range))
      }
    } catch { return false }
    return true
  }
}

/// A loaded scenario.
struct Bench: ~Copyable {
  private let bundle: LoadedBundle
  private var enforcer: Enforcer
  private let entry: Entry
  private let requests: Requests
  let loadMilliseconds: Double
  let byteCount: Int

  init(_ scenario: Scenario) throws {
    let built = try Bench.compiled(scenario.policy)
    let start = Main.processorNanoseconds()
    let loaded = try LoadedBundle.load(built, trust: .anybody)
    loadMilliseconds = Double((Main.processorNanoseconds() - start) / 10_000) / 100
    byteCount = built.count
    entry = scenario.entry
    requests = Requests(scenario.requests)
    enforcer = Enforcer(for: loaded)
    bundle = loaded
  }

  private static func compiled(_ text: String) throws -> [UInt8] {
    let checked = check([SourceFile(path: "bench.weir", text: text)])
    guard let policy = checked.policy else {
      print(DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics))
      exit(1)
    }
    return try build(policy, generation: 1)
  }

  mutating func takeOnly(_ runs: Int) {
    var number = 0
    for _ in 0..<runs {
      _ = requests.take(number, by: &enforcer)
      number = number + 1 < requests.lines.count ? number + 1 : 0
    }
  }

  mutating func decide(_ runs: Int) {
    var number = 0
    for run in 0..<runs {
      guard requests.take(number, by: &enforcer) else { return }
      switch enforcer.rule(at: entry, draw: run % 10_000, under: bundle) {
      case .forward(let permit, _): _ = permit.covers(1)
      case .answer: break
      }
      number = number + 1 < requests.lines.count ? number + 1 : 0
    }
  }
}
