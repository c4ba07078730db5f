import CCounters
import Glibc
import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// Measures decisions and compilation. `--check` only counts allocations and reference counting, and fails when there are any.
@main
struct Main {
  static func main() throws {
    let isCheck = CommandLine.arguments.contains("--check")
    var hasCounted = false
    var kept = CommandLine.arguments
    let proof = counted { kept.append("an allocation that is seen, longer than what fits into the value itself") }
    guard proof.allocations > 0, proof.references > 0 else {
      print("the counters do not count")
      exit(1)
    }
    if !isCheck {
      print(
        "| rules | compile, ms | verify, ms | bytes | strategy, edges, indexed | graph: first, last, miss, ns "
          + "| clauses: first, last, miss | one by one: first, last, miss | all matches: by clauses, one by one |")
      print("|---|---|---|---|---|---|---|---|---|")
    }
    for count in isCheck ? [10, 1_000] : [10, 100, 1_000, 10_000] {
      let policy = SyntheticPolicy.policy(rules: count)
      let before = processorNanoseconds()
      let generated = try generateProgram(policy)
      let compiled = processorNanoseconds()
      let program = try verify(UnverifiedProgram(generated.image))
      let verified = processorNanoseconds()
      guard let scope = program.scope(.authz, 0), let statistics = generated.scopes.first else { return }
      var frame = Frame(for: program)
      var matches = MatchSet(for: program)
      let data = DataSets(unloaded: 0)
      let last = (0..<count).last { $0 % 8 == 0 } ?? 0
      var cells: [String] = []
      for strategy in [ScopeStrategy.graph, .clauses, .sequence] {
        var row: [Int] = []
        for number in [0, last, -1] {
          fill(&frame, Request(number: number), program)
          if !isCheck { row.append(median { _ = program.decide(scope, &frame, data, by: strategy) }) }
          let counts = counted { _ = program.decide(scope, &frame, data, by: strategy) }
          if counts.allocations != 0 || counts.references != 0 {
            hasCounted = true
            print("\(count) rules: \(counts.allocations) allocations, \(counts.references) reference counts a decision")
          }
        }
        cells.append(row.map { "\($0)" }.joined(separator: ", "))
      }
      fill(&frame, Request(number: last), program)
      if !isCheck {
        let all = [ScopeStrategy.clauses, .sequence].map { strategy in
          median { program.match(scope, &frame, data, by: strategy, into: &matches) }
        }
        cells.append(all.map { "\($0)" }.joined(separator: ", "))
      }
      let request = Request(number: 0)
      let counts = counted {
        fill(&frame, request, program)
        program.match(scope, &frame, data, into: &matches)
      }
      if counts.allocations != 0 {
        hasCounted = true
        print("\(count) rules: \(counts.allocations) allocations for filling a frame and matching all")
      }
      if !isCheck {
        let bytes = generated.image.sections.reduce(0) { $0 + $1.bytes.count }
        let indexed = 100 * statistics.indexedRules / max(statistics.rules, 1)
        print(
          "| \(count) | \(milliseconds(compiled - before)) | \(milliseconds(verified - compiled)) | \(bytes) "
            + "| \(statistics.strategy), \(statistics.edges), \(indexed)% | " + cells.joined(separator: " | ") + " |")
        if CommandLine.arguments.contains("--sections") {
          for section in generated.image.sections { print("  \(section.kind): \(section.bytes.count)") }
        }
      }
    }
    print(hasCounted ? "a decision allocates or counts references" : "0 allocations, 0 reference counts a decision")
    if hasCounted { exit(1) }
  }

  /// Hundredths are enough.
  static func milliseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds / 10_000) / 100 }

  /// Processor time of this thread, so that other work on the machine does not count.
  static func processorNanoseconds() -> Int {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The bytes of a request, as a host has them.
  struct Request {
    var method = Array("GET".utf8)
    var path: [UInt8]
    var caller: [UInt8]
    var group = Array("team-3".utf8)

    /// One that the rule of this number holds for; -1: none.
    init(number: Int) {
      path = Array((number < 0 ? "/elsewhere/a/b" : "/api/v1/resource-\(number)").utf8)
      caller = Array("spiffe://m/ns/prod/sa/service-\(max(number, 0) % 100)-1".utf8)
    }
  }

  static func fill(_ frame: inout Frame, _ request: borrowing Request, _ program: borrowing VerifiedProgram) {
    frame.reset()
    for slot in 0..<program.slotCount {
      switch program.slot(slot).kind {
      case .method: frame.set(slot, to: frame.append(request.method.span))
      case .path: frame.set(slot, to: frame.append(request.path.span))
      case .caller: frame.set(slot, to: frame.append(request.caller.span))
      case .sourceIP: frame.set(slot, to: .address(Address(high: 0, low: 0xFFFF_0A01_0203)))
      case .claim:
        let members: InlineArray<1, SlotValue> = [frame.append(request.group.span)]
        frame.set(slot, to: frame.appendList(members.span))
      case .scheme, .host, .port, .clientIP, .query, .header, .cookie, .sourcePort, .sni, .callerTrustDomain,
        .callerNamespace, .callerAccount, .token, .instant, .weekday, .hour, .minute, .date, .responseStatus,
        .responseHeader:
        frame.set(slot, to: .absent)
      }
    }
  }

  /// The median of 51 batches, nanoseconds of processor time a run.
  static func median(_ body: () -> Void) -> Int {
    var start = processorNanoseconds()
    for _ in 0..<3 { body() }
    let once = max(1, (processorNanoseconds() - start) / 3)
    let batch = max(1, min(20_000, 2_000_000 / once))
    var times: [Int] = []
    for _ in 0..<51 {
      start = processorNanoseconds()
      for _ in 0..<batch { body() }
      times.append((processorNanoseconds() - start) / batch)
    }
    return times.sorted()[25]
  }

  /// What a hundred runs allocate and count.
  static func counted(_ body: () -> Void) -> (allocations: UInt64, references: UInt64) {
    body()
    let allocations = weir_allocations()
    let references = weir_reference_counts()
    for _ in 0..<100 { body() }
    return (weir_allocations() - allocations, weir_reference_counts() - references)
  }
}
